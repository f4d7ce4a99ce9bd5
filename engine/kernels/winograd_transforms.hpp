// The transforms of Winograd's algorithm for tiles of 2 and of 4 outputs: along one axis, and by
// these of whole tiles. A tile of `tile` outputs meets tile + 2 inputs and takes as many products.
//
// F(4×4, 3×3) multiplies polynomials at 0, ±1/√2, ±√2 and ∞. The usual 0, ±1, ±2 and ∞ err 3 to 5
// times as much: the powers of 2 that sums meet there must be lost again.
#pragma once

#include "kernels/simd_vector.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

template <int tile>
struct Winograd;

template <>
struct Winograd<2> {
  // G·w
  static void weight(const Quad& w0, const Quad& w1, const Quad& w2, Quad* to) {
    const Quad one_half(0.5f);
    to[0] = w0;
    to[1] = one_half * (w0 + w1 + w2);
    to[2] = one_half * (w0 - w1 + w2);
    to[3] = w2;
  }
};

template <>
struct Winograd<4> {
  static constexpr float root = 1.41421356f;  // √2

  static void weight(const Quad& w0, const Quad& w1, const Quad& w2, Quad* to) {
    const Quad near = Quad(-2.0f / 3.0f) * (w0 + Quad(0.5f) * w2);
    const Quad near_odd = Quad(-root / 3.0f) * w1;
    const Quad far = Quad(1.0f / 6.0f) * (w0 + w2 + w2), far_odd = Quad(root / 6.0f) * w1;
    to[0] = w0;
    to[1] = near + near_odd;
    to[2] = near - near_odd;
    to[3] = far + far_odd;
    to[4] = far - far_odd;
    to[5] = w2;
  }

  // B'·x
  static void input(const Vector (&x)[6], Vector (&to)[6]) {
    const Vector near = multiply_add(Vector(-2.0f), x[2], x[4]);
    const Vector near_odd = multiply_add(Vector(0.5f * root), x[3], Vector(-root) * x[1]);
    const Vector far = multiply_add(Vector(-0.5f), x[2], x[4]);
    const Vector far_odd = multiply_add(Vector(root), x[3], Vector(-0.5f * root) * x[1]);
    to[0] = multiply_add(Vector(-2.5f), x[2], x[0] + x[4]);
    to[1] = near + near_odd;
    to[2] = near - near_odd;
    to[3] = far + far_odd;
    to[4] = far - far_odd;
    to[5] = multiply_add(Vector(-2.5f), x[3], x[1] + x[5]);
  }

  // A'·m
  static void output(const Vector (&m)[6], Vector (&to)[4]) {
    const Vector near = m[1] + m[2], near_odd = m[1] - m[2];
    const Vector far = m[3] + m[4], far_odd = m[3] - m[4];
    to[0] = m[0] + near + far;
    to[1] = multiply_add(Vector(root), far_odd, Vector(0.5f * root) * near_odd);
    to[2] = multiply_add(Vector(2.0f), far, Vector(0.5f) * near);
    to[3] = multiply_add(Vector(2.0f * root), far_odd,
                         multiply_add(Vector(0.25f * root), near_odd, m[5]));
  }
};

// G·w·G' of four kernels side by side.
template <int tile>
void transform_weight(const Quad (&w)[9], Quad* to) {
  constexpr int n = tile + 2;
  Quad half[3][n];
  for (int v = 0; v < 3; ++v) Winograd<tile>::weight(w[v], w[3 + v], w[6 + v], half[v]);
  for (int r = 0; r < n; ++r)
    Winograd<tile>::weight(half[0][r], half[1][r], half[2][r], to + n * r);
}

// B'·x·B of a run of tiles, as winograd_input says. Vertically, then along the row.
static inline void transform_input_2(const float* const* d, std::int64_t length, float* to,
                                     std::int64_t step) {
  const auto transform = [&](int product, const auto& vertical) {
    for (std::int64_t p = 0; p < length; p += lanes) {
      const Vector d0 = vertical(0, p), d1 = vertical(1, p);
      const Vector d2 = vertical(2, p), d3 = vertical(3, p);
      float* at = to + product * step + p;
      save(at, d0 - d2);
      save(at + step, d1 + d2);
      save(at + 2 * step, d2 - d1);
      save(at + 3 * step, d1 - d3);
    }
  };
  const auto row = [&](int r, int s, std::int64_t p) { return load(d[4 * r + s] + p); };
  transform(0, [&](int s, std::int64_t p) { return row(0, s, p) - row(2, s, p); });
  transform(4, [&](int s, std::int64_t p) { return row(1, s, p) + row(2, s, p); });
  transform(8, [&](int s, std::int64_t p) { return row(2, s, p) - row(1, s, p); });
  transform(12, [&](int s, std::int64_t p) { return row(1, s, p) - row(3, s, p); });
}

static inline void transform_input_4(const float* const* d, std::int64_t length, float* to,
                                     std::int64_t step) {
  for (std::int64_t p = 0; p < length; p += lanes) {
    Vector half[6][6];
    for (int s = 0; s < 6; ++s) {
      Vector x[6], down[6];
      for (int r = 0; r < 6; ++r) x[r] = load(d[6 * r + s] + p);
      Winograd<4>::input(x, down);
      for (int r = 0; r < 6; ++r) half[r][s] = down[r];
    }
    for (int r = 0; r < 6; ++r) {
      Vector along[6];
      Winograd<4>::input(half[r], along);
      for (int s = 0; s < 6; ++s) save(to + (6 * r + s) * step + p, along[s]);
    }
  }
}

// A'·m·A + bias of a run of tiles; to[r·tile + s]: row r, column s of the first.
static inline void transform_output_2(const float* from, std::int64_t step, std::int64_t length,
                                      float bias, float* const* to, Write how) {
  for (std::int64_t p = 0; p < length; p += lanes) {
    Vector even[4], odd[4];
    for (int r = 0; r < 4; ++r) {
      const float* m = from + 4 * r * step + p;
      const Vector m1 = load(m + step), m2 = load(m + 2 * step);
      even[r] = load(m) + (m1 + m2);
      odd[r] = (m1 - m2) - load(m + 3 * step);
    }
    const Vector b(bias);
    write(to[0] + p, even[0] + even[1] + even[2] + b, how, Whole{});
    write(to[1] + p, odd[0] + odd[1] + odd[2] + b, how, Whole{});
    write(to[2] + p, even[1] - even[2] - even[3] + b, how, Whole{});
    write(to[3] + p, odd[1] - odd[2] - odd[3] + b, how, Whole{});
  }
}

static inline void transform_output_4(const float* from, std::int64_t step, std::int64_t length,
                                      float bias, float* const* to, Write how) {
  const Vector b(bias);
  for (std::int64_t p = 0; p < length; p += lanes) {
    Vector half[4][6];
    for (int r = 0; r < 6; ++r) {
      Vector m[6], along[4];
      for (int s = 0; s < 6; ++s) m[s] = load(from + (6 * r + s) * step + p);
      Winograd<4>::output(m, along);
      for (int s = 0; s < 4; ++s) half[s][r] = along[s];
    }
    for (int s = 0; s < 4; ++s) {
      Vector down[4];
      Winograd<4>::output(half[s], down);
      for (int r = 0; r < 4; ++r) write(to[4 * r + s] + p, down[r] + b, how, Whole{});
    }
  }
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
