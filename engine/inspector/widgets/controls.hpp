// Small things that all views use, in the theme's manner.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <string>

namespace convolab::inspector {

// The one button that matters here.
bool primary_button(const char* label, ImVec2 size = {0, 0});
// Text beside the point, and text that must not be overlooked; both wrap.
void quiet_text(const char* format, ...) IM_FMTARGS(1);
void warning_text(const char* format, ...) IM_FMTARGS(1);
// Of the item before, while it is hovered.
void tooltip(const char* text);
// The next item goes on in this row if `width` is left there, else into a new one.
void next_in_row(float width, bool narrow);
// The item before is a surface that follows a drag (a heat map, a splitter): a finger that moves on
// it drags, where it would scroll elsewhere. Call it after the item in every frame.
void drag_surface();
bool is_drag_surface(ImGuiID item);
// A heading within a view.
void heading(const char* text);

std::string shape_text(const std::int32_t* sizes, std::size_t count);
template <class Sizes>
std::string shape_text(const Sizes& sizes) {
  return shape_text(sizes.data(), sizes.size());
}
// 1,234,567; 1.5 kB, 3.2 MB; 12.3 µs, 4.56 ms; 0.0123, 1.2e-06.
std::string grouped_text(std::int64_t number);
std::string bytes_text(std::int64_t bytes);
std::string time_text(double seconds);
std::string number_text(double number);

}  // namespace convolab::inspector
