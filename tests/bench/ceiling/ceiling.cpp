// How fast an instruction set multiplies and adds when nothing else is to do: compiled once for
// every SIMD variant, as the kernels are.
#include <cstdint>
#include <xsimd/xsimd.hpp>

namespace convolab::bench::CONVOLAB_SIMD_VARIANT {

// Runs `rounds` of multiply-adds between registers; returns how many operations that is, two for a
// multiply-add. Ten sums are more than their latency needs, and fit sixteen registers.
double multiply_adds(std::int64_t rounds, float* out) {
  using Vector = xsimd::batch<float>;
  constexpr int sums = 10;
  constexpr int lanes = static_cast<int>(Vector::size);
  const Vector factor(out[0]), term(out[1]);
  Vector acc[sums];
  for (int i = 0; i < sums; ++i) acc[i] = Vector(static_cast<float>(i));
  for (std::int64_t r = 0; r < rounds; ++r)
    for (auto& each : acc) each = xsimd::fma(each, factor, term);
  for (int i = 1; i < sums; ++i) acc[0] += acc[i];
  float values[lanes];
  acc[0].store_unaligned(values);
  out[2] = values[0];
  return 2.0 * sums * lanes * static_cast<double>(rounds);
}

}  // namespace convolab::bench::CONVOLAB_SIMD_VARIANT
