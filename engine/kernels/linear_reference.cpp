#include "kernels/layout.hpp"
#include "kernels/linear.hpp"

// Sums are kept in double for float operands too: this is the truth that others are measured by.
namespace convolab::reference {

template <class T>
void linear_forward(const LinearArgs& a, const T* x, const T* weight, const T* bias, T* y) {
  const std::int64_t batch = a.batch, in = a.in_features;
  for (int o = 0; o < a.out_features; ++o)
    for (int n = 0; n < a.batch; ++n) {
      double sum = bias ? static_cast<double>(bias[o]) : 0.0;
      for (int f = 0; f < a.in_features; ++f)
        sum += static_cast<double>(weight[o * in + f]) * static_cast<double>(x[f * batch + n]);
      y[o * batch + n] = activated(a.activation, a.negative_slope, static_cast<T>(sum));
    }
}

template <class T>
void linear_backward_input(const LinearArgs& a, const T* d_y, const T* weight, T* d_x) {
  const std::int64_t batch = a.batch, in = a.in_features;
  for (int f = 0; f < a.in_features; ++f)
    for (int n = 0; n < a.batch; ++n) {
      double sum = 0.0;
      for (int o = 0; o < a.out_features; ++o)
        sum += static_cast<double>(weight[o * in + f]) * static_cast<double>(d_y[o * batch + n]);
      write_to(d_x[f * batch + n], a.write, sum);
    }
}

template <class T>
void linear_backward_weight(const LinearArgs& a, const T* x, const T* d_y, T* d_weight) {
  const std::int64_t batch = a.batch, in = a.in_features;
  for (int o = 0; o < a.out_features; ++o)
    for (int f = 0; f < a.in_features; ++f) {
      double sum = 0.0;
      for (int n = 0; n < a.batch; ++n)
        sum += static_cast<double>(d_y[o * batch + n]) * static_cast<double>(x[f * batch + n]);
      write_to(d_weight[o * in + f], a.write, sum);
    }
}

template <class T>
void linear_backward_bias(const LinearArgs& a, const T* d_y, T* d_bias) {
  const std::int64_t batch = a.batch;
  for (int o = 0; o < a.out_features; ++o) {
    double sum = 0.0;
    for (int n = 0; n < a.batch; ++n) sum += static_cast<double>(d_y[o * batch + n]);
    write_to(d_bias[o], a.write, sum);
  }
}

#define CONVOLAB_INSTANTIATE(T)                                                      \
  template void linear_forward(const LinearArgs&, const T*, const T*, const T*, T*); \
  template void linear_backward_input(const LinearArgs&, const T*, const T*, T*);    \
  template void linear_backward_weight(const LinearArgs&, const T*, const T*, T*);   \
  template void linear_backward_bias(const LinearArgs&, const T*, T*);
CONVOLAB_INSTANTIATE(float)
CONVOLAB_INSTANTIATE(double)
#undef CONVOLAB_INSTANTIATE

}  // namespace convolab::reference
