#include "data/augment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace convolab {
namespace {

std::vector<std::uint8_t> square(int size, int from, int to) {
  std::vector<std::uint8_t> image(static_cast<std::size_t>(size * size), 0);
  for (int i = from; i < to; ++i)
    for (int j = from; j < to; ++j) image[static_cast<std::size_t>(i * size + j)] = 255;
  return image;
}

std::vector<float> moved(const AugmentConfig& config, std::uint32_t epoch, std::uint32_t index,
                         const std::vector<std::uint8_t>& image, int size, int stride = 1) {
  std::vector<float> out(image.size() * static_cast<std::size_t>(stride), -1.0f);
  augment_image(config, 7, epoch, index, Shape{1, size, size}, image, out.data(), stride);
  return out;
}

TEST(Augment, NoMovementIsThePictureDividedBy255) {
  const auto image = square(9, 2, 5);
  const auto out = moved({}, 0, 0, image, 9);
  for (std::size_t i = 0; i < image.size(); ++i)
    EXPECT_FLOAT_EQ(out[i], static_cast<float>(image[i]) / 255.0f);
}

TEST(Augment, SameSampleAndEpochMoveTheSameWay) {
  const AugmentConfig config{2.0f, 15.0f, 0.15f};
  const auto image = square(16, 5, 11);
  EXPECT_EQ(moved(config, 3, 42, image, 16), moved(config, 3, 42, image, 16));
  EXPECT_NE(moved(config, 3, 42, image, 16), moved(config, 4, 42, image, 16));
  EXPECT_NE(moved(config, 3, 42, image, 16), moved(config, 3, 43, image, 16));
}

TEST(Augment, WritesOnlyItsOwnLaneOfTheBatch) {
  const auto image = square(8, 2, 6);
  const auto apart = moved({1.0f, 10.0f, 0.1f}, 0, 5, image, 8, 3);
  const auto dense = moved({1.0f, 10.0f, 0.1f}, 0, 5, image, 8, 1);
  for (std::size_t i = 0; i < apart.size(); ++i)
    EXPECT_EQ(apart[i], i % 3 == 0 ? dense[i / 3] : -1.0f);
}

TEST(Augment, ShiftStaysWithinItsLimitAndKeepsTheInk) {
  const auto image = square(21, 8, 13);
  const float ink = 25.0f;
  float furthest = 0.0f;
  for (std::uint32_t index = 0; index < 200; ++index) {
    const auto out = moved({3.0f, 0.0f, 0.0f}, 0, index, image, 21);
    float sum = 0, x = 0, y = 0;
    for (int i = 0; i < 21; ++i)
      for (int j = 0; j < 21; ++j) {
        const float v = out[static_cast<std::size_t>(i * 21 + j)];
        sum += v;
        x += v * static_cast<float>(j - 10);
        y += v * static_cast<float>(i - 10);
      }
    EXPECT_NEAR(sum, ink, 1e-3f);
    furthest = std::max({furthest, std::abs(x / sum), std::abs(y / sum)});
  }
  EXPECT_LE(furthest, 3.001f);
  EXPECT_GT(furthest, 2.5f) << "200 samples should come near the limit of 3 pixels";
}

TEST(Augment, ScaleChangesTheInkByItsSquare) {
  const auto image = square(41, 10, 31);
  float least = 1e9f, most = 0.0f;
  for (std::uint32_t index = 0; index < 200; ++index) {
    const auto out = moved({0.0f, 0.0f, 0.2f}, 0, index, image, 41);
    const float sum = std::accumulate(out.begin(), out.end(), 0.0f) / 441.0f;
    least = std::min(least, sum);
    most = std::max(most, sum);
  }
  EXPECT_NEAR(least, 0.64f, 0.06f);
  EXPECT_NEAR(most, 1.44f, 0.06f);
}

}  // namespace
}  // namespace convolab
