#include "inspector/imgui/items.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>

namespace convolab::inspector {

Items::Items(ImGuiContext* context) : context_(context) {
  context->TestEngine = this;
  context->TestEngineHookItems = true;
}

Items::~Items() {
  context_->TestEngine = nullptr;
  context_->TestEngineHookItems = false;
}

void Items::add(const Item& item) {
  // Some items are told of twice, as they are drawn and as they behave.
  const auto same = [&](const Item& other) { return other.id == item.id; };
  if (std::none_of(items_.begin(), items_.end(), same)) items_.push_back(item);
}

void Items::name(unsigned id, const char* label) {
  const auto same = [&](const Item& other) { return other.id == id; };
  const auto found = std::find_if(items_.rbegin(), items_.rend(), same);
  if (found != items_.rend()) found->label = label;
}

const Item* Items::find(std::string_view label, int which) const {
  for (const Item& item : items_) {
    if (item.right <= item.left || item.bottom <= item.top) continue;
    const std::string_view said = item.label;
    const auto hashes_to = [&](ImGuiID id, ImGuiID seed) {
      return id == ImHashStr(label.data(), label.size(), seed);
    };
    // A field with buttons has no label itself: the group around it has.
    const bool same = said == label || said.substr(0, said.find("##")) == label ||
                      hashes_to(item.id, item.seed) ||
                      (item.id == item.seed && hashes_to(item.seed, item.outer));
    if (same && which-- == 0) return &item;
  }
  return nullptr;
}

}  // namespace convolab::inspector

using convolab::inspector::Items;

void ImGuiTestEngineHook_ItemAdd(ImGuiContext* context, const ImRect& box, ImGuiID id) {
  if (id == 0 || !context->TestEngine) return;
  const ImGuiWindow& window = *context->CurrentWindow;
  const ImVector<ImGuiID>& stack = window.IDStack;
  ImRect seen = box;
  seen.ClipWith(window.ClipRect);
  static_cast<Items*>(context->TestEngine)
      ->add({id,
             stack.back(),
             stack.Size > 1 ? stack[stack.Size - 2] : 0,
             seen.Min.x,
             seen.Min.y,
             seen.Max.x,
             seen.Max.y,
             {}});
}

void ImGuiTestEngineHook_ItemInfo(ImGuiContext* context, ImGuiID id, const char* label,
                                  ImGuiItemStatusFlags) {
  if (context->TestEngine) static_cast<Items*>(context->TestEngine)->name(id, label);
}

void ImGuiTestEngineHook_Log(ImGuiContext*, const char*, ...) {}

const char* ImGuiTestEngine_FindItemDebugLabel(ImGuiContext*, ImGuiID) { return nullptr; }
