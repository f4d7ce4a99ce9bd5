// dropout: in training each element is zeroed with probability p and the others are scaled by
// 1/(1−p); the mask is a function of (seed, layer, step, element) and is never stored.
#pragma once

#include "kernels/common.hpp"

namespace convolab {

struct DropoutArgs {
  std::int64_t elements = 1;       // below 2³²
  float p = 0.5f;                  // 0 ≤ p ≤ 1
  std::uint32_t lane = 0;          // the layer's number: every dropout layer has a mask of its own
  Write write = Write::overwrite;  // of d_x
};

// 0 where element i is dropped in this step, 1/(1−p) where it stays (0 everywhere when p = 1).
// Two elements share one draw of the dropout stream: draw (step, i/2), its word a for even i, else
// b.
float dropout_factor(const DropoutArgs& a, const RunContext& context, std::int64_t i);

namespace reference {
template <class T>
void dropout_forward(const RunContext& context, const DropoutArgs& a, const T* x, T* y);
template <class T>
void dropout_backward(const RunContext& context, const DropoutArgs& a, const T* d_y, T* d_x);
}  // namespace reference

}  // namespace convolab
