#include "inspector/widgets/heat_map.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdio>

#include "inspector/theme.hpp"
#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {
namespace {

constexpr float smallest_block = 2, numbers_from = 28, largest_at_rest = 48;  // units of design

// Of cells that share a block: the value of the largest magnitude, so that nothing vanishes.
float loudest(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) ? a : b;
  return std::fabs(b) > std::fabs(a) ? b : a;
}

// The cells of one axis that a region shows: [begin, end), begin on a block's edge.
struct Range {
  int begin, end;
};
Range seen(float from, float to, float cell, int count, int block) {
  const int first = std::clamp(static_cast<int>(std::floor(from / cell)), 0, count);
  const int last = std::clamp(static_cast<int>(std::ceil(to / cell)), 0, count);
  return {first / block * block, last};
}

class Painter {
 public:
  Painter(const HeatMaps& maps, float cell, ImVec2 min, ImVec2 max)
      : maps_(maps), cell_(cell), min_(min), max_(max), list_(*ImGui::GetWindowDrawList()) {
    block_ = std::max(1, static_cast<int>(std::ceil(px(smallest_block) / cell)));
    numbers_ = cell >= px(numbers_from);
  }

  // Map `m` with its upper left corner at `at`.
  void map(int m, ImVec2 at) {
    at_ = at;
    limit_ = maps_.limit > 0 ? maps_.limit : own_limit(m);
    const Range rows = seen(min_.y - at.y, max_.y - at.y, cell_, maps_.rows, block_);
    const Range columns = seen(min_.x - at.x, max_.x - at.x, cell_, maps_.columns, block_);
    for (int row = rows.begin; row < rows.end; row += block_) line(m, row, columns);
  }

 private:
  float own_limit(int m) const {
    HeatMaps one = maps_;
    one.maps = 1;
    one.values += m * maps_.map_stride;
    if (one.minus) one.minus += m * maps_.map_stride;
    return largest(one);
  }

  float value(int m, int row, int column) const {
    float found = maps_.at({m, row, column});
    if (block_ == 1) return found;
    for (int r = row; r < std::min(row + block_, maps_.rows); ++r)
      for (int c = column; c < std::min(column + block_, maps_.columns); ++c)
        if (maps_.has({m, r, c})) found = loudest(found, maps_.at({m, r, c}));
    return found;
  }

  float x(int column) const {
    return std::floor(at_.x + cell_ * static_cast<float>(std::min(column, maps_.columns)));
  }
  float y(int row) const {
    return std::floor(at_.y + cell_ * static_cast<float>(std::min(row, maps_.rows)));
  }

  // Neighbours of one colour are one rectangle.
  void line(int m, int row, Range columns) {
    int from = columns.begin;
    ImU32 colour = 0;
    int column = columns.begin;
    for (; column < columns.end && maps_.has({m, row, column}); column += block_) {
      const ImU32 next = signed_colour(value(m, row, column), limit_);
      if (next != colour || numbers_) {
        fill(row, from, column, colour);
        from = column, colour = next;
      }
    }
    fill(row, from, column, colour);
    if (numbers_)
      for (column = columns.begin; column < columns.end && maps_.has({m, row, column}); ++column)
        number(m, row, column);
  }

  void fill(int row, int from, int to, ImU32 colour) {
    const float edge = numbers_ ? 1.0f : 0.0f;
    if (from < to)
      list_.AddRectFilled({x(from), y(row)}, {x(to) - edge, y(row + block_) - edge}, colour);
  }

  void number(int m, int row, int column) {
    const float v = maps_.at({m, row, column});
    const std::string text = fitting_text(v, cell_ - px(2));
    if (text.empty()) return;
    const float size = px(small_font_size);
    const ImVec2 extent = small_font()->CalcTextSizeA(size, FLT_MAX, 0, text.c_str());
    list_.AddText(small_font(), size,
                  {std::floor(x(column) + (cell_ - extent.x) / 2),
                   std::floor(y(row) + (cell_ - extent.y) / 2)},
                  text_on(signed_colour(v, limit_)), text.c_str());
  }

  const HeatMaps& maps_;
  float cell_;
  ImVec2 min_, max_;
  ImDrawList& list_;
  int block_ = 1;
  bool numbers_ = false;
  ImVec2 at_ = {};
  float limit_ = 0;
};

// Where map `m` begins, of maps laid out like this.
ImVec2 corner(const Tiling& t, int m, const HeatMaps& maps) {
  const auto across = static_cast<float>(m % t.across), down = static_cast<float>(m / t.across);
  return {across * (static_cast<float>(maps.columns) * t.cell + t.gap),
          down * (static_cast<float>(maps.rows) * t.cell + t.gap)};
}

Cell cell_at(ImVec2 point, const Tiling& t, const HeatMaps& maps) {
  const float width = static_cast<float>(maps.columns) * t.cell + t.gap,
              height = static_cast<float>(maps.rows) * t.cell + t.gap;
  const int across = static_cast<int>(std::floor(point.x / width)),
            down = static_cast<int>(std::floor(point.y / height));
  if (point.x < 0 || point.y < 0 || across >= t.across) return {};
  const Cell cell = {down * t.across + across,
                     static_cast<int>((point.y - static_cast<float>(down) * height) / t.cell),
                     static_cast<int>((point.x - static_cast<float>(across) * width) / t.cell)};
  return maps.has(cell) ? cell : Cell{};
}

// Wheel and drag move the zoom; a press that does not move chooses.
bool follow_pointer(Zoom& zoom, ImVec2 min) {
  const ImGuiIO& io = ImGui::GetIO();
  if (ImGui::IsItemHovered()) {
    ImGui::SetItemUsingMouseWheel();
    if (io.MouseWheel != 0)
      zoom.about({io.MousePos.x - min.x, io.MousePos.y - min.y}, std::pow(1.25f, io.MouseWheel));
  }
  const bool dragged = io.MouseDragMaxDistanceSqr[0] > px(4) * px(4);
  if (ImGui::IsItemActive() && dragged)
    zoom.at = {zoom.at.x - io.MouseDelta.x, zoom.at.y - io.MouseDelta.y};
  return ImGui::IsItemDeactivated() && ImGui::IsItemHovered() && !dragged;
}

void keep_inside(Zoom& zoom, ImVec2 content) {
  zoom.factor = std::clamp(zoom.factor, 1.0f, 4096.0f);
  const auto keep = [](float& at, float all, float room) {
    at = std::clamp(at, 0.0f, std::max(0.0f, all - room));
  };
  keep(zoom.at.x, content.x * zoom.factor, zoom.size.x);
  keep(zoom.at.y, content.y * zoom.factor, zoom.size.y);
}

}  // namespace

void Zoom::about(ImVec2 point, float by) {
  by = std::clamp(factor * by, 1.0f, 4096.0f) / factor;
  factor *= by;
  at = {(at.x + point.x) * by - point.x, (at.y + point.y) * by - point.y};
}

HeatMaps vector_maps(const float* values, std::int64_t count, std::int64_t stride) {
  HeatMaps maps{.values = values, .count = count};
  const auto wide = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(count) * 2)));
  const std::int64_t columns = count <= 32 ? std::max<std::int64_t>(count, 1) : wide;
  maps.columns = static_cast<int>(columns);
  maps.rows = static_cast<int>((count + columns - 1) / columns);
  maps.column_stride = stride, maps.row_stride = stride * columns;
  return maps;
}

Tiling tile(const HeatMaps& of, ImVec2 size, float gap, float largest_cell) {
  const int maps = of.maps, rows = of.rows, columns = of.columns;
  Tiling best{.cell = 0};
  // The gaps between very many maps must leave them some room.
  gap = std::min(gap, 0.25f * std::sqrt(size.x * size.y / static_cast<float>(std::max(maps, 1))));
  if (of.across > 0) {
    const auto down = static_cast<float>((maps + of.across - 1) / of.across);
    gap = std::min({gap, 0.25f * size.x / static_cast<float>(of.across), 0.25f * size.y / down});
  }
  const int most = of.across > 0 ? of.across : std::min(std::max(maps, 1), 4096);
  for (int across = of.across > 0 ? of.across : 1; across <= most; ++across) {
    const int down = (maps + across - 1) / across;
    const auto room = [gap](float length, int count, int cells) {
      return (length - gap * static_cast<float>(count - 1)) / static_cast<float>(count) /
             static_cast<float>(cells);
    };
    const float cell =
        std::min({room(size.x, across, columns), room(size.y, down, rows), largest_cell});
    if (cell >= best.cell) best = {across, cell, gap, {}};
  }
  best.cell = std::max(best.cell, 1e-3f);
  const int down = (maps + best.across - 1) / best.across;
  const auto extent = [&](int count, int cells) {
    return static_cast<float>(count) * (static_cast<float>(cells) * best.cell + gap) - gap;
  };
  best.content = {extent(best.across, columns), extent(down, rows)};
  return best;
}

float largest(const HeatMaps& maps) {
  float limit = 0;
  for (int m = 0; m < maps.maps; ++m)
    for (int r = 0; r < maps.rows; ++r)
      for (int c = 0; c < maps.columns && maps.has({m, r, c}); ++c)
        if (const float v = std::fabs(maps.at({m, r, c})); std::isfinite(v))
          limit = std::max(limit, v);
  return limit;
}

Cell heat_maps(const char* id, const HeatMaps& maps, ImVec2 size, Zoom& zoom, Cell& cursor) {
  size = {std::max(size.x, px(16)), std::max(size.y, px(16))};
  const ImVec2 min = ImGui::GetCursorScreenPos(), max = {min.x + size.x, min.y + size.y};
  ImGui::InvisibleButton(id, size);
  drag_surface();
  if (maps.maps <= 0 || maps.rows <= 0 || maps.columns <= 0 || !maps.values) return {};
  zoom.size = size;
  const bool chosen = follow_pointer(zoom, min);
  Tiling tiling = tile(maps, size, px(4), px(largest_at_rest));
  keep_inside(zoom, tiling.content);
  tiling.cell *= zoom.factor, tiling.gap *= zoom.factor;
  const ImVec2 origin = {min.x - zoom.at.x, min.y - zoom.at.y};
  Cell hovered;
  if (const ImVec2 pointer = ImGui::GetIO().MousePos; ImGui::IsItemHovered())
    hovered = cell_at({pointer.x - origin.x, pointer.y - origin.y}, tiling, maps);
  if (chosen) cursor = hovered;

  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImGui::PushClipRect(min, max, true);
  // Of what is scrolled out of the window nothing is drawn either.
  const ImVec2 clip_min = list.GetClipRectMin(), clip_max = list.GetClipRectMax();
  Painter painter(maps, tiling.cell, clip_min, clip_max);
  for (int m = 0; m < maps.maps; ++m) {
    const ImVec2 at = corner(tiling, m, maps);
    const ImVec2 from = {origin.x + at.x, origin.y + at.y};
    if (from.y > clip_max.y) break;
    if (from.x > clip_max.x || from.y + static_cast<float>(maps.rows) * tiling.cell < clip_min.y ||
        from.x + static_cast<float>(maps.columns) * tiling.cell < clip_min.x)
      continue;
    painter.map(m, from);
  }
  const auto frame = [&](const Cell& cell, ImU32 colour, float thickness) {
    if (!maps.has(cell)) return;
    const ImVec2 at = corner(tiling, cell.map, maps);
    const ImVec2 from = {origin.x + at.x + static_cast<float>(cell.column) * tiling.cell,
                         origin.y + at.y + static_cast<float>(cell.row) * tiling.cell};
    const float side = std::max(tiling.cell, px(4));
    list.AddRect(from, {from.x + side, from.y + side}, colour, 0, 0, thickness);
  };
  frame(hovered, palette().ink, px(1));
  frame(cursor, palette().accent, px(2));
  ImGui::PopClipRect();
  if (ImGui::IsItemFocused() && ImGui::GetCurrentContext()->NavDisableHighlight == false)
    list.AddRect(min, max, palette().accent, 0, 0, px(2));
  return hovered;
}

void zoom_buttons(Zoom& zoom) {
  const ImVec2 middle = {zoom.size.x / 2, zoom.size.y / 2};
  const ImVec2 square = {ImGui::GetFrameHeight(), ImGui::GetFrameHeight()};
  ImGui::BeginGroup();
  if (ImGui::Button("−##zoom", square)) zoom.about(middle, 0.5f);
  tooltip("Zoom out (wheel)");
  ImGui::SameLine(0, px(2));
  if (ImGui::Button("+##zoom", square)) zoom.about(middle, 2.0f);
  tooltip("Zoom in (wheel); drag to move");
  ImGui::SameLine(0, px(2));
  if (ImGui::Button("Fit##zoom")) zoom.factor = 1;
  tooltip("All of it");
  ImGui::EndGroup();
}

void scale_legend(float limit) {
  const float width = px(120), height = ImGui::GetFontSize();
  const auto number = static_cast<double>(limit);
  ImGui::BeginGroup();
  ImGui::AlignTextToFramePadding();
  quiet_text("%s", number_text(-number).c_str());
  ImGui::SameLine();
  const ImVec2 cursor = ImGui::GetCursorScreenPos();
  const ImVec2 at = {cursor.x, cursor.y + ImGui::GetStyle().FramePadding.y};
  constexpr int parts = 24;
  for (int i = 0; i < parts; ++i) {
    const float x = width / parts * static_cast<float>(i);
    ImGui::GetWindowDrawList()->AddRectFilled(
        {at.x + x, at.y}, {at.x + x + width / parts, at.y + height},
        signed_colour((static_cast<float>(i) + 0.5f) / parts * 2 - 1, 1));
  }
  ImGui::Dummy({width, height});
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  quiet_text("%s", number_text(number).c_str());
  ImGui::EndGroup();
}

std::string fitting_text(float value, float width) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "−∞" : "∞";
  for (int places = std::fabs(value) < 100 ? 3 : 1; places >= 0; --places) {
    char text[48];
    std::snprintf(text, sizeof text, "%.*f", places, static_cast<double>(value));
    const float size = px(small_font_size);
    if (small_font()->CalcTextSizeA(size, FLT_MAX, 0, text).x <= width) return text;
  }
  return "";
}

}  // namespace convolab::inspector
