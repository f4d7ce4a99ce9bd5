// correlate: the register-tiled loop under the convolutions and linear layers of a SIMD variant.
//
//   out[k][p] = start[k] + Σ_t weight[t][k] · x[offset[t] + p],   p = 0 … length-1
//
// With the batch innermost a row of output pixels of all images is one run of p, and a tap
// (channel, row, column) of the kernel is the same run of x at a fixed offset: no im2col, and the
// vectors are full for every image size.
//
//            p ──►                    one tile: 4 channels × 2 vectors of out stay in registers,
//   k  ┌─────┬─────┐                  and every tap loads 2 vectors of x and 4 weights for
//   │  │ v v │     │                  8 multiply-adds.
//   ▼  │ v v │     │
//      │ v v │     │
//      │ v v │     │
//      ├─────┼─────┤
#pragma once

#include "kernels/common.hpp"

#ifndef CONVOLAB_SIMD_VARIANT
#error "compile *_simd.cpp with -DCONVOLAB_SIMD_VARIANT=<name>"
#endif

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

// Channels are computed in tiles of at most 4, as even as possible: 6 are 3 + 3, 10 are 3 + 3 + 4.
inline constexpr int tile_channels = 4;

struct Tiles {
  std::int64_t channels;
  int most = tile_channels;
  std::int64_t count() const { return (channels + most - 1) / most; }
  std::int64_t begin(std::int64_t tile) const { return channels * tile / count(); }
  int size(std::int64_t tile) const { return static_cast<int>(begin(tile + 1) - begin(tile)); }
};

// The weight of channel k of a tile for tap t stands at k + t·tap_stride from the tile's first.
struct Correlation {
  Tiles tiles;
  std::int64_t taps;
  const float* weights;         // packed ([tile][tap][channel of the tile]) or (taps, channels)
  const std::int32_t* offsets;  // [tap], into x
  bool packed = true;
};

// How many floats packed weights take: what they hold, and what a last vector reads beyond them.
// Weights that are not packed are read beyond too, when channels is no multiple of 4 and length
// none of the lanes.
static inline std::int64_t packed_floats(std::int64_t channels, std::int64_t taps) {
  return channels * taps + 4;
}

// Taps first_tap … end_tap-1 of channels of tiles first_tile … end_tile-1; channel k goes to
// out + k·out_stride. start: a value for each channel, or nullptr to add to what out holds.
void correlate(const Correlation& c, std::int64_t first_tile, std::int64_t end_tile,
               std::int64_t first_tap, std::int64_t end_tap, const float* x, std::int64_t length,
               const float* start, float* out, std::int64_t out_stride);

// The same for several rows of p: row r of x stands at x + r·x_row, of out at out + r·out_row.
// Positions that fill no vector of a row share one with those of the next rows.
struct Rows {
  const float* x;
  std::int64_t length, count, x_row, out_row;
};
void correlate(const Correlation& c, std::int64_t first_tile, std::int64_t end_tile,
               std::int64_t first_tap, std::int64_t end_tap, const Rows& rows, const float* start,
               float* out, std::int64_t out_stride);

// Packs weights that stand in rows, (channels, taps).
void pack(Tiles tiles, std::int64_t first_tile, std::int64_t end_tile, std::int64_t taps,
          const float* weights, float* packed);

// to[column·to_stride + row] = from[row·from_stride + column], to_stride ≥ rows
void transpose(std::int64_t rows, std::int64_t columns, const float* from, std::int64_t from_stride,
               float* to, std::int64_t to_stride);

// A distance of at least `floats` between rows of scratch that are read side by side: an odd number
// of cache lines, so that they do not all fall into the same few places of the cache.
static inline std::int64_t spread(std::int64_t floats) {
  const std::int64_t lines = (floats + 15) / 16;
  return 16 * (lines + 1 - lines % 2);
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
