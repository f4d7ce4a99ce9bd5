// How training goes, over its steps: the loss, and how every layer learns.
#include <algorithm>
#include <cmath>
#include <limits>

#include "inspector/theme.hpp"
#include "inspector/views/views.hpp"
#include "inspector/widgets/controls.hpp"
#include "inspector/widgets/plot.hpp"

namespace convolab::inspector {
namespace {

using probe::Point;

// Figures of one kind that a layer has in a point; NaN when it has none.
double of_layer(const std::vector<double>& figures, std::size_t layer) {
  return layer < figures.size() ? figures[layer] : std::numeric_limits<double>::quiet_NaN();
}

// Layers that have figures, in any recent point.
std::vector<std::size_t> figured_layers(const Desk& desk) {
  std::vector<std::size_t> layers;
  for (std::size_t i = 0; i < desk.network.layers.size(); ++i) {
    const Point& last = desk.points.back();
    const double all[] = {of_layer(last.gradient, i), of_layer(last.update, i),
                          of_layer(last.dead, i)};
    if (std::any_of(std::begin(all), std::end(all), [](double v) { return !std::isnan(v); }))
      layers.push_back(i);
  }
  return layers;
}

ImU32 layer_colour(std::size_t place) { return palette().series[place % 8]; }

bool is_hidden(const TrainingState& state, const std::string& layer) {
  return std::find(state.hidden.begin(), state.hidden.end(), layer) != state.hidden.end();
}

// A box for each layer, in the colour of its lines.
void choose_layers(Desk& desk, const std::vector<std::size_t>& layers) {
  for (std::size_t place = 0; place < layers.size(); ++place) {
    const std::string& name = desk.network.layers[layers[place]].name;
    bool on = !is_hidden(desk.training, name);
    const float width = ImGui::CalcTextSize(name.c_str()).x + ImGui::GetFrameHeight() + px(12);
    if (place > 0) next_in_row(width, true);
    ImGui::PushStyleColor(ImGuiCol_Text, layer_colour(place));
    ImGui::PushStyleColor(ImGuiCol_CheckMark, layer_colour(place));
    if (ImGui::Checkbox(name.c_str(), &on)) {
      auto& hidden = desk.training.hidden;
      if (on)
        hidden.erase(std::remove(hidden.begin(), hidden.end(), name), hidden.end());
      else
        hidden.push_back(name);
    }
    ImGui::PopStyleColor(2);
    tooltip("Whether this layer has lines below");
  }
}

class Plots {
 public:
  Plots(Desk& desk, std::vector<std::size_t> layers) : desk_(desk), layers_(std::move(layers)) {
    const float room = ImGui::GetContentRegionAvail().x;
    const float spacing = ImGui::GetStyle().ItemSpacing.x;
    columns_ = room > px(620) ? 2 : 1;
    const auto count = static_cast<float>(columns_);
    size_ = {(room - spacing * (count - 1)) / count, px(columns_ == 2 ? 176 : 150)};
  }

  // The value of each point, and it smoothed.
  void smooth(const char* title, const char* about, double Point::*of, bool per_cent) {
    Plot plot = start(title, about, per_cent);
    const ImU32 colour = palette().accent;
    const float weight = desk_.training.smoothing;
    if (weight > 0) {
      const ImU32 faint = (colour & ~IM_COL32_A_MASK) | (ImU32{90} << IM_COL32_A_SHIFT);
      plot.series.push_back(
          {"as it is", faint, [this, of](std::size_t i) { return point(i).*of; }, 1.0f});
    }
    std::vector<double> smooth(plot.count);
    Smoothed smoothed(static_cast<double>(weight));
    for (std::size_t i = 0; i < plot.count; ++i) smooth[i] = smoothed.next(point(i).*of);
    plot.series.push_back({weight > 0 ? "smoothed" : "as it is", colour,
                           [&smooth](std::size_t i) { return smooth[i]; }});
    plot.newest = true;
    draw(plot);
  }

  void line(const char* title, const char* about, double Point::*of) {
    Plot plot = start(title, about, false);
    plot.series.push_back(
        {"rate", palette().accent, [this, of](std::size_t i) { return point(i).*of; }});
    plot.newest = true;
    draw(plot);
  }

  // A line for each layer that is shown.
  void layers(const char* title, const char* about, std::vector<double> Point::*of, bool log,
              double guide, bool per_cent) {
    Plot plot = start(title, about, per_cent);
    plot.log = log, plot.guide = guide;
    for (std::size_t place = 0; place < layers_.size(); ++place) {
      const std::size_t layer = layers_[place];
      const std::string& name = desk_.network.layers[layer].name;
      if (is_hidden(desk_.training, name) || std::isnan(of_layer(desk_.points.back().*of, layer)))
        continue;
      plot.series.push_back({name, layer_colour(place), [this, of, layer](std::size_t i) {
                               return of_layer(point(i).*of, layer);
                             }});
    }
    draw(plot);
  }

 private:
  const Point& point(std::size_t i) const { return desk_.points[i]; }

  Plot start(const char* title, const char* about, bool per_cent) const {
    Plot plot = {.title = title, .about = about, .count = desk_.points.size()};
    plot.step = [this](std::size_t i) { return static_cast<double>(point(i).step); };
    if (per_cent) plot.factor = 100, plot.unit = " %", plot.from_zero = true;
    plot.size = size_;
    return plot;
  }

  void draw(const Plot& plot) {
    if (drawn_++ % columns_ != 0) ImGui::SameLine();
    ImGui::BeginGroup();
    draw_plot(plot);
    ImGui::EndGroup();
  }

  Desk& desk_;
  std::vector<std::size_t> layers_;
  int columns_ = 1, drawn_ = 0;
  ImVec2 size_ = {};
};

}  // namespace

void draw_training(Desk& desk) {
  desk.want_points();
  if (desk.points.empty())
    return quiet_text(
        "Nothing has been trained since this view was opened. Start, and every step draws a "
        "point.");
  ImGui::SetNextItemWidth(px(150));
  ImGui::SliderFloat("##smoothing", &desk.training.smoothing, 0, 0.99f, "smoothing %.2f",
                     ImGuiSliderFlags_AlwaysClamp);
  tooltip("How much of the steps before is in a point of the smoothed lines");
  const auto layers = figured_layers(desk);
  next_in_row(px(120), true);
  quiet_text("%s steps", grouped_text(static_cast<std::int64_t>(desk.points.size())).c_str());
  choose_layers(desk, layers);
  const double none = std::numeric_limits<double>::quiet_NaN();
  Plots plots(desk, layers);
  plots.smooth("Loss", "Of each batch", &Point::loss, false);
  plots.smooth("Accuracy", "The share of a batch that is answered right", &Point::accuracy, true);
  plots.layers("Gradient norm",
               "‖gradient‖ of each layer's parameters: near 0 it learns nothing, and steep rises "
               "come before a loss that is not finite",
               &Point::gradient, true, none, false);
  plots.layers("Update ratio",
               "How far a step moves a layer's parameters, as a share of their norm. About 0.001 "
               "(the line) is usual; much more is restless, much less slow",
               &Point::update, true, 1e-3, false);
  plots.layers("Dead units",
               "The share of a relu's units that are 0 for every picture of the batch: such a unit "
               "learns nothing from it",
               &Point::dead, false, none, true);
  plots.line("Learning rate", "As the schedule has it at each step", &Point::rate);
}

}  // namespace convolab::inspector
