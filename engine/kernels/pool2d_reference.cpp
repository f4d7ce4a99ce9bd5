#include "kernels/pool2d.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/layout.hpp"

namespace convolab {

double avg_pool2d_divisor(const AvgPool2dArgs& a, int i, int j) {
  if (a.divisor_override > 0) return a.divisor_override;
  // How many of the window's rows (or columns) lie in [low, high).
  const auto inside = [](int start, int kernel, int low, int high) {
    return std::max(0, std::min(start + kernel, high) - std::max(start, low));
  };
  const int row = i * a.stride_h, column = j * a.stride_w;
  const int bottom = a.pad_top + a.image_h, right = a.pad_left + a.image_w;
  if (a.count_include_pad)
    return static_cast<double>(inside(row, a.kernel_h, 0, bottom + a.pad_bottom)) *
           inside(column, a.kernel_w, 0, right + a.pad_right);
  return static_cast<double>(inside(row, a.kernel_h, a.pad_top, bottom)) *
         inside(column, a.kernel_w, a.pad_left, right);
}

namespace reference {

template <class T>
void max_pool2d_forward(const MaxPool2dArgs& a, const T* x, T* y, std::int32_t* switches) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h, a.out_w, a.batch};
  for (int c = 0; c < a.channels; ++c)
    for (int i = 0; i < a.out_h; ++i)
      for (int j = 0; j < a.out_w; ++j)
        for (int n = 0; n < a.batch; ++n) {
          int best_row = i * a.stride_h, best_column = j * a.stride_w;
          T best = x[in(c, best_row, best_column, n)];
          for (int u = 0; u < a.kernel_h; ++u)
            for (int v = 0; v < a.kernel_w; ++v) {
              const int row = i * a.stride_h + u * a.dilation_h;
              const int column = j * a.stride_w + v * a.dilation_w;
              const T value = x[in(c, row, column, n)];
              if (value > best || std::isnan(value)) {
                best = value;
                best_row = row;
                best_column = column;
              }
            }
          y[out(c, i, j, n)] = best;
          switches[out(c, i, j, n)] = best_row * a.in_w + best_column;
        }
}

template <class T>
void max_pool2d_backward(const MaxPool2dArgs& a, const T* d_y, const std::int32_t* switches,
                         const T* y, T* d_x) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h, a.out_w, a.batch};
  clear(d_x, a.write, in.elements(a.channels));
  for (int c = 0; c < a.channels; ++c)
    for (int i = 0; i < a.out_h; ++i)
      for (int j = 0; j < a.out_w; ++j)
        for (int n = 0; n < a.batch; ++n) {
          const std::int64_t at = out(c, i, j, n);
          if (!y || y[at] > T(0)) d_x[in(c, 0, switches[at], n)] += d_y[at];
        }
}

template <class T>
void avg_pool2d_forward(const AvgPool2dArgs& a, const T* x, T* y) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h, a.out_w, a.batch};
  for (int c = 0; c < a.channels; ++c)
    for (int i = 0; i < a.out_h; ++i)
      for (int j = 0; j < a.out_w; ++j) {
        const double divisor = avg_pool2d_divisor(a, i, j);
        for (int n = 0; n < a.batch; ++n) {
          double sum = 0.0;
          for (int u = 0; u < a.kernel_h; ++u)
            for (int v = 0; v < a.kernel_w; ++v)
              sum += static_cast<double>(x[in(c, i * a.stride_h + u, j * a.stride_w + v, n)]);
          y[out(c, i, j, n)] = static_cast<T>(divisor > 0.0 ? sum / divisor : 0.0);
        }
      }
}

template <class T>
void avg_pool2d_backward(const AvgPool2dArgs& a, const T* d_y, T* d_x) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h, a.out_w, a.batch};
  clear(d_x, a.write, in.elements(a.channels));
  for (int c = 0; c < a.channels; ++c)
    for (int i = 0; i < a.out_h; ++i)
      for (int j = 0; j < a.out_w; ++j) {
        const double divisor = avg_pool2d_divisor(a, i, j);
        if (divisor <= 0.0) continue;
        for (int u = 0; u < a.kernel_h; ++u)
          for (int v = 0; v < a.kernel_w; ++v)
            for (int n = 0; n < a.batch; ++n)
              d_x[in(c, i * a.stride_h + u, j * a.stride_w + v, n)] +=
                  static_cast<T>(static_cast<double>(d_y[out(c, i, j, n)]) / divisor);
      }
}

template <class T>
void adaptive_avg_pool2d_forward(const AdaptiveAvgPool2dArgs& a, const T* x, T* y) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h, a.out_w, a.batch};
  for (int c = 0; c < a.channels; ++c)
    for (int i = 0; i < a.out_h; ++i)
      for (int j = 0; j < a.out_w; ++j) {
        const Cell rows = adaptive_cell(i, a.in_h, a.out_h);
        const Cell columns = adaptive_cell(j, a.in_w, a.out_w);
        for (int n = 0; n < a.batch; ++n) {
          double sum = 0.0;
          for (int u = rows.begin; u < rows.end; ++u)
            for (int v = columns.begin; v < columns.end; ++v)
              sum += static_cast<double>(x[in(c, u, v, n)]);
          y[out(c, i, j, n)] = static_cast<T>(sum / (rows.size() * columns.size()));
        }
      }
}

template <class T>
void adaptive_avg_pool2d_backward(const AdaptiveAvgPool2dArgs& a, const T* d_y, T* d_x) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h, a.out_w, a.batch};
  clear(d_x, a.write, in.elements(a.channels));
  for (int c = 0; c < a.channels; ++c)
    for (int i = 0; i < a.out_h; ++i)
      for (int j = 0; j < a.out_w; ++j) {
        const Cell rows = adaptive_cell(i, a.in_h, a.out_h);
        const Cell columns = adaptive_cell(j, a.in_w, a.out_w);
        for (int u = rows.begin; u < rows.end; ++u)
          for (int v = columns.begin; v < columns.end; ++v)
            for (int n = 0; n < a.batch; ++n)
              d_x[in(c, u, v, n)] += static_cast<T>(static_cast<double>(d_y[out(c, i, j, n)]) /
                                                    (rows.size() * columns.size()));
      }
}

#define CONVOLAB_INSTANTIATE(T)                                                                    \
  template void max_pool2d_forward(const MaxPool2dArgs&, const T*, T*, std::int32_t*);             \
  template void max_pool2d_backward(const MaxPool2dArgs&, const T*, const std::int32_t*, const T*, \
                                    T*);                                                           \
  template void avg_pool2d_forward(const AvgPool2dArgs&, const T*, T*);                            \
  template void avg_pool2d_backward(const AvgPool2dArgs&, const T*, T*);                           \
  template void adaptive_avg_pool2d_forward(const AdaptiveAvgPool2dArgs&, const T*, T*);           \
  template void adaptive_avg_pool2d_backward(const AdaptiveAvgPool2dArgs&, const T*, T*);
CONVOLAB_INSTANTIATE(float)
CONVOLAB_INSTANTIATE(double)
#undef CONVOLAB_INSTANTIATE

}  // namespace reference

}  // namespace convolab
