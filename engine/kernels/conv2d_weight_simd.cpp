#include "kernels/conv2d_rows.hpp"
#include "kernels/dots.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/tasks.hpp"

// The weights' gradient is dots over rows of pixels, with x's columns sorted as in forward, or goes
// by Winograd's algorithm (winograd_weight_simd.cpp).
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// Of a run of d_y: long, so that the partial sums seldom go to memory.
constexpr std::int64_t part_floats = lanes > 4 ? 2048 : 1024;
constexpr std::int64_t slice_taps = 24;  // at most, of one task

// The first tap of a slice: a multiple of every tile's width, so that only the last slice has a
// rest.
std::int64_t slice_begin(std::int64_t slice, std::int64_t slices, std::int64_t taps) {
  return slice == slices ? taps : taps * slice / slices / 12 * 12;
}

struct WeightScratch {
  explicit WeightScratch(const Conv2dArgs& a) {
    const Sizes s(a);
    row = whole_vectors(s.y_row);
    const bool padded = row > s.y_row;
    offsets = partial_floats(a.out_channels, s.taps);
    d_y = offsets + s.taps;
    x = d_y + (padded ? std::int64_t{a.out_channels} * a.out_h * row : 0);
    copies_x = padded || a.stride_w > 1;
    total = x + (copies_x ? a.in_channels * s.x_channel + (row - s.y_row) : 0);
  }
  std::int64_t row;  // floats of a row of d_y, filled up with zeros to whole vectors
  bool copies_x;     // x with sorted columns, and room for what its last vector reads beyond it
  std::int64_t offsets, d_y, x, total;
};

}  // namespace

std::int64_t conv2d_backward_weight_scratch(const Conv2dArgs& a) {
  if (is_linear(a)) return linear_backward_weight_scratch(as_linear(a));
  const WinogradArgs tiles = winograd_forward(a);
  return by_winograd(a, tiles) ? winograd_weight_scratch(tiles)
                               : conv2d_backward_weight_direct_scratch(a);
}
std::int64_t conv2d_backward_weight_direct_scratch(const Conv2dArgs& a) {
  return WeightScratch(one_row(a) ? in_one_row(a) : a).total;
}

void conv2d_backward_weight(const RunContext& context, const Conv2dArgs& a, const float* x,
                            const float* d_y, float* d_weight) {
  if (is_linear(a)) return linear_backward_weight(context, as_linear(a), x, d_y, d_weight);
  const WinogradArgs tiles = winograd_forward(a);
  if (!by_winograd(a, tiles)) return conv2d_backward_weight_direct(context, a, x, d_y, d_weight);
  winograd_weight(context, tiles, x, d_y, d_weight, a.write);
}

void conv2d_backward_weight_direct(const RunContext& context, const Conv2dArgs& args,
                                   const float* x, const float* d_y, float* d_weight) {
  const Conv2dArgs a = one_row(args) ? in_one_row(args) : args;
  const Sizes s(a);
  const WeightScratch at(a);
  if (at.row > s.y_row) {
    float* filled = context.scratch + at.d_y;
    for (std::int64_t r = 0; r < std::int64_t{a.out_channels} * a.out_h; ++r) {
      copy_floats(d_y + r * s.y_row, s.y_row, filled + r * at.row);
      fill(filled + r * at.row + s.y_row, at.row - s.y_row);
    }
    d_y = filled;
  }
  if (at.copies_x) {
    float* copy = context.scratch + at.x;
    sort_columns(a, x, copy, s.x_channel);
    fill(copy + a.in_channels * s.x_channel, at.row - s.y_row);
    x = copy;
  }
  std::int32_t* offsets = as_offsets(context.scratch + at.offsets);
  place_taps(a, s, s.x_channel, offsets);

  // A part is some whole rows, or a piece of one.
  const std::int64_t pieces = (at.row + part_floats - 1) / part_floats;
  const std::int64_t rows = at.row >= part_floats ? 1 : part_floats / at.row;
  const std::int64_t vectors = at.row / whole_vectors(1);
  const Tiles tiles{s.group_out};
  const std::int64_t slices = (s.taps + slice_taps - 1) / slice_taps;
  const std::int64_t tasks = a.groups * tiles.count() * slices;
  for_tasks(context, tasks, s.work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = 0; i < a.out_h; i += rows)
      for (std::int64_t piece = 0; piece < pieces; ++piece) {
        const std::int64_t p0 = vectors * piece / pieces * whole_vectors(1);
        const std::int64_t p1 = vectors * (piece + 1) / pieces * whole_vectors(1);
        for (std::int64_t task = begin; task < end; ++task) {
          const std::int64_t slice = task % slices, tile = task / slices % tiles.count();
          const std::int64_t g = task / slices / tiles.count();
          const std::int64_t channel = g * s.group_out + tiles.begin(tile);
          const DotsPart part = {
              .a = d_y + (channel * a.out_h + i) * at.row + p0,
              .a_stride = a.out_h * at.row,
              .a_row = at.row,
              .b = x + g * s.group_in * s.x_channel + i * a.stride_h * s.x_row + p0,
              .offsets = offsets,
              .b_row = a.stride_h * s.x_row,
              .rows = i + rows <= a.out_h ? rows : a.out_h - i,
              .length = p1 - p0,
              .first = i == 0 && piece == 0,
              .last = i + rows >= a.out_h && piece == pieces - 1};
          dots(part, tiles.size(tile), slice_begin(slice, slices, s.taps),
               slice_begin(slice + 1, slices, s.taps),
               context.scratch + partial_floats(channel, s.taps), d_weight + channel * s.taps,
               s.taps, a.write);
        }
      }
  });
}

void conv2d_backward_bias(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                          float* d_bias) {
  const Sizes s(a);
  for_tasks(context, a.out_channels, a.out_channels * s.y_channel,
            [&](std::int64_t begin, std::int64_t end) {
              for (std::int64_t o = begin; o < end; ++o) {
                const float total = total_of(d_y + o * s.y_channel, s.y_channel);
                d_bias[o] = a.write == Write::accumulate ? d_bias[o] + total : total;
              }
            });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
