// Layout: which views are to be seen and where. Wide windows have panes with tabs, moved by the
// strips between them; a narrow window has one view at a time.
#pragma once

#include <array>
#include <string>

namespace convolab::inspector {

class Desk;

enum class ViewId {
#define CONVOLAB_VIEW(name, title, text) name,
#include "inspector/views.inc"
#undef CONVOLAB_VIEW
  count
};
const char* view_name(ViewId view);  // "time_machine"
const char* view_title(ViewId view);
const char* view_text(ViewId view);

class Layout {
 public:
  // Of the panes: left, middle, upper right, lower right.
  std::array<ViewId, 4> shown = {ViewId::plan, ViewId::tensor, ViewId::training, ViewId::stepper};
  // left|middle, middle|right, right's height
  std::array<float, 3> splits = {0.345f, 0.71f, 0.55f};
  ViewId alone = ViewId::plan;  // in a narrow window

  // Draws every view that is shown, into the rest of the display below `top`.
  void draw(Desk& desk, float top);
  void show(ViewId view);  // brings a view to the front where it is at home
  void show(const std::string& name);

  std::string text() const;
  void restore(const std::string& text);  // what makes no sense is left as it is

 private:
  std::array<bool, 4> bring_ = {true, true, true, true};  // to the front in the next frame
};

}  // namespace convolab::inspector
