// A batch one step of the plan at a time: forth, back, to where something happens; breakpoints.
#include <algorithm>
#include <cmath>

#include "inspector/theme.hpp"
#include "inspector/views/views.hpp"
#include "inspector/widgets/controls.hpp"
#include "inspector/widgets/marks.hpp"

namespace convolab::inspector {
namespace {

using probe::Breakpoint;
using probe::Command;

int steps_of(const Desk& desk) { return static_cast<int>(desk.network.steps.size()); }
int next_of(const Desk& desk) { return desk.run.in_batch ? desk.run.next : 0; }

const probe::StepRow& step_at(const Desk& desk, int step) {
  return desk.network.steps[static_cast<std::size_t>(step)];
}

// The first step after the next one that `differs` from it, or the end.
template <class Differs>
int first_other(const Desk& desk, Differs differs) {
  const int next = next_of(desk);
  if (next >= steps_of(desk)) return next;
  for (int s = next + 1; s < steps_of(desk); ++s)
    if (differs(step_at(desk, s), step_at(desk, next))) return s;
  return steps_of(desk);
}

// To before a step; the end is the batch's, which is finished then.
void run_to(Desk& desk, int step) {
  if (step >= steps_of(desk))
    desk.send(Command::Kind::step_batch);
  else
    desk.send({.kind = Command::Kind::run_to, .count = step});
}

bool enabled_button(const char* label, bool enabled, float width, const char* what) {
  ImGui::BeginDisabled(!enabled);
  const bool pressed = ImGui::Button(label, {width, px(32)});
  ImGui::EndDisabled();
  if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) {
    ImGui::BeginTooltip();
    ImGui::TextUnformatted(what);
    ImGui::EndTooltip();
  }
  return pressed;
}

void draw_buttons(Desk& desk) {
  const bool in = desk.run.in_batch, behind = in && desk.run.next > 0;
  const float gap = ImGui::GetStyle().ItemSpacing.x;
  const float width = std::floor((ImGui::GetContentRegionAvail().x - 3 * gap) / 4);
  if (enabled_button("Back", behind, width, "Takes the last step back (B)"))
    desk.send({.kind = Command::Kind::step_plan, .count = -1});
  ImGui::SameLine();
  if (primary_button("Step", {width, px(32)}))
    desk.send({.kind = Command::Kind::step_plan, .count = 1});
  tooltip("One step of the plan; between two batches: the first of the next one (N)");
  ImGui::SameLine();
  if (enabled_button("Layer", true, width, "To the first step of the next layer"))
    run_to(desk,
           first_other(desk, [](const auto& a, const auto& b) { return a.layer != b.layer; }));
  ImGui::SameLine();
  if (enabled_button("Phase", true, width, "To the next phase: forward, loss, backward, update"))
    run_to(desk,
           first_other(desk, [](const auto& a, const auto& b) { return a.phase != b.phase; }));

  if (enabled_button("To start", behind, width,
                     "Back to the start of the batch: weights and all are as they were (Home)"))
    desk.send(Command::Kind::rewind);
  ImGui::SameLine();
  if (enabled_button("Continue", true, width,
                     "To the next breakpoint, through as many batches as it takes (C)"))
    desk.send(Command::Kind::go_on);
  ImGui::SameLine();
  if (enabled_button("Finish", true, width, "The rest of the batch (Shift+N)"))
    desk.send(Command::Kind::step_batch);
  ImGui::SameLine();
  if (enabled_button("Leave", in, width,
                     "Back to the start, and out of the batch: as if it had not been begun"))
    desk.send(Command::Kind::leave_batch);
}

// The batch as a strip, a mark for every step: what is done is filled. A click goes there.
void draw_strip(Desk& desk) {
  const int steps = steps_of(desk);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size = {ImGui::GetContentRegionAvail().x, px(16)};
  if (ImGui::InvisibleButton("strip", size))
    desk.send({.kind = Command::Kind::run_to,
               .count = std::clamp(static_cast<int>((ImGui::GetIO().MousePos.x - at.x) / size.x *
                                                    static_cast<float>(steps)),
                                   0, steps - 1)});
  const auto x = [&](int step) {
    return at.x + size.x * static_cast<float>(step) / static_cast<float>(steps);
  };
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const int done = next_of(desk);
  for (int s = 0; s < steps; ++s) {
    const ImU32 ink = phase_colour(step_at(desk, s).phase);
    draw.AddRectFilled({x(s), at.y}, {std::max(x(s + 1) - 1, x(s) + 1), at.y + size.y},
                       s < done ? ink : faded(ink, 0.25f));
  }
  if (desk.run.in_batch)
    draw.AddRectFilled({x(done) - px(1.5f), at.y - px(3)},
                       {x(done) + px(1.5f), at.y + size.y + px(3)}, palette().ink);
  if (!ImGui::IsItemHovered()) return;
  const int step = std::clamp(
      static_cast<int>((ImGui::GetIO().MousePos.x - at.x) / size.x * static_cast<float>(steps)), 0,
      steps - 1);
  ImGui::SetTooltip("%d: %s\nA click goes to before this step", step + 1,
                    step_text(desk.network, step).c_str());
}

void draw_place(Desk& desk) {
  if (!desk.run.in_batch) {
    quiet_text("Between two batches: Step begins the next one.");
  } else if (desk.run.next >= steps_of(desk)) {
    ImGui::TextWrapped("All %d steps are done.", steps_of(desk));
  } else {
    ImGui::TextWrapped("Next, %d of %d: %s", desk.run.next + 1, steps_of(desk),
                       step_text(desk.network, desk.run.next).c_str());
  }
  if (desk.run.held.empty()) return;
  warning_text("%s", desk.run.held.c_str());
  const int id = desk.run.held_buffer;
  if (id < 0 || id >= static_cast<int>(desk.network.buffers.size())) return;
  const std::string& name = desk.network.buffers[static_cast<std::size_t>(id)].name;
  if (ImGui::Button(("Look at " + name).c_str())) {
    desk.select_buffer(name);
    desk.show("tensor");
  }
}

// --- breakpoints ---

bool is_step(const Breakpoint& point, int step) {
  return point.kind == Breakpoint::Kind::step && point.step == step;
}

void toggle_step(Desk& desk, int step) {
  auto& all = desk.breakpoints;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Breakpoint& point) { return is_step(point, step); });
  if (found == all.end())
    all.push_back({.kind = Breakpoint::Kind::step, .step = step});
  else
    all.erase(found);
  desk.set_breakpoints();
}

void add(Desk& desk, Breakpoint point) {
  for (Breakpoint& each : desk.breakpoints)
    if (each.kind == point.kind && each.name == point.name && each.step == point.step) {
      each.on = true;
      return desk.set_breakpoints();
    }
  desk.breakpoints.push_back(std::move(point));
  desk.set_breakpoints();
}

std::string breakpoint_text(const Desk& desk, const Breakpoint& point) {
  switch (point.kind) {
    case Breakpoint::Kind::layer: return "Before each step of layer " + point.name;
    case Breakpoint::Kind::phase: return "Before the phase " + point.name;
    case Breakpoint::Kind::not_finite: return "After a step that wrote NaN or infinity";
    case Breakpoint::Kind::step: break;
  }
  return "Before step " + std::to_string(point.step + 1) + ": " +
         step_text(desk.network, point.step);
}

void draw_add(Desk& desk) {
  if (ImGui::Button("Add a breakpoint")) ImGui::OpenPopup("add");
  if (!ImGui::BeginPopup("add")) return;
  if (ImGui::MenuItem("Where NaN or infinity appears"))
    add(desk, {.kind = Breakpoint::Kind::not_finite});
  if (ImGui::BeginMenu("Before a layer")) {
    for (const probe::LayerRow& layer : desk.network.layers)
      if (ImGui::MenuItem(layer.name.c_str()))
        add(desk, {.kind = Breakpoint::Kind::layer, .name = layer.name});
    ImGui::EndMenu();
  }
  if (ImGui::BeginMenu("Before a phase")) {
    for (const char* phase : {"forward", "loss", "backward", "update"})
      if (ImGui::MenuItem(phase)) add(desk, {.kind = Breakpoint::Kind::phase, .name = phase});
    ImGui::EndMenu();
  }
  const int selected = desk.selection.step;
  const std::string step = "Before the selected step: " + step_text(desk.network, selected);
  if (ImGui::MenuItem(step.c_str(), nullptr, false, selected >= 0))
    add(desk, {.kind = Breakpoint::Kind::step, .step = selected});
  ImGui::EndPopup();
}

void draw_breakpoints(Desk& desk) {
  draw_add(desk);
  if (desk.breakpoints.empty())
    quiet_text("None yet. Training and Continue stop where a breakpoint says.");
  for (std::size_t i = 0; i < desk.breakpoints.size(); ++i) {
    Breakpoint& point = desk.breakpoints[i];
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::Checkbox("##on", &point.on)) desk.set_breakpoints();
    tooltip("Switched on or off");
    ImGui::SameLine();
    const bool remove = ImGui::Button("×");
    tooltip("Removes it");
    ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    ImGui::TextWrapped("%s", breakpoint_text(desk, point).c_str());
    ImGui::PopID();
    if (!remove) continue;
    desk.breakpoints.erase(desk.breakpoints.begin() + static_cast<std::ptrdiff_t>(i--));
    desk.set_breakpoints();
  }
}

// --- the steps ---

void draw_gutter(Desk& desk, int step) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float side = ImGui::GetTextLineHeight();
  if (ImGui::InvisibleButton("dot", {side, side})) toggle_step(desk, step);
  const auto found = std::find_if(desk.breakpoints.begin(), desk.breakpoints.end(),
                                  [&](const Breakpoint& point) { return is_step(point, step); });
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const ImVec2 centre = {at.x + side / 2, at.y + side / 2};
  const ImU32 ink = palette().warm;
  if (found != desk.breakpoints.end() && found->on)
    draw.AddCircleFilled(centre, side * 0.3f, ink);
  else if (found != desk.breakpoints.end() || ImGui::IsItemHovered())
    draw.AddCircle(centre, side * 0.3f, ink, 0, px(1.5f));
  else
    draw.AddCircleFilled(centre, px(2), palette().line);  // that there is something to press
  tooltip(found == desk.breakpoints.end() ? "Sets a breakpoint before this step"
                                          : "Removes the breakpoint");
}

void draw_row(Desk& desk, int step, bool scroll) {
  const probe::StepRow& row = step_at(desk, step);
  const bool next = desk.run.in_batch && desk.run.next == step;
  const bool done = desk.run.in_batch && step < desk.run.next;
  ImGui::PushID(step);
  ImGui::TableNextRow();
  if (next) ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0, palette().warn);
  ImGui::TableNextColumn();
  draw_gutter(desk, step);
  ImGui::TableNextColumn();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + px(3), at.y + ImGui::GetTextLineHeight()},
                                            phase_colour(row.phase));
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + px(8));
  if (done) ImGui::PushStyleColor(ImGuiCol_Text, palette().quiet);
  const std::string label = std::to_string(step + 1) + "  " + step_text(desk.network, step);
  if (ImGui::Selectable(label.c_str(), desk.selection.step == step,
                        ImGuiSelectableFlags_AllowDoubleClick)) {
    desk.select_step(step);
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
      desk.send({.kind = Command::Kind::run_to, .count = step});
  }
  if (done) ImGui::PopStyleColor();
  tooltip(next   ? "Comes next"
          : done ? "Done. A double click goes back to before it"
                 : "To be done. A double click goes to before it");
  if (next && scroll) ImGui::SetScrollHereY(0.4f);
  ImGui::PopID();
}

void draw_steps(Desk& desk) {
  if (!ImGui::BeginTable("steps", 2, ImGuiTableFlags_ScrollY | ImGuiTableFlags_SizingFixedFit))
    return;
  ImGui::TableSetupColumn("dot");
  ImGui::TableSetupColumn("step", ImGuiTableColumnFlags_WidthStretch);
  // The next step stays to be seen, but for who scrolls elsewhere while it stands.
  ImGuiStorage& storage = *ImGui::GetStateStorage();
  const ImGuiID key = ImGui::GetID("next");
  const bool moved = storage.GetInt(key, -1) != desk.run.next;
  storage.SetInt(key, desk.run.next);
  for (int s = 0; s < steps_of(desk); ++s) draw_row(desk, s, moved);
  ImGui::EndTable();
}

}  // namespace

void draw_stepper(Desk& desk) {
  if (desk.network.steps.empty()) return quiet_text("No network is open yet.");
  draw_buttons(desk);
  ImGui::Dummy({0, px(2)});
  draw_strip(desk);
  draw_place(desk);
  if (!ImGui::BeginTabBar("parts")) return;
  if (ImGui::BeginTabItem("Steps")) {
    draw_steps(desk);
    ImGui::EndTabItem();
  }
  const auto on = std::count_if(desk.breakpoints.begin(), desk.breakpoints.end(),
                                [](const Breakpoint& point) { return point.on; });
  const std::string title =
      (on > 0 ? "Breakpoints (" + std::to_string(on) + ")" : "Breakpoints") + "###breakpoints";
  if (ImGui::BeginTabItem(title.c_str())) {
    if (ImGui::BeginChild("list")) draw_breakpoints(desk);
    ImGui::EndChild();
    ImGui::EndTabItem();
  }
  ImGui::EndTabBar();
}

}  // namespace convolab::inspector
