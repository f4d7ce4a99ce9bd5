// conv2d: 2-D cross-correlation of an already padded batch with a bank of kernels, plus a bias.
#pragma once

#include "kernels/activation.hpp"

namespace convolab {

// x (in_channels, in_h, in_w, batch), weight (out_channels, in_channels/groups, kernel_h,
// kernel_w), bias (out_channels) or none, y (out_channels, out_h, out_w, batch) with out = ⌊(in −
// dilation·(kernel−1) − 1) / stride⌋ + 1.
struct Conv2dArgs {
  int batch = 1;
  int in_channels = 1, in_h = 1, in_w = 1;
  int out_channels = 1, out_h = 1, out_w = 1;
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int dilation_h = 1, dilation_w = 1;
  int groups = 1;
  Write write = Write::overwrite;  // of the gradient that the step writes
  // Of forward: what is done to y before it is written. The gradients are those of the sum inside.
  Activation activation = Activation::none;
  float negative_slope = 0.0f;  // leaky_relu only
};

namespace reference {
// y[o,i,j,n] = f(bias[o] + Σ_{c,u,v} weight[o,c,u,v] · x[g·C+c, i·S+u·D, j·S+v·D, n]), f the
// activation
template <class T>
void conv2d_forward(const Conv2dArgs& a, const T* x, const T* weight, const T* bias, T* y);
// d_x[g·C+c, i·S+u·D, j·S+v·D, n] += weight[o,c,u,v] · d_y[o,i,j,n]
template <class T>
void conv2d_backward_input(const Conv2dArgs& a, const T* d_y, const T* weight, T* d_x);
// d_weight[o,c,u,v] = Σ_{i,j,n} d_y[o,i,j,n] · x[g·C+c, i·S+u·D, j·S+v·D, n]
template <class T>
void conv2d_backward_weight(const Conv2dArgs& a, const T* x, const T* d_y, T* d_weight);
// d_bias[o] = Σ_{i,j,n} d_y[o,i,j,n]
template <class T>
void conv2d_backward_bias(const Conv2dArgs& a, const T* d_y, T* d_bias);
}  // namespace reference

}  // namespace convolab
