#include "inspector/layout.hpp"

#include <imgui.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "inspector/theme.hpp"
#include "inspector/views/views.hpp"
#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {
namespace {

struct View {
  const char* name;
  const char* title;
  const char* text;
  void (*draw)(Desk&);
};
constexpr View views[] = {
#define CONVOLAB_VIEW(name, title, text) {#name, title, text, draw_##name},
#include "inspector/views.inc"
#undef CONVOLAB_VIEW
};
constexpr auto view_count = static_cast<std::size_t>(ViewId::count);

const View& view(ViewId id) { return views[static_cast<std::size_t>(id)]; }

// Which views a pane offers, the panes numbered as in Layout::shown.
constexpr int home(ViewId id) {
  switch (id) {
    case ViewId::plan:
    case ViewId::model:
    case ViewId::memory: return 0;
    case ViewId::tensor:
    case ViewId::time_machine:
    case ViewId::data: return 1;
    case ViewId::training:
    case ViewId::profiler: return 2;
    default: return 3;
  }
}

constexpr ImGuiWindowFlags fixed =
    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoMove |
    ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoTitleBar |
    ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus;

// The view itself scrolls, not the tabs above it.
void draw_view(ViewId id, Desk& desk) {
  if (ImGui::BeginChild(view(id).name, {0, 0}, false, ImGuiWindowFlags_None)) view(id).draw(desk);
  ImGui::EndChild();
}

void draw_pane(int pane, ViewId& shown, bool& bring, Desk& desk, ImVec2 at, ImVec2 size) {
  ImGui::SetNextWindowPos(at);
  ImGui::SetNextWindowSize(size);
  char name[16];
  std::snprintf(name, sizeof name, "pane %d", pane);
  if (ImGui::Begin(name, nullptr, fixed) && ImGui::BeginTabBar("tabs")) {
    for (std::size_t v = 0; v < view_count; ++v) {
      const auto id = static_cast<ViewId>(v);
      if (home(id) != pane) continue;
      const bool now = bring && id == shown;
      const bool open =
          ImGui::BeginTabItem(view(id).title, nullptr, now ? ImGuiTabItemFlags_SetSelected : 0);
      // Of the tab: once the view is drawn, the last item is the view.
      if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", view(id).text);
      if (!open) continue;
      if (!bring) shown = id;
      if (id == shown) draw_view(id, desk);
      ImGui::EndTabItem();
    }
    bring = false;
    ImGui::EndTabBar();
  }
  ImGui::End();
}

// A strip between two panes that moves with the pointer; `along` is the share it stands at.
void splitter(const char* name, ImVec2 at, ImVec2 size, bool upright, float length, float& along) {
  ImGui::SetNextWindowPos(at);
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
  if (ImGui::Begin(name, nullptr, fixed | ImGuiWindowFlags_NoBackground)) {
    ImGui::InvisibleButton("grip", size);
    drag_surface();
    if (ImGui::IsItemHovered() || ImGui::IsItemActive()) {
      ImGui::SetMouseCursor(upright ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
      ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + size.x, at.y + size.y},
                                                palette().accent);
    }
    if (ImGui::IsItemActive()) {
      const ImVec2 moved = ImGui::GetIO().MouseDelta;
      along = std::clamp(along + (upright ? moved.x : moved.y) / length, 0.12f, 0.88f);
    }
  }
  ImGui::End();
  ImGui::PopStyleVar(3);
}

}  // namespace

const char* view_name(ViewId id) { return view(id).name; }
const char* view_title(ViewId id) { return view(id).title; }
const char* view_text(ViewId id) { return view(id).text; }

void Layout::show(ViewId id) {
  shown[static_cast<std::size_t>(home(id))] = id;
  bring_[static_cast<std::size_t>(home(id))] = true;
  alone = id;
}

void Layout::show(const std::string& name) {
  for (std::size_t v = 0; v < view_count; ++v)
    if (name == views[v].name) show(static_cast<ViewId>(v));
}

void Layout::draw(Desk& desk, float top) {
  const ImVec2 all = ImGui::GetIO().DisplaySize;
  const float height = all.y - top;
  if (desk.narrow) {
    ImGui::SetNextWindowPos({0, top});
    ImGui::SetNextWindowSize({all.x, height});
    if (ImGui::Begin("alone", nullptr, fixed)) {
      ImGui::SetNextItemWidth(-1);
      if (ImGui::BeginCombo("##view", view(alone).title)) {
        for (std::size_t v = 0; v < view_count; ++v)
          if (ImGui::Selectable(views[v].title, alone == static_cast<ViewId>(v)))
            alone = static_cast<ViewId>(v);
        ImGui::EndCombo();
      }
      draw_view(alone, desk);
    }
    ImGui::End();
    return;
  }
  const float gap = px(4);
  splits[1] = std::max(splits[1], splits[0] + 0.1f);
  const float x1 = all.x * splits[0], x2 = all.x * splits[1], y = top + height * splits[2];
  const auto pane = [&](int which, ImVec2 at, ImVec2 end) {
    const auto i = static_cast<std::size_t>(which);
    draw_pane(which, shown[i], bring_[i], desk, at, {end.x - at.x, end.y - at.y});
  };
  pane(0, {0, top}, {x1, all.y});
  pane(1, {x1 + gap, top}, {x2, all.y});
  pane(2, {x2 + gap, top}, {all.x, y});
  pane(3, {x2 + gap, y + gap}, {all.x, all.y});
  splitter("left|middle", {x1, top}, {gap, height}, true, all.x, splits[0]);
  splitter("middle|right", {x2, top}, {gap, height}, true, all.x, splits[1]);
  splitter("upper|lower", {x2 + gap, y}, {all.x - x2 - gap, gap}, false, height, splits[2]);
}

std::string Layout::text() const {
  std::ostringstream out;
  out << "shown";
  for (const ViewId id : shown) out << ' ' << view(id).name;
  out << "\nalone " << view(alone).name << "\nsplits";
  for (const float at : splits) out << ' ' << at;
  out << '\n';
  return out.str();
}

void Layout::restore(const std::string& text) {
  std::istringstream lines(text);
  const auto find = [](const std::string& name) {
    for (std::size_t v = 0; v < view_count; ++v)
      if (name == views[v].name) return static_cast<ViewId>(v);
    return ViewId::count;
  };
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key, name;
    words >> key;
    if (key == "shown")
      while (words >> name)
        if (const ViewId id = find(name); id != ViewId::count) {
          shown[static_cast<std::size_t>(home(id))] = id;
          bring_[static_cast<std::size_t>(home(id))] = true;
        }
    if (key == "alone" && words >> name && find(name) != ViewId::count) alone = find(name);
    if (key == "splits")
      for (float& at : splits)
        if (float share = 0; words >> share && share >= 0.12f && share <= 0.88f) at = share;
  }
}

}  // namespace convolab::inspector
