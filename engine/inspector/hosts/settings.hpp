// What the inspector's window remembers from one visit to the next.
#pragma once

#include <string>

namespace convolab::inspector {

struct Settings {
  float zoom = 1.0f;  // the user's own, on top of the display's scale
  bool dark = false;
  int width = 1280, height = 800;  // of the window, in units of design
  std::string layout = {};         // Layout::text()
};

// $XDG_CONFIG_HOME/convolab/inspector.ini, or in ~/.config; empty when there is no home.
std::string settings_file();
// What is missing or makes no sense in the file is as above.
Settings load_settings(const std::string& file);
// Whether it could be written; nothing depends on it.
bool save_settings(const std::string& file, const Settings& settings);

}  // namespace convolab::inspector
