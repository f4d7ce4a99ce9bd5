// pad2d: a copy of an image batch with a border around it. Every padding of every layer is this one
// step, so that convolutions and pools themselves only know "valid".
#pragma once

#include "kernels/common.hpp"

namespace convolab {

enum class PaddingMode { zeros, reflect, replicate, circular };

// x is (channels, in_h, in_w, batch); y is (channels, top+in_h+bottom, left+in_w+right, batch).
// reflect needs every pad < the size it reflects, circular needs pad ≤ size (as PyTorch).
struct Pad2dArgs {
  int batch = 1, channels = 1, in_h = 1, in_w = 1;
  int top = 0, bottom = 0, left = 0, right = 0;
  PaddingMode mode = PaddingMode::zeros;
  float value = 0.0f;              // of the border, in mode zeros; max pooling pads with -infinity
  Write write = Write::overwrite;  // of d_x

  int out_h() const { return top + in_h + bottom; }
  int out_w() const { return left + in_w + right; }
};

// The source row (or column) that position i of the padded axis copies: 0 … size-1, or -1 for the
// constant border. `before` is the padding in front.
int padded_source(PaddingMode mode, int i, int before, int size);

namespace reference {
template <class T>
void pad2d_forward(const Pad2dArgs& a, const T* x, T* y);
// d_x[source(i)] += d_y[i]: border gradients fold back onto the pixels they were copied from. Where
// x is what a relu wrote it may be given: pixels that are not positive then get 0, which makes d_x
// the gradient of the relu's input.
template <class T>
void pad2d_backward(const Pad2dArgs& a, const T* d_y, const T* x, T* d_x);
}  // namespace reference

}  // namespace convolab
