#include "kernels/layout.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"

// Vectors lie along the batch: every image's window is at the same place.
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

void fill(float* to, std::int64_t count) {
  for_vectors(0, count, [&](std::int64_t i, auto size) { save(to + i, Vector(0.0f), size); });
}

// Windows whose inputs are rows[0] … rows[1]-1 by columns …, all divided by one number.
struct Window {
  Cell rows, columns;
  double divisor;
};

template <class WindowAt>
void average_forward(const RunContext& context, const Layout& in, const Layout& out, int channels,
                     const WindowAt& window_at, const float* x, float* y) {
  for_tasks(context, channels, in.elements(channels), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c)
      for (int i = 0; i < out.h; ++i)
        for (int j = 0; j < out.w; ++j) {
          const Window window = window_at(i, j);
          const Vector factor(static_cast<float>(window.divisor > 0 ? 1.0 / window.divisor : 0.0));
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
void max_window(const MaxPool2dArgs& a, const float* x, int i, int j, float* y,
                std::int32_t* switches, Whole) {
  Vector best(0.0f), place(0.0f);
  for (int u = 0; u < a.kernel_h; ++u)
    for (int v = 0; v < a.kernel_w; ++v) {
      const std::int32_t position = position_of(a, i, j, u, v);
      const Vector value = load(x + std::int64_t{position} * a.batch);
      const Vector here = as_floats(Integers(position));
      const auto wins = (value > best) | xsimd::isnan(value);
      const bool first = u == 0 && v == 0;
      best = first ? value : xsimd::select(wins, value, best);
      place = first ? here : xsimd::select(wins, here, place);
    }
  save(y, best);
  save(reinterpret_cast<float*>(switches), place);
}

// The same for the few images that fill no vector.
void max_window(const MaxPool2dArgs& a, const float* x, int i, int j, float* y,
                std::int32_t* switches, Part part) {
  for (std::int64_t n = 0; n < part.count; ++n) {
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
    y[n] = best;
    switches[n] = place;
  }
}

}  // namespace

void max_pool2d_forward(const RunContext& context, const MaxPool2dArgs& a, const float* x, float* y,
                        std::int32_t* switches) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h, a.out_w, a.batch};
  for_tasks(context, std::int64_t{a.channels} * a.out_h, in.elements(a.channels),
            [&](std::int64_t begin, std::int64_t end) {
              for (std::int64_t row = begin; row < end; ++row) {
                const std::int64_t c = row / a.out_h;
                const int i = static_cast<int>(row % a.out_h);
                for (int j = 0; j < a.out_w; ++j) {
                  const std::int64_t at = out(c, i, j, 0);
                  for_vectors(0, a.batch, [&](std::int64_t n, auto size) {
                    max_window(a, x + in(c, 0, 0, n), i, j, y + at + n, switches + at + n, size);
                  });
                }
              }
            });
}

void max_pool2d_backward(const RunContext& context, const MaxPool2dArgs& a, const float* d_y,
                         const std::int32_t* switches, float* d_x) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h, a.out_w, a.batch};
  for_tasks(context, a.channels, in.elements(a.channels),
            [&](std::int64_t begin, std::int64_t end) {
              for (std::int64_t c = begin; c < end; ++c) {
                float* image = d_x + in(c, 0, 0, 0);
                if (a.write == Write::overwrite) fill(image, in.elements(1));
                for (std::int64_t at = out(c, 0, 0, 0); at < out(c + 1, 0, 0, 0); at += a.batch)
                  for (std::int64_t n = 0; n < a.batch; ++n)
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
