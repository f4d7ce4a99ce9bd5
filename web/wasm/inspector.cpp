// The inspector in the page: a module of its own, in a worker of its own, that draws into an
// OffscreenCanvas with WebGL 2. It knows nothing of the engine but its reports. The TypeScript side
// is web/src/inspector/.
#include <backends/imgui_impl_opengl3.h>
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <GLES3/gl3.h>
#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "inspector/imgui/items.hpp"
#include "inspector/inspector.hpp"
#include "inspector/theme.hpp"
#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {
namespace {

using emscripten::val;

std::string clipboard;
bool copied = false;

// A finger: it taps, it drags what can be dragged, and it scrolls everything else.
struct Finger {
  bool down = false, scrolls = false;
  ImVec2 began, at;
};

// What a drag belongs to once it has begun: sliders and texts say so by taking the arrow keys, and
// surfaces that move under the pointer (heat maps, splitters) by asking for it.
bool takes_drags() {
  const ImGuiContext& g = *ImGui::GetCurrentContext();
  return g.ActiveId != 0 && (g.ActiveIdUsingNavDirMask != 0 || is_drag_surface(g.ActiveId));
}

class PageInspector {
 public:
  // WebGL 2 is current already. `scale`: device pixels per CSS pixel.
  PageInspector(float scale, bool dark) : inspector_(scale, dark) {
    ImGuiIO& io = ImGui::GetIO();
    io.BackendPlatformName = "convolab page";
    io.GetClipboardTextFn = [](void*) { return clipboard.c_str(); };
    io.SetClipboardTextFn = [](void*, const char* text) {
      clipboard = text;
      copied = true;
    };
    ImGui_ImplOpenGL3_Init("#version 300 es");
  }

  void resize(int width, int height, float scale) {
    width_ = width;
    height_ = height;
    if (inspector_.set_scale(scale)) {
      ImGui_ImplOpenGL3_DestroyFontsTexture();
      ImGui_ImplOpenGL3_CreateFontsTexture();
    }
  }
  void theme(bool dark) { inspector_.set_theme(dark); }

  // Empty, or why the report cannot be read.
  std::string take(const val& array) {
    const auto size = array["length"].as<std::size_t>();
    std::vector<std::uint8_t> bytes(size);
    val(emscripten::typed_memory_view(size, bytes.data())).call<void>("set", array);
    auto report = probe::report_from_bytes(bytes);
    if (!report) return report.error().text();
    inspector_.take(std::move(*report));
    return {};
  }

  // --- input, in device pixels ---

  void move(float x, float y) {
    leaves_ = false;
    ImGui::GetIO().MousePos = {x, y};
  }
  // Takes effect when what was pressed before has been let go.
  void leave() { leaves_ = true; }
  void button(int which, bool down) {
    // A press and its release within one frame would be none: the release waits for the next.
    if (which < 0 || which > 2) return;
    if (down)
      ImGui::GetIO().MouseDown[which] = pressed_[which] = true;
    else if (pressed_[which])
      released_[which] = true;
    else
      ImGui::GetIO().MouseDown[which] = false;
  }
  void wheel(float x, float y) {
    ImGui::GetIO().MouseWheelH += x;
    ImGui::GetIO().MouseWheel += y;
  }
  void touch(float x, float y, const std::string& what) {
    if (what == "down") {
      finger_ = {true, false, {x, y}, {x, y}};
      move(x, y);
      button(0, true);
    } else if (what == "move" && finger_.down) {
      const ImVec2 by = {x - finger_.at.x, y - finger_.at.y};
      finger_.at = {x, y};
      const float away = std::hypot(x - finger_.began.x, y - finger_.began.y);
      if (!finger_.scrolls && !takes_drags() && away > px(8)) {
        finger_.scrolls = true;
        ImGui::ClearActiveID();  // what was under the finger is not pressed after all
        drop_button();
      }
      if (finger_.scrolls) {
        ImGui::GetIO().MousePos = finger_.began;
        // A notch of the wheel scrolls five lines of text.
        const float notch = 5 * ImGui::GetFontSize();
        wheel(by.x / notch, by.y / notch);
      } else {
        move(x, y);
      }
    } else if (what == "up") {
      finger_.down = false;
      button(0, false);
      leave();
    } else if (what == "cancel") {
      finger_.down = false;
      ImGui::ClearActiveID();
      drop_button();
      leave();
    }
  }
  void key(int code, bool down, bool ctrl, bool shift, bool alt, bool meta) {
    ImGuiIO& io = ImGui::GetIO();
    if (down || fresh_keys_.empty()) {  // those of the press count for its frame
      io.KeyCtrl = ctrl;
      io.KeyShift = shift;
      io.KeyAlt = alt;
      io.KeySuper = meta;
    } else {
      late_modifiers_ = {ctrl, shift, alt, meta};
    }
    if (code < 0 || code >= IM_ARRAYSIZE(io.KeysDown)) return;
    // As with buttons: a key that is let go before it was seen is let go after the next frame.
    if (down) {
      io.KeysDown[code] = true;
      fresh_keys_.push_back(code);
    } else if (std::find(fresh_keys_.begin(), fresh_keys_.end(), code) != fresh_keys_.end()) {
      released_keys_.push_back(code);
    } else {
      io.KeysDown[code] = false;
    }
  }
  void text(const std::string& typed) { ImGui::GetIO().AddInputCharactersUTF8(typed.c_str()); }
  void paste(const std::string& text) { clipboard = text; }
  void blur() {
    ImGuiIO& io = ImGui::GetIO();
    std::fill(std::begin(io.KeysDown), std::end(io.KeysDown), false);
    io.KeyCtrl = io.KeyShift = io.KeyAlt = io.KeySuper = false;
    drop_button();
  }

  // Draws. {"commands": [...], "cursor", "typing", "again", "copied"?}: what the user has asked
  // for, the pointer's shape (ImGuiMouseCursor), whether a text is being typed, and whether another
  // frame is needed even if nothing happens.
  std::string frame(double seconds) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {static_cast<float>(width_), static_cast<float>(height_)};
    io.DeltaTime = std::clamp(static_cast<float>(seconds), 1e-3f, 0.1f);
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    if (items_) items_->clear();
    inspector_.frame();
    ImGui::Render();
    glViewport(0, 0, width_, height_);
    const ImVec4 paper = colour(palette().paper);
    glClearColor(paper.x, paper.y, paper.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());

    bool again = ImGui::IsAnyMouseDown();
    for (int b = 0; b < 3; ++b) {
      pressed_[b] = false;
      if (!released_[b]) continue;
      released_[b] = io.MouseDown[b] = false;
      again = true;
    }
    again = again || !released_keys_.empty();
    for (const int code : released_keys_) io.KeysDown[code] = false;
    released_keys_.clear();
    fresh_keys_.clear();
    if (late_modifiers_) {
      const auto [ctrl, shift, alt, meta] = *late_modifiers_;
      io.KeyCtrl = ctrl;
      io.KeyShift = shift;
      io.KeyAlt = alt;
      io.KeySuper = meta;
      late_modifiers_.reset();
    }
    // A finger that is lifted points at nothing; what it pressed is let go in the frame before.
    if (leaves_ && !again) {
      leaves_ = false;
      io.MousePos = {-FLT_MAX, -FLT_MAX};
      again = true;
    }
    JsonWriter out;
    out.begin_object().key("commands").begin_array();
    for (const probe::Command& command : inspector_.take_commands()) out.raw(to_json(command));
    out.end_array()
        .member("cursor", ImGui::GetMouseCursor())
        .member("typing", io.WantTextInput)
        .member("again", again || inspector_.desk().animates);
    if (copied) out.member("copied", clipboard);
    copied = false;
    return out.end_object().text();
  }

  int vertices() const {
    const ImDrawData* data = ImGui::GetDrawData();
    return data ? data->TotalVtxCount : 0;
  }
  // Where the middle of an item is, {"x", "y"}, for scripts that drive a page; {} when it is not to
  // be seen. Items are noted from the first call on.
  std::string find(const std::string& label, int which) {
    if (!items_) items_ = std::make_unique<Items>(ImGui::GetCurrentContext());
    JsonWriter out;
    out.begin_object();
    if (const Item* item = items_->find(label, which))
      out.member("x", double{item->left + item->right} / 2)
          .member("y", double{item->top + item->bottom} / 2);
    return out.end_object().text();
  }
  std::string status() const { return inspector_.status(); }
  std::string settings() const { return inspector_.settings(); }
  void restore(const std::string& settings) { inspector_.restore(settings); }
  void show(const std::string& view) { inspector_.layout().show(view); }

 private:
  void drop_button() {
    for (int b = 0; b < 3; ++b) ImGui::GetIO().MouseDown[b] = pressed_[b] = released_[b] = false;
  }

  Inspector inspector_;
  std::unique_ptr<Items> items_;  // gone before the inspector is
  int width_ = 1, height_ = 1;
  bool pressed_[3] = {}, released_[3] = {};  // since the last frame
  std::vector<int> fresh_keys_, released_keys_;
  std::optional<std::array<bool, 4>> late_modifiers_;  // ctrl, shift, alt, meta
  Finger finger_;
  bool leaves_ = false;
};

}  // namespace
}  // namespace convolab::inspector

EMSCRIPTEN_BINDINGS(convolab_inspector) {
  using convolab::inspector::PageInspector;
  emscripten::class_<PageInspector>("Inspector")
      .constructor<float, bool>()
      .function("resize", &PageInspector::resize)
      .function("theme", &PageInspector::theme)
      .function("take", &PageInspector::take)
      .function("move", &PageInspector::move)
      .function("leave", &PageInspector::leave)
      .function("button", &PageInspector::button)
      .function("wheel", &PageInspector::wheel)
      .function("touch", &PageInspector::touch)
      .function("key", &PageInspector::key)
      .function("text", &PageInspector::text)
      .function("paste", &PageInspector::paste)
      .function("blur", &PageInspector::blur)
      .function("frame", &PageInspector::frame)
      .function("vertices", &PageInspector::vertices)
      .function("find", &PageInspector::find)
      .function("status", &PageInspector::status)
      .function("settings", &PageInspector::settings)
      .function("restore", &PageInspector::restore)
      .function("show", &PageInspector::show);
}
