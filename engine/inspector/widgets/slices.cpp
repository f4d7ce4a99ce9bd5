#include "inspector/widgets/slices.hpp"

#include <algorithm>
#include <utility>

namespace convolab::inspector {
namespace {

bool of_batch(const probe::BufferRow& buffer) {
  const std::string& role = buffer.role;
  return role == "input" || role == "activation" || role == "gradient" ||
         (role == "own" && buffer.shape.size() == most_axes);
}

std::array<std::int64_t, most_axes> strides_of(const std::vector<int>& shape) {
  std::array<std::int64_t, most_axes> strides = {};
  std::int64_t stride = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

}  // namespace

std::vector<std::string> axis_names(const probe::BufferRow& buffer) {
  const std::size_t rank = buffer.shape.size();
  if (of_batch(buffer)) {
    if (rank == 4) return {"channel", "row", "column", "image"};
    if (rank == 2) return {"unit", "image"};
  } else if (buffer.role != "own") {
    if (rank == 4) return {"output", "input", "kernel row", "kernel column"};
    if (rank == 2) return {"output", "input"};
  }
  if (rank == 1) return {"element"};
  std::vector<std::string> names;
  for (std::size_t axis = 0; axis < rank; ++axis) names.push_back("axis " + std::to_string(axis));
  return names;
}

Slices Slices::of(const probe::BufferRow& buffer) {
  Slices slices;
  slices.shape = buffer.shape;
  // Of more axes than have places here the first ones are one.
  while (slices.rank() > most_axes) {
    slices.shape[1] *= slices.shape[0];
    slices.shape.erase(slices.shape.begin());
  }
  if (slices.shape.empty()) slices.shape = {1};
  const int rank = slices.rank();
  if (of_batch(buffer)) {
    // One image.
    if (rank == 4) slices.maps = 0, slices.rows = 1, slices.columns = 2;
    if (rank == 3) slices.rows = 0, slices.columns = 1;
  } else if (rank >= 2) {
    slices.rows = rank - 2, slices.columns = rank - 1;
    if (rank == 3) slices.maps = 0;
    slices.pairs = rank == 4;
  }
  return slices;
}

void Slices::put(int Slices::*place, int axis) {
  const int before = this->*place;
  for (int Slices::*other : {&Slices::columns, &Slices::rows, &Slices::maps})
    if (other != place && axis >= 0 && this->*other == axis) this->*other = before;
  this->*place = axis;
  // Something must be drawn.
  if (columns < 0) columns = rows >= 0 ? std::exchange(rows, -1) : std::exchange(maps, -1);
  if (columns < 0) columns = rank() - 1;
  pairs = pairs && maps < 0 && columns >= 2 && (rows < 0 || rows >= 2);
}

HeatMaps Slices::maps_of(const float* values) const {
  const auto strides = strides_of(shape);
  const auto size = [&](int axis) { return shape[static_cast<std::size_t>(axis)]; };
  const auto stride = [&](int axis) { return strides[static_cast<std::size_t>(axis)]; };
  HeatMaps drawn_maps;
  if (rows < 0) {
    drawn_maps = vector_maps(nullptr, size(columns), stride(columns));
  } else {
    drawn_maps.rows = size(rows), drawn_maps.row_stride = stride(rows);
    drawn_maps.columns = size(columns), drawn_maps.column_stride = stride(columns);
  }
  if (maps >= 0) drawn_maps.maps = size(maps), drawn_maps.map_stride = stride(maps);
  if (pairs) {
    drawn_maps.maps = shape[0] * shape[1], drawn_maps.map_stride = strides[1];
    if (shape[1] > 1) drawn_maps.across = shape[1];
  }
  drawn_maps.values = values;
  for (int axis = 0; axis < rank(); ++axis)
    if (!drawn(axis)) drawn_maps.values += at[static_cast<std::size_t>(axis)] * stride(axis);
  return drawn_maps;
}

std::array<int, most_axes> Slices::indices(const HeatMaps& drawn_maps, const Cell& cell) const {
  auto found = at;
  const auto set = [&](int axis, int index) {
    if (axis >= 0) found[static_cast<std::size_t>(axis)] = index;
  };
  set(rows, cell.row);
  set(columns, rows < 0 ? cell.row * drawn_maps.columns + cell.column : cell.column);
  set(maps, cell.map);
  if (pairs) found[0] = cell.map / shape[1], found[1] = cell.map % shape[1];
  return found;
}

Cell Slices::cell(const HeatMaps& drawn_maps) const {
  const auto get = [&](int axis) { return axis < 0 ? 0 : at[static_cast<std::size_t>(axis)]; };
  Cell cell = {pairs ? at[0] * shape[1] + at[1] : get(maps), get(rows), get(columns)};
  if (rows < 0) {
    cell.row = cell.column / drawn_maps.columns;
    cell.column %= drawn_maps.columns;
  }
  return cell;
}

std::int64_t Slices::index(const std::array<int, most_axes>& of) const {
  const auto strides = strides_of(shape);
  std::int64_t sum = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) sum += of[axis] * strides[axis];
  return sum;
}

}  // namespace convolab::inspector
