// Items: what of ImGui's can be pointed at in a frame, and where. Dear ImGui tells of each item
// through the hooks it has for its own tests; nobody listens unless a list has been set. Tests of
// the views click by label with it, and a page that is driven by a script can do the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

struct ImGuiContext;

namespace convolab::inspector {

struct Item {
  unsigned id = 0, seed = 0, outer = 0;  // ImGui's; of what it stands in, and what that stands in
  float left = 0, top = 0, right = 0, bottom = 0;  // what of it is to be seen, in device pixels
  std::string label = {};                          // "" of those that do not tell theirs
};

class Items {
 public:
  // Listens to the frames of a context for as long as it lives; it must go before the context does.
  explicit Items(ImGuiContext* context);
  ~Items();
  Items(const Items&) = delete;
  Items& operator=(const Items&) = delete;

  void clear() { items_.clear(); }
  const std::vector<Item>& all() const { return items_; }
  // The `which`-th item of this label ("Start", "##rate", or the text before "##") of which
  // something is to be seen; null when there is none.
  const Item* find(std::string_view label, int which = 0) const;

  void add(const Item& item);
  void name(unsigned id, const char* label);

 private:
  ImGuiContext* context_;
  std::vector<Item> items_;
};

}  // namespace convolab::inspector
