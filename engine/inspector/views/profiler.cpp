// One batch as time goes by: a lane for every thread, a span for every step that it worked on; and
// below what each layer and phase takes of a usual batch.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "inspector/theme.hpp"
#include "inspector/views/views.hpp"
#include "inspector/widgets/controls.hpp"
#include "inspector/widgets/marks.hpp"
#include "inspector/widgets/zoom.hpp"

namespace convolab::inspector {
namespace {

using Span = probe::Times::Span;

double end_of(const std::vector<Span>& spans) {
  double end = 0;
  for (const Span& span : spans) end = std::max(end, span.end);
  return end;
}

int lanes_of(const std::vector<Span>& spans) {
  int lanes = 1;
  for (const Span& span : spans) lanes = std::max(lanes, span.thread + 1);
  return lanes;
}

double usual_seconds(const Desk& desk, int step) {
  const auto i = static_cast<std::size_t>(step);
  return desk.times && i < desk.times->seconds.size() ? desk.times->seconds[i] : 0;
}

bool known(const Desk& desk, int step) {
  return step >= 0 && step < static_cast<int>(desk.network.steps.size());
}

void hover(const Desk& desk, const Span& span) {
  const probe::StepRow& step = desk.network.steps[static_cast<std::size_t>(span.step)];
  const double seconds = span.end - span.begin;
  ImGui::BeginTooltip();
  ImGui::Text("%d: %s", span.step + 1, step_text(desk.network, span.step).c_str());
  quiet_text("%s, thread %d", step.phase.c_str(), span.thread + 1);
  ImGui::Text("%s, begun at %s", time_text(seconds).c_str(),
              span.begin > 0 ? time_text(span.begin).c_str() : "0");
  if (const double usual = usual_seconds(desk, span.step); usual > 0 && span.thread == 0) {
    quiet_text("usually %s", time_text(usual).c_str());
    if (step.work > 0) {
      const double rate = step.work / usual * 1e-9;
      quiet_text("%s GFLOP/s", number_text(rate).c_str());
      if (desk.times->ceiling > 0)
        quiet_text("%.0f %% of the ceiling", rate / desk.times->ceiling * 100);
    }
  }
  ImGui::EndTooltip();
}

// Marks at round times, so many that they stay apart.
double tick_for(double seconds, float width) {
  const double least = seconds * static_cast<double>(px(70) / width);
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (power * factor >= least) return power * factor;
  return power * 10;
}

std::string tick_text(double at) {
  if (at <= 0) return "0";
  char text[32];
  if (at < 1e-3)
    std::snprintf(text, sizeof text, "%.4g µs", at * 1e6);
  else
    std::snprintf(text, sizeof text, "%.4g ms", at * 1e3);
  return text;
}

void draw_axis(const Surface& surface, double whole, float top, float bottom) {
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const double length = static_cast<double>(surface.zoom.length()) * whole;
  const double begin = static_cast<double>(surface.zoom.from) * whole;
  const double tick = tick_for(length, surface.size.x);
  for (double at = std::ceil(begin / tick) * tick; at <= begin + length; at += tick) {
    const float x = surface.low.x + static_cast<float>((at - begin) / length) * surface.size.x;
    draw.AddLine({x, top}, {x, bottom}, palette().line);
    const std::string text = tick_text(at);
    if (x + px(3) + ImGui::CalcTextSize(text.c_str()).x < surface.low.x + surface.size.x)
      draw.AddText({x + px(3), top}, palette().quiet, text.c_str());
  }
}

void draw_flame(Desk& desk) {
  const std::vector<Span>& spans = desk.times->spans;
  const double whole = end_of(spans);
  const int lanes = lanes_of(spans);
  const float axis = px(18);
  const float lane = std::clamp(px(100) / static_cast<float>(lanes), px(14), px(36));
  const Surface surface = zoom_surface(
      "flame", {ImGui::GetContentRegionAvail().x, axis + lane * static_cast<float>(lanes)}, false);
  const ImVec2 low = surface.low, high = {low.x + surface.size.x, low.y + surface.size.y};
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  draw.PushClipRect(low, high, true);
  draw.AddRectFilled(low, high, palette().paper);
  ImGui::PushFont(small_font());
  draw_axis(surface, whole, low.y, high.y);
  const Span* under = nullptr;
  for (const Span& span : spans) {
    if (!known(desk, span.step)) continue;
    const auto x = [&](double at) {
      return low.x + surface.size.x * surface.zoom.seen(static_cast<float>(at / whole));
    };
    const float x0 = x(span.begin), x1 = std::max(x(span.end), x0 + 1);
    if (x1 < low.x || x0 > high.x) continue;
    const float y0 = low.y + axis + lane * static_cast<float>(span.thread);
    const probe::StepRow& step = desk.network.steps[static_cast<std::size_t>(span.step)];
    const ImU32 ink = phase_colour(step.phase);
    const float gap = x1 - x0 > px(3) ? 1.0f : 0.0f;
    draw.AddRectFilled({x0, y0}, {x1 - gap, y0 + lane - 1}, ink);
    if (span.step == desk.selection.step)
      draw.AddRect({x0 - 1, y0}, {x1 + 1, y0 + lane - 1}, palette().ink, 0, 0, px(2));
    text_in(draw, {std::max(x0, low.x), y0}, {x1 - gap, y0 + lane - 1}, text_on(ink),
            layer_of(desk.network, step));
    const ImVec2 at = surface.pointer;
    if (surface.hovered && at.x >= x0 && at.x < x1 && at.y >= y0 && at.y < y0 + lane) under = &span;
  }
  ImGui::PopFont();
  draw.PopClipRect();
  if (!under) return;
  hover(desk, *under);
  if (surface.clicked) desk.select_step(under->step);
}

// --- what takes how much of a usual batch ---

struct Share {
  std::string name;
  double seconds = 0, work = 0;
  double phases[4] = {};  // of these, by phase
};

int phase_number(const std::string& phase) {
  return phase == "forward" ? 0 : phase == "loss" ? 1 : phase == "backward" ? 2 : 3;
}
constexpr const char* phase_names[] = {"forward", "loss", "backward", "update"};

std::vector<Share> shares_of(const Desk& desk, bool by_layer) {
  std::vector<Share> shares;
  for (std::size_t s = 0; s < desk.network.steps.size(); ++s) {
    const probe::StepRow& step = desk.network.steps[s];
    const std::string name = by_layer ? layer_of(desk.network, step) : step.phase;
    auto found = std::find_if(shares.begin(), shares.end(),
                              [&](const Share& share) { return share.name == name; });
    if (found == shares.end()) found = shares.insert(shares.end(), Share{.name = name});
    const double seconds = usual_seconds(desk, static_cast<int>(s));
    found->seconds += seconds;
    if (seconds > 0) found->work += step.work;
    found->phases[phase_number(step.phase)] += seconds;
  }
  if (by_layer)
    std::stable_sort(shares.begin(), shares.end(),
                     [](const Share& a, const Share& b) { return a.seconds > b.seconds; });
  return shares;
}

void draw_bar(const Share& share, double most, ImVec2 size) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::Dummy(size);
  float x = at.x;
  for (int p = 0; p < 4; ++p) {
    const float width = size.x * static_cast<float>(share.phases[p] / most);
    ImGui::GetWindowDrawList()->AddRectFilled({x, at.y + px(3)}, {x + width, at.y + size.y - px(3)},
                                              phase_colour(phase_names[p]));
    x += width;
  }
  if (!ImGui::IsItemHovered()) return;
  ImGui::BeginTooltip();
  for (int p = 0; p < 4; ++p)
    if (share.phases[p] > 0)
      ImGui::Text("%s %s", phase_names[p], time_text(share.phases[p]).c_str());
  ImGui::EndTooltip();
}

void draw_shares(Desk& desk, double batch) {
  bool& by_phase = *ImGui::GetStateStorage()->GetBoolRef(ImGui::GetID("by_phase"), false);
  if (ImGui::RadioButton("By layer", !by_phase)) by_phase = false;
  ImGui::SameLine();
  if (ImGui::RadioButton("By phase", by_phase)) by_phase = true;
  const std::vector<Share> shares = shares_of(desk, !by_phase);
  double most = 0;
  for (const Share& share : shares) most = std::max(most, share.seconds);
  if (most <= 0 || !ImGui::BeginTable("shares", 4, ImGuiTableFlags_SizingFixedFit)) return;
  ImGui::TableSetupColumn("name");
  ImGui::TableSetupColumn("bar", ImGuiTableColumnFlags_WidthStretch);
  for (const Share& share : shares) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    if (by_phase)
      ImGui::TextUnformatted(share.name.c_str());
    else if (ImGui::Selectable(share.name.c_str(), desk.selection.layer == share.name))
      desk.select_layer(share.name);
    ImGui::TableNextColumn();
    draw_bar(share, most, {ImGui::GetContentRegionAvail().x, ImGui::GetTextLineHeight()});
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(time_text(share.seconds).c_str());
    tooltip("Of a usual batch");
    ImGui::TableNextColumn();
    ImGui::TextDisabled("%.0f %%", share.seconds / batch * 100);
    if (share.work > 0 && ImGui::IsItemHovered())
      ImGui::SetTooltip("%s GFLOP/s", number_text(share.work / share.seconds * 1e-9).c_str());
  }
  ImGui::EndTable();
}

}  // namespace

void draw_profiler(Desk& desk) {
  if (desk.network.steps.empty()) return quiet_text("No network is open yet.");
  desk.want_times();
  double batch = 0;
  for (std::size_t s = 0; s < desk.network.steps.size(); ++s)
    batch += usual_seconds(desk, static_cast<int>(s));
  if (batch <= 0)
    return quiet_text("Nothing is measured yet: start training, or train a batch or two.");
  ImGui::Text("%s a batch of %d", time_text(batch).c_str(), desk.network.batch);
  tooltip("The sum of its steps, as long as each usually takes");
  next_in_row(px(170), desk.narrow);
  quiet_text("ceiling %s GFLOP/s", number_text(desk.times->ceiling).c_str());
  tooltip("What this machine's multiply-adds can do at most, on all threads");
  bool first = true;
  for (const char* phase : phase_names) {
    if (!first) next_in_row(px(80), desk.narrow);
    first = false;
    legend(phase_colour(phase), phase);
  }
  if (!desk.times->spans.empty() && end_of(desk.times->spans) > 0) {
    next_in_row(px(130), desk.narrow);
    zoom_buttons("flame");
    draw_flame(desk);
  }
  draw_shares(desk, batch);
}

}  // namespace convolab::inspector
