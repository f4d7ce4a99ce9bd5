#include "data/dataset.hpp"

#include <gtest/gtest.h>

#include <map>

namespace convolab {
namespace {

std::vector<std::uint8_t> bytes(int count, int value) {
  return std::vector<std::uint8_t>(static_cast<std::size_t>(count),
                                   static_cast<std::uint8_t>(value));
}

TEST(ImageSet, KnowsWhichPicturesHaveArrived) {
  ImageSet set(Shape{1, 2, 2}, 3, {2, 3});
  EXPECT_EQ(set.size(), 5);
  EXPECT_FALSE(set.complete());
  ASSERT_TRUE(set.add_part(1, bytes(12, 7), bytes(3, 2)));
  EXPECT_FALSE(set.has_image(1));
  EXPECT_TRUE(set.has_image(2));
  EXPECT_TRUE(set.has_image(4));
  EXPECT_FALSE(set.has_image(5));
  EXPECT_FALSE(set.has_image(-1));
  EXPECT_EQ(set.label(3), 2);
  EXPECT_EQ(set.image(4)[0], 7);
  ASSERT_TRUE(set.add_part(0, bytes(8, 1), bytes(2, 0)));
  EXPECT_TRUE(set.complete());
}

TEST(ImageSet, RefusesAPartOfTheWrongSizeAndKeepsWhatItHas) {
  ImageSet set(Shape{1, 2, 2}, 3, {2});
  ASSERT_TRUE(set.add_part(0, bytes(8, 9), bytes(2, 1)));
  const auto short_pixels = set.add_part(0, bytes(7, 0), bytes(2, 0));
  ASSERT_FALSE(short_pixels);
  EXPECT_EQ(short_pixels.error().text(),
            "part 1: expected 2 pictures of 1×2×2, found 2 labels and 7 bytes of pictures");
  const auto bad_label = set.add_part(0, bytes(8, 0), bytes(2, 3));
  ASSERT_FALSE(bad_label);
  EXPECT_NE(bad_label.error().text().find("label 3 is not one of the 3 classes"),
            std::string::npos);
  EXPECT_FALSE(set.add_part(1, bytes(8, 0), bytes(2, 0)));
  EXPECT_EQ(set.image(1)[3], 9);
  EXPECT_EQ(set.label(0), 1);
}

TEST(SplitDataset, GivesEveryClassTheSameShareOfValidation) {
  std::vector<std::uint8_t> pixels, labels;
  for (int i = 0; i < 60; ++i) {
    pixels.push_back(static_cast<std::uint8_t>(i));
    labels.push_back(i < 40 ? 0 : 1);
  }
  const auto data = split_dataset("mine", Shape{1, 1, 1}, {"a", "b"}, pixels, labels, 0.2, 5);
  ASSERT_TRUE(data) << data.error().text();
  EXPECT_EQ(data->train.size(), 48);
  EXPECT_EQ(data->validation.size(), 12);
  std::map<int, int> validation_labels;
  std::vector<bool> seen(60, false);
  for (const Split split : {Split::train, Split::validation})
    for (int i = 0; i < data->split(split).size(); ++i) {
      const auto pixel = data->split(split).image(i)[0];
      EXPECT_FALSE(seen[pixel]) << "picture " << int{pixel} << " stands in the splits twice";
      seen[pixel] = true;
      EXPECT_EQ(data->split(split).label(i), pixel < 40 ? 0 : 1);
      if (split == Split::validation) ++validation_labels[data->split(split).label(i)];
    }
  EXPECT_EQ(validation_labels[0], 8);
  EXPECT_EQ(validation_labels[1], 4);

  const auto again = split_dataset("mine", Shape{1, 1, 1}, {"a", "b"}, pixels, labels, 0.2, 5);
  for (int i = 0; i < 48; ++i) EXPECT_EQ(again->train.image(i)[0], data->train.image(i)[0]);
}

TEST(SplitDataset, KeepsAClassOfOnePictureInTraining) {
  const std::vector<std::uint8_t> pixels = {1, 2, 3, 4}, labels = {0, 0, 0, 1};
  const auto data = split_dataset("mine", Shape{1, 1, 1}, {"a", "b"}, pixels, labels, 0.5, 1);
  ASSERT_TRUE(data);
  bool found = false;
  for (int i = 0; i < data->train.size(); ++i) found = found || data->train.label(i) == 1;
  EXPECT_TRUE(found);
}

TEST(SplitDataset, SaysWhatIsWrong) {
  const std::vector<std::uint8_t> four = {1, 2, 3, 4}, labels = {0, 1, 0, 2};
  const Shape one{1, 1, 1};
  EXPECT_EQ(split_dataset("mine", one, {"a"}, four, labels, 0.2, 1).error().text(),
            "mine: found 1 classes; a dataset needs from 2 to 256");
  EXPECT_EQ(split_dataset("mine", one, {"a", "b"}, four, labels, 0.2, 1).error().text(),
            "mine: label 2 is not one of the 2 classes");
  EXPECT_EQ(
      split_dataset("mine", Shape{1, 2, 1}, {"a", "b", "c"}, four, labels, 0.2, 1).error().text(),
      "mine: found 4 labels, but 4 bytes of pictures of 1×2×1");
}

TEST(Manifest, ReadsPartsAndAnnouncesTheDataset) {
  const auto manifest = parse_manifest(R"({"name": "tiny", "title": "Tiny", "shape": [1, 2, 3],
      "classes": ["x", "y"],
      "train": [{"images": "a", "labels": "b", "count": 4}, {"images": "c", "labels": "d", "count": 2}],
      "validation": [{"images": "e", "labels": "f", "count": 3}]})");
  ASSERT_TRUE(manifest) << manifest.error().text();
  const Dataset data = announce(*manifest);
  EXPECT_EQ(data.train.size(), 6);
  EXPECT_EQ(data.train.parts(), 2);
  EXPECT_EQ(data.validation.size(), 3);
  EXPECT_EQ(data.shape(), (Shape{1, 2, 3}));
  EXPECT_FALSE(data.train.has_image(0));
}

TEST(Manifest, SaysWhatIsWrong) {
  EXPECT_FALSE(parse_manifest("nonsense"));
  EXPECT_EQ(parse_manifest(R"({"classes": [], "shape": [1, 2, 3], "train": []})").error().text(),
            "manifest: \"validation\" must be a list");
  EXPECT_NE(parse_manifest(R"({"classes": ["a"], "shape": [1, 2, 3], "validation": [],
                              "train": [{"images": "a", "labels": "b", "count": 0}]})")
                .error()
                .text()
                .find("a positive \"count\""),
            std::string::npos);
}

}  // namespace
}  // namespace convolab
