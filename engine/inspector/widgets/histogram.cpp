#include "inspector/widgets/histogram.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "inspector/theme.hpp"
#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {

std::vector<int> count_values(std::span<const float> values, float low, float high, int bins) {
  std::vector<int> counts(static_cast<std::size_t>(bins));
  const float width = high - low;
  if (!(width > 0)) return counts;
  for (const float v : values) {
    if (!(v >= low && v <= high)) continue;
    const auto bin = static_cast<int>((v - low) / width * static_cast<float>(bins));
    ++counts[static_cast<std::size_t>(std::min(bin, bins - 1))];
  }
  return counts;
}

void histogram(const char* id, const std::vector<int>& bins, double low, double high, ImVec2 size) {
  const float text_height = px(small_font_size) + px(4);
  const ImVec2 min = ImGui::GetCursorScreenPos();
  const ImVec2 max = {min.x + size.x, min.y + size.y - text_height};
  ImGui::InvisibleButton(id, size);
  if (bins.empty() || !(high >= low)) return;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const int most = std::max(1, *std::max_element(bins.begin(), bins.end()));
  const auto count = static_cast<float>(bins.size());
  const double width = (high - low) / static_cast<double>(bins.size());
  const auto limit = static_cast<float>(std::max(std::fabs(low), std::fabs(high)));
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] == 0) continue;
    // A bin that has anything can be seen.
    const float share = static_cast<float>(bins[i]) / static_cast<float>(most);
    const float height = std::max(px(1), (max.y - min.y) * share);
    const float left = min.x + size.x * static_cast<float>(i) / count,
                right = min.x + size.x * static_cast<float>(i + 1) / count;
    const auto middle = static_cast<float>(low + width * (static_cast<double>(i) + 0.5));
    // The scale's middle is close to the panel's colour: never paler than a quarter.
    const float shown = std::copysign(std::max(std::fabs(middle), limit / 4), middle);
    list.AddRectFilled({std::floor(left), max.y - height},
                       {std::max(std::floor(right) - 1, std::floor(left) + 1), max.y},
                       signed_colour(shown, limit));
  }
  list.AddLine({min.x, max.y}, max, palette().control);
  const auto label = [&](double value, float share) {
    const std::string text = number_text(value);
    const float wide = small_font()->CalcTextSizeA(px(small_font_size), FLT_MAX, 0, text.c_str()).x;
    const float x = std::clamp(min.x + size.x * share - wide / 2, min.x, max.x - wide);
    list.AddText(small_font(), px(small_font_size), {x, max.y + px(2)}, palette().quiet,
                 text.c_str());
  };
  label(low, 0);
  label(high, 1);
  if (const double zero = -low / (high - low); zero > 0.2 && zero < 0.8)
    label(0, static_cast<float>(zero));
  if (!ImGui::IsItemHovered()) return;
  const float at = (ImGui::GetIO().MousePos.x - min.x) / size.x * count;
  const auto i = static_cast<std::size_t>(std::clamp(at, 0.0f, count - 1));
  const double from = low + width * static_cast<double>(i);
  ImGui::SetTooltip("%s to %s: %s", number_text(from).c_str(), number_text(from + width).c_str(),
                    grouped_text(bins[i]).c_str());
}

}  // namespace convolab::inspector
