// What the window remembers.
#include "inspector/hosts/settings.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "cli/program.hpp"
#include "inspector/layout.hpp"

namespace convolab::inspector {
namespace {

using test::Folder;

TEST(Settings, ComeBackAsTheyWereSaved) {
  const Folder folder;
  Settings settings{.zoom = 1.25f, .dark = true, .width = 1000, .height = 640};
  Layout layout;
  layout.shown[0] = ViewId::memory;
  layout.splits = {0.2f, 0.7f, 0.4f};
  layout.alone = ViewId::data;
  settings.layout = layout.text();
  const std::string file = folder / "new/inspector.ini";
  ASSERT_TRUE(save_settings(file, settings));
  const Settings back = load_settings(file);
  EXPECT_EQ(back.zoom, 1.25f);
  EXPECT_TRUE(back.dark);
  EXPECT_EQ(back.width, 1000);
  EXPECT_EQ(back.height, 640);
  Layout other;
  other.restore(back.layout);
  EXPECT_EQ(other.text(), layout.text());
}

TEST(Settings, WhatMakesNoSenseIsLeftOut) {
  const Folder folder;
  test::write(folder / "a.ini", "zoom 80\nwindow 3 -4\nsplits 5 nan\nshown nothing\n\0\n");
  const Settings settings = load_settings(folder / "a.ini");
  EXPECT_EQ(settings.zoom, 1);
  EXPECT_EQ(settings.width, 1280);
  EXPECT_EQ(settings.height, 800);
  Layout layout;
  layout.restore(settings.layout);
  EXPECT_EQ(layout.text(), Layout().text());
  EXPECT_EQ(load_settings(folder / "none.ini").width, 1280);
}

// Sets a variable of the environment, for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* now = std::getenv(name)) before_ = now;
    set(value);
  }
  ~Variable() { set(before_ ? before_->c_str() : nullptr); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void set(const char* value) const {
    if (value)
      setenv(name_, value, 1);
    else
      unsetenv(name_);
  }
  const char* name_;
  std::optional<std::string> before_;
};

TEST(Settings, LieWhereTheDesktopKeepsSuchThings) {
  const Variable home("HOME", "/home/ada");
  {
    const Variable config("XDG_CONFIG_HOME", "/etc/ada");
    EXPECT_EQ(settings_file(), "/etc/ada/convolab/inspector.ini");
  }
  {
    const Variable config("XDG_CONFIG_HOME", "not/absolute");
    EXPECT_EQ(settings_file(), "/home/ada/.config/convolab/inspector.ini");
  }
  const Variable config("XDG_CONFIG_HOME", nullptr);
  const Variable nowhere("HOME", nullptr);
  EXPECT_EQ(settings_file(), "");
  EXPECT_FALSE(save_settings(settings_file(), {}));
}

}  // namespace
}  // namespace convolab::inspector
