#include "kernels/conv2d_rows.hpp"
#include "kernels/depthwise.hpp"
#include "kernels/dots.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/tasks.hpp"

// Forward is correlate over rows of pixels, of x without strides (phases.hpp). Where rows of y and
// of x follow each other at the same distance, all are one run. Short rows that fill no vectors are
// made so: what lies between them is computed as well, and left out in the end.
// (conv2d_input_simd.cpp has the input's gradient, conv2d_weight_simd.cpp those of the weights and
// the bias.)
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// What correlate meets: the picture as it stands or a copy, and its place in scratch memory.
struct Forward {
  explicit Forward(const Conv2dArgs& a)
      : s(a),
        phases(a),
        copies(has_stride(a) || in_the_way(s.group_in, s.x_channel)),
        channel(copies ? spread(phases.channel) : s.x_channel),
        apart(phases.row > s.y_row && s.y_row < band_floats &&
              phases.row <= whole_vectors(s.y_row)) {
    zeros = packed_floats(a.out_channels, s.taps);
    offsets = zeros + s.group_out;
    copy = offsets + s.taps;
    wide = copy + (copies ? a.in_channels * channel : 0);
    wide_channel = spread(a.out_h * phases.row);
    total = wide + (apart ? a.out_channels * wide_channel : 0);
    // Short rows go together, so that a tile's weights serve more than one.
    const std::int64_t rows = phases.row == s.y_row   ? a.out_h
                              : s.y_row < band_floats ? band_floats / s.y_row
                                                      : 1;
    band = rows < a.out_h ? rows : a.out_h;
    bands = (a.out_h + band - 1) / band;
  }
  Sizes s;
  Phases phases;
  bool copies;
  std::int64_t channel;  // floats from one of x to the next
  bool apart;            // rows of y are computed as far apart as those of x, in scratch memory
  std::int64_t zeros, offsets, copy, wide, wide_channel, total;
  std::int64_t band, bands;  // rows that are computed together, and how many times
};

void forward(const RunContext& context, const Conv2dArgs& a, const WinogradArgs& tiles,
             const float* x, const float* weight, const float* bias, float* y) {
  if (!tiles.tile) return conv2d_forward_direct(context, a, x, weight, bias, y);
  const WinogradWeights weights = {weight, Sizes(a).taps, 9, false};
  winograd(context, tiles, weights, x, bias, y, Write::overwrite);
}

}  // namespace

// What fills no vector is part of one that reaches back, or goes by fours, or one by one.
void copy_floats(const float* from, std::int64_t count, float* to) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) save(to + i, load(from + i));
  if (i == count) return;
  if (lanes > 4 && count >= lanes) return save(to + count - lanes, load(from + count - lanes));
  for (; lanes > 4 && i + 4 <= count; i += 4) save(to + i, load_quad(from + i));
  for (; i < count; ++i) to[i] = from[i];
}

void fill(float* to, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) save(to + i, Vector(0.0f));
  if (i == count) return;
  if (lanes > 4 && count >= lanes) return save(to + count - lanes, Vector(0.0f));
  for (; lanes > 4 && i + 4 <= count; i += 4) save(to + i, Quad(0.0f));
  for (; i < count; ++i) to[i] = 0.0f;
}

std::int64_t conv2d_forward_scratch(const Conv2dArgs& a) {
  const WinogradArgs tiles = winograd_forward(a, 4);
  return tiles.tile ? winograd_scratch(tiles) : conv2d_forward_direct_scratch(a);
}
std::int64_t conv2d_forward_2x2_scratch(const Conv2dArgs& a) {
  const WinogradArgs tiles = winograd_forward(a, 2);
  return tiles.tile ? winograd_scratch(tiles) : conv2d_forward_direct_scratch(a);
}
std::int64_t conv2d_forward_direct_scratch(const Conv2dArgs& a) {
  return is_depthwise(a) ? depthwise_forward_scratch(a) : Forward(a).total;
}

void conv2d_forward(const RunContext& context, const Conv2dArgs& a, const float* x,
                    const float* weight, const float* bias, float* y) {
  forward(context, a, winograd_forward(a, 4), x, weight, bias, y);
}
void conv2d_forward_2x2(const RunContext& context, const Conv2dArgs& a, const float* x,
                        const float* weight, const float* bias, float* y) {
  forward(context, a, winograd_forward(a, 2), x, weight, bias, y);
}

void conv2d_forward_direct(const RunContext& context, const Conv2dArgs& a, const float* x,
                           const float* weight, const float* bias, float* y) {
  if (is_depthwise(a)) return depthwise_forward(context, a, x, weight, bias, y);
  const Forward f(a);
  const Sizes& s = f.s;
  float* packed = context.scratch;
  float* zeros = context.scratch + f.zeros;
  fill(zeros, s.group_out);
  if (f.copies) {
    sort_phases(a, x, a.in_channels, context.scratch + f.copy, f.channel);
    x = context.scratch + f.copy;
  }
  std::int32_t* offsets = as_offsets(context.scratch + f.offsets);
  place_taps(a, f.phases, f.channel, offsets);
  const Tiles tiles{s.group_out};
  for (int g = 0; g < a.groups; ++g)
    pack(tiles, 0, tiles.count(), s.taps, weight + g * s.group_out * s.taps,
         packed + g * s.group_out * s.taps);

  // A task is one tile of channels in one band of rows; those of a band are taken together.
  const std::int64_t count = tiles.count(), row = f.phases.row;
  const bool one_run = f.apart || row == s.y_row;
  for_tasks(context, a.groups * f.bands * count, s.work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin, next; task < end; task = next) {
      const std::int64_t first = task % count, g = task / count / f.bands;
      next = task - first + count < end ? task - first + count : end;
      const std::int64_t last = first + next - task;
      const std::int64_t i = task / count % f.bands * f.band;
      const std::int64_t rows = i + f.band <= a.out_h ? f.band : a.out_h - i;
      const Correlation c = {tiles, s.taps, packed + g * s.group_out * s.taps, offsets};
      const float* from = x + g * s.group_in * f.channel + i * row;
      const Rows met = one_run ? Rows{from, (rows - 1) * row + s.y_row, 1, 0, 0}
                               : Rows{from, s.y_row, rows, row, s.y_row};
      float* out = y + g * s.group_out * s.y_channel + i * s.y_row;
      float* wide = context.scratch + f.wide + g * s.group_out * f.wide_channel + i * row;
      correlate(c, first, last, 0, s.taps, met, bias ? bias + g * s.group_out : zeros,
                f.apart ? wide : out, f.apart ? f.wide_channel : s.y_channel);
      for (std::int64_t k = tiles.begin(first); k < tiles.begin(last); ++k) {
        for (std::int64_t r = 0; f.apart && r < rows; ++r)
          copy_floats(wide + k * f.wide_channel + r * row, s.y_row,
                      out + k * s.y_channel + r * s.y_row);
        activate_run(a, out + k * s.y_channel, rows * s.y_row);
      }
    }
  });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
