#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"

// Vectors lie along the positions; softmax and cross-entropy share the passes over the channels.
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

template <class Size>
Vector largest_of(const float* x, std::int64_t channels, std::int64_t stride, Size size) {
  Vector largest = load(x, size);
  for (std::int64_t c = 1; c < channels; ++c)
    largest = xsimd::max(largest, load(x + c * stride, size));
  return largest;
}

}  // namespace

void softmax_forward(const RunContext& context, const SoftmaxArgs& a, const float* x, float* y) {
  for_elements(context, a.inner, 20 * a.channels, [&](std::int64_t i, auto size) {
    const Vector largest = largest_of(x + i, a.channels, a.inner, size);
    Vector sum(0.0f);
    for (std::int64_t at = i, c = 0; c < a.channels; ++c, at += a.inner) {
      const Vector e = xsimd::exp(load(x + at, size) - largest);
      save(y + at, e, size);
      sum += e;
    }
    for (std::int64_t at = i, c = 0; c < a.channels; ++c, at += a.inner)
      save(y + at, load(y + at, size) / sum, size);
  });
}

void softmax_backward(const RunContext& context, const SoftmaxArgs& a, const float* y,
                      const float* d_y, float* d_x) {
  for_elements(context, a.inner, 4 * a.channels, [&](std::int64_t i, auto size) {
    Vector dot(0.0f);
    for (std::int64_t at = i, c = 0; c < a.channels; ++c, at += a.inner)
      dot = multiply_add(load(d_y + at, size), load(y + at, size), dot);
    for (std::int64_t at = i, c = 0; c < a.channels; ++c, at += a.inner)
      write(d_x + at, load(y + at, size) * (load(d_y + at, size) - dot), a.write, size);
  });
}

void cross_entropy_forward(const RunContext& context, const CrossEntropyArgs& a,
                           const float* logits, const std::int32_t* labels, float* losses) {
  for_elements(context, a.batch, 20 * a.classes, [&](std::int64_t n, auto size) {
    const Vector largest = largest_of(logits + n, a.classes, a.batch, size);
    Vector sum(0.0f);
    for (std::int64_t c = 0; c < a.classes; ++c)
      sum += xsimd::exp(load(logits + c * a.batch + n, size) - largest);
    save(losses + n, xsimd::log(sum) + largest, size);
  });
  for (std::int64_t n = 0; n < a.batch; ++n)
    losses[n] -= logits[labels[n] * std::int64_t{a.batch} + n];
}

void cross_entropy_backward(const RunContext& context, const CrossEntropyArgs& a,
                            const float* logits, const std::int32_t* labels, float* d_logits) {
  softmax_forward(context, {.channels = a.classes, .inner = a.batch}, logits, d_logits);
  const float share = 1.0f / static_cast<float>(a.batch);
  for (std::int64_t n = 0; n < a.batch; ++n)
    d_logits[labels[n] * std::int64_t{a.batch} + n] -= 1.0f;
  for_elements(context, std::int64_t{a.classes} * a.batch, 1, [&](std::int64_t i, auto size) {
    save(d_logits + i, load(d_logits + i, size) * Vector(share), size);
  });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
