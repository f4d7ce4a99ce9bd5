#include "kernels/conv2d.hpp"
#include "kernels/layout.hpp"

// Sums are kept in double for float operands too: this is the truth that others are measured by.
namespace convolab::reference {

namespace {

// Everything that the four loops below share: index arithmetic.
struct Geometry {
  explicit Geometry(const Conv2dArgs& a)
      : x{a.in_h, a.in_w, a.batch},
        y{a.out_h, a.out_w, a.batch},
        weight{a.kernel_h, a.kernel_w, 1},
        group_in(a.in_channels / a.groups),
        group_out(a.out_channels / a.groups) {}

  Layout x, y, weight;
  int group_in, group_out;  // channels per group

  // The channel of x that weight[o, c] multiplies.
  int in_channel(int o, int c) const { return o / group_out * group_in + c; }
  std::int64_t weight_at(int o, int c, int u, int v) const {
    return weight(std::int64_t{o} * group_in + c, u, v, 0);
  }
};

}  // namespace

template <class T>
void conv2d_forward(const Conv2dArgs& a, const T* x, const T* weight, const T* bias, T* y) {
  const Geometry at(a);
  for (int o = 0; o < a.out_channels; ++o)
    for (int i = 0; i < a.out_h; ++i)
      for (int j = 0; j < a.out_w; ++j)
        for (int n = 0; n < a.batch; ++n) {
          double sum = bias ? static_cast<double>(bias[o]) : 0.0;
          for (int c = 0; c < at.group_in; ++c)
            for (int u = 0; u < a.kernel_h; ++u)
              for (int v = 0; v < a.kernel_w; ++v)
                sum += static_cast<double>(weight[at.weight_at(o, c, u, v)]) *
                       static_cast<double>(
                           x[at.x(at.in_channel(o, c), i * a.stride_h + u * a.dilation_h,
                                  j * a.stride_w + v * a.dilation_w, n)]);
          y[at.y(o, i, j, n)] = activated(a.activation, a.negative_slope, static_cast<T>(sum));
        }
}

// Turned around from its formula, so that every d_x is one sum: the outputs that (i, j) took part
// in are those with i = out·stride + u·dilation.
template <class T>
void conv2d_backward_input(const Conv2dArgs& a, const T* d_y, const T* weight, T* d_x) {
  const Geometry at(a);
  for (int k = 0; k < a.in_channels; ++k)
    for (int i = 0; i < a.in_h; ++i)
      for (int j = 0; j < a.in_w; ++j)
        for (int n = 0; n < a.batch; ++n) {
          const int group = k / at.group_in;
          double sum = 0.0;
          for (int o = group * at.group_out; o < (group + 1) * at.group_out; ++o)
            for (int u = 0; u < a.kernel_h; ++u)
              for (int v = 0; v < a.kernel_w; ++v) {
                const int row = i - u * a.dilation_h, column = j - v * a.dilation_w;
                if (row < 0 || row % a.stride_h != 0 || row / a.stride_h >= a.out_h) continue;
                if (column < 0 || column % a.stride_w != 0 || column / a.stride_w >= a.out_w)
                  continue;
                sum += static_cast<double>(weight[at.weight_at(o, k % at.group_in, u, v)]) *
                       static_cast<double>(d_y[at.y(o, row / a.stride_h, column / a.stride_w, n)]);
              }
          write_to(d_x[at.x(k, i, j, n)], a.write, sum);
        }
}

template <class T>
void conv2d_backward_weight(const Conv2dArgs& a, const T* x, const T* d_y, T* d_weight) {
  const Geometry at(a);
  for (int o = 0; o < a.out_channels; ++o)
    for (int c = 0; c < at.group_in; ++c)
      for (int u = 0; u < a.kernel_h; ++u)
        for (int v = 0; v < a.kernel_w; ++v) {
          double sum = 0.0;
          for (int i = 0; i < a.out_h; ++i)
            for (int j = 0; j < a.out_w; ++j)
              for (int n = 0; n < a.batch; ++n)
                sum += static_cast<double>(d_y[at.y(o, i, j, n)]) *
                       static_cast<double>(
                           x[at.x(at.in_channel(o, c), i * a.stride_h + u * a.dilation_h,
                                  j * a.stride_w + v * a.dilation_w, n)]);
          write_to(d_weight[at.weight_at(o, c, u, v)], a.write, sum);
        }
}

template <class T>
void conv2d_backward_bias(const Conv2dArgs& a, const T* d_y, T* d_bias) {
  const std::int64_t positions = std::int64_t{a.out_h} * a.out_w * a.batch;
  for (int o = 0; o < a.out_channels; ++o) {
    double sum = 0.0;
    for (std::int64_t p = 0; p < positions; ++p) sum += static_cast<double>(d_y[o * positions + p]);
    write_to(d_bias[o], a.write, sum);
  }
}

#define CONVOLAB_INSTANTIATE(T)                                                      \
  template void conv2d_forward(const Conv2dArgs&, const T*, const T*, const T*, T*); \
  template void conv2d_backward_input(const Conv2dArgs&, const T*, const T*, T*);    \
  template void conv2d_backward_weight(const Conv2dArgs&, const T*, const T*, T*);   \
  template void conv2d_backward_bias(const Conv2dArgs&, const T*, T*);
CONVOLAB_INSTANTIATE(float)
CONVOLAB_INSTANTIATE(double)
#undef CONVOLAB_INSTANTIATE

}  // namespace convolab::reference
