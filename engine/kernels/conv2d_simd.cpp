#include "kernels/correlate.hpp"
#include "kernels/dots.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/tasks.hpp"

// All three passes are correlate or dots over rows of pixels. Two arrangements in scratch memory
// make every row one run:
//
//   a stride along the row    x's columns are sorted by their remainder, 0 s 2s … 1 s+1 2s+1 …,
//   after
//                             which the columns that a tap meets are neighbours
//   the input's gradient      d_y gets a border of zero columns, so that every tap exists for every
//                             column; rows outside d_y are left out instead
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

struct Sizes {
  explicit Sizes(const Conv2dArgs& a)
      : batch(a.batch),
        group_in(a.in_channels / a.groups),
        group_out(a.out_channels / a.groups),
        taps(std::int64_t{group_in} * a.kernel_h * a.kernel_w),
        x_row(a.in_w * batch),
        x_channel(a.in_h * x_row),
        y_row(a.out_w * batch),
        y_channel(a.out_h * y_row),
        work(2 * a.out_channels * y_channel * taps) {}

  std::int64_t batch;
  int group_in, group_out;                          // channels per group
  std::int64_t taps;                                // of one output channel
  std::int64_t x_row, x_channel, y_row, y_channel;  // floats
  std::int64_t work;                                // floating-point operations of one pass
};

// Where column j of a row of `width` stands after sorting by j mod stride.
std::int64_t sorted_column(std::int64_t j, std::int64_t width, std::int64_t stride) {
  const std::int64_t remainder = j % stride, long_ones = width % stride;
  return remainder * (width / stride) + (remainder < long_ones ? remainder : long_ones) +
         j / stride;
}

void copy_floats(const float* from, std::int64_t count, float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = from[i];
}

void fill(float* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = 0.0f;
}

// x with sorted columns.
void sort_columns(const Conv2dArgs& a, const float* x, float* sorted) {
  const std::int64_t rows = std::int64_t{a.in_channels} * a.in_h, batch = a.batch;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t j = 0; j < a.in_w; ++j)
      copy_floats(x + (r * a.in_w + j) * batch, batch,
                  sorted + (r * a.in_w + sorted_column(j, a.in_w, a.stride_w)) * batch);
}

// The place of every tap (c, u, v) in x, from its first pixel.
void place_taps(const Conv2dArgs& a, const Sizes& s, std::int32_t* offsets) {
  for (std::int64_t c = 0; c < s.group_in; ++c)
    for (std::int64_t u = 0; u < a.kernel_h; ++u)
      for (std::int64_t v = 0; v < a.kernel_w; ++v)
        *offsets++ = static_cast<std::int32_t>(c * s.x_channel + u * a.dilation_h * s.x_row +
                                               sorted_column(v * a.dilation_w, a.in_w, a.stride_w) *
                                                   s.batch);
}

std::int32_t* as_offsets(float* scratch) { return reinterpret_cast<std::int32_t*>(scratch); }

// Few rows are shared among threads by tiles of channels, many by rows.
std::int64_t parts_of_a_row(std::int64_t rows, const Tiles& tiles) {
  return rows >= 8 ? 1 : tiles.count();
}

// ---- forward ------------------------------------------------------------------------------------

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

std::int64_t conv2d_forward_scratch(const Conv2dArgs& a) { return ForwardScratch(a).total; }

void conv2d_forward(const RunContext& context, const Conv2dArgs& a, const float* x,
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

// ---- backward: input ----------------------------------------------------------------------------

namespace {

// Input column j = b·stride + r meets the taps v with v·dilation ≡ r (mod stride), at output column
// b + (r − v·dilation)/stride: for every remainder r one correlation over b. Likewise for rows,
// where a remainder's taps stand together and those outside d_y are left out at either end.
struct BackwardScratch {
  explicit BackwardScratch(const Conv2dArgs& a) {
    const Sizes s(a);
    left = (a.kernel_w - 1) * a.dilation_w / a.stride_w;
    const int columns = (a.in_w + a.stride_w - 1) / a.stride_w;
    width = left + (columns > a.out_w ? columns : a.out_w);
    channel = width > a.out_w ? spread(width * s.batch * a.out_h) : s.y_channel;
    zeros = packed_floats(a.out_channels, s.taps);
    offsets = zeros + s.group_in;
    padded = offsets + std::int64_t{s.group_out} * a.kernel_h * a.kernel_w;
    sorted = padded + (width > a.out_w ? a.out_channels * channel : 0);
    total = sorted + (a.stride_w > 1 ? a.in_channels * s.x_channel : 0);
  }
  int left, width;       // of a row of d_y with its border
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

// How many taps v have v·dilation ≡ remainder (mod stride).
int kernel_columns(const Conv2dArgs& a, int remainder) {
  int count = 0;
  for (int v = 0; v < a.kernel_w; ++v) count += v * a.dilation_w % a.stride_w == remainder;
  return count;
}

// Offsets into padded d_y and packed weights of one remainder, for taps (u by place, o, v).
void place_backward_taps(const Conv2dArgs& a, const BackwardScratch& at, int remainder,
                         std::int32_t* offsets) {
  const Sizes s(a);
  visit_kernel_rows(a, [&](int u, int) {
    const int row_remainder = u * a.dilation_h % a.stride_h;
    const std::int64_t row = (row_remainder - u * a.dilation_h) / a.stride_h;
    for (std::int64_t o = 0; o < s.group_out; ++o)
      for (int v = 0; v < a.kernel_w; ++v) {
        if (v * a.dilation_w % a.stride_w != remainder) continue;
        const std::int64_t column = at.left + (remainder - v * a.dilation_w) / a.stride_w;
        *offsets++ =
            static_cast<std::int32_t>(o * at.channel + (row * at.width + column) * s.batch);
      }
  });
}

void pack_backward(const Conv2dArgs& a, const Sizes& s, const Tiles& tiles, int remainder,
                   const float* weight, float* packed) {
  const std::int64_t kernel = std::int64_t{a.kernel_h} * a.kernel_w;
  for (std::int64_t i = 0; i < tiles.count(); ++i)
    visit_kernel_rows(a, [&](int u, int) {
      for (std::int64_t o = 0; o < s.group_out; ++o)
        for (int v = 0; v < a.kernel_w; ++v) {
          if (v * a.dilation_w % a.stride_w != remainder) continue;
          for (std::int64_t k = tiles.begin(i); k < tiles.begin(i + 1); ++k)
            *packed++ = weight[(o * s.group_in + k) * kernel + u * a.kernel_w + v];
        }
    });
}

}  // namespace

std::int64_t conv2d_backward_input_scratch(const Conv2dArgs& a) { return BackwardScratch(a).total; }

void conv2d_backward_input(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                           const float* weight, float* d_x) {
  const Sizes s(a);
  const BackwardScratch at(a);
  float* zeros = context.scratch + at.zeros;
  fill(zeros, s.group_in);
  const std::int64_t row = at.width * s.batch;  // floats of a row of d_y with its border
  if (at.width > a.out_w) {
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
    const std::int64_t columns = (a.in_w - remainder + a.stride_w - 1) / a.stride_w;
    const std::int64_t per_row = std::int64_t{s.group_out} * kernel_columns(a, remainder);
    const std::int64_t taps = per_row * a.kernel_h;
    place_backward_taps(a, at, remainder, offsets);
    for (int g = 0; g < a.groups; ++g)
      pack_backward(a, s, tiles, remainder, weight + g * s.group_out * s.taps,
                    packed + g * s.group_in * taps);
    for_tasks(context, rows * parts, s.work, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t part = task % parts, i = task / parts % a.in_h;
        const std::int64_t g = task / parts / a.in_h;
        const Span span = kernel_rows_at(a, static_cast<int>(i));
        const Correlation c = {tiles, taps, packed + g * s.group_in * taps, offsets};
        correlate(c, tiles.count() * part / parts, tiles.count() * (part + 1) / parts,
                  span.begin * per_row, span.end * per_row,
                  d_y + g * s.group_out * at.channel + i / a.stride_h * row, columns * s.batch,
                  accumulate ? nullptr : zeros,
                  target + g * s.group_in * s.x_channel + i * s.x_row +
                      sorted_column(remainder, a.in_w, a.stride_w) * s.batch,
                  s.x_channel);
      }
    });
  }
  if (a.stride_w == 1) return;
  for (std::int64_t r = 0; r < std::int64_t{a.in_channels} * a.in_h; ++r)
    for (std::int64_t j = 0; j < a.in_w; ++j) {
      const float* from = target + (r * a.in_w + sorted_column(j, a.in_w, a.stride_w)) * s.batch;
      float* to = d_x + (r * a.in_w + j) * s.batch;
      if (a.write == Write::overwrite)
        copy_floats(from, s.batch, to);
      else
        for (std::int64_t n = 0; n < s.batch; ++n) to[n] += from[n];
    }
}

// ---- backward: weight and bias ------------------------------------------------------------------

namespace {

constexpr std::int64_t part_floats = 512;  // of a run of d_y, so that 4 of them and x stay close
constexpr std::int64_t slice_taps = 24;    // at most, of one task

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

std::int64_t conv2d_backward_weight_scratch(const Conv2dArgs& a) { return WeightScratch(a).total; }

void conv2d_backward_weight(const RunContext& context, const Conv2dArgs& a, const float* x,
                            const float* d_y, float* d_weight) {
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
    sort_columns(a, x, copy);
    fill(copy + a.in_channels * s.x_channel, at.row - s.y_row);
    x = copy;
  }
  std::int32_t* offsets = as_offsets(context.scratch + at.offsets);
  place_taps(a, s, offsets);

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
