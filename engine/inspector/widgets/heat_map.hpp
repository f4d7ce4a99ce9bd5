// Heat maps: numbers as pictures by the signed scale. One map or a grid of many, as large as fits;
// zoomed by the wheel or by buttons, panned by dragging, with the numbers written in where there is
// room for them.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <limits>
#include <string>

namespace convolab::inspector {

// One number of the maps; none at all when `map` is -1.
struct Cell {
  int map = -1, row = 0, column = 0;
  bool operator==(const Cell&) const = default;
};

// What part of the maps is seen: nothing of it is lost when it is forgotten.
struct Zoom {
  float factor = 1;      // 1: all of them fit
  ImVec2 at = {0, 0};    // what is in the region's upper left corner, in pixels of the zoomed maps
  ImVec2 size = {0, 0};  // of the region, as it was drawn last

  void about(ImVec2 point, float by);  // the point, relative to the region, stays where it is
};

struct HeatMaps {
  const float* values = nullptr;
  int maps = 1, rows = 1, columns = 1;
  std::int64_t map_stride = 0, row_stride = 0, column_stride = 1;  // in elements
  std::int64_t count = std::numeric_limits<std::int64_t>::max();   // cells of a map that there are
  int across = 0;                // maps side by side; 0: as many as suits the region
  const float* minus = nullptr;  // what is taken off each number: a difference is drawn
  float limit = 0;               // of the scale; 0: each map has the largest magnitude of its own

  std::int64_t index(const Cell& cell) const {
    return cell.map * map_stride + cell.row * row_stride + cell.column * column_stride;
  }
  float at(const Cell& cell) const {
    const std::int64_t i = index(cell);
    return minus ? values[i] - minus[i] : values[i];
  }
  bool has(const Cell& cell) const {
    return cell.map >= 0 && cell.map < maps && cell.row >= 0 && cell.row < rows &&
           cell.column >= 0 && cell.column < columns &&
           std::int64_t{cell.row} * columns + cell.column < count;
  }
};

// A vector as a picture: one row, or, of many numbers, as many rows as look well.
HeatMaps vector_maps(const float* values, std::int64_t count, std::int64_t stride = 1);

// How maps are laid out in a region: so many side by side, with the largest cells that fit.
struct Tiling {
  int across = 1;
  float cell = 1, gap = 0;  // pixels
  ImVec2 content = {0, 0};
};
Tiling tile(const HeatMaps& maps, ImVec2 size, float gap, float largest_cell);

// The largest finite magnitude; 0 of nothing.
float largest(const HeatMaps& maps);

// Draws them into a region of this size. Returns the cell under the pointer; a click puts `cursor`
// there. Keyboards and fingers have the cursor: offer fields for it beside the maps.
Cell heat_maps(const char* id, const HeatMaps& maps, ImVec2 size, Zoom& zoom, Cell& cursor);

// − + and "Fit".
void zoom_buttons(Zoom& zoom);

// The scale's colours from -limit to limit.
void scale_legend(float limit);

// A number in as many places as fit into a width: "-0.12", "0.1"; "" when nothing does.
std::string fitting_text(float value, float width);

}  // namespace convolab::inspector
