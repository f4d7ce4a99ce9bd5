#include "kernels/activation.hpp"

#include <cmath>

#include "kernels/layout.hpp"

namespace convolab::reference {

template <class T>
T activated(Activation kind, float negative_slope, T x) {
  switch (kind) {
    case Activation::none: break;
    // Written so that a NaN stays a NaN.
    case Activation::relu: return x < T(0) ? T(0) : x;
    case Activation::leaky_relu: return x < T(0) ? static_cast<T>(negative_slope) * x : x;
    case Activation::tanh: return std::tanh(x);
    case Activation::sigmoid: return T(1) / (T(1) + std::exp(-x));
  }
  return x;
}

template <class T>
void activation_forward(const ActivationArgs& a, const T* x, T* y) {
  for (std::int64_t i = 0; i < a.elements; ++i) y[i] = activated(a.kind, a.negative_slope, x[i]);
}

template <class T>
void activation_backward(const ActivationArgs& a, const T* y, const T* d_y, T* d_x) {
  for (std::int64_t i = 0; i < a.elements; ++i) {
    T slope = T(0);
    switch (a.kind) {
      case Activation::none: slope = T(1); break;
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
  template T activated(Activation, float, T);                            \
  template void activation_forward(const ActivationArgs&, const T*, T*); \
  template void activation_backward(const ActivationArgs&, const T*, const T*, T*);
CONVOLAB_INSTANTIATE(float)
CONVOLAB_INSTANTIATE(double)
#undef CONVOLAB_INSTANTIATE

}  // namespace convolab::reference
