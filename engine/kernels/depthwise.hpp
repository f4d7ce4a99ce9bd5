// depthwise: convolutions whose output channels meet one input channel each (groups = in_channels).
//
//   y[o][i][j] = bias[o] + Σ_{u,v} weight[o][u][v] · x[o / multiplier][i·S + u·D][j·S + v·D]
//
// There are few taps for an output, so the weights stay in registers and the outputs pass by:
// where correlate keeps 4 channels × 2 vectors of outputs, this keeps up to 9 weights.
#pragma once

#include "kernels/phases.hpp"

#ifndef CONVOLAB_SIMD_VARIANT
#error "compile *_simd.cpp with -DCONVOLAB_SIMD_VARIANT=<name>"
#endif

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

static inline bool is_depthwise(const Conv2dArgs& a) {
  return a.in_channels == a.groups && (a.groups > 1 || a.out_channels == 1);
}

// Of one image, whose columns would have to be sorted for a stride: for the few taps that meet them
// it is less work to do without, and to leave out of y what is between (or, of its gradient, to
// have zeros there). Narrow vectors have too much to do twice for that.
static inline bool fills_columns(const Conv2dArgs& a) {
  return lanes > 4 && a.batch == 1 && a.stride_w > 1 && a.stride_w <= most_shuffled &&
         is_depthwise(a) && without_column_stride(a).out_w >= lanes;
}
// In floats.
std::int64_t depthwise_forward_scratch(const Conv2dArgs& a);
std::int64_t depthwise_backward_input_scratch(const Conv2dArgs& a);

void depthwise_forward(const RunContext& context, const Conv2dArgs& a, const float* x,
                       const float* weight, const float* bias, float* y);
void depthwise_backward_input(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                              const float* weight, float* d_x);

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
