// max_pool2d and avg_pool2d over an already padded batch, and adaptive_avg_pool2d.
#pragma once

#include "kernels/common.hpp"

namespace convolab {

// x (channels, in_h, in_w, batch), y (channels, out_h, out_w, batch), as conv2d's sizes.
struct MaxPool2dArgs {
  int batch = 1, channels = 1, in_h = 1, in_w = 1, out_h = 1, out_w = 1;
  int kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  Write write = Write::overwrite;  // of d_x
};

// The same without dilation, plus what decides the divisor: with count_include_pad every window
// divides by its positions inside image and padding, else by those inside the image alone;
// divisor_override > 0 wins. x carries the padding, and behind it the overhang that ceil_mode may
// need: zeros that never count (as PyTorch).
struct AvgPool2dArgs {
  int batch = 1, channels = 1, in_h = 1, in_w = 1, out_h = 1, out_w = 1;
  int kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1;
  int pad_top = 0, pad_left = 0;      // real padding in front
  int image_h = 1, image_w = 1;       // of the unpadded input
  int pad_bottom = 0, pad_right = 0;  // real padding behind, without ceil_mode's overhang
  bool count_include_pad = true;
  int divisor_override = 0;
  Write write = Write::overwrite;  // of d_x
};

// What output (i, j) divides by; 0 for a window wholly outside what counts, whose average is 0.
double avg_pool2d_divisor(const AvgPool2dArgs& a, int i, int j);

// Output cell i of n averages the input rows ⌊i·in/n⌋ … ⌈(i+1)·in/n⌉-1; a 1×1 output is the global
// average.
struct AdaptiveAvgPool2dArgs {
  int batch = 1, channels = 1, in_h = 1, in_w = 1, out_h = 1, out_w = 1;
  Write write = Write::overwrite;  // of d_x
};

// The input rows (or columns) of output cell i: begin … end-1.
struct Cell {
  int begin, end;
  int size() const { return end - begin; }
};
inline Cell adaptive_cell(int i, int in, int out) {
  return {static_cast<int>(std::int64_t{i} * in / out),
          static_cast<int>(((i + std::int64_t{1}) * in + out - 1) / out)};
}

namespace reference {
// switches[c,i,j,n] = the position (row·in_w + column) of the maximum in x; the first one wins
// ties, and a NaN wins over everything (as PyTorch).
template <class T>
void max_pool2d_forward(const MaxPool2dArgs& a, const T* x, T* y, std::int32_t* switches);
// d_x[c, switches[c,i,j,n], n] += d_y[c,i,j,n]. Where x is what a relu wrote, the pooled y may be
// given: windows whose maximum is not positive then count as 0, which makes d_x the gradient of the
// relu's input. (The maximum is the relu's output where the switch is, so that y says all of it.)
template <class T>
void max_pool2d_backward(const MaxPool2dArgs& a, const T* d_y, const std::int32_t* switches,
                         const T* y, T* d_x);
template <class T>
void avg_pool2d_forward(const AvgPool2dArgs& a, const T* x, T* y);
template <class T>
void avg_pool2d_backward(const AvgPool2dArgs& a, const T* d_y, T* d_x);
template <class T>
void adaptive_avg_pool2d_forward(const AdaptiveAvgPool2dArgs& a, const T* x, T* y);
template <class T>
void adaptive_avg_pool2d_backward(const AdaptiveAvgPool2dArgs& a, const T* d_y, T* d_x);
}  // namespace reference

}  // namespace convolab
