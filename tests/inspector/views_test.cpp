// What one can do in the views of tensors, of training, of the time machine and of the batch.
#include <gtest/gtest.h>

#include "inspector/keys.hpp"
#include "inspector/stage.hpp"

namespace convolab::inspector {
namespace {

using Kind = probe::Command::Kind;

// --- tensor ---

struct TensorView : testing::Test {
  Stage stage{{1280, 1000}};

  void show(const std::string& buffer) {
    stage.inspector.take(sample_report());
    stage.desk().select_buffer(buffer);
    stage.show(ViewId::tensor, sample_report());
  }
};

TEST_F(TensorView, AsksForTheBufferItShows) {
  show("c1.weight");
  const auto commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::watch));
  EXPECT_EQ(Stage::find(commands, Kind::watch)->names, std::vector<std::string>{"c1.weight"});
  stage.inspector.layout().show(ViewId::data);
  stage.frames();
  const auto later = stage.commands();
  ASSERT_TRUE(Stage::find(later, Kind::watch));
  EXPECT_TRUE(Stage::find(later, Kind::watch)->names.empty());
}

TEST_F(TensorView, ABufferIsFoundByPartOfItsName) {
  show("c1");
  stage.click("##buffer");
  stage.frames();
  EXPECT_TRUE(stage.has("c1.weight"));
  ImGui::GetIO().AddInputCharactersUTF8("C5.WEI");
  stage.frames();
  EXPECT_FALSE(stage.has("c1.weight"));
  stage.click("c5.weight");
  EXPECT_EQ(stage.desk().selection.buffer, "c5.weight");
  EXPECT_EQ(stage.desk().selection.layer, "c5");
  EXPECT_FALSE(stage.has("##search")) << "the list has closed";
}

TEST_F(TensorView, SlicesFollowTheirSliders) {
  show("c1");
  EXPECT_EQ(stage.desk().tensor.slices.at[3], 0);
  // The last of the four sliders is the image's.
  const ImVec2 slider = stage.place("##at", 3);
  stage.drag({slider.x - 50, slider.y}, {slider.x + 200, slider.y});
  EXPECT_EQ(stage.desk().tensor.slices.at[3], 7) << "as far as it goes";
}

TEST_F(TensorView, AClickIntoThePictureMovesTheCursor) {
  show("c1");
  stage.click_at(stage.place("##maps", 0, {0.1f, 0.2f}));
  const auto& at = stage.desk().tensor.slices.at;
  EXPECT_TRUE(at[0] > 0 || at[1] > 0 || at[2] > 0);
  EXPECT_EQ(at[3], 0);
}

TEST_F(TensorView, ZoomsByWheelAndByButtons) {
  show("c1");
  stage.click("+##zoom");
  EXPECT_FLOAT_EQ(stage.desk().tensor.zoom.factor, 2);
  stage.wheel(stage.place("##maps"), 1);
  EXPECT_FLOAT_EQ(stage.desk().tensor.zoom.factor, 2.5f);
  stage.click("Fit##zoom");
  EXPECT_FLOAT_EQ(stage.desk().tensor.zoom.factor, 1);
}

TEST_F(TensorView, AKeptMomentIsComparedAndForgotten) {
  show("c1.weight");
  EXPECT_FALSE(stage.has("##difference"));
  stage.click("Keep this moment");
  ASSERT_EQ(stage.desk().kept.size(), 1u);
  EXPECT_EQ(stage.desk().kept[0].label, "c1.weight, step 120, between batches");
  // Training goes on; the kept moment stays as it was.
  probe::Report later;
  later.run = stage.desk().run;
  later.looks.push_back(stage.desk().looks.at("c1.weight"));
  later.looks[0].step = 130;
  later.looks[0].values[0] += 1;
  stage.inspector.take(later);
  stage.frames();
  EXPECT_TRUE(stage.has("##maps"));
  EXPECT_TRUE(stage.has("##other"));
  EXPECT_TRUE(stage.has("##difference"));
  EXPECT_EQ(stage.desk().kept[0].look.step, 120u);
  stage.click("Forget");
  EXPECT_TRUE(stage.desk().kept.empty());
  EXPECT_FALSE(stage.has("##difference"));
}

TEST_F(TensorView, ComparesWithABufferOfTheSameShape) {
  show("c1.weight");
  stage.click("##compare");
  stage.frames();
  EXPECT_FALSE(stage.has("c5.weight")) << "another shape";
  stage.click("d_c1.weight");
  stage.commands();
  stage.frames();
  EXPECT_TRUE(stage.has("##difference"));
  EXPECT_EQ(stage.desk().tensor.other, "d_c1.weight");
}

TEST_F(TensorView, AScaleOfOnesOwn) {
  show("c1.weight");
  stage.click("##scale");
  stage.frames();
  stage.click("typed limit");
  stage.type("##limit", "0.25");
  EXPECT_FLOAT_EQ(stage.desk().tensor.limit, 0.25f);
  stage.type("##limit", "-3");
  EXPECT_FLOAT_EQ(stage.desk().tensor.limit, 0.25f) << "a limit is above 0";
}

TEST_F(TensorView, SaysWhatToDoWhenThereAreNoNumbers) {
  show("c3");
  EXPECT_FALSE(stage.has("##maps"));
  stage.click("Train a batch");
  EXPECT_TRUE(Stage::find(stage.commands(), Kind::step_batch));
}

TEST_F(TensorView, LargeBuffersHaveStatisticsOnly) {
  probe::Report report = sample_report();
  for (probe::Look& look : report.looks) look.values.clear();
  stage.inspector.take(report);
  stage.desk().select_buffer("c5.weight");
  stage.show(ViewId::tensor, report);
  EXPECT_FALSE(stage.has("##maps"));
  EXPECT_TRUE(stage.has("##histogram"));
}

// --- training ---

TEST(TrainingView, AsksForPointsAndTogglesLayers) {
  Stage stage({360, 800});
  stage.show(ViewId::training, sample_report());
  const auto commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::statistics));
  EXPECT_EQ(Stage::find(commands, Kind::statistics)->count, 1);
  EXPECT_FALSE(stage.has("s2")) << "a layer without figures";
  stage.click("c3");
  EXPECT_EQ(stage.desk().training.hidden, std::vector<std::string>{"c3"});
  stage.click("c3");
  EXPECT_TRUE(stage.desk().training.hidden.empty());
}

TEST(TrainingView, EveryPlotHasASwitchInReach) {
  Stage stage({2000, 1400});
  stage.inspector.layout().splits = {0.15f, 0.3f, 0.88f};
  stage.inspector.take(sample_report());
  stage.frames(3);
  for (int plot = 0; plot < 6; ++plot) EXPECT_TRUE(stage.has("log", plot)) << plot;
  EXPECT_GT(stage.place("log", 1).x, stage.place("log", 0).x) << "two plots side by side";
  const int before = stage.vertices();
  stage.click("log", 0);
  EXPECT_NE(stage.vertices(), before);
}

TEST(TrainingView, LongRunsStayAFewCorners) {
  Stage stage({1280, 800});
  probe::Report report = sample_report();
  const probe::Point last = report.points.back();
  for (std::uint64_t step = 121; step < 25'000; ++step) {
    report.points.push_back(last);
    report.points.back().step = step;
    report.points.back().loss = step % 2 == 0 ? 1 : 0.5;
  }
  stage.show(ViewId::training, report);
  EXPECT_EQ(stage.desk().points.size(), Desk::max_points);
  EXPECT_LT(stage.vertices(), 60'000);
}

// --- time machine ---

struct TimeMachine : testing::Test {
  Stage stage{{1280, 1000}};
  void SetUp() override { stage.show(ViewId::time_machine, sample_report()); }
  MachineState& state() { return stage.desk().machine; }
};

TEST_F(TimeMachine, RecordingIsSwitchedOnAndOff) {
  stage.click("Record every");
  auto commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::record));
  EXPECT_EQ(Stage::find(commands, Kind::record)->count, 10);
  stage.type("##every", "25");
  commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::record));
  EXPECT_EQ(Stage::find(commands, Kind::record)->count, 25);
  stage.click("Record every");
  commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::record));
  EXPECT_EQ(Stage::find(commands, Kind::record)->count, 0);
}

TEST_F(TimeMachine, ASmallerBudgetThinsOut) {
  EXPECT_EQ(stage.desk().recording.frames().size(), 7u);
  stage.type("##budget", "1");
  EXPECT_EQ(stage.desk().recording.budget, std::int64_t{1} << 20);
  EXPECT_LE(stage.desk().recording.size(), std::int64_t{1} << 20);
  EXPECT_LT(stage.desk().recording.frames().size(), 7u);
}

TEST_F(TimeMachine, FollowsTheNewestUntilTheScrubberIsMoved) {
  EXPECT_EQ(state().step, -1);
  const ImVec2 scrubber = stage.place("##moment");
  stage.drag(scrubber, {scrubber.x - 400, scrubber.y});
  EXPECT_EQ(state().step, 0);
  probe::Report later;
  later.run = stage.desk().run;
  later.frames.push_back(stage.desk().recording.frames().back());
  later.frames[0].step = 140;
  stage.inspector.take(later);
  stage.frames();
  EXPECT_EQ(state().step, 0) << "it stays where it was put";
  stage.click("Newest");
  EXPECT_EQ(state().step, -1);
}

TEST_F(TimeMachine, PlaysToTheEndAndStops) {
  stage.click("Play");
  EXPECT_TRUE(state().plays);
  EXPECT_TRUE(stage.desk().animates);
  const std::int64_t begin = state().step;
  stage.frames(40);
  EXPECT_GT(state().step, begin);
  stage.frames(200);
  EXPECT_FALSE(state().plays);
  EXPECT_EQ(state().step, -1) << "from there on it follows the newest";
  stage.frames();
  EXPECT_FALSE(stage.desk().animates) << "nothing moves any more";
}

TEST_F(TimeMachine, HistogramsOfAllMomentsAreCountedOnce) {
  EXPECT_EQ(state().tensor, "c1.weight");
  ASSERT_EQ(state().counts.size(), 7u);
  for (const auto& [step, counts] : state().counts) {
    int sum = 0;
    for (const int count : counts) sum += count;
    EXPECT_EQ(sum, 150) << step;
  }
  stage.click("##parameter");
  stage.frames();
  stage.click("c5.weight");
  stage.frames();
  EXPECT_EQ(state().counted, "c5.weight");
  EXPECT_EQ(state().counts.size(), 7u);
}

TEST_F(TimeMachine, AClickIntoTheStripGoesThere) {
  const ImVec2 strip = stage.place("##strip");
  stage.click_at(strip);
  EXPECT_EQ(state().step, 60) << "the middle of 0, 20, …, 120";
  stage.click("Clear");
  EXPECT_TRUE(stage.desk().recording.frames().empty());
}

// --- data ---

TEST(DataView, AsksForTheBatchAndEnlargesAPicture) {
  Stage stage({1280, 1000});
  stage.show(ViewId::data, sample_report());
  const auto commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::batch));
  EXPECT_TRUE(Stage::find(commands, Kind::batch)->on);
  EXPECT_FALSE(stage.has("##numbers"));
  stage.click("picture", 2);
  EXPECT_EQ(stage.desk().data.enlarged, 2);
  EXPECT_TRUE(stage.has("##numbers"));
  stage.click("Close");
  EXPECT_EQ(stage.desk().data.enlarged, -1);
}

TEST(DataView, PicksThePictureThatIsShown) {
  Stage stage({1280, 1000});
  probe::Report report = sample_report();
  report.shown = *report.batch;
  report.shown->indices = {4};
  stage.show(ViewId::data, std::move(report));
  stage.commands();
  stage.click("+");
  const auto commands = stage.commands();
  ASSERT_TRUE(Stage::find(commands, Kind::picture));
  EXPECT_EQ(Stage::find(commands, Kind::picture)->count, 5);
}

TEST(DataView, TheLargestLossComesFirst) {
  Stage stage({1280, 1000});
  stage.show(ViewId::data, sample_report());
  stage.click("Largest loss first");
  stage.click("picture", 0);
  EXPECT_EQ(stage.desk().data.enlarged, 3) << "the one that is answered wrong";
}

}  // namespace
}  // namespace convolab::inspector
