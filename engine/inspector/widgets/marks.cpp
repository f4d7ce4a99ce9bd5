#include "inspector/widgets/marks.hpp"

#include <cmath>

#include "inspector/theme.hpp"
#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {
namespace {

struct Role {
  const char *name, *text;
  int series;  // of the palette
};
constexpr Role roles[] = {{"input", "pictures", 4},
                          {"labels", "labels", 4},
                          {"activation", "activations", 0},
                          {"gradient", "gradients of activations", 1},
                          {"parameter", "parameters", 2},
                          {"d_parameter", "gradients of parameters", 5},
                          {"optimizer", "the optimiser's memory", 2},
                          {"own", "the layers' own", 3},
                          {"loss", "losses", 6}};

const Role& role_of(const std::string& name) {
  for (const Role& role : roles)
    if (name == role.name) return role;
  return roles[7];
}

}  // namespace

ImU32 phase_colour(const std::string& phase) {
  const Palette& p = palette();
  if (phase == "forward") return p.series[0];
  if (phase == "loss") return p.series[3];
  if (phase == "backward") return p.series[1];
  return p.series[2];
}

ImU32 role_colour(const std::string& role) { return palette().series[role_of(role).series]; }
const char* role_text(const std::string& role) { return role_of(role).text; }

const char* layer_of(const probe::Network& network, const probe::StepRow& step) {
  if (step.layer < 0) return "loss";
  return network.layers[static_cast<std::size_t>(step.layer)].name.c_str();
}

std::string step_text(const probe::Network& network, int step) {
  if (step < 0 || step >= static_cast<int>(network.steps.size())) return "–";
  const probe::StepRow& row = network.steps[static_cast<std::size_t>(step)];
  return std::string(layer_of(network, row)) + " · " + row.title;
}

void legend(ImU32 colour, const char* text) {
  const float side = px(10), height = ImGui::GetTextLineHeight();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float top = at.y + std::round((height - side) / 2);
  ImGui::GetWindowDrawList()->AddRectFilled({at.x, top}, {at.x + side, top + side}, colour, px(2));
  ImGui::Dummy({side, height});
  ImGui::SameLine(0, px(5));
  quiet_text("%s", text);
}

ImU32 faded(ImU32 of, float alpha) {
  const auto a = static_cast<ImU32>(std::lround(alpha * 255));
  return (of & ~static_cast<ImU32>(IM_COL32_A_MASK)) | (a << IM_COL32_A_SHIFT);
}

void text_in(ImDrawList& draw, ImVec2 low, ImVec2 high, ImU32 ink, const std::string& text) {
  const ImVec2 size = ImGui::CalcTextSize(text.c_str());
  if (high.y - low.y < size.y || high.x - low.x < px(16)) return;
  draw.PushClipRect(low, high, true);
  draw.AddText({low.x + px(4), low.y + std::floor((high.y - low.y - size.y) / 2)}, ink,
               text.c_str());
  draw.PopClipRect();
}

}  // namespace convolab::inspector
