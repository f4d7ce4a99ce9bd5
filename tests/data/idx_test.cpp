#include "data/idx.hpp"

#include <gtest/gtest.h>

namespace convolab {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes with_header(std::initializer_list<int> header, const Bytes& data) {
  Bytes file;
  for (const int value : header)
    for (int shift = 24; shift >= 0; shift -= 8)
      file.push_back(static_cast<std::uint8_t>(value >> shift));
  file.insert(file.end(), data.begin(), data.end());
  return file;
}

std::string images_error(const Bytes& file) {
  const auto result = parse_idx_images(file, "x");
  return result ? "(read without complaint)" : result.error().text();
}

TEST(Idx, ReadsGreyImages) {
  const auto images = parse_idx_images(with_header({0x803, 2, 1, 3}, {1, 2, 3, 4, 5, 6}), "x");
  ASSERT_TRUE(images) << images.error().text();
  EXPECT_EQ(images->count, 2);
  EXPECT_EQ(images->shape, (Shape{1, 1, 3}));
  EXPECT_EQ(images->pixels, (Bytes{1, 2, 3, 4, 5, 6}));
}

TEST(Idx, ReadsColourImagesInEitherOrder) {
  const Bytes planes = {1, 2, 10, 20, 100, 200}, side_by_side = {1, 10, 100, 2, 20, 200};
  const auto first = parse_idx_images(with_header({0x804, 1, 3, 1, 2}, planes), "x");
  const auto last = parse_idx_images(with_header({0x804, 1, 1, 2, 3}, side_by_side), "x");
  // 1 is a number of channels, too: 1×1×2×3 is one grey picture of 2×3.
  ASSERT_TRUE(first && last);
  EXPECT_EQ(first->shape, (Shape{3, 1, 2}));
  EXPECT_EQ(first->pixels, planes);
  EXPECT_EQ(last->shape, (Shape{1, 2, 3}));
  Bytes two = {1, 10, 100, 2, 20, 200, 3, 30, 103, 4, 40, 104};
  const auto pair = parse_idx_images(with_header({0x804, 1, 2, 2, 3}, two), "x");
  ASSERT_TRUE(pair) << pair.error().text();
  EXPECT_EQ(pair->shape, (Shape{3, 2, 2}));
  EXPECT_EQ(pair->pixels, (Bytes{1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 103, 104}));
}

TEST(Idx, ReadsLabels) {
  const auto labels = parse_idx_labels(with_header({0x801, 3}, {7, 0, 255}), "x");
  ASSERT_TRUE(labels);
  EXPECT_EQ(*labels, (Bytes{7, 0, 255}));
}

TEST(Idx, WritesWhatItReads) {
  const Bytes grey = with_header({0x803, 2, 1, 3}, {1, 2, 3, 4, 5, 6});
  const Bytes colour = with_header({0x804, 1, 3, 1, 2}, {1, 2, 10, 20, 100, 200});
  const Bytes labels = with_header({0x801, 2}, {4, 5});
  EXPECT_EQ(write_idx_images(*parse_idx_images(grey, "")), grey);
  EXPECT_EQ(write_idx_images(*parse_idx_images(colour, "")), colour);
  EXPECT_EQ(write_idx_labels(*parse_idx_labels(labels, "")), labels);
}

TEST(Idx, SaysWhatWasExpectedAndFound) {
  const std::string expected =
      "x: expected IDX images (magic number 0x00000803 or 0x00000804), found ";
  EXPECT_EQ(images_error({}), expected + "a file of 0 bytes");
  EXPECT_EQ(images_error(with_header({0x801, 1}, {0})), expected + "0x00000801 (IDX labels)");
  EXPECT_EQ(images_error({0x89, 'P', 'N', 'G', 13, 10}), expected + "0x89504e47 (a PNG picture)");
  EXPECT_EQ(images_error({0xff, 0xd8, 0xff, 0xe0}), expected + "0xffd8ffe0 (a JPEG picture)");
  EXPECT_EQ(images_error({0x1f, 0x8b, 8, 0}), expected + "0x1f8b0800 (gzip: unpack it first)");
  EXPECT_EQ(images_error({'P', 'K', 3, 4}), expected + "0x504b0304 (a zip archive)");
  EXPECT_EQ(images_error({0, 0, 13, 3}), expected + "0x00000d03 (IDX of another type or rank)");
  EXPECT_EQ(images_error({'t', 'e', 'x', 't'}), expected + "0x74657874");
  EXPECT_EQ(images_error({0, 0, 8, 3, 0, 0}),
            "x: expected an IDX header of 16 bytes, found a file of 6");
  EXPECT_EQ(images_error(with_header({0x803, 2, 1, 3}, {1, 2, 3, 4, 5})),
            "x: its header announces 2×1×3 = 6 bytes, found 5; the file is cut short");
  EXPECT_EQ(images_error(with_header({0x803, 1, 1, 1}, {1, 2})),
            "x: its header announces 1×1×1 = 1 bytes, found 2; the file is too long");
  EXPECT_EQ(images_error(with_header({0x803, 0, 28, 28}, {})),
            "x: size 1 of its header is 0; expected 1 or more");
  EXPECT_EQ(images_error(with_header({0x803, 65536, 65536, 65536}, {})),
            "x: its header announces 65536×65536…, more than 2 GiB");
  EXPECT_EQ(images_error(with_header({0x804, 1, 2, 2, 2}, Bytes(8))),
            "x: expected images with 1 or 3 channels, found 1×2×2×2");
  EXPECT_EQ(parse_idx_labels(with_header({0x803, 1, 1, 1}, {1}), "y").error().text(),
            "y: expected IDX labels (magic number 0x00000801), found 0x00000803 (IDX images)");
}

TEST(Idx, CountsMustAgree) {
  const IdxImages images{2, {1, 1, 1}, {0, 0}};
  EXPECT_TRUE(check_idx_pair(images, "i", Bytes{1, 2}, "l"));
  EXPECT_EQ(check_idx_pair(images, "i", Bytes{1, 2, 3}, "l").error().text(),
            "l: expected one label for each image, found 3 labels here and 2 images in i");
}

TEST(Idx, EveryCutIsRefused) {
  const Bytes file = with_header({0x803, 2, 1, 3}, {1, 2, 3, 4, 5, 6});
  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_FALSE(parse_idx_images({file.data(), size}, ""));
}

}  // namespace
}  // namespace convolab
