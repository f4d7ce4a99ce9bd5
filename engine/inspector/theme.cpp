#include "inspector/theme.hpp"

#include <algorithm>
#include <array>
#include <cmath>

extern const unsigned char convolab_font[];
extern const unsigned convolab_font_size;

namespace convolab::inspector {
namespace {

constexpr ImU32 rgb(unsigned hex) {
  return IM_COL32((hex >> 16) & 0xff, (hex >> 8) & 0xff, hex & 0xff, 255);
}

// Palette's order, then curves: apart in lightness, too, for those who see no colours.
constexpr Palette light = {rgb(0xfaf9f6),
                           rgb(0xffffff),
                           rgb(0x1f2328),
                           rgb(0x5b626b),
                           rgb(0xdcd9d2),
                           rgb(0x878d95),
                           rgb(0xf1efe9),
                           rgb(0x1c5d99),
                           rgb(0x164a7a),
                           rgb(0xffffff),
                           rgb(0xa8480a),
                           rgb(0xfdf1e3),
                           rgb(0xb04806),
                           rgb(0x16488e),
                           rgb(0xf1f0ec),
                           {rgb(0x1c5d99), rgb(0xa8480a), rgb(0x2e7d4f), rgb(0x7b4ea3),
                            rgb(0x00798c), rgb(0x9c6b00), rgb(0xb83266), rgb(0x4a5568)}};
constexpr Palette dark = {rgb(0x17181b),
                          rgb(0x1e2024),
                          rgb(0xe8e6e1),
                          rgb(0xa3a8b0),
                          rgb(0x34373d),
                          rgb(0x767c86),
                          rgb(0x2a2d33),
                          rgb(0x7db4ea),
                          rgb(0xa3cbf2),
                          rgb(0x10202f),
                          rgb(0xf0a55e),
                          rgb(0x34261a),
                          rgb(0xffbe6e),
                          rgb(0x8cc6ff),
                          rgb(0x2c2e33),
                          {rgb(0x7db4ea), rgb(0xf0a55e), rgb(0x7ccf9a), rgb(0xc4a1e8),
                           rgb(0x5fc9d8), rgb(0xe0c15a), rgb(0xf08cb0), rgb(0xb4bac4)}};

// The signed scale from zero outwards, as the page has it (web/src/elements/colours.ts).
using Stops = std::array<std::array<float, 3>, 3>;
constexpr Stops light_below = {{{241, 240, 236}, {120, 165, 214}, {22, 72, 142}}};
constexpr Stops light_above = {{{241, 240, 236}, {240, 158, 84}, {176, 72, 6}}};
constexpr Stops dark_below = {{{44, 46, 51}, {48, 102, 168}, {140, 198, 255}}};
constexpr Stops dark_above = {{{44, 46, 51}, {178, 94, 28}, {255, 190, 110}}};

bool is_dark = false;
float pixels = 1.0f;

// A value from 0 to 1 on a scale of three stops.
ImU32 between(const Stops& stops, float t) {
  const float place = t * 2.0f;
  const std::size_t i = place < 1.0f ? 0 : 1;
  const float f = place - static_cast<float>(i);
  const auto part = [&](std::size_t c) {
    return static_cast<ImU32>(std::lround(stops[i][c] + (stops[i + 1][c] - stops[i][c]) * f));
  };
  return IM_COL32(part(0), part(1), part(2), 255);
}

}  // namespace

const Palette& palette() { return is_dark ? dark : light; }

float px(float units) { return std::round(units * pixels); }

ImVec4 colour(ImU32 of) { return ImGui::ColorConvertU32ToFloat4(of); }

ImU32 signed_colour(float v, float limit) {
  if (!std::isfinite(v)) return IM_COL32(214, 41, 118, 255);
  const float t = limit > 0.0f ? std::min(std::fabs(v) / limit, 1.0f) : 0.0f;
  if (is_dark) return between(v < 0.0f ? dark_below : dark_above, t);
  return between(v < 0.0f ? light_below : light_above, t);
}

// Black or white, whichever is further from the background in luminance (ITU-R BT.709 weights).
ImU32 text_on(ImU32 background) {
  const ImVec4 c = colour(background);
  const float luminance = 0.2126f * c.x * c.x + 0.7152f * c.y * c.y + 0.0722f * c.z * c.z;
  return luminance > 0.18f ? IM_COL32(16, 18, 22, 255) : IM_COL32(255, 255, 255, 255);
}

void apply_theme(bool wants_dark, float scale) {
  is_dark = wants_dark;
  pixels = scale;
  const Palette& p = palette();
  ImGuiStyle style;
  style.WindowPadding = {10, 10};
  style.FramePadding = {8, 5};
  style.ItemSpacing = {8, 6};
  style.ItemInnerSpacing = {6, 5};
  style.CellPadding = {6, 3};
  style.ScrollbarSize = 12;
  style.GrabMinSize = 12;
  style.WindowBorderSize = style.ChildBorderSize = style.PopupBorderSize = 1;
  style.FrameBorderSize = 0;
  style.WindowRounding = style.ChildRounding = 0;
  style.FrameRounding = style.GrabRounding = style.TabRounding = style.PopupRounding = 4;
  style.ScrollbarRounding = 6;
  style.IndentSpacing = 16;
  style.ScaleAllSizes(scale);
  const auto set = [&](ImGuiCol which, ImU32 to) { style.Colors[which] = colour(to); };
  const auto faint = [](ImU32 of, unsigned alpha) {
    return (of & ~IM_COL32_A_MASK) | (alpha << IM_COL32_A_SHIFT);
  };
  set(ImGuiCol_Text, p.ink);
  set(ImGuiCol_TextDisabled, p.quiet);
  set(ImGuiCol_WindowBg, p.panel);
  set(ImGuiCol_ChildBg, 0);
  set(ImGuiCol_PopupBg, p.panel);
  set(ImGuiCol_Border, p.line);
  set(ImGuiCol_BorderShadow, 0);
  set(ImGuiCol_FrameBg, p.hover);
  set(ImGuiCol_FrameBgHovered, p.line);
  set(ImGuiCol_FrameBgActive, p.line);
  set(ImGuiCol_TitleBg, p.paper);
  set(ImGuiCol_TitleBgActive, p.paper);
  set(ImGuiCol_TitleBgCollapsed, p.paper);
  set(ImGuiCol_MenuBarBg, p.paper);
  set(ImGuiCol_ScrollbarBg, 0);
  set(ImGuiCol_ScrollbarGrab, faint(p.control, 110));
  set(ImGuiCol_ScrollbarGrabHovered, faint(p.control, 170));
  set(ImGuiCol_ScrollbarGrabActive, p.control);
  set(ImGuiCol_CheckMark, p.accent);
  set(ImGuiCol_SliderGrab, faint(p.accent, 120));  // its text lies over it
  set(ImGuiCol_SliderGrabActive, faint(p.accent, 170));
  set(ImGuiCol_Button, p.hover);
  set(ImGuiCol_ButtonHovered, p.line);
  set(ImGuiCol_ButtonActive, p.line);
  set(ImGuiCol_Header, faint(p.accent, 50));
  set(ImGuiCol_HeaderHovered, faint(p.accent, 30));
  set(ImGuiCol_HeaderActive, faint(p.accent, 70));
  set(ImGuiCol_Separator, p.line);
  set(ImGuiCol_SeparatorHovered, p.accent);
  set(ImGuiCol_SeparatorActive, p.accent);
  set(ImGuiCol_ResizeGrip, 0);
  set(ImGuiCol_ResizeGripHovered, p.line);
  set(ImGuiCol_ResizeGripActive, p.accent);
  set(ImGuiCol_Tab, 0);
  set(ImGuiCol_TabHovered, p.hover);
  set(ImGuiCol_TabActive, faint(p.accent, 50));
  set(ImGuiCol_TabUnfocused, 0);
  set(ImGuiCol_TabUnfocusedActive, faint(p.accent, 50));
  set(ImGuiCol_PlotLines, p.accent);
  set(ImGuiCol_PlotLinesHovered, p.accent_strong);
  set(ImGuiCol_PlotHistogram, p.accent);
  set(ImGuiCol_PlotHistogramHovered, p.accent_strong);
  set(ImGuiCol_TableHeaderBg, p.paper);
  set(ImGuiCol_TableBorderStrong, p.line);
  set(ImGuiCol_TableBorderLight, p.line);
  set(ImGuiCol_TableRowBg, 0);
  set(ImGuiCol_TableRowBgAlt, faint(p.ink, 6));
  set(ImGuiCol_TextSelectedBg, faint(p.accent, 80));
  set(ImGuiCol_DragDropTarget, p.accent);
  set(ImGuiCol_NavHighlight, p.accent);
  set(ImGuiCol_NavWindowingHighlight, p.accent);
  set(ImGuiCol_ModalWindowDimBg, IM_COL32(0, 0, 0, 90));
  ImGui::GetStyle() = style;
}

void build_fonts(float scale) {
  ImGuiIO& io = ImGui::GetIO();
  io.Fonts->Clear();
  // Latin, Greek, superscripts, arrows and the signs of arithmetic, as far as the font has them.
  static constexpr ImWchar ranges[] = {0x20,   0xff,   0x391,  0x3c9,  0x2010,
                                       0x2027, 0x2030, 0x2044, 0x2070, 0x209c,
                                       0x2190, 0x2193, 0x2200, 0x2265, 0};
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  config.OversampleH = scale > 1.5f ? 1 : 2;
  const auto add = [&](float size) {
    // The atlas only reads the data; its type has no const.
    io.Fonts->AddFontFromMemoryTTF(const_cast<unsigned char*>(convolab_font),
                                   static_cast<int>(convolab_font_size), std::round(size * scale),
                                   &config, ranges);
  };
  add(font_size);
  add(small_font_size);
  io.Fonts->Build();
}

ImFont* small_font() { return ImGui::GetIO().Fonts->Fonts[1]; }

}  // namespace convolab::inspector
