#include "kernels/conv2d_rows.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/tasks.hpp"

// Forward is correlate over rows of pixels. Where there is a stride along the row, x's columns are
// sorted by their remainder in scratch memory, 0 s 2s … 1 s+1 2s+1 …, after which the columns that
// a tap meets are neighbours and every row is one run. (conv2d_input_simd.cpp has the input's
// gradient, conv2d_weight_simd.cpp those of the weights and the bias.)
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

struct ForwardScratch {
  explicit ForwardScratch(const Conv2dArgs& a) {
    const Sizes s(a);
    zeros = packed_floats(a.out_channels, s.taps);
    offsets = zeros + s.group_out;
    sorted = offsets + s.taps;
    total = sorted + (a.stride_w > 1 ? a.in_channels * s.x_channel : 0);
  }
  std::int64_t zeros, offsets, sorted, total;
};

}  // namespace

std::int64_t conv2d_forward_scratch(const Conv2dArgs& a) {
  const WinogradArgs tiles = winograd_forward(a);
  return by_winograd(a, tiles) ? winograd_scratch(tiles) : ForwardScratch(a).total;
}
std::int64_t conv2d_forward_direct_scratch(const Conv2dArgs& a) { return ForwardScratch(a).total; }

void conv2d_forward(const RunContext& context, const Conv2dArgs& a, const float* x,
                    const float* weight, const float* bias, float* y) {
  const WinogradArgs tiles = winograd_forward(a);
  if (!by_winograd(a, tiles)) return conv2d_forward_direct(context, a, x, weight, bias, y);
  const WinogradWeights weights = {weight, Sizes(a).taps, 9, false};
  winograd(context, tiles, weights, x, bias, y, Write::overwrite);
}

void conv2d_forward_direct(const RunContext& context, const Conv2dArgs& a, const float* x,
                           const float* weight, const float* bias, float* y) {
  const Sizes s(a);
  const ForwardScratch at(a);
  float* packed = context.scratch;
  float* zeros = context.scratch + at.zeros;
  fill(zeros, s.group_out);
  if (a.stride_w > 1) {
    sort_columns(a, x, context.scratch + at.sorted);
    x = context.scratch + at.sorted;
  }
  std::int32_t* offsets = as_offsets(context.scratch + at.offsets);
  place_taps(a, s, offsets);
  const Tiles tiles{s.group_out};
  for (int g = 0; g < a.groups; ++g)
    pack(tiles, 0, tiles.count(), s.taps, weight + g * s.group_out * s.taps,
         packed + g * s.group_out * s.taps);

  const std::int64_t rows = std::int64_t{a.groups} * a.out_h;
  const std::int64_t parts = parts_of_a_row(rows, tiles);
  for_tasks(context, rows * parts, s.work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task % parts, i = task / parts % a.out_h;
      const std::int64_t g = task / parts / a.out_h;
      const Correlation c = {tiles, s.taps, packed + g * s.group_out * s.taps, offsets};
      correlate(c, tiles.count() * part / parts, tiles.count() * (part + 1) / parts, 0, s.taps,
                x + g * s.group_in * s.x_channel + i * a.stride_h * s.x_row, s.y_row,
                bias ? bias + g * s.group_out : zeros,
                y + g * s.group_out * s.y_channel + i * s.y_row, s.y_channel);
    }
  });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
