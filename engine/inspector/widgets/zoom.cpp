#include "inspector/widgets/zoom.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {
namespace {

constexpr float shortest = 1e-4f;  // share of the whole axis

AxisZoom zoom_of(ImGuiID id) {
  const ImGuiStorage& storage = *ImGui::GetStateStorage();
  return {storage.GetFloat(id, 0), storage.GetFloat(id + 1, 1)};
}

void keep(ImGuiID id, AxisZoom zoom) {
  const float length = std::clamp(zoom.length(), shortest, 1.0f);
  const float from = std::clamp(zoom.from, 0.0f, 1.0f - length);
  ImGuiStorage& storage = *ImGui::GetStateStorage();
  storage.SetFloat(id, from);
  storage.SetFloat(id + 1, from + length);
}

// What is at `share` of the whole axis stays where it is.
void zoom_around(ImGuiID id, float share, float factor) {
  const AxisZoom zoom = zoom_of(id);
  const float length = std::clamp(zoom.length() / factor, shortest, 1.0f);
  const float from = share - zoom.seen(share) * length;
  keep(id, {from, from + length});
}

}  // namespace

Surface zoom_surface(const char* label, ImVec2 size, bool upright) {
  const ImGuiID id = ImGui::GetID(label);
  const ImGuiIO& io = ImGui::GetIO();
  Surface out = {ImGui::GetCursorScreenPos(), size, io.MousePos, zoom_of(id)};
  ImGui::InvisibleButton(label, size);
  drag_surface();
  const bool far = ImGui::IsMouseDragPastThreshold(ImGuiMouseButton_Left);
  const bool drags = ImGui::IsItemActive() && far;
  const auto along = [upright](ImVec2 of) { return upright ? of.y : of.x; };
  out.hovered = ImGui::IsItemHovered() && !drags;
  out.clicked = out.hovered && ImGui::IsItemDeactivated() && !far;
  if (ImGui::IsItemHovered()) {
    ImGui::SetItemUsingMouseWheel();
    const float place = (along(io.MousePos) - along(out.low)) / along(size);
    if (io.MouseWheel != 0)
      zoom_around(id, out.zoom.from + place * out.zoom.length(), std::pow(1.25f, io.MouseWheel));
  }
  if (const float moved = along(io.MouseDelta); drags && moved != 0) {
    const float by = -moved / along(size) * out.zoom.length();
    keep(id, {out.zoom.from + by, out.zoom.to + by});
  }
  out.zoom = zoom_of(id);
  return out;
}

void zoom_buttons(const char* label) {
  const ImGuiID id = ImGui::GetID(label);
  ImGui::PushID(label);
  const AxisZoom zoom = zoom_of(id);
  const float middle = (zoom.from + zoom.to) / 2;
  if (ImGui::Button("−")) zoom_around(id, middle, 0.5f);
  tooltip("Shows more; the wheel does, too");
  ImGui::SameLine();
  if (ImGui::Button("+")) zoom_around(id, middle, 2.0f);
  tooltip("Shows less, but larger; the wheel does, too, and a drag moves");
  ImGui::SameLine();
  ImGui::BeginDisabled(zoom.whole());
  if (ImGui::Button("All")) keep(id, {});
  ImGui::EndDisabled();
  tooltip("Shows all of it");
  ImGui::PopID();
}

}  // namespace convolab::inspector
