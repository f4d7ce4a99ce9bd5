// A batch step by step: forth and back to the same bits.
#include "session.hpp"

namespace convolab::probe {
namespace {

using Kind = Command::Kind;

// Every buffer of the batch that a step before the next one has written.
std::vector<Look> look_at_all(Session& session) {
  const Report all = session.tell({.kind = Kind::again});
  std::vector<std::string> names;
  for (const BufferRow& buffer : all.network->buffers) names.push_back(buffer.name);
  Report report =
      session.tell({.kind = Kind::watch, .names = names, .count = std::int64_t{1} << 20});
  // All of them once more, as some may have been told of before.
  if (report.looks.size() != names.size()) report = session.tell({.kind = Kind::again});
  EXPECT_EQ(report.looks.size(), names.size());
  std::vector<Look> out;
  for (Look& look : report.looks)
    for (const BufferRow& buffer : all.network->buffers)
      if (buffer.name == look.buffer &&
          (buffer.first < 0 || buffer.first < report.run.next || buffer.offset < 0))
        out.push_back(std::move(look));
  return out;
}

void expect_equal(const std::vector<Look>& a, const std::vector<Look>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].buffer, b[i].buffer);
    EXPECT_EQ(a[i].values, b[i].values) << a[i].buffer;
    EXPECT_EQ(a[i].at, b[i].at);
  }
}

TEST(Stepper, ForthAndBackGivesTheSameBuffers) {
  Session session;
  session.train(3);
  const auto begun = session.tell({.kind = Kind::run_to, .count = 0});
  ASSERT_TRUE(begun.run.in_batch);
  const int end = static_cast<int>(begun.network->steps.size());
  std::vector<std::vector<Look>> forth;
  forth.push_back(look_at_all(session));
  for (int s = 1; s <= end; ++s) {
    EXPECT_EQ(session.tell({.kind = Kind::step_plan, .count = 1}).run.next, s);
    forth.push_back(look_at_all(session));
  }
  EXPECT_NE(forth.front().size(), forth.back().size());
  for (int s = end - 1; s >= 0; --s) {
    EXPECT_EQ(session.tell({.kind = Kind::step_plan, .count = -1}).run.next, s);
    expect_equal(look_at_all(session), forth[static_cast<std::size_t>(s)]);
  }
}

TEST(Stepper, ABatchThatWasSteppedLeavesTheSameBits) {
  for (const char* optimizer : {"sgd", "adam"}) {
    TrainConfig config = small();
    config.optimizer.kind = std::string_view(optimizer) == "sgd" ? OptimizerConfig::Kind::sgd
                                                                 : OptimizerConfig::Kind::adam;
    Session plain(config), stepped(config);
    for (int batch = 0; batch < 12; ++batch) {  // over the end of an epoch, with its validation
      plain.trainer->step();
      stepped.probe->handle({.kind = Kind::step_plan, .count = 3 * batch});
      stepped.probe->handle({.kind = Kind::run_to, .count = 1000});
      stepped.probe->handle({.kind = Kind::run_to, .count = 5});
      if (batch % 3 == 1) stepped.probe->handle({.kind = Kind::rewind});
      if (batch % 3 == 2) stepped.probe->handle({.kind = Kind::leave_batch});
      while (stepped.probe->has_results()) {
        EXPECT_EQ(stepped.advance().kind, StepResult::Kind::validated);
        plain.trainer->step();
      }
      const StepResult done = stepped.advance();
      EXPECT_EQ(done.kind, StepResult::Kind::trained);
      EXPECT_EQ(stepped.bits(), plain.bits()) << optimizer << ", batch " << batch;
    }
  }
}

TEST(Stepper, LeavingABatchLeavesNothingOfIt) {
  Session session;
  session.train(2);
  const auto before = session.bits();
  session.probe->handle({.kind = Kind::run_to, .count = 1000});
  EXPECT_NE(session.bits(), before);
  const Report left = session.tell({.kind = Kind::leave_batch});
  EXPECT_FALSE(left.run.in_batch);
  EXPECT_EQ(session.bits(), before);
}

TEST(Stepper, GoesOverToTheNextBatch) {
  Session session, plain;
  plain.trainer->step();
  const auto end = session.tell({.kind = Kind::run_to, .count = 1000}).run.next;
  EXPECT_EQ(session.probe->report().run.step, 0u) << "run, but not booked yet";
  const Report over = session.tell({.kind = Kind::step_plan, .count = 1});
  EXPECT_EQ(over.run.next, 0);
  EXPECT_EQ(over.run.step, 1u);
  EXPECT_GT(end, 0);
  ASSERT_TRUE(session.probe->has_results());
  EXPECT_EQ(session.advance().kind, StepResult::Kind::trained);
  EXPECT_FALSE(session.probe->has_results());
  session.probe->leave();
  EXPECT_EQ(session.bits(), plain.bits());
}

TEST(Stepper, StaysBeforeTheGradientsOfALossThatIsNotFinite) {
  Session session;
  session.train(1);
  session.trainer->state().values(session.trainer->graph().find_parameter("out.bias"))[1] =
      std::numeric_limits<float>::quiet_NaN();
  const Report report = session.tell({.kind = Kind::run_to, .count = 1000});
  EXPECT_NE(report.message.find("out"), std::string::npos) << report.message;
  EXPECT_NE(report.message.find("NaN"), std::string::npos) << report.message;
  ASSERT_TRUE(report.run.in_batch);
  ASSERT_TRUE(report.network);
  const auto& steps = report.network->steps;
  EXPECT_EQ(steps[static_cast<std::size_t>(report.run.next)].phase, "backward");
  EXPECT_EQ(steps[static_cast<std::size_t>(report.run.next) - 1].phase, "loss");
  // It can be left, mended and gone on with.
  session.probe->leave();
  ASSERT_TRUE(session.trainer->set_parameter("out.bias", 1, 0.0f));
  EXPECT_EQ(session.advance().kind, StepResult::Kind::trained);
}

TEST(Stepper, ABatchIsGivenUpWhenSomebodyChangesTheTrainer) {
  Session session;
  session.probe->handle({.kind = Kind::run_to, .count = 1000});
  TrainConfig config = session.trainer->config();
  config.batch_size = 8;
  ASSERT_TRUE(session.trainer->configure(config));
  const Report report = session.probe->report();
  EXPECT_FALSE(report.run.in_batch);
  ASSERT_TRUE(report.network) << "another plan";
  EXPECT_EQ(report.network->batch, 8);
  EXPECT_EQ(session.advance().samples, 8);
}

}  // namespace
}  // namespace convolab::probe
