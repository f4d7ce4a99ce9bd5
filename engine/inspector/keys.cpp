#include "inspector/keys.hpp"

#include <imgui.h>

namespace convolab::inspector {

void map_keys() {
  auto& map = ImGui::GetIO().KeyMap;
  map[ImGuiKey_Tab] = key_tab;
  map[ImGuiKey_LeftArrow] = key_left;
  map[ImGuiKey_RightArrow] = key_right;
  map[ImGuiKey_UpArrow] = key_up;
  map[ImGuiKey_DownArrow] = key_down;
  map[ImGuiKey_PageUp] = key_page_up;
  map[ImGuiKey_PageDown] = key_page_down;
  map[ImGuiKey_Home] = key_home;
  map[ImGuiKey_End] = key_end;
  map[ImGuiKey_Insert] = key_insert;
  map[ImGuiKey_Delete] = key_delete;
  map[ImGuiKey_Backspace] = key_backspace;
  map[ImGuiKey_Space] = key_space;
  map[ImGuiKey_Enter] = key_enter;
  map[ImGuiKey_Escape] = key_escape;
  map[ImGuiKey_KeyPadEnter] = key_pad_enter;
  map[ImGuiKey_A] = 'A';
  map[ImGuiKey_C] = 'C';
  map[ImGuiKey_V] = 'V';
  map[ImGuiKey_X] = 'X';
  map[ImGuiKey_Y] = 'Y';
  map[ImGuiKey_Z] = 'Z';
}

}  // namespace convolab::inspector
