#include "core/rng.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"

// The mask of dropout_factor, a block of elements at a time: Threefry on every lane.
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

using Words = xsimd::batch<std::uint32_t>;
constexpr std::int64_t block = 2 * lanes;  // elements of `lanes` draws

Words rotate_left(const Words& x, int by) { return (x << by) | (x >> (32 - by)); }

struct Mask {
  Random2x32 key;
  std::uint32_t step;
  float p, keep;

  // The factors of elements i … i+block-1; i is even.
  void factors(std::int64_t i, float* to) const {
    constexpr int rotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
    const std::uint32_t keys[3] = {key.a, key.b, 0x1BD11BDAu ^ key.a ^ key.b};
    std::uint32_t words[2 * lanes];
    for (std::uint32_t l = 0; l < lanes; ++l) words[l] = static_cast<std::uint32_t>(i / 2) + l;
    Words x0 = Words::load_unaligned(words) + Words(keys[0]);
    Words x1 = Words(step) + Words(keys[1]);
    for (std::uint32_t round = 0; round < 20; ++round) {
      x0 = x0 + x1;
      x1 = rotate_left(x1, rotations[round % 8]) ^ x0;
      if (round % 4 == 3) {
        const std::uint32_t injection = round / 4 + 1;
        x0 = x0 + Words(keys[injection % 3]);
        x1 = x1 + Words(keys[(injection + 1) % 3] + injection);
      }
    }
    x0.store_unaligned(words);
    x1.store_unaligned(words + lanes);
    for (std::int64_t l = 0; l < lanes; ++l) {
      to[2 * l] = to_factor(words[l]);
      to[2 * l + 1] = to_factor(words[lanes + l]);
    }
  }
  float to_factor(std::uint32_t bits) const {
    return static_cast<float>(bits >> 8) * (1.0f / 16777216.0f) < p ? 0.0f : keep;
  }
};

// to = factor · from, replacing or adding.
void apply(const RunContext& context, const DropoutArgs& a, Write how, const float* from,
           float* to) {
  // As random_bits makes it; the counter is (element / 2, step).
  const Mask mask = {threefry2x32(static_cast<std::uint32_t>(context.seed),
                                  static_cast<std::uint32_t>(context.seed >> 32),
                                  static_cast<std::uint32_t>(Stream::dropout), a.lane),
                     static_cast<std::uint32_t>(context.step), a.p,
                     a.p < 1.0f ? 1.0f / (1.0f - a.p) : 0.0f};
  const std::int64_t blocks = (a.elements + block - 1) / block;
  for_tasks(context, blocks, 30 * a.elements, [&](std::int64_t begin, std::int64_t end) {
    float factors[block];
    for (std::int64_t b = begin; b < end; ++b) {
      const std::int64_t i = b * block;
      mask.factors(i, factors);
      for_vectors(i, i + block < a.elements ? i + block : a.elements,
                  [&](std::int64_t e, auto size) {
                    write(to + e, load(factors + (e - i)) * load(from + e, size), how, size);
                  });
    }
  });
}

}  // namespace

void dropout_forward(const RunContext& context, const DropoutArgs& a, const float* x, float* y) {
  apply(context, a, Write::overwrite, x, y);
}

void dropout_backward(const RunContext& context, const DropoutArgs& a, const float* d_y,
                      float* d_x) {
  apply(context, a, a.write, d_y, d_x);
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
