#include "inspector/hosts/window.hpp"

#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include <GLFW/glfw3.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <string>
#include <utility>

#include "inspector/hosts/runner.hpp"
#include "inspector/hosts/settings.hpp"
#include "inspector/inspector.hpp"
#include "inspector/keys.hpp"
#include "inspector/theme.hpp"

namespace convolab::inspector {
namespace {

constexpr double blink = 0.25;  // seconds between frames while a text cursor is to be seen
constexpr int settle = 3;       // frames after an event: Dear ImGui answers some in the next ones
constexpr float zoom_step = 1.1f, least_zoom = 0.6f, most_zoom = 3.0f;

// GLFW reports by a call; what it said last is why something failed.
std::string glfw_said = "unknown reason";
void listen(int, const char* text) { glfw_said = text; }

// Keys that were pressed and let go again before a frame could see them: each is held down for a
// frame of its own, with what was held then.
class Taps {
 public:
  void press(int key, int modifiers) {
    if (key >= 0 && key < IM_ARRAYSIZE(ImGuiIO::KeysDown)) taps_.push_back({key, modifiers});
  }
  bool any() const { return !taps_.empty() || held_ >= 0; }

  void before_frame() {
    ImGuiIO& io = ImGui::GetIO();
    if (held_ >= 0) {  // let go of, so that the same key can be pressed once more
      io.KeysDown[held_] = false;
      held_ = -1;
      return;
    }
    if (taps_.empty()) return;
    const Tap tap = taps_.front();
    taps_.pop_front();
    if (io.KeysDown[tap.key]) return;  // it still is: an ordinary press
    io.KeysDown[tap.key] = true;
    held_ = tap.key;
    io.KeyCtrl = (tap.modifiers & GLFW_MOD_CONTROL) != 0;
    io.KeyShift = (tap.modifiers & GLFW_MOD_SHIFT) != 0;
    io.KeyAlt = (tap.modifiers & GLFW_MOD_ALT) != 0;
    io.KeySuper = (tap.modifiers & GLFW_MOD_SUPER) != 0;
  }
  void after_frame(GLFWwindow* window) const {
    if (held_ < 0) return;
    const auto down = [window](int left, int right) {
      return glfwGetKey(window, left) == GLFW_PRESS || glfwGetKey(window, right) == GLFW_PRESS;
    };
    ImGuiIO& io = ImGui::GetIO();
    io.KeyCtrl = down(GLFW_KEY_LEFT_CONTROL, GLFW_KEY_RIGHT_CONTROL);
    io.KeyShift = down(GLFW_KEY_LEFT_SHIFT, GLFW_KEY_RIGHT_SHIFT);
    io.KeyAlt = down(GLFW_KEY_LEFT_ALT, GLFW_KEY_RIGHT_ALT);
    io.KeySuper = down(GLFW_KEY_LEFT_SUPER, GLFW_KEY_RIGHT_SUPER);
  }

 private:
  struct Tap {
    int key, modifiers;
  };
  std::deque<Tap> taps_;
  int held_ = -1;
};

class Window {
 public:
  Window(const Options& options, Settings settings)
      : settings_(std::move(settings)), told_scale_(options.scale) {}
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window();

  Status open(const std::string& title);
  float scale() const { return told_scale_.value_or(display_scale()) * settings_.zoom; }
  // Draws `inspector` until the window is closed.
  void run(Inspector& inspector, Runner& runner);
  GLFWwindow* handle() const { return window_; }
  // What is to be remembered, as it is now.
  Settings settings(Inspector& inspector) const;

 private:
  float display_scale() const;
  void follow_scale(Inspector& inspector) const;
  void shortcuts(Inspector& inspector);
  void full_screen();
  void draw(Inspector& inspector);

  Settings settings_;
  std::optional<float> told_scale_;
  GLFWwindow* window_ = nullptr;
  Taps taps_;
  int x_ = 0, y_ = 0, width_ = 0, height_ = 0;  // before it filled the screen
};

Window::~Window() {
  if (window_) glfwDestroyWindow(window_);
  glfwTerminate();
}

Status Window::open(const std::string& title) {
  glfwSetErrorCallback(listen);
  if (!glfwInit())
    return fail(ErrorCode::unsupported, "display",
                "no window can be opened: " + glfw_said +
                    " (without a display, --headless-frames draws into a file)");
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  window_ = glfwCreateWindow(settings_.width, settings_.height, title.c_str(), nullptr, nullptr);
  if (!window_)
    return fail(ErrorCode::unsupported, "OpenGL",
                "the window needs version 3.2, and there is none: " + glfw_said);
  glfwSetWindowSizeLimits(window_, 320, 240, GLFW_DONT_CARE, GLFW_DONT_CARE);
  glfwSetWindowUserPointer(window_, this);
  // Dear ImGui's own, which is set after it, calls it first.
  glfwSetKeyCallback(window_, [](GLFWwindow* window, int key, int, int action, int modifiers) {
    if (action == GLFW_PRESS)
      static_cast<Window*>(glfwGetWindowUserPointer(window))->taps_.press(key, modifiers);
  });
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(1);
  return {};
}

float Window::display_scale() const {
  float x = 1, y = 1;
  glfwGetWindowContentScale(window_, &x, &y);
  return std::clamp(std::max(x, y), 0.5f, 4.0f);
}

// The window may have come to another display.
void Window::follow_scale(Inspector& inspector) const {
  if (!inspector.set_scale(scale())) return;
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

// Those that concern the window alone; main.cpp tells the inspector's help of them.
void Window::shortcuts(Inspector& inspector) {
  const auto pressed = [](int key) { return ImGui::IsKeyPressed(key, false); };
  if (pressed(GLFW_KEY_F2)) inspector.set_theme(!inspector.desk().dark);
  if (pressed(GLFW_KEY_F11)) full_screen();
  if (!ImGui::GetIO().KeyCtrl) return;
  float& zoom = settings_.zoom;
  if (pressed(GLFW_KEY_EQUAL) || pressed(GLFW_KEY_KP_ADD))
    zoom = std::min(zoom * zoom_step, most_zoom);
  if (pressed(GLFW_KEY_MINUS) || pressed(GLFW_KEY_KP_SUBTRACT))
    zoom = std::max(zoom / zoom_step, least_zoom);
  if (pressed(GLFW_KEY_0) || pressed(GLFW_KEY_KP_0)) zoom = 1;
  if (pressed(GLFW_KEY_Q)) glfwSetWindowShouldClose(window_, GLFW_TRUE);
}

void Window::full_screen() {
  if (glfwGetWindowMonitor(window_)) {
    glfwSetWindowMonitor(window_, nullptr, x_, y_, width_, height_, GLFW_DONT_CARE);
    return;
  }
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
  if (!mode) return;
  glfwGetWindowPos(window_, &x_, &y_);
  glfwGetWindowSize(window_, &width_, &height_);
  glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
}

// The inspector counts in the framebuffer's pixels; GLFW, on some systems, in larger units.
void Window::draw(Inspector& inspector) {
  follow_scale(inspector);
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  ImGuiIO& io = ImGui::GetIO();
  const ImVec2 ratio = io.DisplayFramebufferScale;
  io.DisplaySize = {std::round(io.DisplaySize.x * ratio.x), std::round(io.DisplaySize.y * ratio.y)};
  io.DisplayFramebufferScale = {1, 1};
  if (ImGui::IsMousePosValid(&io.MousePos))
    io.MousePos = {io.MousePos.x * ratio.x, io.MousePos.y * ratio.y};
  taps_.before_frame();
  ImGui::NewFrame();
  shortcuts(inspector);
  inspector.frame();
  ImGui::Render();
  taps_.after_frame(window_);
  glViewport(0, 0, static_cast<int>(io.DisplaySize.x), static_cast<int>(io.DisplaySize.y));
  const ImVec4 paper = colour(palette().paper);
  glClearColor(paper.x, paper.y, paper.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  glfwSwapBuffers(window_);
}

// A report is drawn once, and once more when nothing follows it; an event a few times. Then it
// waits, without using the processor, for whatever comes.
void Window::run(Inspector& inspector, Runner& runner) {
  int frames = settle;
  while (!glfwWindowShouldClose(window_)) {
    if (frames > 0 || inspector.desk().animates || taps_.any()) {
      glfwPollEvents();
    } else if (ImGui::GetIO().WantTextInput) {
      glfwWaitEventsTimeout(blink);
      frames = settle;
    } else {
      glfwWaitEvents();
      frames = settle;
    }
    if (glfwGetWindowAttrib(window_, GLFW_ICONIFIED)) {
      // Nobody sees it: reports are taken when it comes back.
      frames = 0;
      continue;
    }
    if (auto report = runner.take()) {
      inspector.take(std::move(*report));
      frames = std::max(frames, 2);
    }
    draw(inspector);
    --frames;
    runner.send(inspector.take_commands());
  }
}

Settings Window::settings(Inspector& inspector) const {
  Settings now = settings_;
  now.dark = inspector.desk().dark;
  now.layout = inspector.layout().text();
  if (glfwGetWindowMonitor(window_)) return now;
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  const auto units = [&](int pixels) {
    return static_cast<int>(std::lround(static_cast<float>(pixels) / display_scale()));
  };
  now.width = units(width);
  now.height = units(height);
  return now;
}

// Dear ImGui's two backends, over the inspector's context.
class Backends {
 public:
  explicit Backends(GLFWwindow* window) {
    ImGui_ImplGlfw_InitForOpenGL(window, true);
    works_ = ImGui_ImplOpenGL3_Init("#version 150");
    map_keys();  // the inspector's own again
  }
  Backends(const Backends&) = delete;
  Backends& operator=(const Backends&) = delete;
  ~Backends() {
    if (works_) ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
  }
  bool works() const { return works_; }

 private:
  bool works_ = false;
};

}  // namespace

Status open_window(const Options& options, Trainer& trainer, ThreadPool& pool) {
  const std::string file = settings_file();
  Settings settings = load_settings(file);
  if (options.dark) settings.dark = *options.dark;
  if (options.scale) settings.zoom = 1;
  if (options.width) {
    settings.width = *options.width;
    settings.height = *options.height;
  }
  Window window(options, settings);
  const std::string& name = trainer.graph().spec().name;
  if (auto status = window.open((name.empty() ? options.model : name) + " – Convolab inspector");
      !status)
    return status;
  Inspector inspector(window.scale(), settings.dark);
  inspector.restore(settings.layout);
  if (!options.view.empty()) inspector.layout().show(options.view);
  for (const auto& [keys, text] :
       {std::pair{"Ctrl +, Ctrl −, Ctrl 0", "larger, smaller, as the display says"},
        {"F2", "light or dark"},
        {"F11", "the whole screen, and back"},
        {"Ctrl Q", "closes the window"}})
    inspector.add_shortcut(keys, text);
  const Backends backends(window.handle());
  if (!backends.works())
    return fail(ErrorCode::unsupported, "OpenGL", "its functions cannot be loaded");
  {
    Runner runner(trainer, pool, glfwPostEmptyEvent);
    window.run(inspector, runner);
  }
  save_settings(file, window.settings(inspector));
  return {};
}

}  // namespace convolab::inspector
