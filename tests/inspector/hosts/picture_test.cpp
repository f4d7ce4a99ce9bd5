// convolab-inspector without a display: it draws what it is told into a PNG; and its refusals.
#include <gtest/gtest.h>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#include <stb/stb_image.h>

#include <set>

#include "cli/program.hpp"

namespace convolab::test {
namespace {

constexpr int no_display = 3;  // the exit code

Outcome inspect(const std::vector<std::string>& arguments) {
  return run_program(arguments, ".", CONVOLAB_INSPECTOR);
}

struct Picture {
  int width = 0, height = 0;
  std::set<int> colours = {};
  double brightness = 0;
};

Picture load(const std::string& file) {
  Picture picture;
  const std::string bytes = read(file);
  int channels = 0;
  stbi_uc* pixels = stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()),
                                          static_cast<int>(bytes.size()), &picture.width,
                                          &picture.height, &channels, 3);
  if (!pixels) return picture;
  const int count = picture.width * picture.height;
  for (int i = 0; i < count; ++i) {
    const stbi_uc* p = pixels + 3 * i;
    picture.colours.insert((p[0] << 16) + (p[1] << 8) + p[2]);
    picture.brightness += (p[0] + p[1] + p[2]) / 3.0 / count;
  }
  stbi_image_free(pixels);
  return picture;
}

Outcome draw(const std::string& view, const char* theme, const std::string& file) {
  return inspect({"--headless-frames", "2", "--steps", "3", "--record", "1", "--view", view,
                  "--size", "400x600", theme, "--screenshot", file});
}

TEST(InspectorPicture, EveryViewIsDrawn) {
  const Folder folder;
  const std::string file = folder / "view.png";
  for (const char* view : {"plan", "stepper", "tensor", "training", "memory", "model", "data",
                           "profiler", "time_machine"}) {
    const Outcome outcome = draw(view, "--light", file);
    if (outcome.code == no_display) GTEST_SKIP() << outcome.err;
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    const Picture picture = load(file);
    EXPECT_EQ(picture.width, 400) << view;
    EXPECT_EQ(picture.height, 600) << view;
    EXPECT_GT(picture.colours.size(), 40u) << view;
  }
}

TEST(InspectorPicture, LightIsLightAndDarkIsDark) {
  const Folder folder;
  const std::string file = folder / "view.png";
  const auto brightness = [&](const char* theme) {
    const Outcome outcome = draw("plan", theme, file);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return load(file).brightness;
  };
  if (draw("plan", "--dark", file).code == no_display) GTEST_SKIP() << "no OpenGL";
  EXPECT_LT(brightness("--dark"), 80);
  EXPECT_GT(brightness("--light"), 200);
}

TEST(InspectorPicture, TheScaleIsPixelsAUnit) {
  const Folder folder;
  const Outcome outcome = inspect({"--headless-frames", "1", "--size", "640x480", "--scale", "1.5",
                                   "--at", "4", "--screenshot", folder / "p.png"});
  if (outcome.code == no_display) GTEST_SKIP() << outcome.err;
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Picture picture = load(folder / "p.png");
  EXPECT_EQ(picture.width, 960);
  EXPECT_EQ(picture.height, 720);
}

TEST(InspectorPicture, MistakesAreOneLineThatSaysWhatToDo) {
  const Folder folder;
  const std::vector<std::string> drawn = {"--headless-frames", "1", "--screenshot",
                                          folder / "p.png"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), drawn.begin(), drawn.end());
    return inspect(more);
  };
  const auto expect = [](const Outcome& outcome, const std::string& part) {
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(lines(outcome.err).size(), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  };
  expect(with({"--model", "lenet-6"}), "lenet-5");
  expect(with({"--data", "digitz"}), "digits");
  expect(with({"--size", "640"}), "1280x800");
  expect(with({"--batch-size", "0"}), "--batch-size");
  expect(with({"--view", "tensors"}), "tensor");
  expect(inspect({"--steps", "3"}), "--headless-frames");
  expect(inspect({"--headless-frames", "3"}), "--screenshot");
  const Outcome selected = with({"--select", "c9.weight"});
  if (selected.code != no_display) expect(selected, "c9.weight");
}

TEST(InspectorPicture, WithoutADisplayItSaysHowToDoWithout) {
  const Outcome outcome =
      run_program({"-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", CONVOLAB_INSPECTOR}, ".", "env");
  EXPECT_EQ(outcome.code, no_display);
  EXPECT_EQ(lines(outcome.err).size(), 1u) << outcome.err;
  EXPECT_NE(outcome.err.find("--headless-frames"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace convolab::test
