#include "kernels/layout.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"

// A row of y is a run of columns in front, the row of x as one run, and a run behind.
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// Few floats are left behind the whole vectors: one by one, which is less than a vector by way of
// memory.
void put(const float* from, std::int64_t count, Write how, float* to) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) write(to + i, load(from + i), how, Whole{});
  for (; i < count; ++i) to[i] = how == Write::accumulate ? to[i] + from[i] : from[i];
}

// The same, but 0 where `mask` is not positive.
void put_where(const float* mask, const float* from, std::int64_t count, Write how, float* to) {
  const Vector zero(0.0f);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    write(to + i, xsimd::select(load(mask + i) > zero, load(from + i), zero), how, Whole{});
  for (; i < count; ++i) {
    const float value = mask[i] > 0.0f ? from[i] : 0.0f;
    to[i] = how == Write::accumulate ? to[i] + value : value;
  }
}

void fill(float value, std::int64_t count, float* to) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) save(to + i, Vector(value));
  for (; i < count; ++i) to[i] = value;
}

// The border columns of a padded row, from left to right.
template <class Visit>
void visit_border(const Pad2dArgs& a, const Visit& visit) {
  for (int j = 0; j < a.left; ++j) visit(j);
  for (int j = a.left + a.in_w; j < a.out_w(); ++j) visit(j);
}

}  // namespace

void pad2d_forward(const RunContext& context, const Pad2dArgs& a, const float* x, float* y) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h(), a.out_w(), a.batch};
  const std::int64_t rows = std::int64_t{a.channels} * a.out_h();
  for_tasks(context, rows, rows * out.w * out.batch, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const std::int64_t c = r / a.out_h();
      const int row = padded_source(a.mode, static_cast<int>(r % a.out_h()), a.top, a.in_h);
      float* to = y + r * out.w * out.batch;
      if (row < 0) {
        fill(a.value, out.w * out.batch, to);
        continue;
      }
      put(x + in(c, row, 0, 0), in.w * in.batch, Write::overwrite, to + a.left * out.batch);
      if (a.mode == PaddingMode::zeros) {
        fill(a.value, a.left * out.batch, to);
        fill(a.value, a.right * out.batch, to + (a.left + in.w) * out.batch);
        continue;
      }
      visit_border(a, [&](int j) {
        const int column = padded_source(a.mode, j, a.left, a.in_w);
        if (column < 0)
          fill(a.value, out.batch, to + j * out.batch);
        else
          put(x + in(c, row, column, 0), out.batch, Write::overwrite, to + j * out.batch);
      });
    }
  });
}

void pad2d_backward(const RunContext& context, const Pad2dArgs& a, const float* d_y, const float* x,
                    float* d_x) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h(), a.out_w(), a.batch};
  const auto fold = [&](const float* from, std::int64_t count, Write how, std::int64_t at) {
    x ? put_where(x + at, from, count, how, d_x + at) : put(from, count, how, d_x + at);
  };
  for_tasks(
      context, a.channels, out.elements(a.channels), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t c = begin; c < end; ++c) {
          // The rows of the image itself first, then the border folds back onto them.
          for (int i = 0; i < a.in_h; ++i)
            fold(d_y + out(c, i + a.top, a.left, 0), in.w * in.batch, a.write, in(c, i, 0, 0));
          if (a.mode == PaddingMode::zeros) continue;
          for (int i = 0; i < a.out_h(); ++i) {
            const int row = padded_source(a.mode, i, a.top, a.in_h);
            if (i < a.top || i >= a.top + a.in_h)
              fold(d_y + out(c, i, a.left, 0), in.w * in.batch, Write::accumulate,
                   in(c, row, 0, 0));
            visit_border(a, [&](int j) {
              const int column = padded_source(a.mode, j, a.left, a.in_w);
              fold(d_y + out(c, i, j, 0), in.batch, Write::accumulate, in(c, row, column, 0));
            });
          }
        }
      });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
