// One update of one parameter tensor by its gradient, with PyTorch's formulas and names.
// context.learning_rate is the rate; context.step counts the updates before this one.
#pragma once

#include "kernels/common.hpp"

namespace convolab {

// g = d_w + weight_decay·w; buf = momentum·buf + g (first step: buf = g);
// w −= lr·(nesterov ? g + momentum·buf : buf). No buffer when momentum = 0.
struct SgdArgs {
  std::int64_t elements = 1;
  float momentum = 0.0f, weight_decay = 0.0f;
  bool nesterov = false;
};

// g = d_w + weight_decay·w; s = alpha·s + (1−alpha)·g²;
// buf = momentum·buf + g/(√s+eps); w −= lr·buf. No buffer when momentum = 0.
struct RmsPropArgs {
  std::int64_t elements = 1;
  float alpha = 0.99f, eps = 1e-8f, momentum = 0.0f, weight_decay = 0.0f;
};

// m = β₁m + (1−β₁)g; v = β₂v + (1−β₂)g²; w −= lr·m̂/(√v̂+eps), m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).
// Adam adds weight_decay·w to g; AdamW (decoupled) first shrinks w by 1 − lr·weight_decay.
struct AdamArgs {
  std::int64_t elements = 1;
  float beta1 = 0.9f, beta2 = 0.999f, eps = 1e-8f, weight_decay = 0.0f;
  bool decoupled = false;
};

// What this step's number makes of the rates: w = shrink·w − rate·m / (√v·root + eps).
struct AdamRates {
  double rate;    // lr / (1−β₁ᵗ)
  double root;    // 1 / √(1−β₂ᵗ)
  double shrink;  // 1 − lr·weight_decay when decoupled, else 1
};
AdamRates adam_rates(const RunContext& context, const AdamArgs& a);

namespace reference {
template <class T>
void sgd_update(const RunContext& context, const SgdArgs& a, const T* d_w, T* w, T* momentum);
template <class T>
void rmsprop_update(const RunContext& context, const RmsPropArgs& a, const T* d_w, T* w,
                    T* square_average, T* momentum);
template <class T>
void adam_update(const RunContext& context, const AdamArgs& a, const T* d_w, T* w, T* average,
                 T* square_average);
}  // namespace reference

}  // namespace convolab
