// The plan of a training batch as a table: one row for each step, phase by phase.
#include <algorithm>
#include <cstring>

#include "inspector/theme.hpp"
#include "inspector/views/views.hpp"
#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {
namespace {

double seconds_of(const Desk& desk, std::size_t step) {
  return desk.times && step < desk.times->seconds.size() ? desk.times->seconds[step] : 0;
}

void buffers_of(Desk& desk, const char* title, const std::vector<int>& ids) {
  bool any = false;
  for (const int id : ids) {
    if (id < 0) continue;
    const probe::BufferRow& row = desk.network.buffers[static_cast<std::size_t>(id)];
    if (!any) quiet_text("%s", title);
    any = true;
    ImGui::PushID(id);
    if (ImGui::Selectable(row.name.c_str(), desk.selection.buffer == row.name,
                          ImGuiSelectableFlags_None, {ImGui::GetContentRegionAvail().x * 0.5f, 0}))
      desk.select_buffer(row.name);
    ImGui::PopID();
    ImGui::SameLine();
    quiet_text("%s", shape_text(row.shape).c_str());
  }
}

// The step that is selected: its args and buffers.
void draw_step(Desk& desk, const probe::StepRow& step) {
  heading(step.title.c_str());
  if (step.fused >= 0)
    quiet_text("does the work of %s, too",
               desk.network.layers[static_cast<std::size_t>(step.fused)].name.c_str());
  ImGui::PushID("reads");
  buffers_of(desk, "reads", step.reads);
  ImGui::PopID();
  ImGui::PushID("writes");
  buffers_of(desk, "writes", step.writes);
  ImGui::PopID();
  std::string args;
  for (const probe::Argument& arg : step.args)
    args += (args.empty() ? "" : ", ") + arg.name + " " + number_text(arg.value);
  quiet_text("args");
  ImGui::TextWrapped("%s", args.c_str());
}

void draw_row(Desk& desk, int index) {
  const auto i = static_cast<std::size_t>(index);
  const probe::StepRow& step = desk.network.steps[i];
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::PushID(index);
  if (ImGui::Selectable(
          "##row", desk.selection.step == index,
          ImGuiSelectableFlags_SpanAllColumns | ImGuiSelectableFlags_AllowItemOverlap))
    desk.select_step(index);
  ImGui::PopID();
  ImGui::SameLine(0, 0);
  // Where the batch stands that is taken step by step.
  const bool next = desk.run.in_batch && desk.run.next == index;
  ImGui::Text("%s%d", next ? "> " : "", index + 1);
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(
      step.layer < 0 ? "loss"
                     : desk.network.layers[static_cast<std::size_t>(step.layer)].name.c_str());
  ImGui::TableNextColumn();
  if (step.fused >= 0) {
    ImGui::PushStyleColor(ImGuiCol_Text, palette().accent);
    ImGui::TextUnformatted(step.title.c_str());
    ImGui::PopStyleColor();
    tooltip("A fused step: it does what two layers say in one pass, to the same bits");
  } else {
    ImGui::TextUnformatted(step.title.c_str());
  }
  const double seconds = seconds_of(desk, i);
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(time_text(seconds).c_str());
  ImGui::TableNextColumn();
  if (seconds > 0 && step.work > 0) {
    const double rate = step.work / seconds * 1e-9;
    ImGui::Text("%.*f", rate < 99.95 ? 1 : 0, rate);
    ImGui::TableNextColumn();
    if (desk.times->ceiling > 0) ImGui::Text("%.0f %%", rate / desk.times->ceiling * 100);
  } else {
    quiet_text("–");
    ImGui::TableNextColumn();
  }
}

}  // namespace

void draw_plan(Desk& desk) {
  const auto& steps = desk.network.steps;
  if (steps.empty()) return quiet_text("No network is open yet.");
  desk.want_times();
  bool fuse = desk.run.fuse;
  if (ImGui::Checkbox("Fused steps", &fuse))
    desk.send({.kind = probe::Command::Kind::fuse, .on = fuse});
  tooltip("Off: every layer has steps of its own, and every value between two layers a buffer");
  if (desk.times) {
    double sum = 0;
    for (const double seconds : desk.times->seconds) sum += seconds;
    ImGui::SameLine(0, px(20));
    quiet_text("%s a batch of %d", time_text(sum).c_str(), desk.network.batch);
    quiet_text("share: of %.0f GFLOP/s, this machine's ceiling", desk.times->ceiling);
  }
  const bool details = desk.selection.step >= 0;
  const float below = details ? ImGui::GetContentRegionAvail().y * 0.35f : 0.0f;
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_ScrollX |
                                    ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV |
                                    ImGuiTableFlags_SizingFixedFit;
  // All columns are to be seen in a window of 1,280 pixels.
  ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {px(4), px(3)});
  if (ImGui::BeginTable("plan", 6, flags, {0, -below})) {
    ImGui::TableSetupScrollFreeze(0, 1);
    for (const char* title : {"#", "layer", "step", "time", "GFLOP/s", "share"})
      ImGui::TableSetupColumn(title);
    ImGui::TableHeadersRow();
    const char* phase = "";
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].phase != phase) {
        phase = steps[i].phase.c_str();
        ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
        ImGui::TableSetColumnIndex(2);
        ImGui::TextUnformatted(phase);
      }
      draw_row(desk, static_cast<int>(i));
    }
    ImGui::EndTable();
  }
  ImGui::PopStyleVar();
  if (details && ImGui::BeginChild("step"))
    draw_step(desk, steps[static_cast<std::size_t>(desk.selection.step)]);
  if (details) ImGui::EndChild();
}

}  // namespace convolab::inspector
