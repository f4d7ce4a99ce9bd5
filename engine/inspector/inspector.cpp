#include "inspector/inspector.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "inspector/keys.hpp"
#include "inspector/theme.hpp"
#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {

using probe::Command;
using probe::State;

namespace {

constexpr float narrow_width = 700;  // units of design

const char* state_word(const probe::Run& run) {
  if (run.in_batch) return "in a batch";
  switch (run.state) {
    case State::running: return "training";
    case State::waiting: return "waiting for pictures";
    case State::finished: return "finished";
    case State::stopped: return "stopped";
    case State::paused: break;
  }
  return "paused";
}

struct ResultWords {
  std::string loss, accuracy;
};

// Of the last batch. No loss, and no answer right: no batch has been trained here yet.
ResultWords result_words(const probe::Run& run) {
  if (run.loss == 0 && run.accuracy == 0) return {"loss –", "accuracy –"};
  char loss[32], accuracy[32];
  std::snprintf(loss, sizeof loss, "loss %.4f", run.loss);
  std::snprintf(accuracy, sizeof accuracy, "accuracy %.1f %%", run.accuracy * 100);
  return {loss, accuracy};
}

}  // namespace

Inspector::Inspector(float scale, bool dark) : context_(ImGui::CreateContext()) {
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;  // the host keeps settings()
  io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  map_keys();
  desk_.scale = scale;
  desk_.dark = dark;
  apply_theme(dark, scale);
  build_fonts(scale);
}

Inspector::~Inspector() { ImGui::DestroyContext(context_); }

void Inspector::set_theme(bool dark) {
  desk_.dark = dark;
  apply_theme(dark, desk_.scale);
}

bool Inspector::set_scale(float scale) {
  if (scale == desk_.scale) return false;
  desk_.scale = scale;
  apply_theme(desk_.dark, scale);
  build_fonts(scale);
  return true;
}

void Inspector::frame() {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  desk_.animates = false;
  desk_.narrow = size.x < narrow_width * desk_.scale;
  shortcuts();
  layout_.show(desk_.take_shown());
  top_bar();
}

// Space: start and pause; N and B: a step of the plan forth and back; Shift+N: a batch; C: to the
// next breakpoint; Home: to the start of the batch; 1 … 9: views.
void Inspector::shortcuts() {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.WantTextInput || io.KeyCtrl || io.KeyAlt || io.KeySuper) return;
  const bool running = desk_.run.state == State::running;
  if (ImGui::IsKeyPressed(io.KeyMap[ImGuiKey_Space], false) && !ImGui::IsAnyItemActive())
    desk_.send(running ? Command::Kind::pause : Command::Kind::start);
  if (ImGui::IsKeyPressed('N'))
    desk_.send(io.KeyShift ? Command{.kind = Command::Kind::step_batch}
                           : Command{.kind = Command::Kind::step_plan, .count = 1});
  if (ImGui::IsKeyPressed('B')) desk_.send({.kind = Command::Kind::step_plan, .count = -1});
  if (ImGui::IsKeyPressed('C', false)) desk_.send(Command::Kind::go_on);
  if (ImGui::IsKeyPressed(io.KeyMap[ImGuiKey_Home], false) && desk_.run.in_batch)
    desk_.send(Command::Kind::rewind);
  for (int v = 0; v < static_cast<int>(ViewId::count); ++v)
    if (ImGui::IsKeyPressed('1' + v, false)) layout_.show(static_cast<ViewId>(v));
}

// The list of all shortcuts, behind a button.
void Inspector::help() {
  if (ImGui::Button("?", {ImGui::GetFrameHeight(), 0})) ImGui::OpenPopup("help");
  tooltip("Keyboard shortcuts");
  if (!ImGui::BeginPopup("help")) return;
  constexpr std::pair<const char*, const char*> keys[] = {
      {"Space", "starts and pauses training"},
      {"Shift N", "trains a batch, or finishes the one at work"},
      {"N, B", "a step of the plan forth, back"},
      {"C", "goes on to the next breakpoint"},
      {"Home", "back to the start of the batch"},
      {"1 … 9", "the views: Plan, Stepper, Tensor …"},
      {"Tab, arrows", "move between controls; Space or Enter presses"}};
  const auto row = [](const char* what, const char* text) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(what);
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(text);
  };
  if (ImGui::BeginTable("keys", 2, ImGuiTableFlags_SizingFixedFit)) {
    for (const auto& [what, text] : keys) row(what, text);
    for (const auto& [what, text] : more_keys_) row(what, text);
    ImGui::EndTable();
  }
  ImGui::EndPopup();
}

// What is always there: start and pause, a batch, the learning rate, and how the run stands.
void Inspector::top_bar() {
  const ImVec2 all = ImGui::GetIO().DisplaySize;
  const probe::Run& run = desk_.run;
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize({all.x, 0});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, palette().paper);
  float height = 0;
  if (ImGui::Begin("top", nullptr,
                   ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                       ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus)) {
    const bool running = run.state == State::running;
    if (run.state == State::finished || run.state == State::stopped) {
      if (primary_button("Restart", {px(72), 0}))
        desk_.send({.kind = Command::Kind::restart, .count = static_cast<std::int64_t>(run.seed)});
      tooltip("Begins the run anew, from the same seed");
    } else {
      if (primary_button(running ? "Pause" : "Start", {px(72), 0}))
        desk_.send(running ? Command::Kind::pause : Command::Kind::start);
      tooltip("Space");
    }
    ImGui::SameLine();
    if (ImGui::Button(run.in_batch ? "Finish batch" : "Batch"))
      desk_.send(Command::Kind::step_batch);
    tooltip("Trains one batch, or the rest of the one at work (Shift+N)");
    ImGui::SameLine(0, desk_.narrow ? px(8) : px(20));
    if (!desk_.narrow) {
      ImGui::AlignTextToFramePadding();
      ImGui::TextUnformatted("Learning rate");
      ImGui::SameLine();
    }
    ImGui::SetNextItemWidth(px(90));
    rate_ = run.base_rate;
    if (ImGui::InputFloat("##rate", &rate_, 0, 0, "%.6g", ImGuiInputTextFlags_EnterReturnsTrue) &&
        std::isfinite(rate_))
      desk_.send({.kind = Command::Kind::rate, .value = static_cast<double>(rate_)});
    tooltip("Learning rate, as it is set; the schedule starts from it");
    if (desk_.narrow) {
      ImGui::SameLine();
      help();
    }
    next_in_row(px(230), desk_.narrow);
    ImGui::Text("Epoch %d, step %llu", run.epoch, static_cast<unsigned long long>(run.step));
    next_in_row(px(170), desk_.narrow);
    const auto [loss, accuracy] = result_words(run);
    ImGui::TextUnformatted(loss.c_str());
    ImGui::SameLine();
    ImGui::TextUnformatted(accuracy.c_str());
    next_in_row(px(150), desk_.narrow);
    quiet_text("%s", state_word(run));
    if (run.pictures_per_second > 0) {
      ImGui::SameLine();
      quiet_text("%.0f images/s", run.pictures_per_second);
    }
    if (!desk_.narrow) {
      const float width = ImGui::GetFrameHeight();
      next_in_row(width, false);
      ImGui::SetCursorPosX(
          std::max(ImGui::GetCursorPosX(), ImGui::GetWindowContentRegionMax().x - width));
      help();
    }
    if (!run.error.empty()) warning_text("%s", run.error.c_str());
    if (!run.held.empty()) warning_text("%s", run.held.c_str());
    if (!desk_.message.empty()) {
      warning_text("%s", desk_.message.c_str());
      ImGui::SameLine();
      if (ImGui::SmallButton("OK")) desk_.message.clear();
    }
    height = ImGui::GetWindowSize().y;
  }
  ImGui::End();
  ImGui::PopStyleColor();
  layout_.draw(desk_, height);
}

std::string Inspector::status() const {
  const probe::Run& run = desk_.run;
  if (desk_.network.layers.empty()) return "Waiting for the engine";
  char text[160];
  const auto [loss, accuracy] = result_words(run);
  std::snprintf(text, sizeof text, "%s: epoch %d, step %llu, %s, %s", state_word(run), run.epoch,
                static_cast<unsigned long long>(run.step), loss.c_str(), accuracy.c_str());
  std::string out = text;
  const auto next = static_cast<std::size_t>(run.next);
  if (run.in_batch && next < desk_.network.steps.size()) {
    const probe::StepRow& step = desk_.network.steps[next];
    out += "; step " + std::to_string(next + 1) + " of " +
           std::to_string(desk_.network.steps.size()) + " comes next: " + step.title;
    if (step.layer >= 0)
      out += " of " + desk_.network.layers[static_cast<std::size_t>(step.layer)].name;
  }
  if (!run.held.empty()) out += "; " + run.held;
  if (!run.error.empty()) out += "; " + run.error;
  return out;
}

std::string Inspector::settings() const {
  char line[64];
  std::snprintf(line, sizeof line, "scale %g\ndark %d\n", static_cast<double>(desk_.scale),
                desk_.dark ? 1 : 0);
  return line + layout_.text();
}

void Inspector::restore(const std::string& settings) { layout_.restore(settings); }

}  // namespace convolab::inspector
