#include "kernels/layout.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"

// Vectors lie along the batch: every image's window is at the same place. Batches that fill no
// vector do so together with the next windows of a row.
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

void fill(float* to, std::int64_t count) {
  for_vectors(0, count, [&](std::int64_t i, auto size) { save(to + i, Vector(0.0f), size); });
}

// The bits of numbers: chosen by integers, and not reckoned with.
Integers load_bits(const void* p) {
  return Integers::load_unaligned(static_cast<const std::int32_t*>(p));
}
Integers bits_of(const Vector& v) {
#if XSIMD_VERSION_MAJOR >= 9
  return xsimd::bitwise_cast<std::int32_t>(v);
#else
  return xsimd::bitwise_cast<Integers>(v);
#endif
}

// Windows whose inputs are rows[0] … rows[1]-1 by columns …, all divided by one number.
struct Window {
  Cell rows, columns;
  double divisor;
};

// One window of images that fill no vector.
void average_few(const Layout& in, std::int64_t c, const Window& window, const float* x, float* y) {
  const std::int64_t row = window.columns.size() * in.batch;
  const float factor = static_cast<float>(window.divisor > 0 ? 1.0 / window.divisor : 0.0);
  for (std::int64_t n = 0; n < in.batch; ++n) {
    float sum = 0.0f;
    for (int u = window.rows.begin; u < window.rows.end; ++u) {
      const float* from = x + in(c, u, window.columns.begin, n);
      for (std::int64_t v = 0; v < row; v += in.batch) sum += from[v];
    }
    y[n] = sum * factor;
  }
}

template <class WindowAt>
void average_forward(const RunContext& context, const Layout& in, const Layout& out, int channels,
                     const WindowAt& window_at, const float* x, float* y) {
  for_tasks(context, channels, in.elements(channels), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c)
      for (int i = 0; i < out.h; ++i)
        for (int j = 0; j < out.w; ++j) {
          const Window window = window_at(i, j);
          const Vector factor(static_cast<float>(window.divisor > 0 ? 1.0 / window.divisor : 0.0));
          if (out.batch < lanes) {
            average_few(in, c, window, x, y + out(c, i, j, 0));
            continue;
          }
          for_vectors(0, out.batch, [&](std::int64_t n, auto size) {
            Vector sum(0.0f);
            for (int u = window.rows.begin; u < window.rows.end; ++u)
              for (int v = window.columns.begin; v < window.columns.end; ++v)
                sum += load(x + in(c, u, v, n), size);
            save(y + out(c, i, j, n), sum * factor, size);
          });
        }
  });
}

void spread_few(const Layout& in, std::int64_t c, const Window& window, const float* d_y,
                float* d_x) {
  const std::int64_t row = window.columns.size() * in.batch;
  const float factor = static_cast<float>(window.divisor > 0 ? 1.0 / window.divisor : 0.0);
  for (std::int64_t n = 0; n < in.batch; ++n)
    for (int u = window.rows.begin; u < window.rows.end; ++u) {
      float* to = d_x + in(c, u, window.columns.begin, n);
      for (std::int64_t v = 0; v < row; v += in.batch) to[v] += d_y[n] * factor;
    }
}

template <class WindowAt>
void average_backward(const RunContext& context, const Layout& in, const Layout& out, int channels,
                      Write how, const WindowAt& window_at, const float* d_y, float* d_x) {
  for_tasks(context, channels, in.elements(channels), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c) {
      if (how == Write::overwrite) fill(d_x + in(c, 0, 0, 0), in.elements(1));
      for (int i = 0; i < out.h; ++i)
        for (int j = 0; j < out.w; ++j) {
          const Window window = window_at(i, j);
          const Vector factor(static_cast<float>(window.divisor > 0 ? 1.0 / window.divisor : 0.0));
          if (out.batch < lanes) {
            spread_few(in, c, window, d_y + out(c, i, j, 0), d_x);
            continue;
          }
          for_vectors(0, out.batch, [&](std::int64_t n, auto size) {
            const Vector share = load(d_y + out(c, i, j, n), size) * factor;
            for (int u = window.rows.begin; u < window.rows.end; ++u)
              for (int v = window.columns.begin; v < window.columns.end; ++v)
                write(d_x + in(c, u, v, n), share, Write::accumulate, size);
          });
        }
    }
  });
}

auto windows_of(const AvgPool2dArgs& a) {
  return [&a](int i, int j) {
    const int row = i * a.stride_h, column = j * a.stride_w;
    return Window{
        {row, row + a.kernel_h}, {column, column + a.kernel_w}, avg_pool2d_divisor(a, i, j)};
  };
}

auto windows_of(const AdaptiveAvgPool2dArgs& a) {
  return [&a](int i, int j) {
    const Cell rows = adaptive_cell(i, a.in_h, a.out_h);
    const Cell columns = adaptive_cell(j, a.in_w, a.out_w);
    return Window{rows, columns, static_cast<double>(rows.size()) * columns.size()};
  };
}

// The position in the image of tap (u, v) of output (i, j).
std::int32_t position_of(const MaxPool2dArgs& a, int i, int j, int u, int v) {
  return (i * a.stride_h + u * a.dilation_h) * a.in_w + j * a.stride_w + v * a.dilation_w;
}

// One window, a vector of images: the maximum and its position, whose bits travel as a float's.
// H and W: the kernel's size where it is known beforehand, which lets the compiler unroll, or 0.
template <int H, int W>
void max_window(const MaxPool2dArgs& a, const float* x, int i, int j, float* y,
                std::int32_t* switches) {
  const int kernel_h = H > 0 ? H : a.kernel_h, kernel_w = W > 0 ? W : a.kernel_w;
  const std::int32_t corner = position_of(a, i, j, 0, 0);
  Vector best = load(x + std::int64_t{corner} * a.batch), place = as_floats(Integers(corner));
  for (int u = 0; u < kernel_h; ++u)
    for (int v = 0; v < kernel_w; ++v) {
      if (u == 0 && v == 0) continue;
      const std::int32_t position = position_of(a, i, j, u, v);
      const Vector value = load(x + std::int64_t{position} * a.batch);
      const auto wins = (value > best) | xsimd::isnan(value);
      best = xsimd::select(wins, value, best);
      place = xsimd::select(wins, as_floats(Integers(position)), place);
    }
  save(y, best);
  save(reinterpret_cast<float*>(switches), place);
}

template <int H, int W>
void max_row(const MaxPool2dArgs& a, const float* x, int i, float* y, std::int32_t* switches) {
  for (int j = 0; j < a.out_w; ++j) {
    const std::int64_t at = std::int64_t{j} * a.batch;
    for (std::int64_t n = 0; n < a.batch; n += lanes) {
      const std::int64_t from = n + lanes <= a.batch ? n : a.batch - lanes;
      max_window<H, W>(a, x + from, i, j, y + at + from, switches + at + from);
    }
  }
}

// Where one tap's inputs stand for neighbouring outputs of a row, all images counted: side by side
// (stride 1), every other one (stride 2, one image), or somewhere.
enum class Inputs { run, pairs, apart };

// x: the tap's row; p: the first of the outputs; column: the tap's; corners: the outputs' windows'.
template <Inputs inputs>
Vector load_inputs(const float* x, std::int64_t p, std::int64_t column, std::int64_t batch,
                   const std::int32_t* corners) {
  if constexpr (inputs == Inputs::run) {
    return load(x + p + column * batch);
  } else if constexpr (inputs == Inputs::pairs) {
    // Those behind a first column, so that nothing behind the last one is read.
    const float* from = x + 2 * p + (column == 0 ? 0 : column - 1);
    float values[lanes];
    for (std::int64_t i = 0; i < lanes; i += 4) {
      const Quad a = load_quad(from + 2 * i), b = load_quad(from + 2 * i + 4);  // 0123 4567
      const Quad low = xsimd::zip_lo(a, b), high = xsimd::zip_hi(a, b);         // 0415 2637
      save(values + i, column == 0 ? xsimd::zip_lo(low, high) : xsimd::zip_hi(low, high));
    }
    return load(values);
  } else {
    float values[lanes];
    for (std::int64_t i = 0; i < lanes; ++i)
      values[i] = x[(corners[i] + column) * batch + (p + i) % batch];
    return load(values);
  }
}

// A row whose outputs fill vectors together, though the batch does not. The last vector reaches
// back over outputs that are done already.
template <Inputs inputs>
void max_row_of_few(const MaxPool2dArgs& a, const float* x, int i, float* y,
                    std::int32_t* switches) {
  const std::int64_t length = std::int64_t{a.out_w} * a.batch;
  for (std::int64_t begin = 0; begin < length; begin += lanes) {
    const std::int64_t p = begin + lanes <= length ? begin : length - lanes;
    std::int32_t corners[lanes];
    for (std::int64_t k = 0; k < lanes; ++k)
      corners[k] = static_cast<std::int32_t>(a.batch == 1 ? p + k : (p + k) / a.batch) * a.stride_w;
    const Integers columns = load_bits(corners);
    Vector best(0.0f), place(0.0f);
    for (int u = 0; u < a.kernel_h; ++u) {
      const std::int32_t row = position_of(a, i, 0, u, 0);
      for (int v = 0; v < a.kernel_w; ++v) {
        const std::int32_t column = v * a.dilation_w;
        const Vector value =
            load_inputs<inputs>(x + std::int64_t{row} * a.batch, p, column, a.batch, corners);
        const auto wins = (value > best) | xsimd::isnan(value);
        const Vector here = as_floats(columns + Integers(row + column));
        const bool first = u == 0 && v == 0;
        best = first ? value : xsimd::select(wins, value, best);
        place = first ? here : xsimd::select(wins, here, place);
      }
    }
    save(y + p, best);
    save(reinterpret_cast<float*>(switches) + p, place);
  }
}

// The same for outputs that fill no vector even so.
void max_short_row(const MaxPool2dArgs& a, const float* x, int i, float* y,
                   std::int32_t* switches) {
  for (int j = 0; j < a.out_w; ++j)
    for (std::int64_t n = 0; n < a.batch; ++n) {
      std::int32_t place = position_of(a, i, j, 0, 0);
      float best = x[std::int64_t{place} * a.batch + n];
      for (int u = 0; u < a.kernel_h; ++u)
        for (int v = 0; v < a.kernel_w; ++v) {
          const std::int32_t position = position_of(a, i, j, u, v);
          const float value = x[std::int64_t{position} * a.batch + n];
          if (value > best || value != value) {
            best = value;
            place = position;
          }
        }
      *y++ = best;
      *switches++ = place;
    }
}

bool windows_of_2x2(const MaxPool2dArgs& a) {
  return a.kernel_h == 2 && a.kernel_w == 2 && a.dilation_h == 1 && a.dilation_w == 1;
}

// A row of 2×2 windows side by side: every input meets one window at most, so that d_x is written
// at once: d_y where the maximum was, 0 elsewhere.
void spread_row_of_2x2(const MaxPool2dArgs& a, int i, const float* d_y,
                       const std::int32_t* switches, const float* y, float* image) {
  const Vector zero(0.0f);
  const std::int64_t row = std::int64_t{a.in_w} * a.batch;
  float* to = image + 2 * i * row;
  for (int j = 0; j < a.out_w; ++j, d_y += a.batch, switches += a.batch) {
    const std::int64_t at = std::int64_t{j} * a.batch;
    const std::int32_t corner = position_of(a, i, j, 0, 0);
    const Integers here(corner), right(corner + 1), below(corner + a.in_w);
    const Integers across(corner + a.in_w + 1);
    const auto only_where = [](const auto& mask, const Integers& d) {
      return as_floats(xsimd::select(mask, d, Integers(0)));
    };
    float* pixel = to + std::int64_t{2} * j * a.batch;
    for (std::int64_t n = 0; n < a.batch; n += lanes) {
      const Integers place = load_bits(switches + n);
      const Integers d = y ? bits_of(xsimd::select(load(y + at + n) > zero, load(d_y + n), zero))
                           : load_bits(d_y + n);
      save(pixel + n, only_where(place == here, d));
      save(pixel + a.batch + n, only_where(place == right, d));
      save(pixel + row + n, only_where(place == below, d));
      save(pixel + row + a.batch + n, only_where(place == across, d));
    }
  }
  const std::int64_t done = std::int64_t{2} * a.out_w * a.batch;
  for (const std::int64_t r : {std::int64_t{0}, row}) fill(to + r + done, row - done);
}

void spread_2x2(const MaxPool2dArgs& a, const float* d_y, const std::int32_t* switches,
                const float* y, float* image) {
  const std::int64_t row = std::int64_t{a.in_w} * a.batch;
  for (int i = 0; i < a.out_h; ++i) {
    const std::int64_t at = std::int64_t{i} * a.out_w * a.batch;
    spread_row_of_2x2(a, i, d_y + at, switches + at, y ? y + at : nullptr, image);
  }
  fill(image + 2 * a.out_h * row, (a.in_h - 2 * a.out_h) * row);
}

}  // namespace

using MaxRow = void (*)(const MaxPool2dArgs&, const float*, int, float*, std::int32_t*);
static MaxRow max_row_for(const MaxPool2dArgs& a) {
  if (a.batch >= lanes) return windows_of_2x2(a) ? &max_row<2, 2> : &max_row<0, 0>;
  if (std::int64_t{a.out_w} * a.batch < lanes) return &max_short_row;
  if (a.stride_w == 1) return &max_row_of_few<Inputs::run>;
  return a.stride_w == 2 && a.batch == 1 && a.kernel_w > 1 ? &max_row_of_few<Inputs::pairs>
                                                           : &max_row_of_few<Inputs::apart>;
}

void max_pool2d_forward(const RunContext& context, const MaxPool2dArgs& a, const float* x, float* y,
                        std::int32_t* switches) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h, a.out_w, a.batch};
  const MaxRow row_of = max_row_for(a);
  for_tasks(context, std::int64_t{a.channels} * a.out_h, in.elements(a.channels),
            [&](std::int64_t begin, std::int64_t end) {
              for (std::int64_t row = begin; row < end; ++row) {
                const std::int64_t c = row / a.out_h, at = out(0, row, 0, 0);
                row_of(a, x + in(c, 0, 0, 0), static_cast<int>(row % a.out_h), y + at,
                       switches + at);
              }
            });
}

void max_pool2d_backward(const RunContext& context, const MaxPool2dArgs& a, const float* d_y,
                         const std::int32_t* switches, const float* y, float* d_x) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h, a.out_w, a.batch};
  const bool side_by_side = windows_of_2x2(a) && a.stride_h == 2 && a.stride_w == 2 &&
                            a.write == Write::overwrite && a.batch % lanes == 0;
  for_tasks(context, a.channels, in.elements(a.channels),
            [&](std::int64_t begin, std::int64_t end) {
              for (std::int64_t c = begin; c < end; ++c) {
                float* image = d_x + in(c, 0, 0, 0);
                if (side_by_side) {
                  const std::int64_t at = out(c, 0, 0, 0);
                  spread_2x2(a, d_y + at, switches + at, y ? y + at : nullptr, image);
                  continue;
                }
                if (a.write == Write::overwrite) fill(image, in.elements(1));
                for (std::int64_t at = out(c, 0, 0, 0); at < out(c + 1, 0, 0, 0); at += a.batch)
                  for (std::int64_t n = 0; n < a.batch; ++n)
                    if (!y || y[at + n] > 0.0f)
                      image[std::int64_t{switches[at + n]} * a.batch + n] += d_y[at + n];
              }
            });
}

void avg_pool2d_forward(const RunContext& context, const AvgPool2dArgs& a, const float* x,
                        float* y) {
  average_forward(context, {a.in_h, a.in_w, a.batch}, {a.out_h, a.out_w, a.batch}, a.channels,
                  windows_of(a), x, y);
}

void avg_pool2d_backward(const RunContext& context, const AvgPool2dArgs& a, const float* d_y,
                         float* d_x) {
  average_backward(context, {a.in_h, a.in_w, a.batch}, {a.out_h, a.out_w, a.batch}, a.channels,
                   a.write, windows_of(a), d_y, d_x);
}

void adaptive_avg_pool2d_forward(const RunContext& context, const AdaptiveAvgPool2dArgs& a,
                                 const float* x, float* y) {
  average_forward(context, {a.in_h, a.in_w, a.batch}, {a.out_h, a.out_w, a.batch}, a.channels,
                  windows_of(a), x, y);
}

void adaptive_avg_pool2d_backward(const RunContext& context, const AdaptiveAvgPool2dArgs& a,
                                  const float* d_y, float* d_x) {
  average_backward(context, {a.in_h, a.in_w, a.batch}, {a.out_h, a.out_w, a.batch}, a.channels,
                   a.write, windows_of(a), d_y, d_x);
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
