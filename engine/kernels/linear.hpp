// linear: y = W x + b for every sample of a batch.
#pragma once

#include "kernels/activation.hpp"

namespace convolab {

// x (in_features, batch), weight (out_features, in_features), bias (out_features) or none,
// y (out_features, batch).
struct LinearArgs {
  int batch = 1, in_features = 1, out_features = 1;
  Write write = Write::overwrite;            // of the gradient that the step writes
  Activation activation = Activation::none;  // of forward, as conv2d's
  float negative_slope = 0.0f;
};

namespace reference {
// y[o,n] = activation(bias[o] + Σ_f weight[o,f] · x[f,n])
template <class T>
void linear_forward(const LinearArgs& a, const T* x, const T* weight, const T* bias, T* y);
// d_x[f,n] += Σ_o weight[o,f] · d_y[o,n]
template <class T>
void linear_backward_input(const LinearArgs& a, const T* d_y, const T* weight, T* d_x);
// d_weight[o,f] = Σ_n d_y[o,n] · x[f,n]
template <class T>
void linear_backward_weight(const LinearArgs& a, const T* x, const T* d_y, T* d_weight);
// d_bias[o] = Σ_n d_y[o,n]
template <class T>
void linear_backward_bias(const LinearArgs& a, const T* d_y, T* d_bias);
}  // namespace reference

}  // namespace convolab
