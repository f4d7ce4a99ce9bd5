// What the convolutions of a SIMD variant share: sizes in floats and the places of columns.
#pragma once

#include "kernels/conv2d.hpp"
#include "kernels/correlate.hpp"
#include "kernels/linear.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"
#include "kernels/winograd.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

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
static inline std::int64_t sorted_column(std::int64_t j, std::int64_t width, std::int64_t stride) {
  const std::int64_t remainder = j % stride, long_ones = width % stride;
  return remainder * (width / stride) + (remainder < long_ones ? remainder : long_ones) +
         j / stride;
}

// What forward does besides to a run of y that it has just written.
static inline void activate_run(const Conv2dArgs& a, float* run, std::int64_t length) {
  if (a.activation != Activation::none) activate(a.activation, a.negative_slope, run, length, run);
}

static inline void copy_floats(const float* from, std::int64_t count, float* to) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) save(to + i, load(from + i));
  for (; i < count; ++i) to[i] = from[i];
}

static inline void fill(float* to, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) save(to + i, Vector(0.0f));
  for (; i < count; ++i) to[i] = 0.0f;
}

static inline std::int32_t* as_offsets(float* scratch) {
  return reinterpret_cast<std::int32_t*>(scratch);
}

// Every `step`-th of columns of `batch` floats each, `count` of them, side by side. One image's
// neighbours are sorted by shuffles where the step is 2, as long as nothing behind them is read.
static inline void pick_columns(const float* from, std::int64_t count, std::int64_t step,
                                std::int64_t batch, float* to) {
  if (batch > 1) {
    for (std::int64_t i = 0; i < count; ++i)
      copy_floats(from + i * step * batch, batch, to + i * batch);
    return;
  }
  std::int64_t i = 0;
  if (step == 2)
    for (; i + 5 <= count; i += 4) {
      const Quad a = load_quad(from + 2 * i), b = load_quad(from + 2 * i + 4);
      save(to + i, xsimd::zip_lo(xsimd::zip_lo(a, b), xsimd::zip_hi(a, b)));
    }
  for (; i < count; ++i) to[i] = from[i * step];
}

// The way back: columns that are side by side become, or are added to, every step-th.
static inline void place_columns(const float* from, std::int64_t count, std::int64_t step,
                                 std::int64_t batch, Write how, float* to) {
  const bool adds = how == Write::accumulate;
  if (batch == 1) {
    for (std::int64_t i = 0; i < count; ++i) to[i * step] = adds ? to[i * step] + from[i] : from[i];
    return;
  }
  for (std::int64_t i = 0; i < count; ++i, from += batch, to += step * batch)
    for_vectors(0, batch,
                [&](std::int64_t n, auto size) { write(to + n, load(from + n, size), how, size); });
}

// How many columns have a remainder of their number by the stride.
static inline std::int64_t columns_of(std::int64_t remainder, std::int64_t width,
                                      std::int64_t stride) {
  return (width - remainder + stride - 1) / stride;
}

// x with sorted columns; channel: floats from one channel of it to the next.
static inline void sort_columns(const Conv2dArgs& a, const float* x, float* sorted,
                                std::int64_t channel) {
  const std::int64_t batch = a.batch, row = a.in_w * batch;
  for (std::int64_t c = 0; c < a.in_channels; ++c) {
    float* to = sorted + c * channel;
    for (std::int64_t i = 0; i < a.in_h; ++i, x += row) {
      if (a.stride_w == 1) copy_floats(x, row, to), to += row;
      for (int first = 0; a.stride_w > 1 && first < a.stride_w && first < a.in_w; ++first) {
        const std::int64_t count = columns_of(first, a.in_w, a.stride_w);
        pick_columns(x + first * batch, count, a.stride_w, batch, to);
        to += count * batch;
      }
    }
  }
}

// The place of every tap (c, u, v) in x, from its first pixel; channel: as above.
static inline void place_taps(const Conv2dArgs& a, const Sizes& s, std::int64_t channel,
                              std::int32_t* offsets) {
  for (std::int64_t c = 0; c < s.group_in; ++c)
    for (std::int64_t u = 0; u < a.kernel_h; ++u)
      for (std::int64_t v = 0; v < a.kernel_w; ++v)
        *offsets++ = static_cast<std::int32_t>(c * channel + u * a.dilation_h * s.x_row +
                                               sorted_column(v * a.dilation_w, a.in_w, a.stride_w) *
                                                   s.batch);
}

// A kernel as large as the picture makes one pixel: the layer is a linear one, and its memory too.
static inline bool is_linear(const Conv2dArgs& a) {
  return a.kernel_h == a.in_h && a.kernel_w == a.in_w && a.groups == 1;
}
static inline LinearArgs as_linear(const Conv2dArgs& a) {
  return {.batch = a.batch,
          .in_features = a.in_channels * a.in_h * a.in_w,
          .out_features = a.out_channels,
          .write = a.write};
}

// Few rows are shared among threads by tiles of channels, many by rows.
static inline std::int64_t parts_of_a_row(std::int64_t rows, const Tiles& tiles) {
  return rows >= 8 ? 1 : tiles.count();
}

// A 1×1 convolution meets every pixel by itself: the picture is one row. With a stride it is one
// of the pixels that are met.
static inline bool pointwise(const Conv2dArgs& a) { return a.kernel_h == 1 && a.kernel_w == 1; }
static inline bool one_row(const Conv2dArgs& a) {
  return pointwise(a) && a.stride_h == 1 && a.stride_w == 1;
}
static inline Conv2dArgs in_one_row(Conv2dArgs a) {
  a.in_w = a.out_w = a.out_h * a.out_w;
  a.in_h = a.out_h = a.stride_h = a.stride_w = 1;
  return a;
}

// Many channels that stand a multiple of 1 KiB apart share few places of the cache.
static inline bool in_the_way(std::int64_t channels, std::int64_t channel) {
  return channels > 8 && channel % 256 == 0;
}

// Whether a convolution has the shape that Winograd's algorithm is for, and it pays: of x for the
// output, of d_y within two rows and columns of zeros for the input's gradient.
static inline bool by_winograd(const Conv2dArgs& a, const WinogradArgs& winograd) {
  return a.kernel_h == 3 && a.kernel_w == 3 && a.stride_h == 1 && a.stride_w == 1 &&
         a.dilation_h == 1 && a.dilation_w == 1 && a.groups == 1 && winograd_pays(winograd);
}
static inline WinogradArgs winograd_forward(const Conv2dArgs& a) {
  return {a.batch, a.in_channels,  a.in_h,       a.in_w,
          0,       a.out_channels, a.activation, a.negative_slope};
}
static inline WinogradArgs winograd_backward(const Conv2dArgs& a) {
  return {a.batch, a.out_channels, a.out_h, a.out_w, 2, a.in_channels};
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
