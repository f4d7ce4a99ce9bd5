// batch_norm2d: every channel shifted and scaled to mean 0 and variance 1 over the batch and its
// positions, then by a learnt weight and bias (Ioffe & Szegedy 2015).
#pragma once

#include "kernels/common.hpp"

namespace convolab {

// x and y are (channels, inner), inner = positions · batch. weight and bias may be absent (1 and
// 0); running statistics may be absent.
struct BatchNorm2dArgs {
  int channels = 1;
  std::int64_t inner = 1;
  float eps = 1e-5f;
  float momentum = 0.1f;           // running = (1−momentum)·running + momentum·batch
  Write write = Write::overwrite;  // of d_x
};

namespace reference {
// Training: batch statistics, with the biased variance for normalising and the unbiased one for the
// running estimate. mean and inverse_std (1/√(var+eps)) are kept for the backward pass.
template <class T>
void batch_norm2d_forward(const BatchNorm2dArgs& a, const T* x, const T* weight, const T* bias,
                          T* y, T* mean, T* inverse_std, T* running_mean, T* running_var);
// Evaluation: the running statistics as they are; writes mean and inverse_std too, so that one
// backward_eval serves.
template <class T>
void batch_norm2d_forward_eval(const BatchNorm2dArgs& a, const T* x, const T* weight, const T* bias,
                               const T* running_mean, const T* running_var, T* y, T* mean,
                               T* inverse_std);
// With x̂ = (x−mean)·inverse_std and means over inner:
// d_x += weight·inverse_std·(d_y − mean(d_y) − x̂·mean(d_y·x̂)); d_weight = Σ d_y·x̂; d_bias = Σ d_y
template <class T>
void batch_norm2d_backward(const BatchNorm2dArgs& a, const T* x, const T* weight, const T* mean,
                           const T* inverse_std, const T* d_y, T* d_x, T* d_weight, T* d_bias);
// Statistics are constants: d_x += weight·inverse_std·d_y; d_weight and d_bias as above.
template <class T>
void batch_norm2d_backward_eval(const BatchNorm2dArgs& a, const T* x, const T* weight,
                                const T* mean, const T* inverse_std, const T* d_y, T* d_x,
                                T* d_weight, T* d_bias);
}  // namespace reference

}  // namespace convolab
