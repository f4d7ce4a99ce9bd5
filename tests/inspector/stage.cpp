#include "inspector/stage.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "inspector/keys.hpp"

namespace convolab::inspector {

Stage::Stage(ImVec2 size, float scale, bool dark)
    : inspector(scale, dark), size_(size), items_(ImGui::GetCurrentContext()) {
  ImGui::GetIO().DeltaTime = 1.0f / 60;
}

void Stage::frames(int count) {
  for (int i = 0; i < count; ++i) {
    ImGui::GetIO().DisplaySize = size_;
    items_.clear();
    ImGui::NewFrame();
    inspector.frame();
    ImGui::Render();
    for (probe::Command& command : inspector.take_commands())
      commands_.push_back(std::move(command));
  }
}

void Stage::show(ViewId view, probe::Report report) {
  inspector.take(std::move(report));
  inspector.layout().show(view);
  inspector.layout().splits = {0.12f, 0.88f, 0.5f};
  frames(3);
}

int Stage::vertices() const { return ImGui::GetDrawData()->TotalVtxCount; }

bool Stage::has(const std::string& label, int which) const { return items_.find(label, which); }

ImVec2 Stage::place(const std::string& label, int which, ImVec2 share) const {
  const Item* item = items_.find(label, which);
  if (!item) {
    ADD_FAILURE() << "nothing called \"" << label << "\" is to be seen";
    return {-1, -1};
  }
  return {item->left + (item->right - item->left) * share.x,
          item->top + (item->bottom - item->top) * share.y};
}

void Stage::click(const std::string& label, int which) { click_at(place(label, which)); }

void Stage::hover(ImVec2 at) {
  ImGui::GetIO().MousePos = at;
  frames(2);
}

void Stage::click_at(ImVec2 at) { drag(at, at); }

void Stage::drag(ImVec2 from, ImVec2 to) {
  ImGuiIO& io = ImGui::GetIO();
  hover(from);
  io.MouseDown[0] = true;
  frames(1);
  for (const float part : {0.25f, 0.5f, 1.0f}) {
    io.MousePos = {from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part};
    frames(1);
  }
  io.MouseDown[0] = false;
  frames(2);
  // So that the next click is not the second half of a double one.
  io.MousePos = {-1, -1};
  frames(30);
}

void Stage::wheel(ImVec2 at, float turns) {
  hover(at);
  ImGui::GetIO().MouseWheel = turns;
  frames(1);
  ImGui::GetIO().MouseWheel = 0;
  frames(1);
}

void Stage::press(int key, bool shift) {
  ImGuiIO& io = ImGui::GetIO();
  io.KeyShift = shift;
  io.KeysDown[key] = true;
  frames(1);
  io.KeysDown[key] = io.KeyShift = false;
  frames(2);
}

void Stage::type(const std::string& label, const std::string& text, int which) {
  ImGuiIO& io = ImGui::GetIO();
  click(label, which);
  io.KeyCtrl = true;
  press('A');
  io.KeyCtrl = false;
  io.AddInputCharactersUTF8(text.c_str());
  frames(1);
  press(key_enter);
}

std::vector<probe::Command> Stage::commands() { return std::exchange(commands_, {}); }

const probe::Command* Stage::find(const std::vector<probe::Command>& commands,
                                  probe::Command::Kind kind) {
  for (std::size_t i = commands.size(); i-- > 0;)
    if (commands[i].kind == kind) return &commands[i];
  return nullptr;
}

}  // namespace convolab::inspector
