// What the convolutions of a SIMD variant share: sizes in floats and the places of columns.
#pragma once

#include "kernels/conv2d.hpp"
#include "kernels/correlate.hpp"
#include "kernels/linear.hpp"
#include "kernels/phases.hpp"
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

// Of rows that are computed together, if they are short.
inline constexpr std::int64_t band_floats = 128;

// What forward does besides to a run of y that it has just written.
static inline void activate_run(const Conv2dArgs& a, float* run, std::int64_t length) {
  if (a.activation != Activation::none) activate(a.activation, a.negative_slope, run, length, run);
}

void copy_floats(const float* from, std::int64_t count, float* to);
// With zeros.
void fill(float* to, std::int64_t count);

static inline std::int32_t* as_offsets(float* scratch) {
  return reinterpret_cast<std::int32_t*>(scratch);
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

// Many channels that stand a multiple of 1 KiB apart share few places of the cache.
static inline bool in_the_way(std::int64_t channels, std::int64_t channel) {
  return channels > 8 && channel % 256 == 0;
}

// Whether a convolution has the shape that Winograd's algorithm is for.
static inline bool is_winograd(const Conv2dArgs& a) {
  return a.kernel_h == 3 && a.kernel_w == 3 && a.stride_h == 1 && a.stride_w == 1 &&
         a.dilation_h == 1 && a.dilation_w == 1 && a.groups == 1;
}
// The same by that algorithm, in tiles of `largest` outputs at most: of x for the output and for
// the weights' gradient, of d_y within two rows and columns of zeros for the input's gradient.
// Where it has another shape, or direct sums are faster, the tile is 0.
static inline WinogradArgs with_tile(const Conv2dArgs& a, WinogradArgs winograd,
                                     std::int64_t largest) {
  winograd.tile = is_winograd(a) ? winograd_tile(winograd, largest) : 0;
  return winograd;
}
static inline WinogradArgs winograd_forward(const Conv2dArgs& a, std::int64_t largest) {
  return with_tile(
      a,
      {a.batch, a.in_channels, a.in_h, a.in_w, 0, a.out_channels, a.activation, a.negative_slope},
      largest);
}
static inline WinogradArgs winograd_backward(const Conv2dArgs& a, std::int64_t largest) {
  return with_tile(a, {a.batch, a.out_channels, a.out_h, a.out_w, 2, a.in_channels}, largest);
}
static inline WinogradArgs winograd_backward_weight(const Conv2dArgs& a) {
  WinogradArgs winograd = {a.batch, a.in_channels, a.in_h, a.in_w, 0, a.out_channels};
  winograd.tile = is_winograd(a) && winograd_weight_pays(winograd) ? 2 : 0;
  return winograd;
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
