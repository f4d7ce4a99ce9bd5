#include "kernels/activation.hpp"

#include <cmath>

#include "kernels/layout.hpp"

namespace convolab::reference {

template <class T>
void activation_forward(const ActivationArgs& a, const T* x, T* y) {
  const T slope = static_cast<T>(a.negative_slope);
  for (std::int64_t i = 0; i < a.elements; ++i) switch (a.kind) {
      // Written so that a NaN stays a NaN.
      case Activation::relu: y[i] = x[i] < T(0) ? T(0) : x[i]; break;
      case Activation::leaky_relu: y[i] = x[i] < T(0) ? slope * x[i] : x[i]; break;
      case Activation::tanh: y[i] = std::tanh(x[i]); break;
      case Activation::sigmoid: y[i] = T(1) / (T(1) + std::exp(-x[i])); break;
    }
}

template <class T>
void activation_backward(const ActivationArgs& a, const T* y, const T* d_y, T* d_x) {
  for (std::int64_t i = 0; i < a.elements; ++i) {
    T slope = T(0);
    switch (a.kind) {
      case Activation::relu: slope = y[i] > T(0) ? T(1) : T(0); break;
      case Activation::leaky_relu:
        slope = y[i] > T(0) ? T(1) : static_cast<T>(a.negative_slope);
        break;
      case Activation::tanh: slope = T(1) - y[i] * y[i]; break;
      case Activation::sigmoid: slope = y[i] * (T(1) - y[i]); break;
    }
    write_to(d_x[i], a.write, static_cast<double>(slope) * static_cast<double>(d_y[i]));
  }
}

#define CONVOLAB_INSTANTIATE(T)                                          \
  template void activation_forward(const ActivationArgs&, const T*, T*); \
  template void activation_backward(const ActivationArgs&, const T*, const T*, T*);
CONVOLAB_INSTANTIATE(float)
CONVOLAB_INSTANTIATE(double)
#undef CONVOLAB_INSTANTIATE

}  // namespace convolab::reference
