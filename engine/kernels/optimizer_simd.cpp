#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// A moving average whose gradient has become exactly 0 (a unit that never fires) shrinks until its
// floats are denormal, and every step on them is ten times slower. What is too small to matter
// becomes 0.
Vector without_dust(const Vector& v, float dust) {
  return xsimd::select(xsimd::abs(v) < Vector(dust), Vector(0.0f), v);
}
constexpr float average_dust = 1e-30f, square_dust = 1e-37f;

}  // namespace

void sgd_update(const RunContext& context, const SgdArgs& a, const float* d_w, float* w,
                float* momentum) {
  const Vector rate(context.learning_rate), mu(a.momentum), decay(a.weight_decay);
  for_elements(context, a.elements, 4, [&](std::int64_t i, auto size) {
    const Vector before = load(w + i, size);
    Vector g = multiply_add(decay, before, load(d_w + i, size));
    if (momentum) {
      const Vector before_g = load(momentum + i, size);
      const Vector buffer =
          context.step == 0 ? g : without_dust(multiply_add(mu, before_g, g), average_dust);
      save(momentum + i, buffer, size);
      g = a.nesterov ? multiply_add(mu, buffer, g) : buffer;
    }
    save(w + i, before - rate * g, size);
  });
}

void rmsprop_update(const RunContext& context, const RmsPropArgs& a, const float* d_w, float* w,
                    float* square_average, float* momentum) {
  const Vector rate(context.learning_rate), mu(a.momentum), decay(a.weight_decay);
  const Vector alpha(a.alpha), rest(1.0f - a.alpha), eps(a.eps);
  for_elements(context, a.elements, 20, [&](std::int64_t i, auto size) {
    const Vector before = load(w + i, size);
    const Vector g = multiply_add(decay, before, load(d_w + i, size));
    const Vector s = without_dust(multiply_add(alpha, load(square_average + i, size), rest * g * g),
                                  square_dust);
    save(square_average + i, s, size);
    Vector change = g / (xsimd::sqrt(s) + eps);
    if (momentum) {
      change = without_dust(multiply_add(mu, load(momentum + i, size), change), average_dust);
      save(momentum + i, change, size);
    }
    save(w + i, before - rate * change, size);
  });
}

void adam_update(const RunContext& context, const AdamArgs& a, const float* d_w, float* w,
                 float* average, float* square_average) {
  const AdamRates rates = adam_rates(context, a);
  const Vector rate(static_cast<float>(rates.rate)), root(static_cast<float>(rates.root));
  const Vector shrink(static_cast<float>(rates.shrink)), eps(a.eps);
  const Vector decay(a.decoupled ? 0.0f : a.weight_decay);
  const Vector beta1(a.beta1), rest1(1.0f - a.beta1), beta2(a.beta2), rest2(1.0f - a.beta2);
  for_elements(context, a.elements, 20, [&](std::int64_t i, auto size) {
    const Vector before = load(w + i, size);
    const Vector g = multiply_add(decay, before, load(d_w + i, size));
    const Vector m =
        without_dust(multiply_add(beta1, load(average + i, size), rest1 * g), average_dust);
    const Vector v = without_dust(
        multiply_add(beta2, load(square_average + i, size), rest2 * g * g), square_dust);
    save(average + i, m, size);
    save(square_average + i, v, size);
    save(w + i, shrink * before - rate * m / multiply_add(xsimd::sqrt(v), root, eps), size);
  });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
