#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

void activate(Activation kind, float negative_slope, const float* x, std::int64_t length,
              float* y) {
  const Vector zero(0.0f), one(1.0f), slope(negative_slope);
  const auto map = [&](const auto& f) {
    for_vectors(0, length,
                [&](std::int64_t i, auto size) { save(y + i, f(load(x + i, size)), size); });
  };
  switch (kind) {
    case Activation::none: return map([](const Vector& v) { return v; });
    // Selected by x < 0, so that a NaN stays a NaN.
    case Activation::relu:
      return map([&](const Vector& v) { return xsimd::select(v < zero, zero, v); });
    case Activation::leaky_relu:
      return map([&](const Vector& v) { return xsimd::select(v < zero, slope * v, v); });
    case Activation::tanh: return map([](const Vector& v) { return xsimd::tanh(v); });
    case Activation::sigmoid:
      return map([&](const Vector& v) { return one / (one + xsimd::exp(-v)); });
  }
}

void activation_forward(const RunContext& context, const ActivationArgs& a, const float* x,
                        float* y) {
  constexpr std::int64_t block = 4096;  // a whole number of vectors: threads change no vector
  const bool cheap = a.kind != Activation::tanh && a.kind != Activation::sigmoid;
  for_tasks(context, (a.elements + block - 1) / block, a.elements * (cheap ? 1 : 20),
            [&](std::int64_t begin, std::int64_t end) {
              const std::int64_t first = begin * block;
              const std::int64_t last = end * block < a.elements ? end * block : a.elements;
              activate(a.kind, a.negative_slope, x + first, last - first, y + first);
            });
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
    case Activation::none: return map([](const Vector&, const Vector& d) { return d; });
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
