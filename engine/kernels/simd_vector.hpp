// The vector type of one SIMD variant, over xsimd 8.1 (Debian 12) and newer. Only for *_simd.cpp.
#pragma once

#include <cstdint>
#include <xsimd/xsimd.hpp>

#ifndef CONVOLAB_SIMD_VARIANT
#error "compile *_simd.cpp with -DCONVOLAB_SIMD_VARIANT=<name>"
#endif

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

using Vector = xsimd::batch<float>;
inline constexpr std::int64_t lanes = static_cast<std::int64_t>(Vector::size);
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

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
