#include "inspector/hosts/picture.hpp"

#define GL_GLEXT_PROTOTYPES
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>
#include <stb/stb_image_write.h>

#include <cmath>
#include <utility>

#include "cli/files.hpp"
#include "inspector/hosts/driver.hpp"
#include "inspector/inspector.hpp"
#include "inspector/theme.hpp"

namespace convolab::inspector {
namespace {

tl::unexpected<Error> no_opengl(const std::string& what) {
  return fail(ErrorCode::unsupported, "OpenGL",
              what +
                  "; without a display it needs EGL and a driver such as Mesa's (in Debian "
                  "libegl1 and libgl1-mesa-dri)");
}

// OpenGL 3.2, current for as long as this lives.
class Context {
 public:
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    if (display_ == EGL_NO_DISPLAY) return;
    eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    if (context_ != EGL_NO_CONTEXT) eglDestroyContext(display_, context_);
    eglTerminate(display_);
  }

  Status open() {
    display_ = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, nullptr, nullptr);
    if (display_ == EGL_NO_DISPLAY || !eglInitialize(display_, nullptr, nullptr))
      return no_opengl("EGL has no way to draw on no surface");
    constexpr EGLint wanted[] = {EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_SURFACE_TYPE, 0,
                                 EGL_NONE};
    EGLConfig config = nullptr;
    EGLint count = 0;
    if (!eglBindAPI(EGL_OPENGL_API) || !eglChooseConfig(display_, wanted, &config, 1, &count) ||
        count < 1)
      return no_opengl("EGL has no desktop OpenGL");
    constexpr EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION,
                                  3,
                                  EGL_CONTEXT_MINOR_VERSION,
                                  2,
                                  EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                  EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                  EGL_NONE};
    context_ = eglCreateContext(display_, config, EGL_NO_CONTEXT, version);
    if (context_ == EGL_NO_CONTEXT ||
        !eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_))
      return no_opengl("there is no OpenGL 3.2");
    return {};
  }

 private:
  EGLDisplay display_ = EGL_NO_DISPLAY;
  EGLContext context_ = EGL_NO_CONTEXT;
};

// What is drawn into.
class Canvas {
 public:
  Canvas(int width, int height) : width_(width), height_(height) {
    glGenTextures(1, &texture_);
    glBindTexture(GL_TEXTURE_2D, texture_);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
    glGenFramebuffers(1, &frame_);
    glBindFramebuffer(GL_FRAMEBUFFER, frame_);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture_, 0);
  }
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;
  ~Canvas() {
    glDeleteFramebuffers(1, &frame_);
    glDeleteTextures(1, &texture_);
  }

  bool complete() const {
    return glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
  }

  Status write(const std::string& file) const {
    const auto row = static_cast<std::size_t>(width_) * 3;
    std::vector<std::uint8_t> pixels(row * static_cast<std::size_t>(height_));
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width_, height_, GL_RGB, GL_UNSIGNED_BYTE, pixels.data());
    std::vector<std::uint8_t> bytes;
    const auto collect = [](void* to, void* data, int size) {
      const auto* from = static_cast<const std::uint8_t*>(data);
      auto* all = static_cast<std::vector<std::uint8_t>*>(to);
      all->insert(all->end(), from, from + size);
    };
    stbi_flip_vertically_on_write(1);  // OpenGL's rows begin at the bottom
    if (!stbi_write_png_to_func(collect, &bytes, width_, height_, 3, pixels.data(),
                                static_cast<int>(row)))
      return fail(ErrorCode::bad_file, file, "the picture could not be written as PNG");
    return cli::write_file(file, bytes);
  }

 private:
  int width_, height_;
  GLuint texture_ = 0, frame_ = 0;
};

// The renderer of Dear ImGui, over the inspector's context.
class Renderer {
 public:
  Renderer() : works_(ImGui_ImplOpenGL3_Init("#version 150")) {}
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;
  ~Renderer() {
    if (works_) ImGui_ImplOpenGL3_Shutdown();
  }
  bool works() const { return works_; }

  void draw(Inspector& inspector, ImVec2 size) const {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = size;
    io.DeltaTime = 1.0f / 60;
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    inspector.frame();
    ImGui::Render();
    glViewport(0, 0, static_cast<int>(size.x), static_cast<int>(size.y));
    const ImVec4 paper = colour(palette().paper);
    glClearColor(paper.x, paper.y, paper.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  }

 private:
  bool works_;
};

}  // namespace

Status draw_picture(const Options& options, Trainer& trainer, ThreadPool& pool) {
  Context context;
  if (auto status = context.open(); !status) return status;
  const float scale = options.scale.value_or(1.0f);
  const auto pixels = [scale](int units) {
    return static_cast<int>(std::lround(static_cast<float>(units) * scale));
  };
  const int width = pixels(options.width.value_or(1280));
  const int height = pixels(options.height.value_or(800));
  const Canvas canvas(width, height);
  if (!canvas.complete()) return no_opengl("a picture of this size cannot be drawn");
  Inspector inspector(scale, options.dark.value_or(false));
  const Renderer renderer;
  if (!renderer.works()) return no_opengl("its functions cannot be loaded");

  Driver driver(trainer, pool);
  const auto hear = [&] {
    if (driver.changed()) inspector.take(driver.report());
  };
  const auto frame = [&] {
    renderer.draw(inspector, {static_cast<float>(width), static_cast<float>(height)});
    for (const probe::Command& command : inspector.take_commands()) driver.handle(command);
    hear();
  };
  hear();
  Desk& desk = inspector.desk();
  if (!options.selected.empty()) {
    if (!desk.buffer(options.selected) && !desk.layer(options.selected))
      return fail(ErrorCode::not_found, "--select",
                  "there is no buffer and no layer " + options.selected);
    desk.select_layer(options.selected);
    desk.select_buffer(options.selected);
  }
  desk.recording.every = options.record;
  inspector.layout().show(options.view);
  frame();  // what the views want to know is asked for before it happens
  frame();
  for (int step = 0; step < options.steps; ++step) {
    driver.handle({.kind = probe::Command::Kind::step_batch});
    hear();
  }
  if (options.at) {
    driver.handle({.kind = probe::Command::Kind::run_to, .count = *options.at});
    hear();
  }
  for (int i = 0; i < options.frames; ++i) frame();
  return canvas.write(options.screenshot);
}

}  // namespace convolab::inspector
