#include "data/picture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace convolab {
namespace {

using Bytes = std::vector<std::uint8_t>;

// A speckled picture; the numbers follow those of the script behind the golden values.
class Speckles {
 public:
  Bytes next(int width, int height) {
    Bytes out;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        state_ = (state_ * 1103515245u + 12345u) & 0x7fffffffu;
        const int value = static_cast<int>(state_ >> 16 & 255);
        const bool ink = value > 100 && x + y > 0 && (x + 2 * y) % 5 < 3;
        out.push_back(static_cast<std::uint8_t>(ink ? value : value / 10));
      }
    return out;
  }

 private:
  std::uint32_t state_ = 1;
};

std::string hex(const Bytes& bytes, std::size_t begin, std::size_t end) {
  std::string out;
  for (std::size_t i = begin; i < end; ++i) {
    out += "0123456789abcdef"[bytes[i] >> 4];
    out += "0123456789abcdef"[bytes[i] & 15];
  }
  return out;
}

// FNV-1a, 64 bits.
std::uint64_t hash(const Bytes& bytes) {
  std::uint64_t out = 0xcbf29ce484222325u;
  for (const std::uint8_t byte : bytes) out = (out ^ byte) * 0x100000001b3u;
  return out;
}

// The golden values are what like_mnist of web/data/make.py gives for these speckles.
TEST(LikeMnist, EqualsTheScriptThatMadeDigits) {
  Speckles speckles;
  const Bytes wide = like_mnist(speckles.next(13, 9), 13, 9);
  const char* rows[] = {"00000013467e804e0a0863faeaeafa630c1777c5dbab7c0000000000",
                        "0000000b2b4d4c2d0c446d8885868a582d11426d7a60470000000000",
                        "000000030b161c171a806d05202109434a0a060c15191a0000000000",
                        "0000000a0b1a68776242230b7c7d0c15180b0e255c717b0000000000",
                        "0000005d34145462501b060c90910e061d562f277273680000000000",
                        "000000d17107080a0c0a08097377130e44c45a1a6644170000000000",
                        "00000053340f0725545e400932526a675c4a210d266ba60000000000",
                        "00000010222f0f2452625a434366ab824d0e1f374779a30000000000",
                        "000000073b671f06071757b7a8b3d661170e549acb6b0c0000000000",
                        "000000453c2f190d106c918d5c4e6461646f5342532e0a0000000000",
                        "00000057300e3a2e14808e561f0914638f884009031b320000000000",
                        "0000001d0f1a9a760b21241b0c06096275241611094e8e0000000000",
                        "000000092d596c4715564a0804060b3351613009062e520000000000",
                        "000000004c8e36151f92790001060f0a36a54c01030a110000000000"};
  for (std::size_t y = 0; y < 14; ++y) EXPECT_EQ(hex(wide, (y + 8) * 28, (y + 9) * 28), rows[y]);
  EXPECT_EQ(hash(wide), 0xc5129f440cd2df5du);
  EXPECT_EQ(hash(like_mnist(speckles.next(20, 31), 20, 31)), 0x38c2ddff73379f09u);
  EXPECT_EQ(hash(like_mnist(speckles.next(1, 1), 1, 1)), 0xacce919f8e9b2065u);
  EXPECT_EQ(hash(like_mnist(speckles.next(7, 40), 7, 40)), 0xae1534573c4742d1u);
}

TEST(LikeMnist, WithoutInkIsBlack) {
  EXPECT_EQ(like_mnist(Bytes(12, 31), 4, 3), Bytes(28 * 28, 0));
}

TEST(LikeMnist, KeepsTheAspectAndStaysInside) {
  // A bar of 1×40 becomes 1×20 (its width cannot be less), in the middle.
  const Bytes bar = like_mnist(Bytes(40, 255), 1, 40);
  int lit = 0;
  for (int y = 0; y < 28; ++y) lit += bar[static_cast<std::size_t>(y * 28 + 14)] == 255;
  EXPECT_EQ(lit, 20);
  EXPECT_EQ(std::count(bar.begin(), bar.end(), 0), 28 * 28 - 20);
}

Picture grey(const Bytes& pixels, int width) {
  return {width, static_cast<int>(pixels.size()) / width, 1, pixels};
}

TEST(Picture, DarkInkOnPaperGivesTheSameDigit) {
  Bytes bright(30 * 30, 0);
  for (int y = 8; y < 22; ++y)
    for (int x = 12; x < 17; ++x) bright[static_cast<std::size_t>(y * 30 + x)] = 200;
  Bytes dark = bright;
  for (auto& value : dark) value = static_cast<std::uint8_t>(255 - value);
  const Shape shape{1, 28, 28};
  const auto a = prepare_picture(grey(bright, 30), shape, PictureMode::like_mnist);
  const auto b = prepare_picture(grey(dark, 30), shape, PictureMode::like_mnist);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(*a, *b);
  EXPECT_EQ(*a, like_mnist(bright, 30, 30));
  // Black ink on nothing, as a drawing's canvas gives it; and white ink on nothing.
  for (const int ink : {0, 255}) {
    Bytes canvas;
    for (const std::uint8_t value : bright)
      canvas.insert(canvas.end(), {static_cast<std::uint8_t>(ink), static_cast<std::uint8_t>(ink),
                                   static_cast<std::uint8_t>(ink),
                                   static_cast<std::uint8_t>(value == 0 ? 0 : value)});
    const auto c = prepare_picture({30, 30, 4, canvas}, shape, PictureMode::like_mnist);
    ASSERT_TRUE(c);
    EXPECT_EQ(*c, *a) << "ink " << ink;
  }
}

TEST(Picture, GreyPaperIsTakenAway) {
  Bytes scan(20 * 20, 60);
  for (int y = 5; y < 15; ++y) scan[static_cast<std::size_t>(y * 20 + 10)] = 220;
  const auto out = prepare_picture(grey(scan, 20), {1, 28, 28}, PictureMode::like_mnist);
  ASSERT_TRUE(out);
  EXPECT_EQ(std::count(out->begin(), out->end(), 255), 2 * 20);  // a bar of 1×10, doubled
  EXPECT_EQ(std::count(out->begin(), out->end(), 0), 28 * 28 - 2 * 20);
}

TEST(Picture, FitAveragesAreas) {
  const Bytes pixels = {0, 2, 4, 6,  //
                        2, 4, 6, 8};
  const auto half = prepare_picture(grey(pixels, 4), {1, 1, 2}, PictureMode::fit);
  ASSERT_TRUE(half);
  EXPECT_EQ(*half, (Bytes{2, 6}));
  // 4×2 to a square: the middle two columns.
  const auto square = prepare_picture(grey(pixels, 4), {1, 2, 2}, PictureMode::fit);
  EXPECT_EQ(*square, (Bytes{2, 4, 4, 6}));
  // From 3 to 2 pixels each takes one and a half: (2·0 + 30) / 3, (30 + 2·60) / 3.
  const auto uneven = prepare_picture(grey({0, 30, 60}, 3), {1, 1, 3}, PictureMode::fit);
  EXPECT_EQ(*uneven, (Bytes{0, 30, 60}));
  const Bytes tall = {0, 30, 60, 0, 30, 60, 0, 30, 60};
  const auto smaller = prepare_picture(grey(tall, 3), {1, 2, 2}, PictureMode::fit);
  EXPECT_EQ(*smaller, (Bytes{10, 50, 10, 50}));
}

TEST(Picture, ColoursBecomePlanesOrLuma) {
  const Bytes rgb = {255, 0, 0, 0, 255, 0};
  const Picture picture{2, 1, 3, rgb};
  EXPECT_EQ(*prepare_picture(picture, {3, 1, 2}, PictureMode::fit), (Bytes{255, 0, 0, 255, 0, 0}));
  EXPECT_EQ(*prepare_picture(picture, {1, 1, 2}, PictureMode::fit), (Bytes{76, 150}));
  const Bytes grey_alpha = {100, 255, 100, 0};
  EXPECT_EQ(*prepare_picture({2, 1, 2, grey_alpha}, {3, 1, 2}, PictureMode::fit),
            (Bytes{100, 255, 100, 255, 100, 255}));
}

TEST(Picture, AnySizeToAnyShape) {
  Speckles speckles;
  for (const auto mode : {PictureMode::fit, PictureMode::like_mnist})
    for (const int width : {1, 2, 13, 127, 300})
      for (const int height : {1, 5, 28, 200})
        for (const Shape& shape :
             {Shape{1, 28, 28}, Shape{3, 32, 32}, Shape{1, 5, 9}, Shape{1, 1, 1}}) {
          const Bytes pixels = speckles.next(width, height);
          const auto out = prepare_picture({width, height, 1, pixels}, shape, mode);
          ASSERT_TRUE(out) << width << "×" << height;
          EXPECT_EQ(static_cast<std::int64_t>(out->size()), shape.elements());
        }
}

TEST(Picture, RefusesWhatItCannotUse) {
  const auto message = [](const Picture& picture, const Shape& shape) {
    const auto result = prepare_picture(picture, shape, PictureMode::fit);
    return result ? "(made)" : result.error().text();
  };
  const Bytes four(4);
  EXPECT_EQ(message({0, 4, 1, four}, {1, 2, 2}),
            "picture: it is 0×4 pixels; each side must be from 1 to 8192");
  EXPECT_EQ(message({1, 9000, 1, four}, {1, 2, 2}),
            "picture: it is 1×9000 pixels; each side must be from 1 to 8192");
  EXPECT_EQ(message({2, 2, 3, four}, {1, 2, 2}), "picture: expected 12 bytes, found 4");
  EXPECT_EQ(message({2, 2, 5, four}, {1, 2, 2}),
            "picture: it has 5 channels; 1 to 4 are understood");
  EXPECT_EQ(message({2, 2, 1, four}, {2, 2, 2}),
            "picture: pictures can be made for networks that take 1 or 3 channels, not 2×2×2");
  EXPECT_EQ(message({2, 2, 1, four}, Shape{4}),
            "picture: pictures can be made for networks that take 1 or 3 channels, not 4");
}

}  // namespace
}  // namespace convolab
