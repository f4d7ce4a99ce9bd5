#include "core/tensor.hpp"

#include <gtest/gtest.h>

namespace convolab {

namespace {

TEST(Shape, CountsAndNamesItsElements) {
  EXPECT_EQ(Shape({6, 24, 24}).elements(), 3456);
  EXPECT_EQ(Shape({6, 24, 24}).text(), "6×24×24");
  EXPECT_EQ(Shape().elements(), 1);
  EXPECT_EQ(Shape().text(), "scalar");
  EXPECT_EQ(Shape({2, 3}), Shape(std::vector<int>{2, 3}));
  EXPECT_NE(Shape({2, 3}), Shape({3, 2}));
}

TEST(Tensor, StartsAtZero) {
  const Tensor t(Shape{2, 2});
  EXPECT_EQ(t.data, (std::vector<float>{0, 0, 0, 0}));
}

TEST(BatchOrder, InnermostAndOutermostAreEachOthersInverse) {
  // Two samples of three features.
  const std::vector<float> outermost = {1, 2, 3, 10, 20, 30};
  std::vector<float> innermost(6), back(6);
  batch_to_innermost(outermost.data(), 2, 3, innermost.data());
  EXPECT_EQ(innermost, (std::vector<float>{1, 10, 2, 20, 3, 30}));
  batch_to_outermost(innermost.data(), 2, 3, back.data());
  EXPECT_EQ(back, outermost);
}

}  // namespace

}  // namespace convolab
