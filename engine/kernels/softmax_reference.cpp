#include "kernels/softmax.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/layout.hpp"

namespace convolab::reference {

template <class T>
void softmax_forward(const SoftmaxArgs& a, const T* x, T* y) {
  for (std::int64_t i = 0; i < a.inner; ++i) {
    double largest = static_cast<double>(x[i]);
    for (int c = 1; c < a.channels; ++c)
      largest = std::max(largest, static_cast<double>(x[c * a.inner + i]));
    double sum = 0.0;
    for (int c = 0; c < a.channels; ++c)
      sum += std::exp(static_cast<double>(x[c * a.inner + i]) - largest);
    for (int c = 0; c < a.channels; ++c)
      y[c * a.inner + i] =
          static_cast<T>(std::exp(static_cast<double>(x[c * a.inner + i]) - largest) / sum);
  }
}

template <class T>
void softmax_backward(const SoftmaxArgs& a, const T* y, const T* d_y, T* d_x) {
  for (std::int64_t i = 0; i < a.inner; ++i) {
    double dot = 0.0;
    for (int c = 0; c < a.channels; ++c)
      dot += static_cast<double>(d_y[c * a.inner + i]) * static_cast<double>(y[c * a.inner + i]);
    for (int c = 0; c < a.channels; ++c) {
      const std::int64_t at = c * a.inner + i;
      write_to(d_x[at], a.write, static_cast<double>(y[at]) * (static_cast<double>(d_y[at]) - dot));
    }
  }
}

#define CONVOLAB_INSTANTIATE(T)                                    \
  template void softmax_forward(const SoftmaxArgs&, const T*, T*); \
  template void softmax_backward(const SoftmaxArgs&, const T*, const T*, T*);
CONVOLAB_INSTANTIATE(float)
CONVOLAB_INSTANTIATE(double)
#undef CONVOLAB_INSTANTIATE

}  // namespace convolab::reference
