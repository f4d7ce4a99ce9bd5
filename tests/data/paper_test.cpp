// A photograph of a digit on paper becomes what a clean drawing of it becomes.
#include "data/paper.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "data/picture.hpp"

namespace convolab {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int width = 240, height = 180;

// A 7 whose strokes are `pen` wide: cover of each pixel by ink, 0 … 1.
double ink_at(int x, int y, double pen) {
  const double stroke = std::abs(x - 140.0 + (y - 40.0) * 0.4) * 0.93;  // the leaning stem
  const double stem = y >= 40 && y <= 140 ? pen / 2 + 0.5 - stroke : 0.0;
  const double bar = x >= 85 && x <= 140 ? pen / 2 + 0.5 - std::abs(y - 40.0) : 0.0;
  return std::clamp(std::max(stem, bar), 0.0, 1.0);
}

struct Photo {
  const char* name;
  double paper, ink;
  double shade = 0;    // how much darker the left edge is than the right one, 0 … 1
  bool speck = false;  // a crumb in a corner
  bool table = false;  // the paper ends before the picture does
  double pen = 11;
};

Bytes taken(const Photo& photo) {
  std::uint32_t state = 1;
  Bytes out;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      state = state * 1664525u + 1013904223u;
      const double noise = static_cast<double>(state >> 16 & 15) - 7.5;
      const double cover = ink_at(x, y, photo.pen);
      const double light = 1 - photo.shade * (1 - static_cast<double>(x) / width);
      double value = (photo.paper * (1 - cover) + photo.ink * cover) * light;
      if (photo.speck && std::hypot(x - 12, y - 15) < 2.5) value = photo.ink;
      if (photo.table && x >= width - 9) value = photo.ink;
      out.push_back(static_cast<std::uint8_t>(std::clamp(value + noise, 0.0, 255.0)));
    }
  return out;
}

Bytes prepared(const Bytes& grey) {
  const auto out = prepare_picture({width, height, 1, grey}, {1, 28, 28}, PictureMode::like_mnist);
  return out ? *out : Bytes{};
}

Bytes drawn(double pen) {
  Bytes out;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      out.push_back(static_cast<std::uint8_t>(std::lround(255 * ink_at(x, y, pen))));
  return out;
}

double mean_difference(const Bytes& a, const Bytes& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

TEST(Paper, APhotographBecomesWhatADrawingBecomes) {
  const Bytes clean = prepared(drawn(11));
  const Photo photos[] = {
      {"dark ink on white", 225, 40},
      {"dim light", 105, 30},
      {"little contrast", 200, 135},
      {"shade over the paper", 215, 50, 0.5},
      {"chalk on a blackboard", 45, 200, 0.4},
      {"a crumb", 215, 50, 0.3, true},
      {"a table beside the paper", 215, 50, 0.3, true, true},
  };
  for (const Photo& photo : photos) {
    const Bytes picture = prepared(taken(photo));
    ASSERT_EQ(picture.size(), clean.size());
    // One that is missed or not centred differs by 20 and more.
    EXPECT_LT(mean_difference(picture, clean), 6) << photo.name;
    // Where a drawing is black, most of the photograph is black, too.
    int black = 0, both = 0;
    for (std::size_t i = 0; i < clean.size(); ++i) {
      black += clean[i] == 0;
      both += clean[i] == 0 && picture[i] == 0;
    }
    EXPECT_GT(both * 10, black * 9) << photo.name;
  }
}

int brightness(const Bytes& picture) { return std::accumulate(picture.begin(), picture.end(), 0); }

TEST(Paper, AThinLineIsWidenedToAStroke) {
  const int wanted = brightness(prepared(drawn(11)));
  const int thin = brightness(prepared(drawn(2)));
  const int widened = brightness(prepared(taken({"a thin pen", 215, 50, 0.3, true, true, 2})));
  EXPECT_LT(thin * 2, wanted);
  EXPECT_NEAR(widened, wanted, wanted * 0.3);
}

TEST(Paper, BlankPaperHasNoInk) {
  Photo blank{"blank", 200, 200, 0.5};
  EXPECT_EQ(prepared(taken(blank)), Bytes(28 * 28, 0));
}

TEST(Paper, ADrawingStaysAsItIs) {
  Bytes bright = drawn(5), dark = bright;
  const Bytes before = bright;
  for (auto& value : dark) value = static_cast<std::uint8_t>(255 - value);
  put_on_black(bright, width, height);
  put_on_black(dark, width, height);
  EXPECT_EQ(bright, before);
  EXPECT_EQ(dark, before);
}

TEST(Paper, TheSmallestPicturesAreTaken) {
  for (const auto& [w, h] : {std::pair{1, 1}, {1, 7}, {5, 1}, {2, 3}, {17, 16}}) {
    Bytes grey;
    for (int i = 0; i < w * h; ++i) grey.push_back(static_cast<std::uint8_t>(i * 89 % 256));
    put_on_black(grey, w, h);
    EXPECT_EQ(grey.size(), static_cast<std::size_t>(w * h));
  }
}

}  // namespace
}  // namespace convolab
