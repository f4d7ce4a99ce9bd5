// Stage: the inspector without a window or a GPU. Frames are drawn into ImGui's draw lists; the
// pointer and the keys are moved by hand.
#pragma once

#include <imgui.h>

#include <string>
#include <vector>

#include "inspector/imgui/items.hpp"
#include "inspector/inspector.hpp"

namespace convolab::inspector {

class Stage {
 public:
  explicit Stage(ImVec2 size = {1280, 800}, float scale = 1.0f, bool dark = false);

  Inspector inspector;
  Desk& desk() { return inspector.desk(); }

  // Draws so many frames and takes their commands.
  void frames(int count = 2);
  // Takes a report and shows one view, with much room in the middle of the window.
  void show(ViewId view, probe::Report report);
  // The corners that the last frame drew.
  int vertices() const;

  // Whether the last frame has something with this label that can be seen, in any window.
  bool has(const std::string& label, int which = 0) const;
  // The middle of the `which`-th of them, or another place in it; fails the test if there is none.
  ImVec2 place(const std::string& label, int which = 0, ImVec2 share = {0.5f, 0.5f}) const;
  void click(const std::string& label, int which = 0);
  void click_at(ImVec2 at);
  void hover(ImVec2 at);  // and a frame
  void drag(ImVec2 from, ImVec2 to);
  void wheel(ImVec2 at, float turns);
  // `key`: 'N', or of keys.hpp.
  void press(int key, bool shift = false);
  // Clicks a field, puts `text` in the place of what is in it, and presses Enter.
  void type(const std::string& label, const std::string& text, int which = 0);
  void resize(ImVec2 size) { size_ = size; }

  // All commands since the last call.
  std::vector<probe::Command> commands();
  // The last one of a kind, or nothing.
  static const probe::Command* find(const std::vector<probe::Command>& commands,
                                    probe::Command::Kind kind);

 private:
  ImVec2 size_;
  Items items_;
  std::vector<probe::Command> commands_;
};

// LeNet-5 on a few pictures, as a report of a probe says it.
probe::Report sample_report();

}  // namespace convolab::inspector
