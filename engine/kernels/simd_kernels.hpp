// What the *_simd.cpp files of one variant define. They are compiled once for every instruction set
// of the build, each time in a namespace of its own, and with a float on every lane.
//
// No code of one set may be shared with another (the linker keeps one copy of an inline function
// and would hand AVX2 code to a machine without it), so these files keep std templates out of their
// loops and their own helpers in the variant's namespace.
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
std::int64_t conv2d_forward_2x2_scratch(const Conv2dArgs& a);
std::int64_t conv2d_backward_input_2x2_scratch(const Conv2dArgs& a);
std::int64_t conv2d_forward_direct_scratch(const Conv2dArgs& a);
std::int64_t conv2d_backward_input_direct_scratch(const Conv2dArgs& a);
std::int64_t conv2d_backward_weight_direct_scratch(const Conv2dArgs& a);
std::int64_t linear_forward_scratch(const LinearArgs& a);
std::int64_t linear_backward_input_scratch(const LinearArgs& a);
std::int64_t linear_backward_weight_scratch(const LinearArgs& a);

// The backend's ceiling: see model/backend.hpp.
std::int64_t multiply_adds_on_registers(std::int64_t rounds, float* out);

void conv2d_forward(const RunContext& context, const Conv2dArgs& a, const float* x,
                    const float* weight, const float* bias, float* y);
void conv2d_backward_input(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                           const float* weight, float* d_x);
void conv2d_backward_weight(const RunContext& context, const Conv2dArgs& a, const float* x,
                            const float* d_y, float* d_weight);
void conv2d_backward_bias(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                          float* d_bias);

// The same by Winograd's algorithm in tiles of 2×2 outputs at most.
void conv2d_forward_2x2(const RunContext& context, const Conv2dArgs& a, const float* x,
                        const float* weight, const float* bias, float* y);
void conv2d_backward_input_2x2(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                               const float* weight, float* d_x);

// The same without Winograd's algorithm: exact to the magnitudes of each output's own terms.
void conv2d_forward_direct(const RunContext& context, const Conv2dArgs& a, const float* x,
                           const float* weight, const float* bias, float* y);
void conv2d_backward_input_direct(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                                  const float* weight, float* d_x);
void conv2d_backward_weight_direct(const RunContext& context, const Conv2dArgs& a, const float* x,
                                   const float* d_y, float* d_weight);

void linear_forward(const RunContext& context, const LinearArgs& a, const float* x,
                    const float* weight, const float* bias, float* y);
void linear_backward_input(const RunContext& context, const LinearArgs& a, const float* d_y,
                           const float* weight, float* d_x);
void linear_backward_weight(const RunContext& context, const LinearArgs& a, const float* x,
                            const float* d_y, float* d_weight);
void linear_backward_bias(const RunContext& context, const LinearArgs& a, const float* d_y,
                          float* d_bias);

void pad2d_forward(const RunContext& context, const Pad2dArgs& a, const float* x, float* y);
void pad2d_backward(const RunContext& context, const Pad2dArgs& a, const float* d_y, const float* x,
                    float* d_x);

void max_pool2d_forward(const RunContext& context, const MaxPool2dArgs& a, const float* x, float* y,
                        std::int32_t* switches);
void max_pool2d_backward(const RunContext& context, const MaxPool2dArgs& a, const float* d_y,
                         const std::int32_t* switches, const float* y, float* d_x);
void avg_pool2d_forward(const RunContext& context, const AvgPool2dArgs& a, const float* x,
                        float* y);
void avg_pool2d_backward(const RunContext& context, const AvgPool2dArgs& a, const float* d_y,
                         float* d_x);
void adaptive_avg_pool2d_forward(const RunContext& context, const AdaptiveAvgPool2dArgs& a,
                                 const float* x, float* y);
void adaptive_avg_pool2d_backward(const RunContext& context, const AdaptiveAvgPool2dArgs& a,
                                  const float* d_y, float* d_x);

// Of one run of numbers; x may be y. What conv2d and linear steps do to a row they have just
// written.
void activate(Activation kind, float negative_slope, const float* x, std::int64_t length, float* y);
void activation_forward(const RunContext& context, const ActivationArgs& a, const float* x,
                        float* y);
void activation_backward(const RunContext& context, const ActivationArgs& a, const float* y,
                         const float* d_y, float* d_x);

void softmax_forward(const RunContext& context, const SoftmaxArgs& a, const float* x, float* y);
void softmax_backward(const RunContext& context, const SoftmaxArgs& a, const float* y,
                      const float* d_y, float* d_x);
void cross_entropy_forward(const RunContext& context, const CrossEntropyArgs& a,
                           const float* logits, const std::int32_t* labels, float* losses);
void cross_entropy_backward(const RunContext& context, const CrossEntropyArgs& a,
                            const float* logits, const std::int32_t* labels, float* d_logits);

void batch_norm2d_forward(const RunContext& context, const BatchNorm2dArgs& a, const float* x,
                          const float* weight, const float* bias, float* y, float* mean,
                          float* inverse_std, float* running_mean, float* running_var);
void batch_norm2d_forward_eval(const RunContext& context, const BatchNorm2dArgs& a, const float* x,
                               const float* weight, const float* bias, const float* running_mean,
                               const float* running_var, float* y, float* mean, float* inverse_std);
void batch_norm2d_backward(const RunContext& context, const BatchNorm2dArgs& a, const float* x,
                           const float* weight, const float* mean, const float* inverse_std,
                           const float* d_y, float* d_x, float* d_weight, float* d_bias);
void batch_norm2d_backward_eval(const RunContext& context, const BatchNorm2dArgs& a, const float* x,
                                const float* weight, const float* mean, const float* inverse_std,
                                const float* d_y, float* d_x, float* d_weight, float* d_bias);

void dropout_forward(const RunContext& context, const DropoutArgs& a, const float* x, float* y);
void dropout_backward(const RunContext& context, const DropoutArgs& a, const float* d_y,
                      float* d_x);

void sgd_update(const RunContext& context, const SgdArgs& a, const float* d_w, float* w,
                float* momentum);
void rmsprop_update(const RunContext& context, const RmsPropArgs& a, const float* d_w, float* w,
                    float* square_average, float* momentum);
void adam_update(const RunContext& context, const AdamArgs& a, const float* d_w, float* w,
                 float* average, float* square_average);

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
