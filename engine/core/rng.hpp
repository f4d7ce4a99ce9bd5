// Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel
// random numbers: as easy as 1, 2, 3", SC 2011). A draw is a pure function of (seed, stream,
// index), so any thread, and a GPU, can compute any draw in any order and get the same bits.
// Only additions, rotations and exclusive-ors: the same lines work in WGSL.
#pragma once

#include <cstdint>
#include <vector>

namespace convolab {

struct Random2x32 {
  std::uint32_t a, b;
};

// Threefry-2x32-20 of a 64-bit key (k0, k1) and a 64-bit counter (c0, c1).
Random2x32 threefry2x32(std::uint32_t k0, std::uint32_t k1, std::uint32_t c0, std::uint32_t c1);

// Every consumer of randomness has a stream of its own, so that adding one leaves the others as
// they were.
enum class Stream : std::uint32_t {
  init = 1,
  shuffle = 2,
  dropout = 3,
  augment = 4,
  data = 5,
  perturb = 6,
  test = 99
};

// The draw number `index` of a stream, sub-stream `lane` (a layer, an epoch, a sample: what the
// caller needs). 64 random bits.
Random2x32 random_bits(std::uint64_t seed, Stream stream, std::uint32_t lane, std::uint64_t index);

// 24 of the bits as a float in [0, 1).
inline float to_uniform(std::uint32_t bits) {
  return static_cast<float>(bits >> 8) * (1.0f / 16777216.0f);
}

// A sequence over one stream and lane, for code that just wants the next number.
class Rng {
 public:
  Rng(std::uint64_t seed, Stream stream, std::uint32_t lane = 0)
      : seed_(seed), stream_(stream), lane_(lane) {}

  std::uint32_t bits();                  // 32 random bits
  float uniform();                       // [0, 1)
  float uniform(float low, float high);  // [low, high)
  float normal();                        // mean 0, standard deviation 1 (Box–Muller)
  std::uint32_t below(std::uint32_t n);  // 0 … n-1, without bias; n ≥ 1

 private:
  std::uint64_t seed_;
  Stream stream_;
  std::uint32_t lane_;
  std::uint64_t index_ = 0;
};

// Fisher–Yates: a random order of begin … end-1.
std::vector<std::uint32_t> random_permutation(Rng& rng, std::uint32_t begin, std::uint32_t end);

}  // namespace convolab
