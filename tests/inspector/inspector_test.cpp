// The inspector as a whole: every view with all, some and nothing of what it draws, and the right
// command out of the right click.
#include "inspector/inspector.hpp"

#include <gtest/gtest.h>
#include <imgui_internal.h>

#include "inspector/stage.hpp"

namespace convolab::inspector {
namespace {

using probe::Command;
using Kind = probe::Command::Kind;

std::vector<ViewId> all_views() {
  std::vector<ViewId> views;
  for (int v = 0; v < static_cast<int>(ViewId::count); ++v) views.push_back(static_cast<ViewId>(v));
  return views;
}

// Corners of one view in a window of its size.
int drawn(ViewId view, const probe::Report& report, ImVec2 size, float scale, bool dark) {
  Stage stage(size, scale, dark);
  stage.show(view, report);
  return stage.vertices();
}

struct Circumstance {
  const char* name;
  ImVec2 size;
  float scale;
  bool dark;
};

class Views : public testing::TestWithParam<Circumstance> {};

TEST_P(Views, EachDrawsMoreOfASampleThanOfNothing) {
  const Circumstance& c = GetParam();
  const probe::Report sample = sample_report();
  for (const ViewId view : all_views()) {
    const int empty = drawn(view, {}, c.size, c.scale, c.dark);
    EXPECT_GT(empty, 100) << view_title(view);
    EXPECT_GT(drawn(view, sample, c.size, c.scale, c.dark), empty + 200) << view_title(view);
  }
}

TEST_P(Views, EachDrawsWithHalfOfTheData) {
  const Circumstance& c = GetParam();
  const auto cut = [](auto change) {
    probe::Report report = sample_report();
    change(report);
    return report;
  };
  const std::vector<probe::Report> halves = {
      cut([](probe::Report& r) {
        r.looks.clear(), r.points.clear(), r.frames.clear(), r.times.reset(), r.batch.reset();
      }),
      cut([](probe::Report& r) {  // too large to be sent, and not yet answered
        for (probe::Look& look : r.looks) look.values.clear();
        r.batch->answers.clear(), r.batch->confidences.clear(), r.batch->losses.clear();
        r.times->spans.clear(), r.points.resize(1), r.frames.resize(1);
      }),
      cut([](probe::Report& r) {  // of a network that has just been closed
        r.network.reset();
      })};
  for (const ViewId view : all_views())
    for (const probe::Report& report : halves) {
      Stage stage(c.size, c.scale, c.dark);
      stage.desk().selection = {.step = 0, .buffer = "c1", .layer = "c1"};
      stage.show(view, report);
      EXPECT_GT(stage.vertices(), 100) << view_title(view);
    }
}

INSTANTIATE_TEST_SUITE_P(Windows, Views,
                         testing::Values(Circumstance{"Light", {1280, 800}, 1, false},
                                         Circumstance{"Dark", {1280, 800}, 1, true},
                                         Circumstance{"Phone", {360, 640}, 1, false},
                                         Circumstance{"DenseScreen", {2560, 1600}, 2, true}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Inspector, StartAndPauseByButtonAndByKey) {
  Stage stage;
  stage.inspector.take(sample_report());
  stage.frames();
  stage.commands();
  stage.click("Start");
  EXPECT_TRUE(Stage::find(stage.commands(), Kind::start));
  stage.press(' ');
  EXPECT_TRUE(Stage::find(stage.commands(), Kind::start));
  probe::Report running;
  running.run.state = probe::State::running;
  stage.inspector.take(running);
  stage.frames();
  stage.click("Pause");
  EXPECT_TRUE(Stage::find(stage.commands(), Kind::pause));
  EXPECT_FALSE(Stage::find(stage.commands(), Kind::start));
}

TEST(Inspector, ABatchByButtonAndStepsByKeys) {
  Stage stage;
  stage.inspector.take(sample_report());
  stage.frames();
  stage.click("Batch");
  EXPECT_TRUE(Stage::find(stage.commands(), Kind::step_batch));
  stage.press('N');
  auto commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::step_plan));
  EXPECT_EQ(Stage::find(commands, Kind::step_plan)->count, 1);
  stage.press('N', true);
  EXPECT_TRUE(Stage::find(stage.commands(), Kind::step_batch));
  stage.press('B');
  commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::step_plan));
  EXPECT_EQ(Stage::find(commands, Kind::step_plan)->count, -1);
}

TEST(Inspector, ALearningRateIsTyped) {
  Stage stage;
  stage.inspector.take(sample_report());
  stage.frames();
  stage.commands();
  stage.type("##rate", "0.02");
  const auto commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::rate));
  EXPECT_NEAR(Stage::find(commands, Kind::rate)->value, 0.02, 1e-8);
  EXPECT_FALSE(Stage::find(commands, Kind::step_plan)) << "letters in a field are no shortcuts";
}

TEST(Inspector, ThereIsNoLossBeforeABatch) {
  Stage stage;
  probe::Report report = sample_report();
  report.run.loss = report.run.accuracy = 0;
  stage.inspector.take(report);
  EXPECT_NE(stage.inspector.status().find("loss –, accuracy –"), std::string::npos)
      << stage.inspector.status();
  report.run.accuracy = 1;  // every answer right, beyond doubt
  stage.inspector.take(report);
  EXPECT_NE(stage.inspector.status().find("loss 0.0000, accuracy 100.0 %"), std::string::npos)
      << stage.inspector.status();
}

TEST(Inspector, AllColumnsOfThePlanFitAWindowOf1280) {
  Stage stage;
  probe::Report report = sample_report();
  ASSERT_TRUE(report.times);
  // As long as times get: hundreds of microseconds.
  for (double& seconds : report.times->seconds) seconds = 888.8e-6;
  stage.inspector.take(report);
  stage.frames(4);
  const ImGuiContext& context = *ImGui::GetCurrentContext();
  int tables = 0;
  for (const ImGuiWindow* window : context.Windows)
    if (std::string(window->Name).find("/plan_") != std::string::npos && window->WasActive) {
      if (window->Name != std::string("/plan_") && window->ContentSize.x > 0) ++tables;
      EXPECT_EQ(window->ScrollMax.x, 0) << window->Name;
    }
  EXPECT_GT(tables, 0);
}

TEST(Inspector, FusedStepsAreSwitched) {
  Stage stage;
  stage.inspector.take(sample_report());
  stage.frames();
  stage.click("Fused steps");
  const auto commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::fuse));
  EXPECT_FALSE(Stage::find(commands, Kind::fuse)->on);
}

TEST(Inspector, ARowOfThePlanSelectsStepBufferAndLayer) {
  Stage stage;
  stage.inspector.take(sample_report());
  stage.frames();
  stage.click("##row", 3);
  EXPECT_EQ(stage.desk().selection.step, 3);
  EXPECT_EQ(stage.desk().selection.buffer, "c3");
  EXPECT_EQ(stage.desk().selection.layer, "c3");
}

TEST(Inspector, ViewsAskForWhatTheyDrawAndNoMore) {
  Stage stage({360, 640});
  stage.show(ViewId::plan, sample_report());
  auto commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::measure));
  EXPECT_TRUE(Stage::find(commands, Kind::measure)->on);
  stage.inspector.layout().show(ViewId::model);
  stage.frames();
  commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::measure));
  EXPECT_FALSE(Stage::find(commands, Kind::measure)->on);
  stage.frames();
  EXPECT_TRUE(stage.commands().empty()) << "nothing is told twice";
}

TEST(Inspector, ARefusalIsShownUntilItIsDismissed) {
  Stage stage;
  probe::Report report = sample_report();
  report.message = "c1 cannot be frozen: it has no parameters";
  stage.inspector.take(report);
  stage.frames();
  stage.click("OK");
  EXPECT_EQ(stage.desk().message, "");
}

TEST(Inspector, KeysBringViewsToTheFront) {
  Stage stage;
  stage.inspector.take(sample_report());
  stage.frames();
  stage.press('5');
  EXPECT_EQ(stage.inspector.layout().shown[0], ViewId::memory);
  stage.press('1');
  EXPECT_EQ(stage.inspector.layout().shown[0], ViewId::plan);
}

TEST(Inspector, TabsExplainThemselvesAndViewsDoNot) {
  Stage stage;
  stage.frames(3);
  const int before = stage.vertices();
  stage.hover({1100, 400});
  EXPECT_EQ(stage.vertices(), before) << "nothing but the empty view is there";
  stage.hover(stage.place("Profiler"));
  EXPECT_GT(stage.vertices(), before);
}

TEST(Inspector, SettingsComeBack) {
  std::string settings;
  {
    Stage stage;
    stage.inspector.layout().show(ViewId::data);
    stage.inspector.layout().splits = {0.25f, 0.75f, 0.5f};
    stage.frames();
    settings = stage.inspector.settings();
  }
  Stage stage;
  stage.inspector.restore(settings);
  stage.frames();
  EXPECT_EQ(stage.inspector.settings(), settings);
  EXPECT_EQ(stage.inspector.layout().shown[1], ViewId::data);
  EXPECT_EQ(stage.inspector.layout().alone, ViewId::data);
  EXPECT_FLOAT_EQ(stage.inspector.layout().splits[0], 0.25f);
  stage.inspector.restore("shown nonsense\nalone\nsplits 7 -1\nand more\n");
  EXPECT_EQ(stage.inspector.settings(), settings) << "what makes no sense is left as it is";
}

TEST(Inspector, PanesAreMovedByTheStripsBetweenThem) {
  Stage stage;
  stage.frames();
  const float before = stage.inspector.layout().splits[0];
  const ImVec2 grip = stage.place("grip");
  stage.drag(grip, {grip.x + 128, grip.y});
  EXPECT_NEAR(stage.inspector.layout().splits[0], before + 0.1f, 0.01f);
}

}  // namespace
}  // namespace convolab::inspector
