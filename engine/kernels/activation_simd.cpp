#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

void activation_forward(const RunContext& context, const ActivationArgs& a, const float* x,
                        float* y) {
  const Vector zero(0.0f), one(1.0f), slope(a.negative_slope);
  const auto map = [&](std::int64_t cost, const auto& f) {
    for_elements(context, a.elements, cost,
                 [&](std::int64_t i, auto size) { save(y + i, f(load(x + i, size)), size); });
  };
  switch (a.kind) {
    // Selected by x < 0, so that a NaN stays a NaN.
    case Activation::relu:
      return map(1, [&](const Vector& v) { return xsimd::select(v < zero, zero, v); });
    case Activation::leaky_relu:
      return map(1, [&](const Vector& v) { return xsimd::select(v < zero, slope * v, v); });
    case Activation::tanh: return map(20, [&](const Vector& v) { return xsimd::tanh(v); });
    case Activation::sigmoid:
      return map(20, [&](const Vector& v) { return one / (one + xsimd::exp(-v)); });
  }
}

void activation_backward(const RunContext& context, const ActivationArgs& a, const float* y,
                         const float* d_y, float* d_x) {
  const Vector zero(0.0f), one(1.0f), slope(a.negative_slope);
  const auto map = [&](const auto& f) {
    for_elements(context, a.elements, 2, [&](std::int64_t i, auto size) {
      write(d_x + i, f(load(y + i, size), load(d_y + i, size)), a.write, size);
    });
  };
  switch (a.kind) {
    case Activation::relu:
      return map(
          [&](const Vector& v, const Vector& d) { return xsimd::select(v > zero, d, zero); });
    case Activation::leaky_relu:
      return map(
          [&](const Vector& v, const Vector& d) { return xsimd::select(v > zero, d, slope * d); });
    case Activation::tanh:
      return map([&](const Vector& v, const Vector& d) { return (one - v * v) * d; });
    case Activation::sigmoid:
      return map([&](const Vector& v, const Vector& d) { return v * (one - v) * d; });
  }
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
