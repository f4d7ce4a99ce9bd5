// Memory and profiler: what lies under the pointer is what a click selects, zoomed or not.
#include <gtest/gtest.h>

#include "inspector/stage.hpp"

namespace convolab::inspector {
namespace {

using Kind = probe::Command::Kind;

// The only buffer of the sample at a share of the arena.
const probe::BufferRow& buffer_at(const probe::Network& network, double share) {
  const auto element = static_cast<std::int64_t>(share * static_cast<double>(network.arena));
  for (const probe::BufferRow& row : network.buffers)
    if (row.offset >= 0 && element >= row.offset && element < row.offset + row.elements) return row;
  ADD_FAILURE() << "nothing at " << share;
  return network.buffers.front();
}

TEST(Memory, AClickSelectsTheBufferThatLiesThere) {
  Stage stage({640, 900});
  stage.show(ViewId::memory, sample_report());
  const probe::BufferRow& middle = buffer_at(stage.desk().network, 0.5);
  // Some steps after the one that wrote it: it is still there.
  const ImVec2 at = stage.place("map");
  ASSERT_LT(middle.first, 16);
  ASSERT_TRUE(middle.kept);
  stage.click_at({at.x + 150, at.y});
  EXPECT_EQ(stage.desk().selection.buffer, middle.name);
}

TEST(Memory, TheWheelZoomsAroundThePointerAndAllShowsAllAgain) {
  Stage stage({640, 900});
  stage.show(ViewId::memory, sample_report());
  const ImVec2 middle = stage.place("map"), above = {middle.x, middle.y - 200};
  const auto distance = [&] {
    stage.click_at(above);
    const probe::BufferRow* row = stage.desk().buffer(stage.desk().selection.buffer);
    return stage.desk().network.arena / 2 - (row ? row->offset + row->elements : 0);
  };
  const std::int64_t far = distance();
  stage.wheel(middle, 12);
  EXPECT_LT(distance(), far / 4);
  // What is under the pointer goes with it.
  stage.click_at(above);
  const std::string held = stage.desk().selection.buffer;
  stage.drag(above, {above.x, above.y + 150});
  stage.click_at({above.x, above.y + 150});
  EXPECT_EQ(stage.desk().selection.buffer, held);
  stage.click("All");
  EXPECT_EQ(distance(), far);
}

TEST(Profiler, MeasuresAndSelectsTheStepUnderThePointer) {
  Stage stage({680, 900});
  stage.show(ViewId::profiler, sample_report());
  const auto all = stage.commands();
  const probe::Command* measure = Stage::find(all, Kind::measure);
  ASSERT_NE(measure, nullptr);
  EXPECT_TRUE(measure->on);

  stage.click_at(stage.place("flame"));
  const auto& spans = stage.desk().times->spans;
  const double middle = spans.back().end / 2;
  int expected = -1;
  for (const auto& span : spans)
    if (span.begin <= middle && middle < span.end) expected = span.step;
  ASSERT_GE(expected, 0);
  EXPECT_EQ(stage.desk().selection.step, expected);
}

TEST(Profiler, SumsByLayerOrByPhase) {
  Stage stage({680, 900});
  stage.show(ViewId::profiler, sample_report());
  stage.click("c3");
  EXPECT_EQ(stage.desk().selection.layer, "c3");
  stage.click("By phase");
  EXPECT_FALSE(stage.has("c3"));
  stage.click("By layer");
  EXPECT_TRUE(stage.has("c3"));
}

TEST(Profiler, SaysWhatToDoWhileNothingIsMeasured) {
  Stage stage({680, 900});
  probe::Report report = sample_report();
  report.times.reset();
  stage.show(ViewId::profiler, report);
  EXPECT_FALSE(stage.has("By phase"));
  EXPECT_GT(stage.vertices(), 100);
}

}  // namespace
}  // namespace convolab::inspector
