#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

// Twelve sums side by side hide the time that each takes, also where a multiply-add is two
// instructions that wait for each other, and stay in 16 registers with both factors. They tend to
// 1, so that no number becomes too small to be quick.
std::int64_t multiply_adds_on_registers(std::int64_t rounds, float* out) {
  constexpr int sums = 12;
  const Vector factor(0.5f), addend(0.5f);
  Vector acc[sums];
  for (int k = 0; k < sums; ++k) acc[k] = Vector(static_cast<float>(k));
  for (std::int64_t i = 0; i < rounds; ++i)
    for (int k = 0; k < sums; ++k) acc[k] = multiply_add(acc[k], factor, addend);
  Vector total(0.0f);
  for (int k = 0; k < sums; ++k) total += acc[k];
  save(out, total);
  return sums * lanes;
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
