#include "kernels/conv2d_rows.hpp"
#include "kernels/depthwise.hpp"
#include "kernels/dots.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/tasks.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// Input row b·stride + r meets the taps u with u·dilation ≡ r (mod stride), at output row
// b + (r − u·dilation)/stride; likewise for columns. So d_x is computed by phases: a plane for
// every remainder of rows and columns, by correlations without stride. A remainder's taps stand
// together, and those whose row is outside d_y are left out at either end.
//
// Columns near the edge meet only some of the taps v. Where a batch is so narrow that they would
// fill no vectors, d_y gets zeros to the left of its rows, which are to the right of the rows
// before, so that all columns meet all taps and rows that meet the same are one run; else they are
// computed by themselves. Short rows get zeros above and below as well: all of them are one run.
struct Backward {
  explicit Backward(const Conv2dArgs& a)
      : s(a), one_run(s.batch < 2 * lanes || a.kernel_w == 1), phases(a, 0, 0) {
    const int columns = (a.in_w + a.stride_w - 1) / a.stride_w;
    left = one_run ? (a.kernel_w - 1) * a.dilation_w / a.stride_w : 0;
    const int filled = left + a.out_w > columns ? left + a.out_w : columns;
    width = one_run ? filled : a.out_w;
    const int height = (a.in_h + a.stride_h - 1) / a.stride_h;
    phases = Phases(a, height, one_run ? width : columns);
    row = width * s.batch;
    // With narrow vectors it does not pay, and of long rows it is too much work for many channels.
    if (lanes > 4 && one_run && row < (s.group_out <= 8 ? 64 : 24)) {
      above = (a.kernel_h - 1) * a.dilation_h / a.stride_h;
      below = height > a.out_h ? height - a.out_h : 0;
    }
    copies = high() || width > a.out_w || in_the_way(s.group_out, s.y_channel);
    channel = copies ? spread(row * (above + a.out_h + below) + left * s.batch) : s.y_channel;
    zeros = packed_floats(a.out_channels, s.taps);
    offsets = zeros + s.group_in;
    padded = offsets + std::int64_t{s.group_out} * a.kernel_h * a.kernel_w;
    sorted = padded + (copies ? a.out_channels * channel : 0);
    total = sorted + (has_stride(a) ? a.in_channels * phases.channel : 0);
    // Short rows go together; where all meet the same taps, as many as there are.
    const int some = row < band_floats ? static_cast<int>(band_floats / row) : 1;
    band = a.kernel_h == 1 || high() || some > height ? height : some;
    bands = (height + band - 1) / band;
  }
  Sizes s;
  bool one_run;     // of rows that meet the same taps; else columns near the edge by themselves
  Phases phases;    // of d_x
  int left, width;  // columns of zeros, and all, of a row of d_y
  int above = 0, below = 0;  // rows of zeros
  bool high() const { return lanes > 4 && above > 0; }
  bool copies;           // d_y, to give it zeros or its channels a distance
  std::int64_t row;      // floats from one of d_y to the next
  std::int64_t channel;  // likewise
  std::int64_t zeros, offsets, padded, sorted, total;
  int band, bands;  // rows of a phase that are a task, and how many times
};

// Calls visit(u, place) for the kernel rows in order of the remainder of u·dilation, then of u.
template <class Visit>
void visit_kernel_rows(const Conv2dArgs& a, const Visit& visit) {
  int place = 0;
  for (int remainder = 0; remainder < a.stride_h; ++remainder)
    for (int u = 0; u < a.kernel_h; ++u)
      if (u * a.dilation_h % a.stride_h == remainder) visit(u, place++);
}

// The places of the kernel rows of a remainder: begin … end-1.
struct Span {
  int begin = 0, end = 0;
};
Span kernel_rows_of(const Conv2dArgs& a, int remainder) {
  Span span;
  visit_kernel_rows(a, [&](int u, int place) {
    if (u * a.dilation_h % a.stride_h != remainder) return;
    if (span.end == 0) span.begin = place;
    span.end = place + 1;
  });
  return span;
}

// Likewise of those that input row i meets inside d_y.
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
Span kernel_columns_at(const Conv2dArgs& a, const Backward& at, int remainder, int b) {
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
void place_backward_taps(const Conv2dArgs& a, const Backward& at, int remainder,
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
  for (std::int64_t i = 0; i < tiles.count(); ++i) {
    const std::int64_t size = tiles.size(i);
    const float* from = weight + tiles.begin(i) * kernel;
    if (!has_stride(a) && kernel > 1) {  // in order
      for (std::int64_t o = 0; o < s.group_out; ++o, from += s.taps)
        transpose(size, kernel, from, kernel, packed + o * size, s.group_out * size);
      packed += kernel * s.group_out * size;
      continue;
    }
    visit_kernel_rows(a, [&](int u, int) {
      visit_kernel_columns(a, remainder, [&](int v) {
        const float* w = from + u * a.kernel_w + v;
        for (std::int64_t o = 0; o < s.group_out; ++o, w += s.taps, packed += size)
          for (std::int64_t k = 0; k < size; ++k) packed[k] = w[k * kernel];
      });
    });
  }
}

// One row of one remainder's columns: runs of columns that meet the same taps.
struct BackwardRow {
  const Conv2dArgs& a;
  const Backward& at;
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
      const int end = at.phases.columns.end_inside(remainder);
      return end < columns ? end : columns;
    }
    for (++b; b < columns; ++b) {
      const Span next = kernel_columns_at(a, at, remainder, b);
      if (next.begin != met.begin || next.end != met.end) break;
    }
    return b;
  }

  void run_all() const {
    for (int b = 0, end = 0; b < columns; b = end) {
      const Span met = kernel_columns_at(a, at, remainder, b);
      end = end_of_run(b, met);
      run(b, end, met);
    }
  }
};

// d_y with zeros above and below, to the left of its rows and behind the last, or with its channels
// apart.
void copy_with_zeros(const RunContext& context, const Conv2dArgs& a, const Backward& at,
                     const float* d_y, float* to) {
  const std::int64_t before = at.left * a.batch, y_row = at.s.y_row;
  for_tasks(context, a.out_channels, a.out_channels * a.out_h * at.row,
            [&](std::int64_t begin, std::int64_t end) {
              for (std::int64_t o = begin; o < end; ++o) {
                float* line = to + o * at.channel;
                if (at.high()) {
                  fill(line, at.above * at.row);
                  line += at.above * at.row;
                }
                for (std::int64_t i = 0; i < a.out_h; ++i, line += at.row) {
                  fill(line, before);
                  copy_floats(d_y + o * at.s.y_channel + i * y_row, y_row, line + before);
                  fill(line + before + y_row, at.row - before - y_row);
                }
                fill(line, (at.high() ? at.below * at.row : 0) + before);
              }
            });
}

std::int64_t scratch_of(const Conv2dArgs& a, const WinogradArgs& tiles) {
  if (is_linear(a)) return linear_backward_input_scratch(as_linear(a));
  return tiles.tile ? winograd_scratch(tiles) : conv2d_backward_input_direct_scratch(a);
}

void backward(const RunContext& context, const Conv2dArgs& a, const WinogradArgs& tiles,
              const float* d_y, const float* weight, float* d_x) {
  if (is_linear(a)) return linear_backward_input(context, as_linear(a), d_y, weight, d_x);
  if (!tiles.tile) return conv2d_backward_input_direct(context, a, d_y, weight, d_x);
  const WinogradWeights weights = {weight, 9, Sizes(a).taps, true};
  winograd(context, tiles, weights, d_y, nullptr, d_x, a.write);
}

}  // namespace

std::int64_t conv2d_backward_input_scratch(const Conv2dArgs& a) {
  return scratch_of(a, winograd_backward(a, 4));
}
std::int64_t conv2d_backward_input_2x2_scratch(const Conv2dArgs& a) {
  return scratch_of(a, winograd_backward(a, 2));
}
std::int64_t conv2d_backward_input_direct_scratch(const Conv2dArgs& a) {
  if (is_depthwise(a)) return depthwise_backward_input_scratch(a);
  return Backward(a).total;
}

void conv2d_backward_input(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                           const float* weight, float* d_x) {
  backward(context, a, winograd_backward(a, 4), d_y, weight, d_x);
}
void conv2d_backward_input_2x2(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                               const float* weight, float* d_x) {
  backward(context, a, winograd_backward(a, 2), d_y, weight, d_x);
}

void conv2d_backward_input_direct(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                                  const float* weight, float* d_x) {
  if (is_depthwise(a)) return depthwise_backward_input(context, a, d_y, weight, d_x);
  const Backward at(a);
  const Sizes& s = at.s;
  float* zeros = context.scratch + at.zeros;
  fill(zeros, s.group_in);
  if (at.copies) {
    copy_with_zeros(context, a, at, d_y, context.scratch + at.padded);
    d_y = context.scratch + at.padded + (at.high() ? at.above * at.row : 0);
  }
  const bool strides = has_stride(a);
  float* target = strides ? context.scratch + at.sorted : d_x;
  const bool accumulate = !strides && a.write == Write::accumulate;

  const Tiles tiles{s.group_in};
  float* packed = context.scratch;
  std::int32_t* offsets = as_offsets(context.scratch + at.offsets);
  for (int remainder = 0; remainder < a.stride_w && remainder < a.in_w; ++remainder) {
    if (!at.phases.columns.met(remainder)) continue;
    const int columns = (a.in_w - remainder + a.stride_w - 1) / a.stride_w;
    const int met = kernel_columns(a, remainder);
    const std::int64_t taps = std::int64_t{s.group_out} * met * a.kernel_h;
    place_backward_taps(a, at, remainder, offsets);
    for (int g = 0; g < a.groups; ++g)
      pack_backward(a, s, tiles, remainder, weight + g * s.group_out * s.taps,
                    packed + g * s.group_in * taps);

    // A task is one tile of channels in one band of a phase; those of a band are taken together.
    const auto run = [&](std::int64_t band, std::int64_t first_tile, std::int64_t end_tile) {
      const int row = static_cast<int>(band / at.bands % a.stride_h);
      if (!at.phases.rows.met(row)) return;
      const std::int64_t g = band / at.bands / a.stride_h;
      const int first = static_cast<int>(band % at.bands) * at.band;
      const int height = (a.in_h - row + a.stride_h - 1) / a.stride_h;
      const int last = first + at.band < height ? first + at.band : height;
      const int inside = at.phases.rows.end_inside(row);
      const int all = at.phases.rows.taps(row);
      for (int b = first, end; b < last; b = end) {
        const Span rows =
            at.high() ? kernel_rows_of(a, row) : kernel_rows_at(a, b * a.stride_h + row);
        const bool same = at.one_run && rows.end - rows.begin == all;
        end = !same ? b + 1 : !at.high() && inside < last ? inside : last;
        const BackwardRow line = {.a = a,
                                  .at = at,
                                  .remainder = remainder,
                                  .columns = columns,
                                  .taps = {tiles, taps, packed + g * s.group_in * taps, offsets},
                                  .rows = rows,
                                  .first_tile = first_tile,
                                  .end_tile = end_tile,
                                  .d_y = d_y + g * s.group_out * at.channel + b * at.row,
                                  .start = accumulate ? nullptr : zeros,
                                  .out = target + g * s.group_in * at.phases.channel +
                                         at.phases.plane_of(row, remainder) * at.phases.plane +
                                         b * at.phases.row,
                                  .out_stride = at.phases.channel};
        if (at.one_run)
          line.run(0, (end - b) * at.width, {0, met});
        else
          line.run_all();
      }
    };
    const std::int64_t count = tiles.count();
    for_tasks(context, std::int64_t{a.groups} * a.stride_h * at.bands * count, s.work,
              [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t task = begin, next; task < end; task = next) {
                  const std::int64_t first = task % count;
                  next = task - first + count < end ? task - first + count : end;
                  run(task / count, first, first + next - task);
                }
              });
  }
  if (strides) unsort_phases(a, at.phases, target, a.in_channels, d_x);
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
