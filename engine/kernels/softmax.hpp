// softmax over the channels of each position (dim 1 in PyTorch's batch order).
#pragma once

#include "kernels/common.hpp"

namespace convolab {

// x and y are (channels, inner), inner = positions · batch.
struct SoftmaxArgs {
  int channels = 1;
  std::int64_t inner = 1;
  Write write = Write::overwrite;  // of d_x
};

namespace reference {
// y[c,i] = exp(x[c,i] − max_c x[c,i]) / Σ_c exp(…)
template <class T>
void softmax_forward(const SoftmaxArgs& a, const T* x, T* y);
// d_x[c,i] += y[c,i] · (d_y[c,i] − Σ_k d_y[k,i]·y[k,i])
template <class T>
void softmax_backward(const SoftmaxArgs& a, const T* y, const T* d_y, T* d_x);
}  // namespace reference

}  // namespace convolab
