#include "kernels/conv2d_rows.hpp"
#include "kernels/depthwise.hpp"
#include "kernels/dots.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/tasks.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// Input column j = b·stride + r meets the taps v with v·dilation ≡ r (mod stride), at output column
// b + (r − v·dilation)/stride: for every remainder r one correlation over b. Likewise for rows,
// where a remainder's taps stand together and those outside d_y are left out at either end.
// Columns near the edge meet only some of the taps v: they are computed by themselves, or, where a
// batch is so narrow that this would not fill vectors, all columns meet all taps in a d_y with a
// border of zeros.
struct BackwardScratch {
  explicit BackwardScratch(const Conv2dArgs& a) {
    const Sizes s(a);
    const int reach = (a.kernel_w - 1) * a.dilation_w / a.stride_w;
    const int columns = (a.in_w + a.stride_w - 1) / a.stride_w;
    const bool border = s.batch < 2 * whole_vectors(1) && reach > 0;
    left = border ? reach : 0;
    width = border ? left + (columns > a.out_w ? columns : a.out_w) : a.out_w;
    // Many channels that stand a multiple of 1 KiB apart would share few places of the cache.
    copies = width > a.out_w || (s.group_out > 8 && s.y_channel % 256 == 0);
    channel = copies ? spread(width * s.batch * a.out_h) : s.y_channel;
    zeros = packed_floats(a.out_channels, s.taps);
    offsets = zeros + s.group_in;
    padded = offsets + std::int64_t{s.group_out} * a.kernel_h * a.kernel_w;
    sorted = padded + (copies ? a.out_channels * channel : 0);
    total = sorted + (a.stride_w > 1 ? a.in_channels * s.x_channel : 0);
  }
  int left, width;       // of a row of d_y, with its border if it has one
  bool copies;           // d_y, to give it a border or its channels a distance
  std::int64_t channel;  // floats from one channel of it to the next
  std::int64_t zeros, offsets, padded, sorted, total;
};

// Calls visit(u, place) for the kernel rows in order of the remainder of u·dilation, then of u.
template <class Visit>
void visit_kernel_rows(const Conv2dArgs& a, const Visit& visit) {
  int place = 0;
  for (int remainder = 0; remainder < a.stride_h; ++remainder)
    for (int u = 0; u < a.kernel_h; ++u)
      if (u * a.dilation_h % a.stride_h == remainder) visit(u, place++);
}

// The places of the kernel rows that input row i meets inside d_y: begin … end-1.
struct Span {
  int begin = 0, end = 0;
};
Span kernel_rows_at(const Conv2dArgs& a, int i) {
  Span span;
  visit_kernel_rows(a, [&](int u, int place) {
    const int row = i - u * a.dilation_h;
    if (row < 0 || row % a.stride_h != 0 || row / a.stride_h >= a.out_h) return;
    if (span.end == 0) span.begin = place;
    span.end = place + 1;
  });
  return span;
}

// Calls visit(v) for the kernel columns of a remainder.
template <class Visit>
void visit_kernel_columns(const Conv2dArgs& a, int remainder, const Visit& visit) {
  for (int v = 0; v < a.kernel_w; ++v)
    if (v * a.dilation_w % a.stride_w == remainder) visit(v);
}

int kernel_columns(const Conv2dArgs& a, int remainder) {
  int count = 0;
  visit_kernel_columns(a, remainder, [&](int) { ++count; });
  return count;
}

// Which of a remainder's kernel columns, in order, column b meets inside d_y with its border.
Span kernel_columns_at(const Conv2dArgs& a, const BackwardScratch& at, int remainder, int b) {
  Span span;
  int place = 0;
  visit_kernel_columns(a, remainder, [&](int v) {
    const int column = at.left + b + (remainder - v * a.dilation_w) / a.stride_w;
    if (column >= 0 && column < at.width) {
      if (span.end == 0) span.begin = place;
      span.end = place + 1;
    }
    ++place;
  });
  return span;
}

// Offsets into d_y and packed weights of one remainder, for taps (u by place, v, o).
void place_backward_taps(const Conv2dArgs& a, const BackwardScratch& at, int remainder,
                         std::int32_t* offsets) {
  const Sizes s(a);
  visit_kernel_rows(a, [&](int u, int) {
    const int row_remainder = u * a.dilation_h % a.stride_h;
    const std::int64_t row = (row_remainder - u * a.dilation_h) / a.stride_h;
    visit_kernel_columns(a, remainder, [&](int v) {
      const std::int64_t column = at.left + (remainder - v * a.dilation_w) / a.stride_w;
      for (std::int64_t o = 0; o < s.group_out; ++o)
        *offsets++ =
            static_cast<std::int32_t>(o * at.channel + (row * at.width + column) * s.batch);
    });
  });
}

void pack_backward(const Conv2dArgs& a, const Sizes& s, const Tiles& tiles, int remainder,
                   const float* weight, float* packed) {
  const std::int64_t kernel = std::int64_t{a.kernel_h} * a.kernel_w;
  for (std::int64_t i = 0; i < tiles.count(); ++i)
    visit_kernel_rows(a, [&](int u, int) {
      visit_kernel_columns(a, remainder, [&](int v) {
        for (std::int64_t o = 0; o < s.group_out; ++o)
          for (std::int64_t k = tiles.begin(i); k < tiles.begin(i + 1); ++k)
            *packed++ = weight[(o * s.group_in + k) * kernel + u * a.kernel_w + v];
      });
    });
}

// One row of one remainder's columns: runs of columns that meet the same taps.
struct BackwardRow {
  const Conv2dArgs& a;
  const BackwardScratch& at;
  int remainder, columns;
  Correlation taps;
  Span rows;  // of the kernel, by place
  std::int64_t first_tile, end_tile;
  const float* d_y;
  const float* start;
  float* out;
  std::int64_t out_stride;

  void run(int begin, int end, const Span& met) const {
    const std::int64_t group_out = a.out_channels / a.groups, batch = a.batch;
    const std::int64_t all = kernel_columns(a, remainder) * group_out;  // taps of a kernel row
    const auto add = [&](std::int64_t first, std::int64_t last, const float* from) {
      correlate(taps, first_tile, end_tile, first, last, d_y + begin * batch, (end - begin) * batch,
                from, out + begin * batch, out_stride);
    };
    if ((met.end - met.begin) * group_out == all || rows.begin == rows.end)
      return add(rows.begin * all, rows.end * all, start);
    for (int u = rows.begin; u < rows.end; ++u)
      add(u * all + met.begin * group_out, u * all + met.end * group_out,
          u == rows.begin ? start : nullptr);
  }

  // The end of the columns from b on that meet the same taps as b does.
  int end_of_run(int b, const Span& met) const {
    if (met.end - met.begin == kernel_columns(a, remainder)) {
      int first = 0;  // the tap that leaves d_y first, behind the last column that meets all
      while (first * a.dilation_w % a.stride_w != remainder) ++first;
      const int end = at.width - at.left + (first * a.dilation_w - remainder) / a.stride_w;
      return end < columns ? end : columns;
    }
    for (++b; b < columns; ++b) {
      const Span next = kernel_columns_at(a, at, remainder, b);
      if (next.begin != met.begin || next.end != met.end) break;
    }
    return b;
  }

  void run_all() const {
    if (kernel_columns(a, remainder) == 0) return run(0, columns, {});
    for (int b = 0, end = 0; b < columns; b = end) {
      const Span met = kernel_columns_at(a, at, remainder, b);
      end = end_of_run(b, met);
      run(b, end, met);
    }
  }
};

// A 1×1 convolution with a stride meets some pixels and leaves the others out: their gradient is
// that of a picture that has no others, spread over the whole one.
bool leaves_pixels_out(const Conv2dArgs& a) { return pointwise(a) && !one_row(a); }

void spread_pixels(const Conv2dArgs& a, const float* met, float* d_x) {
  const std::int64_t batch = a.batch, row = a.in_w * batch;
  for (std::int64_t r = 0; r < std::int64_t{a.in_channels} * a.in_h; ++r, d_x += row) {
    const std::int64_t i = r % a.in_h;
    if (a.write == Write::overwrite) fill(d_x, row);
    if (i % a.stride_h != 0 || i / a.stride_h >= a.out_h) continue;
    place_columns(met, a.out_w, a.stride_w, batch, a.write, d_x);
    met += a.out_w * batch;
  }
}

}  // namespace

std::int64_t conv2d_backward_input_scratch(const Conv2dArgs& a) {
  if (is_linear(a)) return linear_backward_input_scratch(as_linear(a));
  const WinogradArgs tiles = winograd_backward(a);
  return by_winograd(a, tiles) ? winograd_scratch(tiles) : conv2d_backward_input_direct_scratch(a);
}
std::int64_t conv2d_backward_input_direct_scratch(const Conv2dArgs& a) {
  if (is_depthwise(a)) return depthwise_backward_input_scratch(a);
  const std::int64_t total = BackwardScratch(pointwise(a) ? in_one_row(a) : a).total;
  return leaves_pixels_out(a) ? total + a.in_channels * Sizes(a).y_channel : total;
}

void conv2d_backward_input(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                           const float* weight, float* d_x) {
  if (is_linear(a)) return linear_backward_input(context, as_linear(a), d_y, weight, d_x);
  const WinogradArgs tiles = winograd_backward(a);
  if (!by_winograd(a, tiles)) return conv2d_backward_input_direct(context, a, d_y, weight, d_x);
  const WinogradWeights weights = {weight, 9, Sizes(a).taps, true};
  winograd(context, tiles, weights, d_y, nullptr, d_x, a.write);
}

void conv2d_backward_input_direct(const RunContext& context, const Conv2dArgs& args,
                                  const float* d_y, const float* weight, float* d_x) {
  if (is_depthwise(args)) return depthwise_backward_input(context, args, d_y, weight, d_x);
  if (leaves_pixels_out(args)) {
    Conv2dArgs row = in_one_row(args);
    row.write = Write::overwrite;
    float* met = context.scratch + BackwardScratch(row).total;
    conv2d_backward_input_direct(context, row, d_y, weight, met);
    return spread_pixels(args, met, d_x);
  }
  const Conv2dArgs a = one_row(args) ? in_one_row(args) : args;
  const Sizes s(a);
  const BackwardScratch at(a);
  float* zeros = context.scratch + at.zeros;
  fill(zeros, s.group_in);
  const std::int64_t row = at.width * s.batch;  // floats of a row of d_y with its border
  if (at.copies) {
    float* padded = context.scratch + at.padded;
    for_tasks(context, a.out_channels * std::int64_t{a.out_h}, a.out_channels * a.out_h * row,
              [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t r = begin; r < end; ++r) {
                  float* to = padded + r / a.out_h * at.channel + r % a.out_h * row;
                  fill(to, at.left * s.batch);
                  copy_floats(d_y + r * s.y_row, s.y_row, to + at.left * s.batch);
                  fill(to + at.left * s.batch + s.y_row, row - at.left * s.batch - s.y_row);
                }
              });
    d_y = padded;
  }
  float* target = a.stride_w > 1 ? context.scratch + at.sorted : d_x;
  const bool accumulate = a.stride_w == 1 && a.write == Write::accumulate;

  const Tiles tiles{s.group_in};
  const std::int64_t rows = std::int64_t{a.groups} * a.in_h;
  const std::int64_t parts = parts_of_a_row(rows, tiles);
  float* packed = context.scratch;
  std::int32_t* offsets = as_offsets(context.scratch + at.offsets);
  for (int remainder = 0; remainder < a.stride_w && remainder < a.in_w; ++remainder) {
    const int columns = (a.in_w - remainder + a.stride_w - 1) / a.stride_w;
    const std::int64_t taps = std::int64_t{s.group_out} * kernel_columns(a, remainder) * a.kernel_h;
    place_backward_taps(a, at, remainder, offsets);
    for (int g = 0; g < a.groups; ++g)
      pack_backward(a, s, tiles, remainder, weight + g * s.group_out * s.taps,
                    packed + g * s.group_in * taps);
    for_tasks(context, rows * parts, s.work, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t part = task % parts, i = task / parts % a.in_h;
        const std::int64_t g = task / parts / a.in_h;
        const std::int64_t first_column = sorted_column(remainder, a.in_w, a.stride_w);
        BackwardRow{
            .a = a,
            .at = at,
            .remainder = remainder,
            .columns = columns,
            .taps = {tiles, taps, packed + g * s.group_in * taps, offsets},
            .rows = kernel_rows_at(a, static_cast<int>(i)),
            .first_tile = tiles.count() * part / parts,
            .end_tile = tiles.count() * (part + 1) / parts,
            .d_y = d_y + g * s.group_out * at.channel + i / a.stride_h * row,
            .start = accumulate ? nullptr : zeros,
            .out = target + g * s.group_in * s.x_channel + i * s.x_row + first_column * s.batch,
            .out_stride = s.x_channel}
            .run_all();
      }
    });
  }
  if (a.stride_w == 1) return;
  for (std::int64_t r = 0; r < std::int64_t{a.in_channels} * a.in_h; ++r)
    for (int remainder = 0; remainder < a.stride_w && remainder < a.in_w; ++remainder) {
      const std::int64_t count = columns_of(remainder, a.in_w, a.stride_w);
      place_columns(target, count, a.stride_w, s.batch, a.write,
                    d_x + (r * a.in_w + remainder) * s.batch);
      target += count * s.batch;
    }
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
