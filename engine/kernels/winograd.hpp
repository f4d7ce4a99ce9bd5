// winograd: 3×3 correlation with stride 1 by Winograd's F(2×2, 3×3) and F(4×4, 3×3): 2×2 outputs at
// a time from 16 products instead of 36, or 4×4 from 36 instead of 144 (Lavin and Gray, "Fast
// algorithms for convolutional neural networks").
//
//   y[k] = A'·[ Σ_c (G·w[k][c]·G') ∘ (B'·x[c]·B) ]·A      for every tile, 4×4 or 6×6 of x
//
// The sums over c are correlations with one tap per channel, whose run are the tiles, one for every
// product. The weights' gradient is the products of F(2×2, 3×3) summed over tiles and images
// instead:
//
//   d_weight[k][c] = G'·[ Σ_tiles (A·d_y[k]·A') ∘ (B'·x[c]·B) ]·G
//
// Error: an output's products meet all inputs of its tile, 4×4 or 6×6, so it is bounded by the
// magnitudes of the tile rather than by those of the output's own terms:
//   |error| ≤ 3e-6 · Σ_c max|x[c] in the tile| · Σ_uv |w[k][c][u][v]|
// (the worst that a search among signs and magnitudes finds with 16 channels is 0.3e-6 with tiles
// of 2×2 outputs and 1.7e-6 with 4×4; on random numbers it is 0.04e-6 and 0.2e-6), and that of a
// weight's gradient by
//   |error| ≤ 3e-6 · Σ_tiles max|x[c] in the tile| · Σ |d_y[k] in the tile|
#pragma once

#include "kernels/activation.hpp"

#ifndef CONVOLAB_SIMD_VARIANT
#error "compile *_simd.cpp with -DCONVOLAB_SIMD_VARIANT=<name>"
#endif

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

// x (in_channels, in_h, in_w, batch) within `border` rows and columns of zeros on every side,
// y (out_channels, in_h + 2·border − 2, in_w + 2·border − 2, batch).
struct WinogradArgs {
  std::int64_t batch, in_channels, in_h, in_w, border, out_channels;
  Activation activation = Activation::none;  // of y, when it is overwritten
  float negative_slope = 0.0f;
  std::int64_t tile = 2;  // outputs of a tile, across and down: 2 or 4
  std::int64_t products() const { return (tile + 2) * (tile + 2); }
  std::int64_t out_h() const { return in_h + 2 * border - 2; }
  std::int64_t out_w() const { return in_w + 2 * border - 2; }
};

// Whether there are so many channels, and so many tiles of 2.
bool winograd_fits(const WinogradArgs& a, std::int64_t channels, std::int64_t tiles);
// The tile that is the fastest way, `largest` at most, or 0 where direct sums are.
std::int64_t winograd_tile(const WinogradArgs& a, std::int64_t largest);

// In floats.
std::int64_t winograd_scratch(const WinogradArgs& a);

// The weight of output k and input c for tap (u, v) stands at
// weight[k·out_step + c·in_step + 3·u + v], or, turned half around, at … + 8 − 3·u − v.
struct WinogradWeights {
  const float* weight;
  std::int64_t out_step, in_step;
  bool turned;
};

// The gradient of weights that stand as in PyTorch, (out_channels, in_channels, 3, 3): whether it
// is faster than direct sums, its memory, and itself.
bool winograd_weight_pays(const WinogradArgs& a);
std::int64_t winograd_weight_scratch(const WinogradArgs& a);
void winograd_weight(const RunContext& context, const WinogradArgs& a, const float* x,
                     const float* d_y, float* d_weight, Write how);

// B'·x·B of a run of tiles of 2 or 4; d[r·(tile + 2) + s]: row r, column s of the first. Each
// product `step` after the one before; what lies behind length, up to a whole vector, is read and
// written.
void winograd_input(std::int64_t tile, const float* const* d, std::int64_t length, float* to,
                    std::int64_t step);

// bias: a value for each output channel, or nullptr.
void winograd(const RunContext& context, const WinogradArgs& a, const WinogradWeights& weights,
              const float* x, const float* bias, float* y, Write how);

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
