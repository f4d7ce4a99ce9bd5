#include "kernels/conv2d_rows.hpp"
#include "kernels/depthwise.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/tasks.hpp"

// Forward is correlate over rows of pixels. Where there is a stride along the row, x's columns are
// sorted by their remainder in scratch memory, 0 s 2s … 1 s+1 2s+1 …, after which the columns that
// a tap meets are neighbours and every row is one run. (conv2d_input_simd.cpp has the input's
// gradient, conv2d_weight_simd.cpp those of the weights and the bias.)
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

constexpr std::int64_t band_floats = 128;  // of rows that are computed together, if they are short

// What correlate meets: the picture as it stands or a copy, and its place in scratch memory.
struct Forward {
  explicit Forward(const Conv2dArgs& args)
      : a(pointwise(args) ? in_one_row(args) : args),
        s(a),
        copies(args.stride_w > 1 || (pointwise(args) && args.stride_h > 1) ||
               in_the_way(s.group_in, s.x_channel)),
        channel(copies ? spread(s.x_channel) : s.x_channel) {
    zeros = packed_floats(a.out_channels, s.taps);
    offsets = zeros + s.group_out;
    copy = offsets + s.taps;
    total = copy + (copies ? a.in_channels * channel : 0);
    // Short rows go together, so that a tile's weights serve more than one, and what fills no
    // vector of one joins that of others.
    const std::int64_t rows = s.y_row < band_floats ? band_floats / s.y_row : 1;
    band = rows < a.out_h ? rows : a.out_h;
    bands = (a.out_h + band - 1) / band;
  }
  Conv2dArgs a;
  Sizes s;
  bool copies;
  std::int64_t channel;  // floats from one of x to the next
  std::int64_t zeros, offsets, copy, total;
  std::int64_t band, bands;  // rows that are computed together, and how many times
};

// The pixels that a 1×1 convolution with a stride meets, or all of them.
void pick_pixels(const Conv2dArgs& a, const float* x, float* to, std::int64_t channel) {
  const std::int64_t batch = a.batch, row = a.in_w * batch;
  for (std::int64_t c = 0; c < a.in_channels; ++c, x += a.in_h * row) {
    float* target = to + c * channel;
    for (std::int64_t i = 0; i < a.out_h; ++i) {
      const float* from = x + i * a.stride_h * row;
      if (a.stride_w == 1)
        copy_floats(from, a.out_w * batch, target);
      else
        pick_columns(from, a.out_w, a.stride_w, batch, target);
      target += a.out_w * batch;
    }
  }
}

}  // namespace

std::int64_t conv2d_forward_scratch(const Conv2dArgs& a) {
  const WinogradArgs tiles = winograd_forward(a);
  return by_winograd(a, tiles) ? winograd_scratch(tiles) : conv2d_forward_direct_scratch(a);
}
std::int64_t conv2d_forward_direct_scratch(const Conv2dArgs& a) {
  return is_depthwise(a) ? depthwise_forward_scratch(a) : Forward(a).total;
}

void conv2d_forward(const RunContext& context, const Conv2dArgs& a, const float* x,
                    const float* weight, const float* bias, float* y) {
  const WinogradArgs tiles = winograd_forward(a);
  if (!by_winograd(a, tiles)) return conv2d_forward_direct(context, a, x, weight, bias, y);
  const WinogradWeights weights = {weight, Sizes(a).taps, 9, false};
  winograd(context, tiles, weights, x, bias, y, Write::overwrite);
}

void conv2d_forward_direct(const RunContext& context, const Conv2dArgs& args, const float* x,
                           const float* weight, const float* bias, float* y) {
  if (is_depthwise(args)) return depthwise_forward(context, args, x, weight, bias, y);
  const Forward f(args);
  const Conv2dArgs& a = f.a;
  const Sizes& s = f.s;
  float* packed = context.scratch;
  float* zeros = context.scratch + f.zeros;
  fill(zeros, s.group_out);
  if (f.copies) {
    float* copy = context.scratch + f.copy;
    if (pointwise(args))
      pick_pixels(args, x, copy, f.channel);
    else
      sort_columns(a, x, copy, f.channel);
    x = copy;
  }
  std::int32_t* offsets = as_offsets(context.scratch + f.offsets);
  place_taps(a, s, f.channel, offsets);
  const Tiles tiles{s.group_out};
  for (int g = 0; g < a.groups; ++g)
    pack(tiles, 0, tiles.count(), s.taps, weight + g * s.group_out * s.taps,
         packed + g * s.group_out * s.taps);

  // A task is one tile of channels in one band of rows; those of a band are taken together.
  const std::int64_t count = tiles.count();
  for_tasks(context, a.groups * f.bands * count, s.work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin, next; task < end; task = next) {
      const std::int64_t first = task % count, g = task / count / f.bands;
      next = task - first + count < end ? task - first + count : end;
      const std::int64_t i = task / count % f.bands * f.band;
      const std::int64_t rows = i + f.band <= a.out_h ? f.band : a.out_h - i;
      const Correlation c = {tiles, s.taps, packed + g * s.group_out * s.taps, offsets};
      const Rows met = {x + g * s.group_in * f.channel + i * a.stride_h * s.x_row, s.y_row, rows,
                        a.stride_h * s.x_row, s.y_row};
      float* out = y + g * s.group_out * s.y_channel + i * s.y_row;
      const std::int64_t last = first + next - task;
      correlate(c, first, last, 0, s.taps, met, bias ? bias + g * s.group_out : zeros, out,
                s.y_channel);
      for (std::int64_t k = tiles.begin(first); k < tiles.begin(last); ++k)
        activate_run(a, out + k * s.y_channel, rows * s.y_row);
    }
  });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
