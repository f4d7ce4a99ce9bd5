#include "kernels/pad2d.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace convolab {

namespace {

std::vector<int> sources(PaddingMode mode, int before, int size, int behind) {
  std::vector<int> all;
  for (int i = 0; i < before + size + behind; ++i)
    all.push_back(padded_source(mode, i, before, size));
  return all;
}

// As torch.nn.functional.pad on [0, 1, 2, 3].
TEST(PaddedSource, FollowsTheMode) {
  EXPECT_EQ(sources(PaddingMode::zeros, 2, 4, 1), (std::vector{-1, -1, 0, 1, 2, 3, -1}));
  EXPECT_EQ(sources(PaddingMode::reflect, 3, 4, 2), (std::vector{3, 2, 1, 0, 1, 2, 3, 2, 1}));
  EXPECT_EQ(sources(PaddingMode::replicate, 2, 4, 2), (std::vector{0, 0, 0, 1, 2, 3, 3, 3}));
  EXPECT_EQ(sources(PaddingMode::circular, 4, 4, 2), (std::vector{0, 1, 2, 3, 0, 1, 2, 3, 0, 1}));
}

}  // namespace

}  // namespace convolab
