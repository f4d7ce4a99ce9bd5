#include "core/rng.hpp"

#include <cmath>
#include <numbers>
#include <utility>

namespace convolab {

Random2x32 threefry2x32(std::uint32_t k0, std::uint32_t k1, std::uint32_t c0, std::uint32_t c1) {
  constexpr std::uint32_t rotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  const std::uint32_t key[3] = {k0, k1, 0x1BD11BDAu ^ k0 ^ k1};
  std::uint32_t x0 = c0 + key[0];
  std::uint32_t x1 = c1 + key[1];
  for (std::uint32_t round = 0; round < 20; ++round) {
    x0 += x1;
    const std::uint32_t by = rotations[round % 8];
    x1 = ((x1 << by) | (x1 >> (32 - by))) ^ x0;
    if (round % 4 == 3) {
      const std::uint32_t injection = round / 4 + 1;
      x0 += key[injection % 3];
      x1 += key[(injection + 1) % 3] + injection;
    }
  }
  return {x0, x1};
}

Random2x32 random_bits(std::uint64_t seed, Stream stream, std::uint32_t lane, std::uint64_t index) {
  // The stream and lane are hashed into a key of their own; the index is the counter.
  const Random2x32 key =
      threefry2x32(static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                   static_cast<std::uint32_t>(stream), lane);
  return threefry2x32(key.a, key.b, static_cast<std::uint32_t>(index),
                      static_cast<std::uint32_t>(index >> 32));
}

std::uint32_t Rng::bits() { return random_bits(seed_, stream_, lane_, index_++).a; }

float Rng::uniform() { return to_uniform(bits()); }

float Rng::uniform(float low, float high) { return low + (high - low) * uniform(); }

float Rng::normal() {
  const Random2x32 r = random_bits(seed_, stream_, lane_, index_++);
  const double u =
      (static_cast<double>(r.a) + 1.0) / 4294967296.0;  // (0, 1], so that log is finite
  const double v = static_cast<double>(r.b) / 4294967296.0;
  return static_cast<float>(std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v));
}

std::uint32_t Rng::below(std::uint32_t n) {
  // Draws past the largest multiple of n are rejected, so every value is equally likely.
  const std::uint32_t limit = 0xFFFFFFFFu - 0xFFFFFFFFu % n;
  std::uint32_t draw = bits();
  while (draw >= limit) draw = bits();
  return draw % n;
}

std::vector<std::uint32_t> random_permutation(Rng& rng, std::uint32_t begin, std::uint32_t end) {
  std::vector<std::uint32_t> order(end - begin);
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = begin + i;
  for (std::uint32_t i = static_cast<std::uint32_t>(order.size()); i > 1; --i)
    std::swap(order[i - 1], order[rng.below(i)]);
  return order;
}

}  // namespace convolab
