// Where a batch is held, and how it goes on from there.
#include <limits>

#include "session.hpp"

namespace convolab::probe {
namespace {

using Kind = Command::Kind;

Command stop_at(Breakpoint::Kind kind, std::string name = {}, int step = 0) {
  return {.kind = Kind::breakpoints, .breakpoints = {{kind, std::move(name), step, true}}};
}

// The steps at which the next batch is held, until it is done.
std::vector<int> stops(Session& session) {
  std::vector<int> out;
  for (StepResult r = session.advance(); r.kind == StepResult::Kind::held; r = session.advance()) {
    const auto run = session.probe->report().run;
    EXPECT_TRUE(run.in_batch);
    EXPECT_FALSE(run.held.empty());
    out.push_back(run.next);
  }
  return out;
}

TEST(Breakpoint, HoldsBeforeAStep) {
  Session session;
  session.tell(stop_at(Breakpoint::Kind::step, {}, 4));
  EXPECT_EQ(stops(session), std::vector<int>{4});
  EXPECT_EQ(stops(session), std::vector<int>{4}) << "in every batch";
  session.tell(stop_at(Breakpoint::Kind::step, {}, 0));
  EXPECT_EQ(stops(session), std::vector<int>{0});
}

TEST(Breakpoint, HoldsBeforeAPhase) {
  Session session;
  const Network network = *session.probe->report().network;
  for (const char* phase : {"forward", "loss", "backward", "update"}) {
    session.tell(stop_at(Breakpoint::Kind::phase, phase));
    const auto held = stops(session);
    ASSERT_EQ(held.size(), 1u) << phase;
    const auto at = static_cast<std::size_t>(held[0]);
    EXPECT_EQ(network.steps[at].phase, phase);
    EXPECT_TRUE(at == 0 || network.steps[at - 1].phase != phase);
  }
}

TEST(Breakpoint, HoldsWhereALayerBeginsInEveryPhase) {
  Session session;
  const Network network = *session.probe->report().network;
  session.tell(stop_at(Breakpoint::Kind::layer, "out"));
  const auto held = stops(session);
  ASSERT_EQ(held.size(), 3u) << "forward, backward, update";
  const char* phases[] = {"forward", "backward", "update"};
  for (std::size_t i = 0; i < 3; ++i) {
    const StepRow& step = network.steps[static_cast<std::size_t>(held[i])];
    EXPECT_EQ(network.layers[static_cast<std::size_t>(step.layer)].name, "out");
    EXPECT_EQ(step.phase, phases[i]);
  }
  session.tell(stop_at(Breakpoint::Kind::layer, "no such layer"));
  EXPECT_TRUE(stops(session).empty());
}

TEST(Breakpoint, FindsAPlantedNaN) {
  Session session;
  session.train(2);
  const Network network = *session.probe->report().network;
  session.tell(stop_at(Breakpoint::Kind::not_finite));
  EXPECT_EQ(session.advance().kind, StepResult::Kind::trained) << "nothing to find";
  const int weight = session.trainer->graph().find_parameter("out.weight");
  session.trainer->state().values(weight)[3] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(session.advance().kind, StepResult::Kind::held);
  const auto run = session.probe->report().run;
  EXPECT_NE(run.held.find("out.weight"), std::string::npos) << run.held;
  ASSERT_GE(run.held_buffer, 0);
  EXPECT_EQ(network.buffers[static_cast<std::size_t>(run.held_buffer)].name, "out.weight");
  const auto step = static_cast<std::size_t>(run.next);
  EXPECT_EQ(network.steps[step].title, "linear_forward") << "before the step that reads it";

  // Going on, the step's own output is next.
  EXPECT_EQ(session.advance().kind, StepResult::Kind::held);
  const auto after = session.probe->report().run;
  EXPECT_EQ(after.next, run.next + 1);
  EXPECT_EQ(network.buffers[static_cast<std::size_t>(after.held_buffer)].name, "out");
}

TEST(Breakpoint, FindsWhereANumberFirstOverflows) {
  Session session;
  session.train(1);
  const Network network = *session.probe->report().network;
  session.tell(stop_at(Breakpoint::Kind::not_finite));
  const int weight = session.trainer->graph().find_parameter("out.weight");
  for (float& value : session.trainer->state().values(weight)) value = 3e38f;
  EXPECT_EQ(session.advance().kind, StepResult::Kind::held);
  const auto run = session.probe->report().run;
  EXPECT_EQ(network.buffers[static_cast<std::size_t>(run.held_buffer)].name, "out");
  EXPECT_EQ(network.steps[static_cast<std::size_t>(run.next) - 1].title, "linear_forward");
}

TEST(Breakpoint, ThatIsOffHoldsNothing) {
  Session session;
  Command command = stop_at(Breakpoint::Kind::step, {}, 4);
  command.breakpoints[0].on = false;
  session.tell(command);
  EXPECT_TRUE(stops(session).empty());
}

TEST(Breakpoint, LeavesTheRunAsItWas) {
  Session plain, held;
  Command command = {.kind = Kind::breakpoints,
                     .breakpoints = {{Breakpoint::Kind::layer, "c1", 0, true},
                                     {Breakpoint::Kind::phase, "update", 0, true},
                                     {Breakpoint::Kind::step, "", 9, true},
                                     {Breakpoint::Kind::not_finite, "", 0, true}}};
  held.tell(command);
  for (int batch = 0; batch < 20; ++batch) {
    plain.trainer->step();
    for (int stop = 0; held.advance().kind == StepResult::Kind::held; ++stop)
      if (stop == 2) held.probe->handle({.kind = Kind::step_plan, .count = -1});
    ASSERT_EQ(held.bits(), plain.bits()) << "batch " << batch;
  }
}

}  // namespace
}  // namespace convolab::probe
