// Theme: the page's colours and type for Dear ImGui, light and dark, and the one signed scale.
#pragma once

#include <imgui.h>

namespace convolab::inspector {

// The page's tokens (web/src/style.css), as ImU32.
struct Palette {
  ImU32 paper, panel, ink, quiet, line, control, hover, accent, accent_strong, on_accent, warm,
      warn;
  ImU32 positive, negative, zero;  // the ends and the middle of the signed scale
  ImU32 series[8];                 // curves, one after the other
};
const Palette& palette();  // of the theme that is set

// Sizes in units of design (a pixel at scale 1).
inline constexpr float font_size = 15.0f, small_font_size = 13.0f;

// Colours, spacing and fonts of the current ImGui context. `scale`: device pixels per unit.
void apply_theme(bool dark, float scale);
// Builds the atlas of the fonts for a scale: the body's (ImGui's default), then the small one.
void build_fonts(float scale);
ImFont* small_font();
// A length in units of design, in device pixels.
float px(float units);

// Value `v` of a range -limit … limit on the signed scale; NaN has a colour of its own.
ImU32 signed_colour(float v, float limit);
// What can be read on it.
ImU32 text_on(ImU32 background);

ImVec4 colour(ImU32 of);

}  // namespace convolab::inspector
