// Keys as the inspector numbers them: letters and digits by their ASCII codes, the others as GLFW
// does (256 on), so that one table serves the window, the page and the tests.
#pragma once

namespace convolab::inspector {

enum Key : int {
  key_space = 32,
  key_escape = 256,
  key_enter,
  key_tab,
  key_backspace,
  key_insert,
  key_delete,
  key_right,
  key_left,
  key_down,
  key_up,
  key_page_up,
  key_page_down,
  key_home,
  key_end,
  key_pad_enter = 335
};

void map_keys();  // tells the current ImGui context

}  // namespace convolab::inspector
