// The vector type of one SIMD variant, over xsimd 8.1 (Debian 12) and newer. Only for *_simd.cpp.
#pragma once

#include <cstdint>
#include <xsimd/xsimd.hpp>

#include "kernels/tasks.hpp"

#ifndef CONVOLAB_SIMD_VARIANT
#error "compile *_simd.cpp with -DCONVOLAB_SIMD_VARIANT=<name>"
#endif

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

using Vector = xsimd::batch<float>;
inline constexpr std::int64_t lanes = static_cast<std::int64_t>(Vector::size);
// Register tiles are 4 × 2 vectors where a multiply-add takes two instructions and 16 registers do
// not hold more, 4 × 3 where it is one (AVX2): 10 % faster for outputs, 45 % for weight gradients;
// and 4 × 4 with 32 registers (AVX-512): 3 % and 40 % faster than 4 × 3.
inline constexpr int tile_vectors = lanes >= 16 ? 4 : lanes >= 8 ? 3 : 2;
// Four floats in every variant: four output channels side by side.
using Quad = xsimd::make_sized_batch_t<float, 4>;

static inline Vector load(const float* p) { return Vector::load_unaligned(p); }
static inline Quad load_quad(const float* p) { return Quad::load_unaligned(p); }
template <class V>  // Vector or Quad, here and below
static inline void save(float* p, const V& v) {
  v.store_unaligned(p);
}
// a·b + c, fused where the machine can.
template <class V>
static inline V multiply_add(const V& a, const V& b, const V& c) {
  return xsimd::fma(a, b, c);
}

static inline float sum(const Vector& v) {
#if XSIMD_VERSION_MAJOR >= 9
  return xsimd::reduce_add(v);
#else
  return xsimd::hadd(v);
#endif
}

// Shuffles of `step` vectors, each by one after the other.
template <class V, int n = static_cast<int>(V::size), int... at>
struct Shuffle : Shuffle<V, n - 1, n - 1, at...> {};
template <class V, int... at>
struct Shuffle<V, 0, at...> {
  using Register = typename V::register_type;
  static constexpr int size = static_cast<int>(V::size);

  // Every step-th of step·size floats, from number `first` on.
  template <int step, int first, int number = step - 1>
  static V every(const float* from) {
    const V last = V::load_unaligned(from + number * size);
    if constexpr (number == 0)
      return last;
    else
      return V(__builtin_shufflevector(
          Register(every<step, first, number - 1>(from)), Register(last),
          place<number>((first + at * step) / size, (first + at * step) % size, at)...));
  }
  // The vector number `part` of the floats of `step` vectors in turn.
  template <int step, int part, int number = step - 1>
  static V in_turn(const V* rows) {
    if constexpr (number == 0)
      return rows[0];
    else
      return V(__builtin_shufflevector(
          Register(in_turn<step, part, number - 1>(rows)), Register(rows[number]),
          place<number>((part * size + at) % step, (part * size + at) / step, at)...));
  }

 private:
  // Where lane `lane` comes from, which is to hold float `index` of vector `which`, when vector
  // `number` is added to what those before it gave.
  template <int number>
  static constexpr int place(int which, int index, int lane) {
    return which == number ? size + index : number == 1 && which == 0 ? index : lane;
  }
};

// 32-bit integers on the same lanes, and the same bits seen as the other type.
using Integers = xsimd::batch<std::int32_t>;
static inline Vector as_floats(const Integers& v) {
#if XSIMD_VERSION_MAJOR >= 9
  return xsimd::bitwise_cast<float>(v);
#else
  return xsimd::bitwise_cast<Vector>(v);
#endif
}

// The last, partly filled vector of a run goes through memory: its bits are those of a whole one.
struct Whole {};
struct Part {
  std::int64_t count;
};
static inline Vector load(const float* p, Whole) { return load(p); }
static inline Vector load(const float* p, Part part) {
  float values[lanes] = {};
  for (std::int64_t i = 0; i < part.count; ++i) values[i] = p[i];
  return load(values);
}
static inline void save(float* p, const Vector& v, Whole) { save(p, v); }
static inline void save(float* p, const Vector& v, Part part) {
  float values[lanes];
  save(values, v);
  for (std::int64_t i = 0; i < part.count; ++i) p[i] = values[i];
}
// Replaces what p held, or adds to it.
template <class Size>
static inline void write(float* p, const Vector& v, Write how, Size size) {
  save(p, how == Write::accumulate ? load(p, size) + v : v, size);
}

// Calls body(i, Whole or Part) for every vector of begin … end-1.
template <class Body>
static inline void for_vectors(std::int64_t begin, std::int64_t end, const Body& body) {
  std::int64_t i = begin;
  for (; i + lanes <= end; i += lanes) body(i, Whole{});
  if (i < end) body(i, Part{end - i});
}

// The same over 0 … elements-1 on the pool's threads; cost: operations per element.
template <class Body>
static inline void for_elements(const RunContext& context, std::int64_t elements, std::int64_t cost,
                                const Body& body) {
  constexpr std::int64_t block = 4096;  // a whole number of vectors: threads change no vector
  for_tasks(context, (elements + block - 1) / block, elements * cost,
            [&](std::int64_t begin, std::int64_t end) {
              for_vectors(begin * block, end * block < elements ? end * block : elements, body);
            });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
