// Slices: how a tensor of any rank becomes heat maps. Two axes are drawn, a third makes a grid of
// maps, and the others stand at one index.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "inspector/widgets/heat_map.hpp"
#include "probe/report.hpp"

namespace convolab::inspector {

constexpr int most_axes = 4;

// Names of a buffer's axes: "channel", "row", "column", "image" of what belongs to a batch;
// "output", "input", "kernel row", "kernel column" of weights.
std::vector<std::string> axis_names(const probe::BufferRow& buffer);

struct Slices {
  std::vector<int> shape = {};
  int columns = 0, rows = -1, maps = -1;  // axes; -1: none
  bool pairs = false;                     // a map for each pair of the first two axes
  std::array<int, most_axes> at = {};     // an index of each axis; of those drawn, the cursor's

  // As it is best seen at first.
  static Slices of(const probe::BufferRow& buffer);

  int rank() const { return static_cast<int>(shape.size()); }
  bool drawn(int axis) const {
    return axis == columns || axis == rows || axis == maps || (pairs && axis < 2);
  }
  // Draws `axis` in the place of another, which takes its place.
  void put(int Slices::*place, int axis);

  HeatMaps maps_of(const float* values) const;
  // The indices of a cell, and the cell of the indices.
  std::array<int, most_axes> indices(const HeatMaps& maps, const Cell& cell) const;
  Cell cell(const HeatMaps& maps) const;
  std::int64_t index(const std::array<int, most_axes>& indices) const;
};

}  // namespace convolab::inspector
