// The stepper: which command comes out of which button, and the list of breakpoints.
#include <gtest/gtest.h>

#include "inspector/stage.hpp"

namespace convolab::inspector {
namespace {

using probe::Breakpoint;
using probe::Command;
using Kind = probe::Command::Kind;

// The sample has 9 steps forward (one for each layer), the loss, 9 back, and 5 that update.
constexpr int loss = 9, backward = 10, update = 19, steps = 24;

// The view alone, in a batch before step `next`; -1: between batches.
struct Stepper : Stage {
  explicit Stepper(int next) : Stage({640, 900}) {
    probe::Report report = sample_report();
    EXPECT_EQ(static_cast<int>(report.network->steps.size()), steps);
    report.run.in_batch = next >= 0;
    report.run.next = next;
    show(ViewId::stepper, std::move(report));
    commands();
  }
  // What a click says to the engine, if anything.
  Command said(const std::string& label, Kind kind, int which = 0) {
    click(label, which);
    const auto all = commands();
    const Command* found = find(all, kind);
    EXPECT_NE(found, nullptr) << label;
    return found ? *found : Command{};
  }
  bool silent(const std::string& label) {
    click(label);
    return commands().empty();
  }
};

TEST(Stepper, GoesForthFromBetweenTwoBatches) {
  Stepper stage(-1);
  EXPECT_EQ(stage.said("Step", Kind::step_plan).count, 1);
  EXPECT_EQ(stage.said("Layer", Kind::run_to).count, 1);
  EXPECT_EQ(stage.said("Phase", Kind::run_to).count, loss);
  stage.said("Continue", Kind::go_on);
  stage.said("Finish", Kind::step_batch);
  for (const char* back : {"Back", "To start", "Leave"}) EXPECT_TRUE(stage.silent(back)) << back;
}

TEST(Stepper, GoesBothWaysInABatch) {
  Stepper stage(loss);
  EXPECT_EQ(stage.said("Back", Kind::step_plan).count, -1);
  EXPECT_EQ(stage.said("Layer", Kind::run_to).count, backward);
  EXPECT_EQ(stage.said("Phase", Kind::run_to).count, backward);
  stage.said("To start", Kind::rewind);
  stage.said("Leave", Kind::leave_batch);
}

TEST(Stepper, TheLastPhaseEndsWithTheBatch) {
  Stepper stage(update);
  EXPECT_EQ(stage.said("Layer", Kind::run_to).count, update + 1);
  stage.said("Phase", Kind::step_batch);
  Stepper last(steps - 1);
  last.said("Layer", Kind::step_batch);
}

TEST(Stepper, TheStripGoesWhereItIsClicked) {
  Stepper stage(3);
  EXPECT_EQ(stage.said("strip", Kind::run_to).count, steps / 2);
}

TEST(Stepper, ADotIsABreakpointBeforeItsStep) {
  Stepper stage(0);
  const Command set = stage.said("dot", Kind::breakpoints, 3);
  ASSERT_EQ(set.breakpoints.size(), 1u);
  EXPECT_EQ(set.breakpoints[0].kind, Breakpoint::Kind::step);
  EXPECT_EQ(set.breakpoints[0].step, 3);
  EXPECT_TRUE(stage.said("dot", Kind::breakpoints, 3).breakpoints.empty());
}

TEST(Stepper, BreakpointsAreAddedSwitchedOffAndRemoved) {
  Stepper stage(-1);
  stage.click("###breakpoints");
  EXPECT_TRUE(stage.commands().empty());
  stage.click("Add a breakpoint");
  Command set = stage.said("Where NaN or infinity appears", Kind::breakpoints);
  ASSERT_EQ(set.breakpoints.size(), 1u);
  EXPECT_EQ(set.breakpoints[0].kind, Breakpoint::Kind::not_finite);
  EXPECT_TRUE(set.breakpoints[0].on);

  stage.desk().select_step(backward);
  stage.click("Add a breakpoint");
  set = stage.said("Before the selected step: output · linear_backward", Kind::breakpoints);
  ASSERT_EQ(set.breakpoints.size(), 2u);
  EXPECT_EQ(set.breakpoints[1].kind, Breakpoint::Kind::step);
  EXPECT_EQ(set.breakpoints[1].step, backward);

  stage.click("Add a breakpoint");
  stage.click("Before a layer");
  set = stage.said("c5", Kind::breakpoints);
  ASSERT_EQ(set.breakpoints.size(), 3u);
  EXPECT_EQ(set.breakpoints[2].kind, Breakpoint::Kind::layer);
  EXPECT_EQ(set.breakpoints[2].name, "c5");

  set = stage.said("##on", Kind::breakpoints);
  EXPECT_FALSE(set.breakpoints[0].on);
  EXPECT_TRUE(set.breakpoints[1].on);
  set = stage.said("×", Kind::breakpoints);
  ASSERT_EQ(set.breakpoints.size(), 2u);
  EXPECT_EQ(set.breakpoints[0].kind, Breakpoint::Kind::step);
}

TEST(Stepper, WhereANumberIsNotFiniteALookLeadsThere) {
  Stage stage({640, 900});
  probe::Report report = sample_report();
  const auto& buffers = report.network->buffers;
  for (std::size_t b = 0; b < buffers.size(); ++b)
    if (buffers[b].name == "c3") report.run.held_buffer = static_cast<int>(b);
  report.run.in_batch = true;
  report.run.next = 4;
  report.run.held = "c3 has 1 number that is not finite";
  stage.show(ViewId::stepper, report);
  stage.click("Look at c3");
  EXPECT_EQ(stage.desk().selection.buffer, "c3");
  EXPECT_EQ(stage.inspector.layout().alone, ViewId::tensor);
}

}  // namespace
}  // namespace convolab::inspector
