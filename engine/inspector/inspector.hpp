// Inspector: the whole of it but for the window that it is drawn into. A host (a window, a canvas
// of the page, a test) makes one, hands it reports, calls frame() between ImGui's NewFrame and
// Render, and passes its commands on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "inspector/desk.hpp"
#include "inspector/layout.hpp"

struct ImGuiContext;

namespace convolab::inspector {

class Inspector {
 public:
  // Makes an ImGui context with fonts and theme. `scale`: device pixels per unit of design.
  Inspector(float scale, bool dark);
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  Desk& desk() { return desk_; }
  Layout& layout() { return layout_; }
  void take(probe::Report report) { desk_.take(std::move(report)); }

  // Draws everything; the display's size is ImGui's.
  void frame();
  std::vector<probe::Command> take_commands() { return desk_.take_commands(); }

  // Theme and fonts for other circumstances; fonts are uploaded again by the host when it is told.
  void set_theme(bool dark);
  bool set_scale(float scale);  // whether the font's atlas was built anew

  // Keys that the host listens to itself, for the list of all shortcuts.
  void add_shortcut(const char* keys, const char* text) { more_keys_.emplace_back(keys, text); }

  // How the run stands, in words: for a screen reader, or a window's title.
  std::string status() const;

  // What is remembered from one visit to the next (layout, scale, theme), as ImGui's own text.
  std::string settings() const;
  void restore(const std::string& settings);

 private:
  void top_bar();
  void shortcuts();
  void help();
  ImGuiContext* context_;
  float rate_ = 0;  // while it is typed
  std::vector<std::pair<const char*, const char*>> more_keys_;
  Desk desk_;
  Layout layout_;
};

}  // namespace convolab::inspector
