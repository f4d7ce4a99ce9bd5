// activation: an elementwise nonlinearity. The derivative is written in terms of the output y, so
// the input need not be kept. conv2d and linear steps may apply one to what they compute, while it
// is near, instead of leaving it to a step of its own.
#pragma once

#include "kernels/common.hpp"

namespace convolab {

// none: y = x; for steps that may have an activation and do not.
enum class Activation { none, relu, leaky_relu, tanh, sigmoid };

struct ActivationArgs {
  std::int64_t elements = 1;
  Activation kind = Activation::relu;
  float negative_slope = 0.01f;    // leaky_relu only, ≥ 0
  Write write = Write::overwrite;  // of d_x
};

namespace reference {
// One value, as conv2d_forward and linear_forward apply it too.
template <class T>
T activated(Activation kind, float negative_slope, T x);
template <class T>
void activation_forward(const ActivationArgs& a, const T* x, T* y);
// relu: d_y where y > 0; leaky_relu: slope·d_y elsewhere; tanh: (1−y²)·d_y; sigmoid: y(1−y)·d_y
template <class T>
void activation_backward(const ActivationArgs& a, const T* y, const T* d_y, T* d_x);
}  // namespace reference

}  // namespace convolab
