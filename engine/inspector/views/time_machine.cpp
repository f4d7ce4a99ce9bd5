// The time machine: records parameters while training goes on, and plays back how filters and
// histograms grew.
#include <algorithm>
#include <cmath>

#include "inspector/theme.hpp"
#include "inspector/views/views.hpp"
#include "inspector/widgets/controls.hpp"
#include "inspector/widgets/heat_map.hpp"
#include "inspector/widgets/histogram.hpp"
#include "inspector/widgets/slices.hpp"

namespace convolab::inspector {
namespace {

using Tensor = probe::Frame::Tensor;

constexpr int bins = 48;
// Numbers that are counted in one frame of the display at most, so that it does not stutter.
constexpr std::size_t counted_at_once = 2'000'000;

const Tensor* tensor_of(const probe::Frame& frame, const std::string& name) {
  for (const Tensor& tensor : frame.tensors)
    if (tensor.name == name && !tensor.values.empty()) return &tensor;
  return nullptr;
}

void draw_recorder(Desk& desk) {
  Recording& recording = desk.recording;
  MachineState& state = desk.machine;
  bool on = recording.every > 0;
  if (ImGui::Checkbox("Record every", &on)) recording.every = on ? state.every : 0;
  tooltip("Keeps a copy of all parameters every so many training steps");
  ImGui::SameLine();
  ImGui::SetNextItemWidth(px(96));
  if (ImGui::InputInt("##every", &state.every, 1, 10)) {
    state.every = std::clamp(state.every, 1, 100'000);
    if (on) recording.every = state.every;
  }
  tooltip("Training steps from one moment to the next");
  ImGui::SameLine();
  ImGui::TextUnformatted("steps");
  next_in_row(px(190), desk.narrow);
  auto budget = static_cast<int>(recording.budget >> 20);
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted("Budget");
  ImGui::SameLine();
  ImGui::SetNextItemWidth(px(96));
  if (ImGui::InputInt("##budget", &budget, 8, 64)) {
    recording.budget = std::int64_t{std::clamp(budget, 1, 4096)} << 20;
    recording.trim();
  }
  tooltip("Memory for what is recorded. When it is full, every second of the older moments goes");
  ImGui::SameLine();
  ImGui::TextUnformatted("MB");
  const auto& frames = recording.frames();
  const float used = static_cast<float>(recording.size()) /
                     static_cast<float>(std::max<std::int64_t>(recording.budget, 1));
  ImGui::ProgressBar(std::min(used, 1.0f),
                     {std::min(px(160), ImGui::GetContentRegionAvail().x), px(8)}, "");
  tooltip("How much of the budget is used");
  next_in_row(px(200), true);
  if (frames.empty())
    quiet_text("nothing recorded");
  else
    quiet_text("%s, %zu moments, steps %s to %s", bytes_text(recording.size()).c_str(),
               frames.size(), grouped_text(static_cast<std::int64_t>(frames.front().step)).c_str(),
               grouped_text(static_cast<std::int64_t>(frames.back().step)).c_str());
  if (frames.empty()) return;
  ImGui::SameLine();
  if (ImGui::SmallButton("Clear")) recording.clear();
  tooltip("Forgets what is recorded");
}

// Which frame is shown: the newest one until another is asked for.
std::size_t shown_frame(const Desk& desk) {
  const auto& frames = desk.recording.frames();
  if (desk.machine.step < 0) return frames.size() - 1;
  const int at = desk.recording.at(static_cast<std::uint64_t>(desk.machine.step));
  return static_cast<std::size_t>(std::max(at, 0));
}

void go_to(Desk& desk, std::size_t frame) {
  desk.machine.step = static_cast<std::int64_t>(desk.recording.frames()[frame].step);
}

// Goes on by as many frames as have become due; stops at the newest.
void play(Desk& desk) {
  MachineState& state = desk.machine;
  if (!state.plays) return;
  desk.animates = true;
  state.since += ImGui::GetIO().DeltaTime;
  const auto due = static_cast<std::size_t>(state.since * state.speed);
  if (due == 0) return;
  state.since = 0;
  const std::size_t last = desk.recording.frames().size() - 1;
  const std::size_t next = std::min(shown_frame(desk) + due, last);
  go_to(desk, next);
  if (next == last) state.plays = false, state.step = -1;
}

void draw_scrubber(Desk& desk) {
  MachineState& state = desk.machine;
  const auto& frames = desk.recording.frames();
  if (ImGui::Button(state.plays ? "Stop##play" : "Play", {px(56), 0})) {
    state.plays = !state.plays;
    state.since = 0;
    if (state.plays && shown_frame(desk) + 1 == frames.size()) go_to(desk, 0);
  }
  tooltip("Plays what is recorded, from the beginning when it is at the end");
  ImGui::SameLine();
  ImGui::SetNextItemWidth(px(110));
  ImGui::SliderFloat("##speed", &state.speed, 1, 60, "%.0f moments/s",
                     ImGuiSliderFlags_AlwaysClamp | ImGuiSliderFlags_Logarithmic);
  tooltip("How fast it plays");
  next_in_row(px(200), desk.narrow);
  auto at = static_cast<int>(shown_frame(desk));
  const probe::Frame& frame = frames[static_cast<std::size_t>(at)];
  const std::string format = "step " + grouped_text(static_cast<std::int64_t>(frame.step)) +
                             ", loss " + number_text(frame.loss);
  ImGui::SetNextItemWidth(std::max(px(160), ImGui::GetContentRegionAvail().x - px(90)));
  if (ImGui::SliderInt("##moment", &at, 0, static_cast<int>(frames.size()) - 1, format.c_str(),
                       ImGuiSliderFlags_AlwaysClamp | ImGuiSliderFlags_NoInput)) {
    state.plays = false;
    go_to(desk, static_cast<std::size_t>(at));
  }
  tooltip("The moment that is shown; it follows the newest until it is moved");
  ImGui::SameLine();
  ImGui::BeginDisabled(state.step < 0);
  if (ImGui::Button("Newest")) state.step = -1, state.plays = false;
  ImGui::EndDisabled();
  tooltip("Shows the newest moment, and follows training again");
}

void choose_tensor(Desk& desk, const probe::Frame& frame) {
  MachineState& state = desk.machine;
  // What another view points at is shown, once it has been recorded.
  if (!tensor_of(frame, state.tensor)) {
    state.tensor.clear();
    for (const Tensor& tensor : frame.tensors)
      if (state.tensor.empty()) state.tensor = tensor.name;
  }
  ImGui::SetNextItemWidth(std::min(px(220), ImGui::GetContentRegionAvail().x));
  if (ImGui::BeginCombo("##parameter", state.tensor.c_str())) {
    for (const Tensor& tensor : frame.tensors)
      if (ImGui::Selectable(tensor.name.c_str(), tensor.name == state.tensor)) {
        state.tensor = tensor.name;
        state.zoom = {}, state.cursor = {};
      }
    ImGui::EndCombo();
  }
  tooltip("The parameter that is shown");
}

// The scale's limit over the whole recording: a power of two, so that it seldom changes. When it
// does, all is counted anew.
void measure_limit(MachineState& state, const Tensor& moment) {
  float most = 0;
  for (const float v : moment.values)
    if (std::isfinite(v)) most = std::max(most, std::fabs(v));
  if (most <= state.limit) return;
  state.limit = std::exp2(std::ceil(std::log2(most)));
  state.counts.clear();
}

// Counts moments that have not been counted; more of them in the next frame if there are many.
void count_moments(Desk& desk) {
  MachineState& state = desk.machine;
  const auto& frames = desk.recording.frames();
  if (state.counted != state.tensor)
    state.counted = state.tensor, state.limit = 0, state.counts.clear();
  std::size_t numbers = 0;
  const float before = state.limit;
  for (const probe::Frame& frame : frames) {
    const Tensor* tensor = tensor_of(frame, state.tensor);
    if (!tensor || state.counts.count(frame.step) > 0) continue;
    if (numbers > counted_at_once) {
      desk.animates = true;
      break;
    }
    numbers += tensor->values.size();
    measure_limit(state, *tensor);
    state.counts[frame.step] = count_values(tensor->values, -state.limit, state.limit, bins);
  }
  if (state.limit != before) desk.animates = true;
  // Moments that are no longer there.
  if (state.counts.size() > frames.size())
    std::erase_if(state.counts, [&](const auto& counted) {
      const int at = desk.recording.at(counted.first);
      return at < 0 || frames[static_cast<std::size_t>(at)].step != counted.first;
    });
}

// The histograms of all moments, one column for each; a click goes there.
void draw_strip(Desk& desk, float height) {
  MachineState& state = desk.machine;
  const auto& frames = desk.recording.frames();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size = {ImGui::GetContentRegionAvail().x, height};
  ImGui::InvisibleButton("##strip", size);
  drag_surface();
  const auto count = static_cast<int>(frames.size());
  const int columns = std::clamp(static_cast<int>(size.x / px(3)), 1, count);
  const auto frame_at = [&](int column) {
    return static_cast<std::size_t>(std::int64_t{column} * count / columns);
  };
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec4 none = colour(palette().zero), most = colour(palette().accent);
  const float wide = size.x / static_cast<float>(columns), high = size.y / bins;
  list.AddRectFilled(at, {at.x + size.x, at.y + size.y}, palette().zero);
  for (int column = 0; column < columns; ++column) {
    const auto found = state.counts.find(frames[frame_at(column)].step);
    if (found == state.counts.end()) continue;
    const auto& counts = found->second;
    const auto top =
        static_cast<float>(std::max(1, *std::max_element(counts.begin(), counts.end())));
    const float left = std::floor(at.x + wide * static_cast<float>(column)),
                right = std::floor(at.x + wide * static_cast<float>(column + 1));
    for (int bin = 0; bin < bins; ++bin) {
      const int times = counts[static_cast<std::size_t>(bin)];
      if (times == 0) continue;
      const float share = 0.12f + 0.88f * std::sqrt(static_cast<float>(times) / top);
      const auto mix = [share](float a, float b) { return a + (b - a) * share; };
      const ImU32 shade = ImGui::ColorConvertFloat4ToU32(
          {mix(none.x, most.x), mix(none.y, most.y), mix(none.z, most.z), 1});
      const float y = at.y + high * static_cast<float>(bins - 1 - bin);
      list.AddRectFilled({left, std::floor(y)}, {right, std::floor(y + high)}, shade);
    }
  }
  const float now =
      at.x + size.x * (static_cast<float>(shown_frame(desk)) + 0.5f) / static_cast<float>(count);
  list.AddLine({now, at.y}, {now, at.y + size.y}, palette().warm, px(2));
  const auto pointed = [&] {
    const float share = (ImGui::GetIO().MousePos.x - at.x) / size.x;
    return static_cast<std::size_t>(
        std::clamp(static_cast<int>(share * static_cast<float>(count)), 0, count - 1));
  };
  if (ImGui::IsItemActive()) {
    state.plays = false;
    go_to(desk, pointed());
  }
  if (ImGui::IsItemHovered())
    ImGui::SetTooltip("step %s",
                      grouped_text(static_cast<std::int64_t>(frames[pointed()].step)).c_str());
  quiet_text("%s to %s upwards, all moments from left to right",
             number_text(-static_cast<double>(state.limit)).c_str(),
             number_text(static_cast<double>(state.limit)).c_str());
}

void draw_moment(Desk& desk, const Tensor& tensor) {
  MachineState& state = desk.machine;
  Slices slices = Slices::of({.name = tensor.name, .role = "parameter", .shape = tensor.shape});
  HeatMaps maps = slices.maps_of(tensor.values.data());
  maps.limit = state.limit;
  next_in_row(px(110), true);
  zoom_buttons(state.zoom);
  next_in_row(px(240), true);
  scale_legend(state.limit);
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float strip = std::clamp(room.y * 0.22f, px(64), px(140)), bars = px(72);
  const float text = 2 * ImGui::GetTextLineHeightWithSpacing() + px(24);
  const Cell hovered =
      heat_maps("##filters", maps, {room.x, std::max(px(140), room.y - strip - bars - text)},
                state.zoom, state.cursor);
  const Cell& cell = maps.has(hovered) ? hovered : state.cursor;
  if (maps.has(cell)) {
    const auto at = slices.indices(maps, cell);
    std::string where;
    for (int axis = 0; axis < slices.rank(); ++axis)
      where += (axis > 0 ? ", " : "") + std::to_string(at[static_cast<std::size_t>(axis)]);
    quiet_text("[%s] %.7g", where.c_str(), static_cast<double>(maps.at(cell)));
  } else {
    quiet_text("%s, %s", tensor.name.c_str(), shape_text(tensor.shape).c_str());
  }
  histogram("##moment histogram", count_values(tensor.values, -state.limit, state.limit, bins),
            -static_cast<double>(state.limit), static_cast<double>(state.limit), {room.x, bars});
  draw_strip(desk, strip);
}

}  // namespace

void draw_time_machine(Desk& desk) {
  draw_recorder(desk);
  if (desk.recording.frames().empty())
    return quiet_text(desk.recording.every > 0
                          ? "Moments appear here while training goes on."
                          : "Switch recording on and train: every few steps the parameters are "
                            "kept, and can be played back here.");
  play(desk);
  draw_scrubber(desk);
  choose_tensor(desk, desk.recording.frames()[shown_frame(desk)]);
  const Tensor* tensor = tensor_of(desk.recording.frames()[shown_frame(desk)], desk.machine.tensor);
  if (!tensor) return quiet_text("This moment has no parameters.");
  count_moments(desk);
  draw_moment(desk, *tensor);
}

}  // namespace convolab::inspector
