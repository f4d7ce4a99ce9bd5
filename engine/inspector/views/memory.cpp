// The arena of the plan as a map: from left to right the steps of a batch, from top to bottom the
// addresses. Every buffer is a rectangle from the first step that touches it to the last.
#include <algorithm>
#include <cmath>

#include "inspector/theme.hpp"
#include "inspector/views/views.hpp"
#include "inspector/widgets/controls.hpp"
#include "inspector/widgets/marks.hpp"
#include "inspector/widgets/zoom.hpp"

namespace convolab::inspector {
namespace {

constexpr std::int64_t element_size = 4;  // bytes

bool in_arena(const probe::BufferRow& row) { return row.offset >= 0; }

// The most that is alive at a time, in elements: no arena can be smaller.
std::int64_t busiest(const probe::Network& network) {
  const std::size_t steps = network.steps.size();
  std::vector<std::int64_t> change(steps + 1, 0);
  for (const probe::BufferRow& row : network.buffers) {
    if (!in_arena(row)) continue;
    const auto first = static_cast<std::size_t>(std::max(row.first, 0));
    const auto last = static_cast<std::size_t>(std::max(row.last, 0));
    if (first >= steps || last >= steps) continue;
    change[first] += row.elements;
    change[last + 1] -= row.elements;
  }
  std::int64_t most = 0, now = 0;
  for (const std::int64_t by : change) most = std::max(most, now += by);
  return most;
}

void draw_totals(const Desk& desk) {
  const probe::Network& network = desk.network;
  const std::int64_t arena = network.arena * element_size;
  const std::int64_t least = busiest(network) * element_size;
  ImGui::Text("Arena %s", bytes_text(arena).c_str());
  tooltip("One block for everything that a batch computes: laid out before it begins");
  next_in_row(px(170), desk.narrow);
  ImGui::Text("Lasting %s", bytes_text(network.parameters).c_str());
  tooltip("Parameters, running statistics and the optimiser's memory: they outlive the batch");
  if (arena <= 0 || least >= arena) return;
  quiet_text(
      "At most %s are in use at a time: sharing would save up to %.0f %%, but then nothing "
      "could be looked at after its last use.",
      bytes_text(least).c_str(),
      100 * (1 - static_cast<double>(least) / static_cast<double>(arena)));
}

// The roles that there are, each with its share of the arena.
void draw_legend(const Desk& desk) {
  std::vector<std::pair<std::string, std::int64_t>> roles;
  for (const probe::BufferRow& row : desk.network.buffers) {
    if (!in_arena(row)) continue;
    const auto found = std::find_if(roles.begin(), roles.end(), [&](const auto& role) {
      return role_colour(role.first) == role_colour(row.role);
    });
    if (found == roles.end())
      roles.emplace_back(row.role, row.elements);
    else
      found->second += row.elements;
  }
  bool first = true;
  for (const auto& [role, elements] : roles) {
    const std::string text =
        std::string(role_text(role)) + " " + bytes_text(elements * element_size);
    const float width = ImGui::CalcTextSize(text.c_str()).x + px(24);
    if (!first) next_in_row(width, desk.narrow);
    legend(role_colour(role), text.c_str());
    first = false;
  }
}

// Where things are on the screen.
struct Map {
  ImVec2 low, size;
  AxisZoom zoom;
  float steps, arena;

  float x(int step) const { return low.x + size.x * static_cast<float>(step) / steps; }
  float y(std::int64_t element) const {
    return low.y + size.y * zoom.seen(static_cast<float>(element) / arena);
  }
};

struct Box {
  ImVec2 low, high;
  bool holds(ImVec2 at) const {
    return at.x >= low.x && at.x < high.x && at.y >= low.y && at.y < high.y;
  }
};

Box box_of(const Map& map, const probe::BufferRow& row) {
  const float top = map.y(row.offset), bottom = map.y(row.offset + row.elements);
  return {{map.x(std::max(row.first, 0)), top},
          {map.x(std::max(row.last, 0) + 1), std::max(bottom, top + 1)}};
}

// The smallest one under the pointer: large ones are easy to hit elsewhere.
const probe::BufferRow* under(const Desk& desk, const Map& map, ImVec2 at) {
  const probe::BufferRow* best = nullptr;
  for (const probe::BufferRow& row : desk.network.buffers) {
    if (!in_arena(row)) continue;
    Box box = box_of(map, row);
    box.high.y = std::max(box.high.y, box.low.y + px(3));
    if (!row.kept ? box.holds(at) : at.x >= box.low.x && at.y >= box.low.y && at.y < box.high.y)
      if (!best || row.elements < best->elements) best = &row;
  }
  return best;
}

void draw_boxes(const Desk& desk, const Map& map) {
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const float right = map.low.x + map.size.x;
  for (const probe::BufferRow& row : desk.network.buffers) {
    if (!in_arena(row)) continue;
    const Box box = box_of(map, row);
    if (box.high.y < map.low.y || box.low.y > map.low.y + map.size.y) continue;
    const ImU32 ink = role_colour(row.role);
    const float gap = box.high.y - box.low.y > px(4) ? 1.0f : 0.0f;
    const ImVec2 high = {std::max(box.high.x - 1, box.low.x + 1), box.high.y - gap};
    // What is kept after its last use can still be looked at.
    if (row.kept) draw.AddRectFilled({high.x, box.low.y}, {right, high.y}, faded(ink, 0.18f));
    draw.AddRectFilled(box.low, high, faded(ink, 0.85f));
    const float label_end = row.kept ? right : high.x;
    text_in(draw, box.low, {label_end, high.y},
            high.x - box.low.x > px(60) ? text_on(ink) : palette().ink, row.name);
    if (row.name == desk.selection.buffer)
      draw.AddRect({box.low.x - 1, box.low.y - 1}, {high.x + 1, high.y + 1}, palette().ink, 0, 0,
                   px(2));
  }
}

void hover(const Desk& desk, const probe::BufferRow& row) {
  ImGui::BeginTooltip();
  ImGui::TextUnformatted(row.name.c_str());
  ImGui::Text("%s, %s", shape_text(row.shape).c_str(),
              bytes_text(row.elements * element_size).c_str());
  quiet_text("%s; address %s", role_text(row.role), bytes_text(row.offset * element_size).c_str());
  const int last = std::max(row.last, 0);
  if (row.first < 0)
    quiet_text("from the start");
  else
    quiet_text("from step %d: %s", row.first + 1, step_text(desk.network, row.first).c_str());
  quiet_text("to step %d: %s", last + 1, step_text(desk.network, last).c_str());
  ImGui::EndTooltip();
}

// The phases under the map, and where the batch stands.
void draw_axis(const Desk& desk, const Map& map, float height) {
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const auto& steps = desk.network.steps;
  const float top = map.low.y + map.size.y + px(2);
  for (std::size_t s = 0; s < steps.size();) {
    std::size_t end = s;
    while (end < steps.size() && steps[end].phase == steps[s].phase) ++end;
    const ImVec2 low = {map.x(static_cast<int>(s)), top};
    const ImVec2 high = {map.x(static_cast<int>(end)) - 1, top + height};
    draw.AddRectFilled(low, {high.x, low.y + px(3)}, phase_colour(steps[s].phase));
    text_in(draw, {low.x - px(4), low.y + px(3)}, high, palette().quiet, steps[s].phase);
    s = end;
  }
  if (desk.run.in_batch)
    draw.AddLine({map.x(desk.run.next), map.low.y}, {map.x(desk.run.next), top + height},
                 palette().ink, px(1.5f));
}

void draw_map(Desk& desk) {
  const float axis = ImGui::GetTextLineHeight() + px(8);
  const Surface surface = zoom_surface("map",
                                       {ImGui::GetContentRegionAvail().x,
                                        std::max(ImGui::GetContentRegionAvail().y - axis, px(160))},
                                       true);
  const Map map = {surface.low, surface.size, surface.zoom,
                   static_cast<float>(desk.network.steps.size()),
                   static_cast<float>(desk.network.arena)};
  const ImVec2 high = {map.low.x + map.size.x, map.low.y + map.size.y};
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  draw.AddRectFilled(map.low, high, palette().paper);
  ImGui::PushFont(small_font());
  draw.PushClipRect(map.low, high, true);
  draw_boxes(desk, map);
  draw.PopClipRect();
  draw_axis(desk, map, axis - px(2));
  ImGui::PopFont();
  ImGui::Dummy({map.size.x, axis - ImGui::GetStyle().ItemSpacing.y});
  if (!surface.hovered) return;
  const probe::BufferRow* row = under(desk, map, surface.pointer);
  if (!row) return;
  hover(desk, *row);
  if (surface.clicked) desk.select_buffer(row->name);
}

}  // namespace

void draw_memory(Desk& desk) {
  if (desk.network.arena <= 0) return quiet_text("No network is open yet.");
  draw_totals(desk);
  draw_legend(desk);
  zoom_buttons("map");
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  const probe::BufferRow* row = desk.buffer(desk.selection.buffer);
  if (row && in_arena(*row))
    quiet_text("%s: %s", row->name.c_str(), bytes_text(row->elements * element_size).c_str());
  else
    quiet_text("Addresses downwards, steps to the right");
  draw_map(desk);
}

}  // namespace convolab::inspector
