// Stage: the inspector without a window or a GPU. Frames are drawn into ImGui's draw lists; the
// pointer and the keys are moved by hand.
#pragma once

#include <imgui.h>

#include <string>
#include <vector>

#include "inspector/inspector.hpp"

namespace convolab::inspector {

class Stage {
 public:
  explicit Stage(ImVec2 size = {1280, 800}, float scale = 1.0f, bool dark = false);

  Inspector inspector;
  Desk& desk() { return inspector.desk(); }

  // Draws so many frames and takes their commands.
  void frames(int count = 2);
  // The corners that the last frame drew.
  int vertices() const;
  // The place of the last frame's item with this label, in any window; fails the test if none.
  void click(const std::string& label);
  void click_at(ImVec2 at);
  void press(int key, bool shift = false);
  void resize(ImVec2 size) { size_ = size; }

  // All commands since the last call.
  std::vector<probe::Command> commands();
  // The last one of a kind, or nothing.
  static const probe::Command* find(const std::vector<probe::Command>& commands,
                                    probe::Command::Kind kind);

 private:
  ImVec2 size_;
  std::vector<probe::Command> commands_;
};

// LeNet-5 on a few pictures, as a report of a probe says it.
probe::Report sample_report();

}  // namespace convolab::inspector
