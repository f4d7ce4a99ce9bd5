#include "inspector/widgets/plot.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdio>

#include "inspector/theme.hpp"
#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {
namespace {

std::string tick_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

float text_width(const std::string& text) {
  return small_font()->CalcTextSizeA(px(small_font_size), FLT_MAX, 0, text.c_str()).x;
}

void small_text(ImVec2 at, const std::string& text) {
  ImGui::GetWindowDrawList()->AddText(small_font(), px(small_font_size),
                                      {std::floor(at.x), std::floor(at.y)}, palette().quiet,
                                      text.c_str());
}

// The area within the axes and what its sides stand for.
struct Axes {
  ImVec2 min, max;
  double first, last, low, high;
  bool log;

  float x(double step) const {
    return min.x + (max.x - min.x) * static_cast<float>((step - first) / (last - first));
  }
  float y(double value) const {
    const double t =
        log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
    return max.y - (max.y - min.y) * static_cast<float>(t);
  }
};

// Sets the sides of the value axis so that all columns fit; false when there is nothing to show.
bool fit(Axes& axes, const std::vector<std::vector<Column>>& all, const Plot& plot) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const auto& columns : all)
    for (const Column& column : columns)
      if (column.any) low = std::min(low, column.low), high = std::max(high, column.high);
  if (!(low <= high)) return false;
  if (std::isfinite(plot.guide)) low = std::min(low, plot.guide), high = std::max(high, plot.guide);
  if (axes.log) {
    // Beyond so many decades the lowest values are dust that would flatten all others.
    low = std::max(low, high * 1e-9);
    axes.low = low / 1.2, axes.high = high * 1.2;
    return true;
  }
  if (plot.from_zero) low = std::min(low, 0.0);
  const double room = high > low ? (high - low) * 0.06 : std::max(std::fabs(high) * 0.1, 1e-6);
  axes.low = plot.from_zero && low == 0 ? 0 : low - room;
  axes.high = high + room;
  return true;
}

void draw_grid(const Axes& axes, const Plot& plot, float left) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float half = px(small_font_size) / 2;
  const int rows = std::max(2, static_cast<int>((axes.max.y - axes.min.y) / px(28)));
  const auto factor = static_cast<double>(plot.factor);
  for (const double value : ticks(axes.low * factor, axes.high * factor, rows, axes.log)) {
    const float y = std::floor(axes.y(value / factor));
    list.AddLine({axes.min.x, y}, {axes.max.x, y}, palette().line);
    const std::string text = tick_text(value) + plot.unit;
    small_text({std::max(left, axes.min.x - px(6) - text_width(text)), y - half}, text);
  }
  const int most = std::max(2, static_cast<int>((axes.max.x - axes.min.x) / px(90)));
  for (const double step : ticks(axes.first, axes.last, most, false)) {
    if (step != std::floor(step)) continue;
    const float x = std::floor(axes.x(step));
    list.AddLine({x, axes.max.y}, {x, axes.max.y + px(3)}, palette().control);
    const std::string text = tick_text(step);
    const float wide = text_width(text);
    small_text({std::clamp(x - wide / 2, axes.min.x, axes.max.x - wide), axes.max.y + px(4)}, text);
  }
  list.AddLine({axes.min.x, axes.max.y}, axes.max, palette().control);
}

void draw_line(const Axes& axes, const std::vector<Column>& columns, const Series& series) {
  std::vector<ImVec2> points;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const Column& column = columns[c];
    if (!column.any) continue;
    const float x = axes.min.x + (axes.max.x - axes.min.x) * (static_cast<float>(c) + 0.5f) /
                                     static_cast<float>(columns.size());
    points.push_back({x, axes.y(column.first)});
    if (column.low == column.high) continue;
    points.push_back({x, axes.y(column.low)});
    points.push_back({x, axes.y(column.high)});
    points.push_back({x, axes.y(column.last)});
  }
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (points.size() == 1)
    list.AddCircleFilled(points[0], px(2), series.colour);
  else
    list.AddPolyline(points.data(), static_cast<int>(points.size()), series.colour,
                     ImDrawFlags_None, series.width * px(1));
}

// The point nearest to a step.
std::size_t nearest(const Plot& plot, double step) {
  std::size_t low = 0, high = plot.count - 1;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (plot.step(middle) < step)
      low = middle + 1;
    else
      high = middle;
  }
  if (low > 0 && step - plot.step(low - 1) < plot.step(low) - step) --low;
  return low;
}

std::string told(const Plot& plot, double value) {
  return number_text(value * static_cast<double>(plot.factor)) + plot.unit;
}

void read_values(const Plot& plot, const Axes& axes) {
  const float pointer = ImGui::GetIO().MousePos.x;
  const double share = static_cast<double>((pointer - axes.min.x) / (axes.max.x - axes.min.x));
  const std::size_t i = nearest(plot, axes.first + share * (axes.last - axes.first));
  const float x = axes.x(plot.step(i));
  ImGui::GetWindowDrawList()->AddLine({x, axes.min.y}, {x, axes.max.y}, palette().control);
  ImGui::BeginTooltip();
  ImGui::Text("step %.0f", plot.step(i));
  for (const Series& series : plot.series) {
    const double value = series.at(i);
    if (std::isnan(value)) continue;
    ImGui::PushStyleColor(ImGuiCol_Text, series.colour);
    ImGui::Text("%s %s", series.name.c_str(), told(plot, value).c_str());
    ImGui::PopStyleColor();
  }
  ImGui::EndTooltip();
}

// The title, and the switch of its axis.
bool draw_head(const Plot& plot) {
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(plot.title);
  tooltip(plot.about);
  if (plot.newest && plot.count > 0 && !plot.series.empty()) {
    ImGui::SameLine();
    ImGui::TextUnformatted(told(plot, plot.series.back().at(plot.count - 1)).c_str());
  }
  ImGuiStorage& storage = *ImGui::GetStateStorage();
  const ImGuiID id = ImGui::GetID("log");
  bool log = storage.GetBool(id, plot.log);
  const float wide = ImGui::CalcTextSize("log").x + ImGui::GetFrameHeight() + px(6);
  ImGui::SameLine(plot.size.x - wide);
  if (ImGui::Checkbox("log", &log)) storage.SetBool(id, log);
  tooltip("A logarithmic axis");
  return log;
}

}  // namespace

double Smoothed::next(double value) {
  if (std::isfinite(value)) {
    sum_ = weight_ * sum_ + (1 - weight_) * value;
    share_ = weight_ * share_ + (1 - weight_);
  }
  return share_ > 0 ? sum_ / share_ : std::numeric_limits<double>::quiet_NaN();
}

std::vector<Column> by_columns(const Plot& plot, const Series& series, int columns, bool positive) {
  std::vector<Column> parts(static_cast<std::size_t>(columns));
  if (plot.count == 0) return parts;
  const double first = plot.step(0);
  const double width = std::max(plot.step(plot.count - 1) - first, 1e-9);
  for (std::size_t i = 0; i < plot.count; ++i) {
    const double value = series.at(i);
    if (!std::isfinite(value) || (positive && value <= 0)) continue;
    const auto at = static_cast<int>((plot.step(i) - first) / width * columns);
    Column& part = parts[static_cast<std::size_t>(std::clamp(at, 0, columns - 1))];
    if (!part.any) part = {true, value, value, value, value};
    part.low = std::min(part.low, value);
    part.high = std::max(part.high, value);
    part.last = value;
  }
  return parts;
}

std::vector<double> ticks(double low, double high, int most, bool log) {
  std::vector<double> found;
  if (!(high > low) || most < 1 || !std::isfinite(high - low)) return found;
  if (log) {
    if (low <= 0) return found;
    const int from = static_cast<int>(std::floor(std::log10(low))),
              to = static_cast<int>(std::ceil(std::log10(high)));
    const int every = std::max(1, (to - from) / most + ((to - from) % most != 0 ? 1 : 0));
    const bool between = to - from <= 2;
    for (int power = from; power <= to; power += every)
      for (const double times : {1.0, 2.0, 5.0}) {
        const double value = times * std::pow(10.0, power);
        if (value >= low && value <= high && (times == 1 || between)) found.push_back(value);
      }
    return found;
  }
  const double rough = (high - low) / most;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double times : {5.0, 2.0, 1.0})
    if (times * power >= rough * 0.999) step = times * power;
  // Counted in whole steps: what is added up would miss zero.
  const double begin = std::ceil(low / step - 1e-9), end = std::floor(high / step + 1e-9);
  for (double n = begin; n <= end; ++n) found.push_back(n == 0 ? 0 : n * step);
  return found;
}

void draw_plot(const Plot& plot) {
  ImGui::PushID(plot.title);
  const bool log = draw_head(plot);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = std::max(plot.size.y - ImGui::GetFrameHeightWithSpacing(), px(48));
  ImGui::InvisibleButton("plot", {std::max(plot.size.x, px(48)), height});
  if (ImGui::IsItemVisible() && plot.count > 0) {
    const float below = px(small_font_size) + px(6);
    Axes axes = {{at.x + px(52), at.y + px(4)},
                 {at.x + plot.size.x - px(6), at.y + height - below},
                 plot.step(0),
                 std::max(plot.step(plot.count - 1), plot.step(0) + 1),
                 0,
                 1,
                 log};
    const int columns = std::max(1, static_cast<int>((axes.max.x - axes.min.x) / px(1)));
    std::vector<std::vector<Column>> all;
    for (const Series& series : plot.series) all.push_back(by_columns(plot, series, columns, log));
    if (fit(axes, all, plot)) {
      draw_grid(axes, plot, at.x);
      ImDrawList& list = *ImGui::GetWindowDrawList();
      if (const float y = axes.y(plot.guide); std::isfinite(plot.guide) && std::isfinite(y))
        list.AddLine({axes.min.x, y}, {axes.max.x, y}, palette().warm, px(1));
      list.PushClipRect(axes.min, {axes.max.x, axes.max.y + px(1)}, true);
      for (std::size_t s = 0; s < all.size(); ++s) draw_line(axes, all[s], plot.series[s]);
      list.PopClipRect();
      if (ImGui::IsItemHovered()) read_values(plot, axes);
    } else {
      small_text({axes.min.x, axes.min.y}, "nothing to show yet");
    }
  }
  ImGui::PopID();
}

}  // namespace convolab::inspector
