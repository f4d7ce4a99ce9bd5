// Phases: how convolutions with a stride become convolutions without.
//
// x is sorted by the remainders of its rows and columns: those that a tap (u, v) meets have the
// remainders of u·dilation and v·dilation, and stand side by side in one plane then.
//
//   a b c d e        plane 0,0   plane 0,1        stride 2: the tap (0, 1) meets b, d; l, n …
//   f g h i j          a c e       b d 0
//   k l m n o          k m o       l n 0
//                    plane 1,0   plane 1,1
//                      f h j       g i 0
//
// Planes that no tap meets are left out, and all have the same width, so that the rows of a whole
// picture follow each other at one distance for every tap.
#pragma once

#include "kernels/conv2d.hpp"
#include "kernels/simd_vector.hpp"

#ifndef CONVOLAB_SIMD_VARIANT
#error "compile *_simd.cpp with -DCONVOLAB_SIMD_VARIANT=<name>"
#endif

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

// The remainders along one axis.
struct PhaseAxis {
  int out, kernel, stride, dilation;

  // How many of the remainders below `end` some tap has.
  int met_below(int end) const {
    int count = 0;
    for (int r = 0; r < end; ++r) count += met(r);
    return count;
  }
  bool met(int remainder) const { return taps(remainder) > 0; }
  int count() const { return met_below(stride); }
  int taps(int remainder) const {
    int count = 0;
    for (int u = 0; u < kernel; ++u) count += u * dilation % stride == remainder;
    return count;
  }
  // Of d_x: behind the last of a remainder's rows or columns that meets all of its taps inside d_y.
  int end_inside(int remainder) const {
    int u = 0;
    while (u * dilation % stride != remainder) ++u;
    return out + u * dilation / stride;
  }
  // Rows or columns of a plane.
  int size() const { return out + (kernel - 1) * dilation / stride; }
};

struct Phases {
  explicit Phases(const Conv2dArgs& a) : Phases(a, 0, 0) { set(a, rows.size(), columns.size()); }
  // Of d_x, with planes of another size.
  Phases(const Conv2dArgs& a, std::int64_t height, std::int64_t width)
      : rows{a.out_h, a.kernel_h, a.stride_h, a.dilation_h},
        columns{a.out_w, a.kernel_w, a.stride_w, a.dilation_w} {
    set(a, height, width);
  }
  // The number of the plane of a row's and a column's remainder.
  std::int64_t plane_of(int of_row, int of_column) const {
    return rows.met_below(of_row) * columns.count() + columns.met_below(of_column);
  }
  PhaseAxis rows, columns;
  std::int64_t row, plane, channel;  // floats from one to the next

 private:
  void set(const Conv2dArgs& a, std::int64_t height, std::int64_t width) {
    row = width * a.batch;
    plane = height * row;
    channel = rows.count() * columns.count() * plane;
  }
};

static inline bool has_stride(const Conv2dArgs& a) { return a.stride_h > 1 || a.stride_w > 1; }
// The same picture and kernel, of whose outputs a stride leaves some out.
static inline Conv2dArgs without_stride(Conv2dArgs a) {
  a.out_h = a.in_h - (a.kernel_h - 1) * a.dilation_h;
  a.out_w = a.in_w - (a.kernel_w - 1) * a.dilation_w;
  a.stride_h = a.stride_w = 1;
  return a;
}

// The same with a stride down alone: y has the columns between those that it is asked for, too.
static inline Conv2dArgs without_column_stride(Conv2dArgs a) {
  a.out_w = without_stride(a).out_w;
  a.stride_w = 1;
  return a;
}

// Strides for which one image's columns are sorted by shuffles: with four lanes, more than one
// shuffle for a vector do not pay.
inline constexpr std::int64_t most_shuffled = lanes > 4 ? 4 : 2;

// Rows that follow each other at a distance, there and here.
struct Lines {
  std::int64_t count, from_row, to_row;
};
// Every `step`-th of columns of `batch` floats each, `columns` of them, side by side.
void pick_columns(const Lines& lines, const float* from, std::int64_t columns, std::int64_t step,
                  std::int64_t batch, float* to);

// One image's rows of d_y with zeros between their columns, instead of a stride of at most
// most_shuffled: `width` floats from one to the next, at least as many as the stride spreads.
void spread_columns(const Conv2dArgs& a, const float* d_y, std::int64_t rows, std::int64_t width,
                    float* to);

// Sorts `channels` of x; floats from one channel to the next there.
void sort_phases(const Conv2dArgs& a, const float* x, std::int64_t channels, float* to,
                 std::int64_t to_channel);

// The way back, from planes to `channels` of d_x: what no tap meets is zero.
void unsort_phases(const Conv2dArgs& a, const Phases& phases, const float* from,
                   std::int64_t channels, float* d_x);

// The place of every tap (c, u, v) in what is sorted, from its first pixel.
void place_taps(const Conv2dArgs& a, const Phases& phases, std::int64_t channel,
                std::int32_t* offsets);

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
