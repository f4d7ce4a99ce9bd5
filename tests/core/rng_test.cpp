#include "core/rng.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace convolab {

namespace {

// Random123's known answers for threefry2x32 with 20 rounds.
TEST(Threefry, MatchesThePublishedAnswers) {
  const struct {
    std::uint32_t k0, k1, c0, c1, a, b;
  } answers[] = {
      {0, 0, 0, 0, 0x6b200159u, 0x99ba4efeu},
      {0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x1cb996fcu, 0xbb002be7u},
      {0x13198a2eu, 0x03707344u, 0x243f6a88u, 0x85a308d3u, 0xc4923a9cu, 0x483df7a0u},
  };
  for (const auto& each : answers) {
    const Random2x32 r = threefry2x32(each.k0, each.k1, each.c0, each.c1);
    EXPECT_EQ(r.a, each.a);
    EXPECT_EQ(r.b, each.b);
  }
}

TEST(RandomBits, DependOnSeedStreamLaneAndIndex) {
  const Random2x32 r = random_bits(1, Stream::init, 2, 3);
  EXPECT_EQ(r.a, random_bits(1, Stream::init, 2, 3).a);
  EXPECT_NE(r.a, random_bits(2, Stream::init, 2, 3).a);
  EXPECT_NE(r.a, random_bits(std::uint64_t{1} << 32, Stream::init, 2, 3).a);
  EXPECT_NE(r.a, random_bits(1, Stream::shuffle, 2, 3).a);
  EXPECT_NE(r.a, random_bits(1, Stream::init, 3, 3).a);
  EXPECT_NE(r.a, random_bits(1, Stream::init, 2, 4).a);
  EXPECT_NE(r.a, random_bits(1, Stream::init, 2, 3 + (std::uint64_t{1} << 32)).a);
}

TEST(Rng, IsTheSequenceOfItsDraws) {
  Rng rng(9, Stream::test, 4);
  for (std::uint64_t i = 0; i < 5; ++i) EXPECT_EQ(rng.bits(), random_bits(9, Stream::test, 4, i).a);
}

TEST(Rng, UniformCoversTheHalfOpenInterval) {
  EXPECT_EQ(to_uniform(0), 0.0f);
  EXPECT_LT(to_uniform(0xFFFFFFFFu), 1.0f);
  Rng rng(1, Stream::test);
  double sum = 0.0;
  for (int i = 0; i < 10000; ++i) {
    const float u = rng.uniform(-2.0f, 3.0f);
    ASSERT_GE(u, -2.0f);
    ASSERT_LT(u, 3.0f);
    sum += static_cast<double>(u);
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.05);
}

TEST(Rng, NormalHasMeanZeroAndVarianceOne) {
  Rng rng(1, Stream::test);
  double sum = 0.0, squares = 0.0;
  for (int i = 0; i < 20000; ++i) {
    const double x = static_cast<double>(rng.normal());
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / 20000, 0.0, 0.03);
  EXPECT_NEAR(squares / 20000, 1.0, 0.04);
}

TEST(Rng, BelowStaysBelowAndReachesEveryValue) {
  Rng rng(3, Stream::test);
  for (const std::uint32_t n : {1u, 2u, 7u, 10u}) {
    std::vector<int> counts(n);
    for (int i = 0; i < 7000; ++i) {
      const std::uint32_t draw = rng.below(n);
      ASSERT_LT(draw, n);
      ++counts[draw];
    }
    for (const int count : counts) EXPECT_NEAR(count, 7000.0 / n, 400.0) << "of " << n;
  }
  for (int i = 0; i < 100; ++i) EXPECT_LT(rng.below(0x80000001u), 0x80000001u);
}

TEST(RandomPermutation, HoldsEveryNumberOnceAndFollowsTheSeed) {
  const auto shuffled = [](std::uint64_t seed) {
    Rng rng(seed, Stream::shuffle);
    return random_permutation(rng, 10, 110);
  };
  std::vector<std::uint32_t> order = shuffled(1);
  EXPECT_EQ(order, shuffled(1));
  EXPECT_NE(order, shuffled(2));
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  ASSERT_EQ(order.size(), 100u);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(order[i], 10 + i);
  Rng rng(1, Stream::shuffle);
  EXPECT_TRUE(random_permutation(rng, 5, 5).empty());
}

}  // namespace

}  // namespace convolab
