#include "kernels/conv2d_rows.hpp"
#include "kernels/depthwise.hpp"
#include "kernels/dots.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/tasks.hpp"

// The weights' gradient is dots over rows of pixels of d_y and of x without strides (phases.hpp),
// or goes by Winograd's algorithm (winograd_weight_simd.cpp). Rows that follow each other in both
// at the same distance are one; those of d_y that fill no vectors are copied, with zeros between
// them, until they are.
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// Of a run of d_y: long, so that the partial sums seldom go to memory.
constexpr std::int64_t part_floats = lanes > 4 ? 2048 : 1024;
constexpr std::int64_t slice_taps = 24;  // at most, of one task

// The first tap of a slice: a multiple of the tile's width, so that only the last slice has a rest.
std::int64_t slice_begin(std::int64_t slice, std::int64_t slices, std::int64_t taps, int channels) {
  const std::int64_t unit = channels == 1 ? 9 : 12;
  return slice == slices ? taps : taps * slice / slices / unit * unit;
}

struct WeightScratch {
  explicit WeightScratch(const Conv2dArgs& a)
      : s(a),
        by_columns(has_stride(a) && a.batch >= lanes),
        fills(fills_columns(a)),
        sorts(has_stride(a) && !by_columns && !fills),
        phases(sorts ? a : without_stride(a)) {
    const std::int64_t x_row = phases.row;
    const bool follows = !by_columns && !fills;
    // A row costs about one vector more than it has, a copy of it as much as some taps.
    const std::int64_t vectors = whole_vectors(s.y_row) + lanes;
    apart =
        follows && x_row > s.y_row && (s.y_row < lanes || x_row * (s.taps + 8) < vectors * s.taps);
    one_run = apart || (follows && x_row == s.y_row);
    run = one_run      ? (a.out_h - 1) * x_row + s.y_row
          : by_columns ? s.batch
          : fills      ? without_column_stride(a).out_w
                       : s.y_row;
    const std::int64_t short_of = run < lanes ? lanes - run : 0;
    copies_y = apart || fills || short_of > 0;
    copies_x = sorts || short_of > 0;
    run += short_of;
    row = fills ? run : s.y_row;
    channel = fills ? a.out_h * run : copies_y ? spread(run) : s.y_channel;
    offsets = partial_floats(a.out_channels, s.taps);
    d_y = offsets + whole_vectors(s.taps);  // vectors of d_y share no cache lines
    x = d_y + (copies_y ? a.out_channels * channel : 0);
    total = x + (copies_x ? a.in_channels * phases.channel + short_of : 0);
  }
  Sizes s;
  bool by_columns, fills, sorts;
  Phases phases;
  bool apart;        // rows of d_y are as far apart as those of x, with zeros between them
  bool one_run;      // all rows are one
  std::int64_t run;  // floats of a row, at least a vector
  bool copies_y, copies_x;
  std::int64_t row, channel;  // floats from one of d_y to the next
  std::int64_t offsets, d_y, x, total;
};

// d_y with its rows apart, in runs of at least a vector.
void spread_rows(const Conv2dArgs& a, const WeightScratch& at, const float* d_y, float* to) {
  const std::int64_t rows = at.apart ? a.out_h : 1, row = at.s.y_channel / rows;
  for (std::int64_t o = 0; o < a.out_channels; ++o, to += at.channel) {
    fill(to, at.channel);
    for (std::int64_t i = 0; i < rows; ++i, d_y += row)
      copy_floats(d_y, row, to + i * at.phases.row);
  }
}

}  // namespace

std::int64_t conv2d_backward_weight_scratch(const Conv2dArgs& a) {
  if (is_linear(a)) return linear_backward_weight_scratch(as_linear(a));
  const WinogradArgs tiles = winograd_backward_weight(a);
  return tiles.tile ? winograd_weight_scratch(tiles) : conv2d_backward_weight_direct_scratch(a);
}
std::int64_t conv2d_backward_weight_direct_scratch(const Conv2dArgs& a) {
  return WeightScratch(a).total;
}

void conv2d_backward_weight(const RunContext& context, const Conv2dArgs& a, const float* x,
                            const float* d_y, float* d_weight) {
  if (is_linear(a)) return linear_backward_weight(context, as_linear(a), x, d_y, d_weight);
  const WinogradArgs tiles = winograd_backward_weight(a);
  if (!tiles.tile) return conv2d_backward_weight_direct(context, a, x, d_y, d_weight);
  winograd_weight(context, tiles, x, d_y, d_weight, a.write);
}

void conv2d_backward_weight_direct(const RunContext& context, const Conv2dArgs& a, const float* x,
                                   const float* d_y, float* d_weight) {
  const WeightScratch at(a);
  const Sizes& s = at.s;
  if (lanes > 4 && at.fills) {
    spread_columns(a, d_y, std::int64_t{a.out_channels} * a.out_h, at.row,
                   context.scratch + at.d_y);
    d_y = context.scratch + at.d_y;
  } else if (at.copies_y) {
    spread_rows(a, at, d_y, context.scratch + at.d_y);
    d_y = context.scratch + at.d_y;
  }
  if (at.copies_x) {
    float* copy = context.scratch + at.x;
    sort_phases(a, x, a.in_channels, copy, at.phases.channel);
    fill(copy + a.in_channels * at.phases.channel,
         context.scratch + at.total - copy - a.in_channels * at.phases.channel);
    x = copy;
  }
  std::int32_t* offsets = as_offsets(context.scratch + at.offsets);
  place_taps(at.sorts ? a : without_stride(a), at.phases, at.phases.channel, offsets);

  // A part is some whole rows, or a piece of one. Groups have no x in common, so one is finished
  // before the next begins.
  const std::int64_t height = at.one_run ? 1 : a.out_h;
  const std::int64_t pieces = (at.run + part_floats - 1) / part_floats;
  const std::int64_t rows = at.by_columns || at.run >= part_floats ? 1 : part_floats / at.run;
  const std::int64_t down = at.sorts ? at.phases.row : a.stride_h * at.phases.row;
  const std::int64_t vectors = at.run / lanes;
  const Tiles tiles{s.group_out, s.group_out <= dots_channels ? dots_channels : tile_channels};
  const std::int64_t slices = (s.taps + slice_taps - 1) / slice_taps;
  const std::int64_t tasks = tiles.count() * slices;  // of one group
  const auto add = [&](std::int64_t g, std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = 0; i < height; i += rows)
      for (std::int64_t piece = 0; piece < pieces; ++piece) {
        const std::int64_t p0 = vectors * piece / pieces * lanes;
        const std::int64_t p1 =
            piece + 1 < pieces ? vectors * (piece + 1) / pieces * lanes : at.run;
        for (std::int64_t task = begin; task < end; ++task) {
          const std::int64_t slice = task % slices, tile = task / slices;
          const std::int64_t channel = g * s.group_out + tiles.begin(tile);
          const DotsPart part = {.a = d_y + channel * at.channel + i * at.row + p0,
                                 .a_stride = at.channel,
                                 .a_row = at.by_columns ? s.batch : at.row,
                                 .b = x + g * s.group_in * at.phases.channel + i * down + p0,
                                 .offsets = offsets,
                                 .b_row = at.by_columns ? a.stride_w * s.batch : down,
                                 .rows = at.by_columns        ? a.out_w
                                         : i + rows <= height ? rows
                                                              : height - i,
                                 .length = p1 - p0,
                                 .first = i == 0 && piece == 0,
                                 .last = i + rows >= height && piece == pieces - 1};
          const int channels = tiles.size(tile);
          dots(part, channels, slice_begin(slice, slices, s.taps, channels),
               slice_begin(slice + 1, slices, s.taps, channels),
               context.scratch + partial_floats(channel, s.taps), d_weight + channel * s.taps,
               s.taps, a.write);
        }
      }
  };
  for_tasks(context, a.groups * tasks, s.work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin, next; task < end; task = next) {
      const std::int64_t g = task / tasks;
      next = (g + 1) * tasks < end ? (g + 1) * tasks : end;
      add(g, task - g * tasks, next - g * tasks);
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
