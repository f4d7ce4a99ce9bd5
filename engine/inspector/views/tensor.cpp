// Any buffer: its numbers as heat maps, sliced along any axis, what they are like, and how they
// differ from another buffer or from the same one at another moment.
#include <imgui.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>

#include "inspector/theme.hpp"
#include "inspector/views/views.hpp"
#include "inspector/widgets/controls.hpp"
#include "inspector/widgets/heat_map.hpp"
#include "inspector/widgets/histogram.hpp"
#include "inspector/widgets/statistics.hpp"

namespace convolab::inspector {
namespace {

using Scale = TensorState::Scale;

// Roles in the order of the list, and what they are called there.
constexpr const char* roles[][2] = {{"input", "Pictures and labels"},
                                    {"labels", "Pictures and labels"},
                                    {"activation", "Activations"},
                                    {"own", "Layers' own"},
                                    {"parameter", "Parameters"},
                                    {"d_parameter", "Gradients of parameters"},
                                    {"gradient", "Gradients of activations"},
                                    {"loss", "Loss"},
                                    {"optimizer", "The optimiser's memory"}};

bool matches(const std::string& name, const char* filter) {
  const auto same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
  return std::search(name.begin(), name.end(), filter, filter + std::strlen(filter), same) !=
         name.end();
}

// The list's rows of one role; true when one has been chosen.
bool list_role(Desk& desk, const char* role, const char* title, const char*& said) {
  bool chosen = false;
  for (const probe::BufferRow& row : desk.network.buffers) {
    if (row.role != role || !matches(row.name, desk.tensor.filter)) continue;
    if (title != said) heading(title);
    said = title;
    if (ImGui::Selectable(row.name.c_str(), row.name == desk.selection.buffer)) {
      desk.select_buffer(row.name);
      chosen = true;
    }
    ImGui::SameLine();
    quiet_text("%s", shape_text(row.shape).c_str());
  }
  return chosen;
}

void choose_buffer(Desk& desk) {
  ImGui::SetNextItemWidth(std::min(px(220), ImGui::GetContentRegionAvail().x));
  const std::string& now = desk.selection.buffer;
  ImGui::SetNextWindowSizeConstraints({px(260), 0}, {px(420), px(480)});
  if (!ImGui::BeginCombo("##buffer", now.empty() ? "Choose a buffer" : now.c_str(),
                         ImGuiComboFlags_HeightLargest))
    return tooltip("The buffer that is shown; other views choose it, too");
  if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
  ImGui::SetNextItemWidth(-1);
  ImGui::InputTextWithHint("##search", "Search", desk.tensor.filter, sizeof desk.tensor.filter);
  const char* said = nullptr;
  bool chosen = false;
  for (const auto& [role, title] : roles) chosen = list_role(desk, role, title, said) || chosen;
  if (!said) quiet_text("Nothing is called that.");
  if (chosen) {
    desk.tensor.filter[0] = '\0';
    ImGui::CloseCurrentPopup();
  }
  ImGui::EndCombo();
}

std::string moment_text(const Desk& desk, const probe::Look& look) {
  std::string text = "step " + grouped_text(static_cast<std::int64_t>(look.step));
  if (look.at < 0) return text + ", between batches";
  return text + ", after " + std::to_string(look.at) + " of " +
         std::to_string(desk.network.steps.size()) + " steps of the plan";
}

bool whole(const probe::Look& look) {
  std::int64_t count = 1;
  for (const int size : look.shape) count *= size;
  return !look.values.empty() && static_cast<std::int64_t>(look.values.size()) == count;
}

// What `look` is compared with; null when with nothing.
const probe::Look* compared(Desk& desk, const probe::Look& look, std::string& label) {
  TensorState& state = desk.tensor;
  const auto usable = [&](const probe::Look& other) {
    return whole(other) && other.shape == look.shape;
  };
  if (state.kept >= 0 && state.kept < static_cast<int>(desk.kept.size())) {
    const Kept& kept = desk.kept[static_cast<std::size_t>(state.kept)];
    if (usable(kept.look)) return label = kept.label, &kept.look;
  }
  if (state.other.empty()) return nullptr;
  desk.want(state.other);
  const auto found = desk.looks.find(state.other);
  if (found == desk.looks.end() || !usable(found->second)) return nullptr;
  label = state.other;
  return &found->second;
}

void choose_other(Desk& desk, const probe::BufferRow& row) {
  TensorState& state = desk.tensor;
  const bool has_kept = state.kept >= 0 && state.kept < static_cast<int>(desk.kept.size());
  const std::string now = has_kept ? desk.kept[static_cast<std::size_t>(state.kept)].label
                          : state.other.empty() ? "nothing"
                                                : state.other;
  ImGui::SetNextItemWidth(std::min(px(180), ImGui::GetContentRegionAvail().x));
  if (!ImGui::BeginCombo("##compare", ("vs. " + now).c_str()))
    return tooltip("Side by side with a kept moment, or with another buffer of the same shape");
  if (ImGui::Selectable("nothing", !has_kept && state.other.empty()))
    state.kept = -1, state.other.clear();
  for (std::size_t i = 0; i < desk.kept.size(); ++i) {
    if (desk.kept[i].look.shape != row.shape) continue;
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::Selectable(desk.kept[i].label.c_str(), state.kept == static_cast<int>(i)))
      state.kept = static_cast<int>(i), state.other.clear();
    ImGui::PopID();
  }
  for (const probe::BufferRow& other : desk.network.buffers)
    if (other.shape == row.shape && other.name != row.name)
      if (ImGui::Selectable(other.name.c_str(), state.other == other.name))
        state.other = other.name, state.kept = -1;
  ImGui::EndCombo();
}

void keep_moment(Desk& desk, const probe::Look& look) {
  TensorState& state = desk.tensor;
  if (ImGui::Button("Keep this moment")) {
    desk.kept.push_back({look, look.buffer + ", " + moment_text(desk, look)});
    state.kept = static_cast<int>(desk.kept.size()) - 1;
    state.other.clear();
  }
  tooltip("Sets the numbers as they are now aside, to be compared with later");
  if (state.kept < 0 || state.kept >= static_cast<int>(desk.kept.size())) return;
  ImGui::SameLine();
  if (ImGui::Button("Forget")) {
    desk.kept.erase(desk.kept.begin() + state.kept);
    state.kept = -1;
  }
  tooltip("Lets go of the kept moment that is compared with");
}

void choose_scale(Desk& desk) {
  TensorState& state = desk.tensor;
  constexpr const char* names[] = {"whole buffer", "each map", "typed limit"};
  int scale = static_cast<int>(state.scale);
  ImGui::SetNextItemWidth(px(130));
  if (ImGui::Combo("##scale", &scale, names, 3)) state.scale = static_cast<Scale>(scale);
  tooltip(
      "What the strongest colour stands for: the largest magnitude of the whole buffer, or of "
      "each map by itself, or a number of yours");
  if (state.scale != Scale::typed) return;
  ImGui::SameLine();
  ImGui::SetNextItemWidth(px(80));
  float limit = state.limit;
  if (ImGui::InputFloat("##limit", &limit, 0, 0, "%g") && std::isfinite(limit) && limit > 0)
    state.limit = limit;
  tooltip("The scale goes from minus this to this");
}

// Which axes are drawn, and at which index the cursor or the slice stands.
void choose_slices(const probe::BufferRow& row, Slices& slices) {
  auto names = axis_names(row);
  names.resize(static_cast<std::size_t>(slices.rank()), "axis");
  for (int axis = 0; axis < slices.rank(); ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    if (slices.shape[a] < 2) continue;
    ImGui::PushID(axis);
    if (axis > 0) next_in_row(px(130), true);
    ImGui::SetNextItemWidth(px(130));
    const std::string format = names[a] + " %d";
    ImGui::SliderInt("##at", &slices.at[a], 0, slices.shape[a] - 1, format.c_str(),
                     ImGuiSliderFlags_AlwaysClamp);
    tooltip(slices.drawn(axis) ? "Where the cursor is (click into the picture; Ctrl and a click: "
                                 "type it)"
                               : "Which slice of this axis is shown (Ctrl and a click: type it)");
    ImGui::PopID();
  }
  if (slices.rank() < 2 || !ImGui::TreeNode("Axes")) return;
  const auto choose = [&](const char* title, int Slices::*place, bool none) {
    const int now = slices.*place;
    next_in_row(px(150), true);
    ImGui::SetNextItemWidth(px(100));
    if (!ImGui::BeginCombo(title, now < 0 ? "–" : names[static_cast<std::size_t>(now)].c_str()))
      return;
    if (none && ImGui::Selectable("–", now < 0)) slices.put(place, -1);
    for (int axis = 0; axis < slices.rank(); ++axis)
      if (ImGui::Selectable(names[static_cast<std::size_t>(axis)].c_str(), axis == now))
        slices.put(place, axis);
    ImGui::EndCombo();
  };
  ImGui::Dummy({0, 0});
  choose("down", &Slices::rows, true);
  choose("across", &Slices::columns, false);
  choose("maps", &Slices::maps, true);
  if (slices.rank() == most_axes) {
    next_in_row(px(150), true);
    bool pairs = slices.pairs;
    if (ImGui::Checkbox("all pairs", &pairs)) {
      if (pairs) slices.maps = -1, slices.rows = 2, slices.columns = 3;
      slices.pairs = pairs;
    }
    tooltip("A map for each pair of indices of the first two axes");
  }
  ImGui::TreePop();
}

std::string cell_text(const Slices& slices, const std::array<int, most_axes>& at) {
  std::string text = "[";
  for (int axis = 0; axis < slices.rank(); ++axis)
    text += (axis > 0 ? ", " : "") + std::to_string(at[static_cast<std::size_t>(axis)]);
  return text + "]";
}

// One of the pictures beside each other.
struct Side {
  const char* id;
  std::string title;
  const float* values;
  const float* minus;
  float limit;
};

void draw_side(Desk& desk, const Side& side, ImVec2 size) {
  TensorState& state = desk.tensor;
  Slices& slices = state.slices;
  ImGui::BeginGroup();
  if (!side.title.empty()) {
    // One line, so that the pictures stand beside each other.
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::PushClipRect(at, {at.x + size.x, at.y + ImGui::GetTextLineHeight()}, true);
    ImGui::GetWindowDrawList()->AddText(at, palette().ink, side.title.c_str());
    ImGui::PopClipRect();
    ImGui::Dummy({size.x, ImGui::GetTextLineHeight()});
    tooltip(side.title.c_str());
  }
  HeatMaps maps = slices.maps_of(side.values);
  if (side.minus) maps.minus = slices.maps_of(side.minus).values;
  maps.limit = state.scale == Scale::each    ? 0
               : state.scale == Scale::typed ? state.limit
                                             : side.limit;
  Cell cursor = slices.cell(maps);
  const Cell before = cursor;
  const Cell hovered = heat_maps(side.id, maps, size, state.zoom, cursor);
  if (cursor != before && maps.has(cursor)) slices.at = slices.indices(maps, cursor);
  if (maps.has(hovered))
    ImGui::SetTooltip("%s %.7g", cell_text(slices, slices.indices(maps, hovered)).c_str(),
                      static_cast<double>(maps.at(hovered)));
  const Cell here = slices.cell(maps);
  quiet_text("%s %.7g", cell_text(slices, slices.at).c_str(), static_cast<double>(maps.at(here)));
  ImGui::EndGroup();
}

float limit_of(const probe::Statistics& s) {
  return static_cast<float>(std::max(std::fabs(s.low), std::fabs(s.high)));
}

void draw_values(Desk& desk, const probe::Look& look) {
  std::string label;
  const probe::Look* other = compared(desk, look, label);
  const float limit = limit_of(look.statistics);
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const bool beside = other && room.x > px(480);
  const float below = px(other ? 210 : 164);
  const float height = std::max(px(180), room.y - below);
  if (!other)
    return draw_side(desk, {"##maps", "", look.values.data(), nullptr, limit}, {room.x, height});
  const probe::Statistics difference = difference_of(look.values, other->values);
  const float both = std::max(limit, limit_of(other->statistics));
  const float spacing = ImGui::GetStyle().ItemSpacing.x;
  const ImVec2 size = {beside ? (room.x - 2 * spacing) / 3 : room.x, beside ? height : height / 2};
  draw_side(desk, {"##maps", "now", look.values.data(), nullptr, both}, size);
  if (beside) ImGui::SameLine();
  draw_side(desk, {"##other", label, other->values.data(), nullptr, both}, size);
  if (beside) ImGui::SameLine();
  draw_side(desk,
            {"##difference", "difference (now − then)", look.values.data(), other->values.data(),
             limit_of(difference)},
            size);
  quiet_text("Difference:");
  ImGui::SameLine();
  statistics_text(difference);
}

void draw_look(Desk& desk, const probe::BufferRow& row, const probe::Look& look) {
  TensorState& state = desk.tensor;
  keep_moment(desk, look);
  next_in_row(px(180), desk.narrow);
  choose_other(desk, row);
  if (whole(look)) {
    choose_scale(desk);
    next_in_row(px(110), true);
    zoom_buttons(state.zoom);
    const float limit = state.scale == Scale::typed ? state.limit : limit_of(look.statistics);
    if (state.scale != Scale::each) {
      next_in_row(px(240), true);
      scale_legend(limit);
    }
    choose_slices(row, state.slices);
    draw_values(desk, look);
  } else {
    quiet_text("%s numbers are more than are sent at once (%s): what they are like stands below.",
               grouped_text(row.elements).c_str(), grouped_text(Desk::max_values).c_str());
  }
  statistics_text(look.statistics);
  histogram("##histogram", look.statistics.histogram, look.statistics.low, look.statistics.high,
            {ImGui::GetContentRegionAvail().x, px(84)});
}

// Slices of this buffer. A gradient is looked at as its parameter was, and the other way round; and
// a batch of another size as the one before.
void follow(TensorState& state, const probe::BufferRow& row) {
  Slices fresh = Slices::of(row);
  if (fresh.shape == state.slices.shape && !state.of.empty()) {
    state.of = row.name;
    return;
  }
  if (state.of == row.name && fresh.rank() == state.slices.rank()) {
    for (std::size_t axis = 0; axis < fresh.shape.size(); ++axis)
      state.slices.at[axis] = std::min(state.slices.at[axis], fresh.shape[axis] - 1);
    state.slices.shape = fresh.shape;
    return;
  }
  state.of = row.name;
  state.slices = fresh, state.zoom = {};
}

}  // namespace

void draw_tensor(Desk& desk) {
  if (desk.network.buffers.empty()) return quiet_text("No network is open yet.");
  choose_buffer(desk);
  const probe::BufferRow* found = desk.buffer(desk.selection.buffer);
  if (!found)
    return quiet_text(
        "Choose a buffer here, or a step or layer in another view: its numbers are "
        "drawn as a picture.");
  desk.want(found->name);
  const auto look = desk.looks.find(found->name);
  // An epoch's last batch may have fewer images than the plan has room for.
  probe::BufferRow row = *found;
  if (look != desk.looks.end()) row.shape = look->second.shape;
  follow(desk.tensor, row);
  std::string about = row.role + ", " + shape_text(row.shape);
  if (look != desk.looks.end()) about += "; " + moment_text(desk, look->second);
  next_in_row(ImGui::CalcTextSize(about.c_str()).x, desk.narrow);
  ImGui::AlignTextToFramePadding();
  quiet_text("%s", about.c_str());
  if (look != desk.looks.end()) return draw_look(desk, row, look->second);
  quiet_text("No numbers yet. Train a batch, or step through one until a step has written them.");
  if (ImGui::Button("Train a batch")) desk.send(probe::Command::Kind::step_batch);
  tooltip("Trains one batch (Shift+N)");
}

}  // namespace convolab::inspector
