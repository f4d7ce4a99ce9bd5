#include "inspector/widgets/controls.hpp"

#include <imgui_internal.h>

#include <cmath>
#include <cstdarg>
#include <cstdio>

#include "inspector/theme.hpp"

namespace convolab::inspector {
namespace {

template <class... Args>
std::string print(const char* format, Args... args) {
  char text[64];
  std::snprintf(text, sizeof text, format, args...);
  return text;
}

// Whose drags are under way: there is one pointer only.
ImGuiID surface = 0;

}  // namespace

void drag_surface() {
  if (ImGui::IsItemActive()) surface = ImGui::GetItemID();
}

bool is_drag_surface(ImGuiID item) { return item != 0 && item == surface; }

bool primary_button(const char* label, ImVec2 size) {
  const Palette& p = palette();
  ImGui::PushStyleColor(ImGuiCol_Button, p.accent);
  ImGui::PushStyleColor(ImGuiCol_ButtonHovered, p.accent_strong);
  ImGui::PushStyleColor(ImGuiCol_ButtonActive, p.accent_strong);
  ImGui::PushStyleColor(ImGuiCol_Text, p.on_accent);
  const bool pressed = ImGui::Button(label, size);
  ImGui::PopStyleColor(4);
  return pressed;
}

void quiet_text(const char* format, ...) {
  va_list args;
  va_start(args, format);
  ImGui::PushStyleColor(ImGuiCol_Text, palette().quiet);
  ImGui::PushTextWrapPos(0);
  ImGui::TextV(format, args);
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
  va_end(args);
}

void warning_text(const char* format, ...) {
  va_list args;
  va_start(args, format);
  ImGui::PushStyleColor(ImGuiCol_Text, palette().warm);
  ImGui::PushTextWrapPos(0);
  ImGui::TextV(format, args);
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
  va_end(args);
}

void tooltip(const char* text) {
  if (!ImGui::IsItemHovered()) return;
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(px(320));
  ImGui::TextUnformatted(text);
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

void next_in_row(float width, bool narrow) {
  ImGui::SameLine(0, narrow ? px(8) : px(20));
  if (ImGui::GetContentRegionAvail().x < width) ImGui::NewLine();
}

void heading(const char* text) {
  ImGui::Dummy({0, px(2)});
  ImGui::PushFont(small_font());
  ImGui::PushStyleColor(ImGuiCol_Text, palette().quiet);
  ImGui::TextUnformatted(text);
  ImGui::PopStyleColor();
  ImGui::PopFont();
  ImGui::Separator();
}

std::string shape_text(const std::int32_t* sizes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? "×" : "") + std::to_string(sizes[i]);
  return text;
}

std::string grouped_text(std::int64_t number) {
  std::string text = std::to_string(number);
  for (int at = static_cast<int>(text.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string bytes_text(std::int64_t bytes) {
  const auto number = static_cast<double>(bytes);
  if (number < 1e3) return print("%.0f B", number);
  if (number < 1e6) return print("%.1f kB", number / 1e3);
  return print("%.1f MB", number / 1e6);
}

std::string time_text(double seconds) {
  if (seconds <= 0) return "–";
  if (seconds < 1e-3) return print("%.1f µs", seconds * 1e6);
  if (seconds < 1) return print("%.2f ms", seconds * 1e3);
  return print("%.2f s", seconds);
}

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "−∞" : "∞";
  if (number == 0) return "0";  // and no "-0"
  const double size = std::fabs(number);
  if (size < 1e-3 || size >= 1e5) return print("%.2e", number);
  return print("%.4g", number);
}

}  // namespace convolab::inspector
