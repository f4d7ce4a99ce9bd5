// What the *_simd.cpp files of one variant define. They are compiled once for every instruction set
// of the build, each time in a namespace of its own, and with a float on every lane.
//
// No code of one set may be shared with another (the linker keeps one copy of an inline function and
// would hand AVX2 code to a machine without it), so these files keep std templates out of
// their loops and their own helpers in the variant's namespace.
#pragma once

#include "model/step.hpp"

#ifndef CONVOLAB_SIMD_VARIANT
#error "compile *_simd.cpp with -DCONVOLAB_SIMD_VARIANT=<name>"
#endif

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

// Scratch memory in floats, for the kernels that need any.
std::int64_t conv2d_forward_scratch(const Conv2dArgs& a);
std::int64_t conv2d_backward_input_scratch(const Conv2dArgs& a);
std::int64_t conv2d_backward_weight_scratch(const Conv2dArgs& a);
std::int64_t linear_forward_scratch(const LinearArgs& a);
std::int64_t linear_backward_input_scratch(const LinearArgs& a);
std::int64_t linear_backward_weight_scratch(const LinearArgs& a);

void conv2d_forward(const RunContext& context, const Conv2dArgs& a, const float* x,
                    const float* weight, const float* bias, float* y);
void conv2d_backward_input(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                           const float* weight, float* d_x);
void conv2d_backward_weight(const RunContext& context, const Conv2dArgs& a, const float* x,
                            const float* d_y, float* d_weight);
void conv2d_backward_bias(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                          float* d_bias);

void linear_forward(const RunContext& context, const LinearArgs& a, const float* x,
                    const float* weight, const float* bias, float* y);
void linear_backward_input(const RunContext& context, const LinearArgs& a, const float* d_y,
                           const float* weight, float* d_x);
void linear_backward_weight(const RunContext& context, const LinearArgs& a, const float* x,
                            const float* d_y, float* d_weight);
void linear_backward_bias(const RunContext& context, const LinearArgs& a, const float* d_y,
                          float* d_bias);

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
