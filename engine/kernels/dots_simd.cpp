#include "kernels/dots.hpp"

#include "kernels/simd_vector.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// All bits of the last `count` lanes.
Vector last_lanes(std::int64_t count) {
  std::int32_t bits[lanes];
  for (std::int64_t i = 0; i < lanes; ++i) bits[i] = i < lanes - count ? 0 : -1;
  return as_floats(Integers::load_unaligned(bits));
}

// Each sum over the lanes of n vectors, side by side in the first. Folds the second half of them
// into the first half, and lanes that belong together half as far from each other.
template <int n = static_cast<int>(lanes)>
void sum_lanes(Vector* v) {
  for (int i = 0; i < n / 2; ++i) {
    const Vector pair[2] = {v[i], v[i + n / 2]};
    v[i] = Shuffle<Vector>::in_turn<2, 0>(pair) + Shuffle<Vector>::in_turn<2, 1>(pair);
  }
  if constexpr (n > 2) sum_lanes<n / 2>(v);
}

// Taps t0 … t0+T-1. The last vector of a row that does not fill it reaches back over the one
// before, where a counts as zeros.
template <int K, int T>
void tile(const DotsPart& part, std::int64_t t0, float* partial, float* sums,
          std::int64_t sums_stride, Write write) {
  const std::int64_t at = t0 * K * lanes;  // in partial
  Vector acc[K][T];
  for (int k = 0; k < K; ++k)
    for (int t = 0; t < T; ++t)
      acc[k][t] = part.first ? Vector(0.0f) : load(partial + at + (k * T + t) * lanes);
  const float* b[T];
  for (int t = 0; t < T; ++t) b[t] = part.b + part.offsets[t0 + t];
  const float* a = part.a;
  const auto add = [&](std::int64_t p, const auto& kept_of) {
    Vector bv[T];
    for (int t = 0; t < T; ++t) bv[t] = load(b[t] + p);
    for (int k = 0; k < K; ++k) {
      const Vector av = kept_of(load(a + k * part.a_stride + p));
      for (int t = 0; t < T; ++t) acc[k][t] = multiply_add(av, bv[t], acc[k][t]);
    }
  };
  const std::int64_t rest = part.length % lanes, whole = part.length - rest;
  const Vector kept = last_lanes(rest);
  for (std::int64_t r = 0; r < part.rows; ++r) {
    for (std::int64_t p = 0; p < whole; p += lanes) add(p, [](const Vector& v) { return v; });
    if (rest > 0) add(part.length - lanes, [&](const Vector& v) { return v & kept; });
    a += part.a_row;
    for (int t = 0; t < T; ++t) b[t] += part.b_row;
  }
  if (!part.last) {
    for (int k = 0; k < K; ++k)
      for (int t = 0; t < T; ++t) save(partial + at + (k * T + t) * lanes, acc[k][t]);
    return;
  }
  const auto put = [&](int k, int t, float total) {
    float& target = sums[k * sums_stride + t0 + t];
    target = write == Write::accumulate ? target + total : total;
  };
  if constexpr (lanes == 4) {
    for (int k = 0; k < K; ++k)
      for (int t = 0; t < T; ++t) put(k, t, sum(acc[k][t]));
  } else {
    constexpr int width = static_cast<int>(lanes);
    for (int done = 0; done < K * T; done += width) {
      Vector some[width];
      for (int i = 0; i < width; ++i) {
        const int j = done + i;
        some[i] = j < K * T ? acc[j / T][j % T] : Vector(0.0f);
      }
      sum_lanes(some);
      float totals[width];
      save(totals, some[0]);
      for (int i = 0; i < width && done + i < K * T; ++i)
        put((done + i) / T, (done + i) % T, totals[i]);
    }
  }
}

// T taps at a time, then what is left by fewer.
template <int K, int T>
void tiles(const DotsPart& part, std::int64_t t0, std::int64_t t1, float* partial, float* sums,
           std::int64_t sums_stride, Write write) {
  std::int64_t t = t0;
  for (; t + T <= t1; t += T) tile<K, T>(part, t, partial, sums, sums_stride, write);
  if constexpr (T > 1)
    if (t < t1) tiles<K, (T > 4 ? 4 : T / 2)>(part, t, t1, partial, sums, sums_stride, write);
}

}  // namespace

void dots(const DotsPart& part, int channels, std::int64_t t0, std::int64_t t1, float* partial,
          float* sums, std::int64_t sums_stride, Write write) {
  if constexpr (dots_channels > tile_channels) {
    if (channels == 6)
      return tiles<6, tile_vectors>(part, t0, t1, partial, sums, sums_stride, write);
    if (channels == 5)
      return tiles<5, tile_vectors>(part, t0, t1, partial, sums, sums_stride, write);
  }
  // Six loads of b and one of a serve 24 multiply-adds where there are registers for them.
  constexpr int fours_taps = lanes >= 16 ? 6 : tile_vectors;
  switch (channels) {
    case 4: return tiles<4, fours_taps>(part, t0, t1, partial, sums, sums_stride, write);
    case 3: return tiles<3, tile_vectors>(part, t0, t1, partial, sums, sums_stride, write);
    case 2: return tiles<2, 4>(part, t0, t1, partial, sums, sums_stride, write);
    default: return tiles<1, 9>(part, t0, t1, partial, sums, sums_stride, write);
  }
}

float total_of(const float* a, std::int64_t length) {
  Vector acc[4] = {Vector(0.0f), Vector(0.0f), Vector(0.0f), Vector(0.0f)};
  std::int64_t p = 0;
  for (; p + 4 * lanes <= length; p += 4 * lanes)
    for (int i = 0; i < 4; ++i) acc[i] += load(a + p + i * lanes);
  for (; p + lanes <= length; p += lanes) acc[0] += load(a + p);
  float total = sum((acc[0] + acc[1]) + (acc[2] + acc[3]));
  for (; p < length; ++p) total += a[p];
  return total;
}

std::int64_t partial_floats(std::int64_t channels, std::int64_t taps) {
  return channels * taps * lanes;
}

std::int64_t whole_vectors(std::int64_t length) { return (length + lanes - 1) / lanes * lanes; }

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
