// Zoom: the part of a long axis that is to be seen. The wheel zooms around the pointer, a drag
// moves, and three buttons do both for the keyboard.
#pragma once

#include <imgui.h>

namespace convolab::inspector {

// Shares of the whole axis, 0 … 1.
struct AxisZoom {
  float from = 0, to = 1;

  float length() const { return to - from; }
  // A share of the whole axis as a share of what is seen.
  float seen(float share) const { return (share - from) / length(); }
  bool whole() const { return from <= 0 && to >= 1; }
};

// A surface with an axis that is zoomed and moved; what the pointer does on it otherwise.
struct Surface {
  ImVec2 low, size, pointer;
  AxisZoom zoom;
  bool hovered = false;  // and nothing is dragged
  bool clicked = false;
};
// `label` names it to ImGui; `upright`: the axis runs downwards, else to the right.
Surface zoom_surface(const char* label, ImVec2 size, bool upright);
// "−", "+", "All" for the surface of that label, in the same window.
void zoom_buttons(const char* label);

}  // namespace convolab::inspector
