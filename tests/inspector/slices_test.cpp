#include "inspector/widgets/slices.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace convolab::inspector {
namespace {

// A buffer whose values are their own indices.
struct Sample {
  probe::BufferRow row;
  std::vector<float> values;

  Sample(const char* role, std::vector<int> shape) : row{.role = role, .shape = std::move(shape)} {
    std::size_t count = 1;
    for (const int size : row.shape) count *= static_cast<std::size_t>(size);
    values.resize(count);
    std::iota(values.begin(), values.end(), 0.0f);
  }
};

// Every cell of the maps is the element that its indices name, and the way back leads to it.
void expect_consistent(const Sample& sample, Slices slices) {
  const HeatMaps maps = slices.maps_of(sample.values.data());
  int seen = 0;
  for (int m = 0; m < maps.maps; ++m)
    for (int r = 0; r < maps.rows; ++r)
      for (int c = 0; c < maps.columns; ++c) {
        const Cell cell = {m, r, c};
        if (!maps.has(cell)) continue;
        ++seen;
        const auto at = slices.indices(maps, cell);
        ASSERT_EQ(maps.at(cell), static_cast<float>(slices.index(at)));
        Slices there = slices;
        there.at = at;
        ASSERT_EQ(there.cell(maps), cell);
      }
  int drawn = 1;
  for (int axis = 0; axis < slices.rank(); ++axis)
    if (slices.drawn(axis)) drawn *= slices.shape[static_cast<std::size_t>(axis)];
  EXPECT_EQ(seen, drawn);
}

TEST(Slices, FirstSightOfEveryKindOfBuffer) {
  const Sample activation("activation", {3, 4, 5, 2}), units("gradient", {127, 3}),
      weights("d_parameter", {4, 3, 2, 5}), matrix("parameter", {10, 13}), bias("parameter", {7}),
      own("own", {2, 3, 4, 2}), labels("labels", {64}), odd("own", {2, 3, 4}), one("own", {1});
  for (const Sample* sample :
       {&activation, &units, &weights, &matrix, &bias, &own, &labels, &odd, &one})
    expect_consistent(*sample, Slices::of(sample->row));
  const HeatMaps maps = Slices::of(activation.row).maps_of(activation.values.data());
  EXPECT_EQ(maps.maps, 3) << "a map for each channel of one image";
  EXPECT_EQ(maps.rows, 4);
  EXPECT_EQ(maps.columns, 5);
  const HeatMaps pairs = Slices::of(weights.row).maps_of(weights.values.data());
  EXPECT_EQ(pairs.maps, 12) << "a map for each pair of output and input";
  EXPECT_EQ(pairs.across, 3);
}

TEST(Slices, AnotherImageIsAnotherSlice) {
  const Sample activation("activation", {3, 4, 5, 2});
  Slices slices = Slices::of(activation.row);
  slices.at[3] = 1;
  expect_consistent(activation, slices);
  EXPECT_EQ(slices.maps_of(activation.values.data()).at({0, 0, 0}), 1);
}

TEST(Slices, AnyAxisInAnyPlace) {
  const Sample sample("activation", {3, 4, 5, 2});
  for (int columns = 0; columns < 4; ++columns)
    for (int rows = -1; rows < 4; ++rows)
      for (int maps = -1; maps < 4; ++maps) {
        Slices slices = Slices::of(sample.row);
        slices.put(&Slices::columns, columns);
        slices.put(&Slices::rows, rows);
        slices.put(&Slices::maps, maps);
        EXPECT_GE(slices.columns, 0);
        EXPECT_NE(slices.columns, slices.rows);
        EXPECT_NE(slices.columns, slices.maps);
        EXPECT_EQ(slices.maps, maps);
        slices.at = {1, 1, 1, 1};
        expect_consistent(sample, slices);
      }
}

TEST(Slices, PairsGoWhenTheirAxesAreDrawnOtherwise) {
  const Sample weights("parameter", {4, 3, 2, 5});
  Slices slices = Slices::of(weights.row);
  EXPECT_TRUE(slices.pairs);
  slices.put(&Slices::rows, 0);
  EXPECT_FALSE(slices.pairs);
  expect_consistent(weights, slices);
}

TEST(Slices, AxesHaveTheFieldsNames) {
  EXPECT_EQ(axis_names(Sample("activation", {3, 4, 5, 2}).row)[3], "image");
  EXPECT_EQ(axis_names(Sample("parameter", {3, 4, 5, 2}).row)[3], "kernel column");
  EXPECT_EQ(axis_names(Sample("gradient", {84, 2}).row)[0], "unit");
  EXPECT_EQ(axis_names(Sample("own", {84}).row)[0], "element");
}

}  // namespace
}  // namespace convolab::inspector
