// dots: many inner products of long runs at once, the register-tiled loop under the weight
// gradients of a SIMD variant.
//
//   sums[k][t] = Σ_r Σ_p a[k·a_stride + r·a_row + p] · b[offset[t] + r·b_row + p]
//
// A tile of 4 k × 2 t (3 with AVX2, 6 with AVX-512) keeps 8 vectors of partial sums, and 6 loads
// serve 8 multiply-adds. Callers cut long sums into parts that fit the first cache; the vectors
// rest in memory in between, and are added across lanes only at the end.
#pragma once

#include "kernels/correlate.hpp"
#include "kernels/simd_vector.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

// Channels of a tile at most. AVX-512 has the registers for 6, which pays where they are all there
// are.
inline constexpr int dots_channels = lanes >= 16 ? 6 : tile_channels;

// One part of the sums. length must not be less than the lanes.
struct DotsPart {
  const float* a;
  std::int64_t a_stride, a_row;
  const float* b;
  const std::int32_t* offsets;
  std::int64_t b_row;
  std::int64_t rows, length;
  bool first, last;  // first: partial sums start at 0; last: they are written to sums
};

// Tile k0 … k0+channels-1 (at most dots_channels) against taps t0 … t1-1. partial:
// partial_floats(channels, taps), used unless the part is first and last. sums[k·sums_stride + t]
// is replaced or added to.
void dots(const DotsPart& part, int channels, std::int64_t t0, std::int64_t t1, float* partial,
          float* sums, std::int64_t sums_stride, Write write);

// Σ_p a[p]
float total_of(const float* a, std::int64_t length);

std::int64_t partial_floats(std::int64_t channels, std::int64_t taps);
// The smallest multiple of the lanes that is not below length.
std::int64_t whole_vectors(std::int64_t length);

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
