// What a probe tells while it trains, and that telling changes nothing.
#include "probe/probe.hpp"

#include <cmath>

#include "probe/figures.hpp"
#include "session.hpp"

namespace convolab::probe {
namespace {

using Kind = Command::Kind;

std::vector<std::string> all_buffers(const Network& network) {
  std::vector<std::string> out;
  for (const BufferRow& buffer : network.buffers) out.push_back(buffer.name);
  return out;
}

TEST(Probe, WatchingEverythingChangesNothing) {
  for (const int threads : {1, 2}) {
    Session plain(small(), threads), watched(small(), threads);
    const Network network = *watched.probe->report().network;
    for (const Command& command :
         {Command{.kind = Kind::measure, .on = true}, Command{.kind = Kind::statistics, .count = 1},
          Command{.kind = Kind::batch, .count = 64, .on = true},
          Command{.kind = Kind::record, .count = 2},
          Command{.kind = Kind::watch, .names = all_buffers(network), .count = 1 << 20}})
      watched.probe->handle(command);
    const auto expected = losses(24, [&] { return *plain.trainer->step(); });
    const auto found = losses(24, [&] {
      const StepResult result = watched.advance();
      EXPECT_EQ(watched.probe->report().looks.empty(), result.kind != StepResult::Kind::trained);
      return result;
    });
    EXPECT_EQ(found, expected);
    EXPECT_EQ(watched.bits(), plain.bits()) << threads << " threads";
  }
}

TEST(Probe, AnswersForThePictureThatWasPicked) {
  Session session;
  session.train(5);
  const auto all = session.trainer->evaluate(Split::validation);
  ASSERT_TRUE(all);
  for (const int picture : {0, 7}) {
    const Report report = session.tell({.kind = Kind::picture, .count = picture});
    ASSERT_TRUE(report.shown);
    const auto i = static_cast<std::size_t>(picture);
    EXPECT_EQ(report.shown->indices, std::vector<int>{picture});
    EXPECT_EQ(report.shown->labels,
              std::vector<int>{session.trainer->dataset().validation.label(picture)});
    EXPECT_EQ(report.shown->answers, std::vector<int>{all->predictions[i]});
    EXPECT_NEAR(report.shown->confidences.at(0), all->confidences[i], 1e-6f);
    EXPECT_EQ(report.shown->values.size(), 64u);
  }
  EXPECT_FALSE(session.probe->report().shown) << "nothing has changed";
  session.advance();
  EXPECT_TRUE(session.probe->report().shown) << "the weights have changed";
  const int count = session.trainer->dataset().validation.size();
  const Report refused = session.tell({.kind = Kind::picture, .count = count});
  EXPECT_NE(refused.message.find("it has " + std::to_string(count)), std::string::npos)
      << refused.message;
}

TEST(Probe, DescribesTheNetworkAndItsPlan) {
  Session session;
  const Report report = session.probe->report();
  ASSERT_TRUE(report.network);
  const Network& n = *report.network;
  EXPECT_EQ(n.dataset, "bars");
  EXPECT_EQ(n.classes, (std::vector<std::string>{"lying", "upright"}));
  EXPECT_EQ(n.batch, 16);
  ASSERT_EQ(n.layers.size(), 7u);
  EXPECT_EQ(n.layers[0].inputs, std::vector<std::string>{"input"});
  EXPECT_EQ(n.layers[1].inputs, std::vector<std::string>{"c1"});
  EXPECT_EQ(n.layers[0].tensors, (std::vector<std::string>{"c1.weight", "c1.bias"}));
  EXPECT_EQ(n.layers[0].attributes, "out_channels 4, kernel_size 3, padding 1");
  EXPECT_EQ(n.layers[0].output, (std::vector<int>{4, 8, 8}));
  const auto buffer = [&](std::string_view name) {
    for (const BufferRow& row : n.buffers)
      if (row.name == name) return row;
    ADD_FAILURE() << name;
    return BufferRow{};
  };
  EXPECT_EQ(buffer("input").shape, (std::vector<int>{1, 8, 8, 16}));
  EXPECT_EQ(buffer("c1").shape, (std::vector<int>{4, 8, 8, 16}));
  EXPECT_EQ(buffer("c1.padded").shape, (std::vector<int>{1, 10, 10, 16}));
  EXPECT_EQ(buffer("c1.weight").shape, (std::vector<int>{4, 1, 3, 3}));
  EXPECT_EQ(buffer("d_c1.weight").shape, (std::vector<int>{4, 1, 3, 3}));
  EXPECT_EQ(buffer("c1.weight").offset, -1);
  EXPECT_EQ(buffer("out").shape, (std::vector<int>{2, 16}));
  for (const BufferRow& row : n.buffers) {
    std::int64_t elements = 1;
    for (const int size : row.shape) elements *= size;
    EXPECT_EQ(elements, row.elements) << row.name;
    ASSERT_GE(row.first, 0) << row.name;
    ASSERT_LE(row.last, static_cast<int>(n.steps.size()));
    EXPECT_TRUE(row.kept);
  }
  EXPECT_LT(buffer("c1").last, static_cast<int>(n.steps.size()) - 1) << "what the steps touch";
  // 4·8·8 outputs of 9 products each, for 16 pictures.
  EXPECT_EQ(n.steps[1].title, "conv2d_forward");
  EXPECT_EQ(n.steps[1].work, 2.0 * 4 * 64 * 9 * 16);
  EXPECT_EQ(n.steps[1].args.front().name, "batch");
  EXPECT_EQ(n.steps[1].args.front().value, 16);
  session.advance();
  EXPECT_FALSE(session.probe->report().network) << "once is enough";
  EXPECT_TRUE(session.tell({.kind = Kind::again}).network);
}

TEST(Probe, CountsStatistics) {
  const float inf = std::numeric_limits<float>::infinity();
  const Statistics s = statistics_of(std::vector<float>{0, -2, 4, inf, 4, -0.0f, std::nanf("")});
  EXPECT_EQ(s.elements, 7);
  EXPECT_EQ(s.zeros, 2);
  EXPECT_EQ(s.not_finite, 2);
  EXPECT_EQ(s.low, -2);
  EXPECT_EQ(s.high, 4);
  EXPECT_DOUBLE_EQ(s.mean, 6.0 / 5);
  EXPECT_DOUBLE_EQ(s.norm, 6);
  ASSERT_EQ(s.histogram.size(), 64u);
  EXPECT_EQ(s.histogram.front(), 1);
  EXPECT_EQ(s.histogram.back(), 2);
  EXPECT_EQ(s.histogram[64 / 3], 2);
}

TEST(Probe, LooksAtWhatHasChanged) {
  Session session;
  session.train(2);
  Report report =
      session.tell({.kind = Kind::watch, .names = {"c1.weight", "c1", "none"}, .count = 100});
  ASSERT_EQ(report.looks.size(), 2u);
  EXPECT_EQ(report.looks[0].buffer, "c1.weight");
  EXPECT_EQ(report.looks[0].values, session.values("c1.weight"));
  EXPECT_EQ(report.looks[0].step, 2u);
  EXPECT_EQ(report.looks[0].at, -1);
  EXPECT_TRUE(report.looks[1].values.empty()) << "4,096 are more than 100";
  EXPECT_EQ(report.looks[1].statistics.elements, 4096);
  EXPECT_FALSE(session.probe->changed());
  EXPECT_TRUE(session.probe->report().looks.empty());
  ASSERT_TRUE(session.trainer->set_parameter("c1.weight", 0, 9.0f));
  EXPECT_TRUE(session.probe->changed()) << "whoever changed it";
  report = session.probe->report();
  ASSERT_EQ(report.looks.size(), 2u);
  EXPECT_EQ(report.looks[0].values[0], 9.0f);
  report = session.tell({.kind = Kind::run_to, .count = 3});
  ASSERT_EQ(report.looks.size(), 2u);
  EXPECT_EQ(report.looks[0].at, 3);
  // Integers are shown as such.
  const std::string pool = session.trainer->graph().layers()[3].name + ".switches";
  report = session.tell({.kind = Kind::run_to, .count = 8});
  report = session.tell({.kind = Kind::watch, .names = {"labels", pool}, .count = 1 << 20});
  ASSERT_EQ(report.looks.size(), 2u);
  EXPECT_EQ(report.looks[0].statistics.high, 1);
  EXPECT_GT(report.looks[1].statistics.high, 7);
  EXPECT_LT(report.looks[1].statistics.high, 64);
}

TEST(Probe, CountsAStepsFiguresByHand) {
  Session session;
  session.train(4);
  session.tell({.kind = Kind::statistics, .count = 1});
  const Graph& graph = session.trainer->graph();
  const std::size_t relu = 2;
  const auto before_weight = session.values("c1.weight"), before_bias = session.values("c1.bias");
  const StepResult result = session.advance();
  Report report = session.tell({.kind = Kind::watch,
                                .names = {"d_c1.weight", "d_c1.bias", graph.layers()[relu].name},
                                .count = 1 << 20});
  ASSERT_EQ(report.points.size(), 1u);
  const Point& point = report.points[0];
  EXPECT_EQ(point.step, 5u);
  EXPECT_EQ(point.loss, result.loss);
  EXPECT_EQ(point.accuracy, result.accuracy);
  EXPECT_EQ(point.rate, static_cast<double>(result.learning_rate));
  ASSERT_EQ(report.looks.size(), 3u);
  double gradient = 0, change = 0, size = 0;
  for (int i : {0, 1})
    for (const float v : report.looks[static_cast<std::size_t>(i)].values)
      gradient += static_cast<double>(v) * v;
  const auto moved = [&](const std::vector<float>& before, const std::vector<float>& after) {
    for (std::size_t i = 0; i < before.size(); ++i) {
      change += std::pow(static_cast<double>(after[i]) - static_cast<double>(before[i]), 2);
      size += std::pow(static_cast<double>(before[i]), 2);
    }
  };
  moved(before_weight, session.values("c1.weight"));
  moved(before_bias, session.values("c1.bias"));
  EXPECT_GT(gradient, 0);
  // Sums of floats.
  EXPECT_NEAR(point.gradient[0], std::sqrt(gradient), 1e-6 * std::sqrt(gradient));
  EXPECT_NEAR(point.update[0], std::sqrt(change / size), 1e-6 * std::sqrt(change / size));
  EXPECT_TRUE(std::isnan(point.gradient[relu]));
  EXPECT_TRUE(std::isnan(point.dead[0]));

  std::vector<bool> alive(report.looks[2].values.size() / 16, false);
  for (std::size_t i = 0; i < report.looks[2].values.size(); ++i)
    if (report.looks[2].values[i] != 0.0f) alive[i / 16] = true;
  const auto dead = std::count(alive.begin(), alive.end(), false);
  EXPECT_EQ(point.dead[relu], static_cast<double>(dead) / static_cast<double>(alive.size()));
}

TEST(Probe, SeesDeadUnits) {
  for (const bool fuse : {true, false}) {
    TrainConfig config = small();
    config.fuse = fuse;
    config.learning_rate = 0;
    Session session(config, 1, toy::dataset(), R"({"input": [1, 8, 8], "layers": [
        {"type": "conv2d", "name": "c1", "out_channels": 4, "kernel_size": 3}, {"type": "relu"},
        {"type": "flatten"}, {"type": "linear", "name": "out", "out_features": 2}]})");
    session.tell({.kind = Kind::statistics, .count = 2});
    // Channel 2 never fires, the others always do.
    for (int channel = 0; channel < 4; ++channel)
      ASSERT_TRUE(session.trainer->set_parameter("c1.bias", channel, channel == 2 ? -99.f : 99.f));
    session.train(4);
    const Report report = session.probe->report();
    ASSERT_EQ(report.points.size(), 2u) << "every second step";
    EXPECT_EQ(report.points[0].step, 2u);
    EXPECT_EQ(report.points[0].dead[1], 0.25);
    EXPECT_TRUE(std::isnan(report.points[0].dead[0]));
    EXPECT_EQ(report.points[0].update[0], 0);
  }
}

TEST(Probe, ShowsTheBatchAsItGoesIn) {
  Session session;
  session.train(1);
  Report report = session.tell({.kind = Kind::batch, .count = 3, .on = true});
  ASSERT_TRUE(report.batch);
  EXPECT_EQ(report.batch->answers.size(), 3u) << "of the batch that is done";
  session.probe->handle(
      {.kind = Kind::watch, .names = {"input", "out", "losses"}, .count = 1 << 20});
  report = session.tell({.kind = Kind::run_to, .count = 0});
  ASSERT_TRUE(report.batch);
  const BatchLook first = *report.batch;
  EXPECT_TRUE(first.answers.empty());
  EXPECT_TRUE(first.losses.empty());
  ASSERT_EQ(first.indices.size(), 3u);
  const auto input = report.looks[0].values;
  for (std::size_t n = 0; n < 3; ++n) {
    EXPECT_EQ(first.labels[n], session.trainer->dataset().train.label(first.indices[n]));
    for (std::size_t i = 0; i < 64; ++i) EXPECT_EQ(first.values[n * 64 + i], input[i * 16 + n]);
  }
  report = session.tell({.kind = Kind::run_to, .count = 1000});
  ASSERT_TRUE(report.batch);
  ASSERT_EQ(report.batch->answers.size(), 3u);
  ASSERT_EQ(report.looks.size(), 3u);
  const auto& scores = report.looks[1].values;
  for (std::size_t n = 0; n < 3; ++n) {
    EXPECT_EQ(report.batch->answers[n], scores[16 + n] > scores[n] ? 1 : 0);
    const double difference = std::abs(static_cast<double>(scores[16 + n]) - scores[n]);
    EXPECT_NEAR(report.batch->confidences[n], 1 / (1 + std::exp(-difference)), 1e-6);
    EXPECT_EQ(report.batch->losses[n], report.looks[2].values[n]);
  }
  EXPECT_FALSE(session.probe->report().batch) << "nothing new";
  EXPECT_FALSE(session.tell({.kind = Kind::leave_batch}).batch);
}

TEST(Probe, Records) {
  Session session;
  session.tell({.kind = Kind::record, .names = {"out.bias"}, .count = 3});
  std::vector<std::vector<float>> expected;
  for (int step = 1; step <= 7; ++step) {
    session.advance();
    if (step % 3 == 0) expected.push_back(session.values("out.bias"));
  }
  Report report = session.probe->report();
  ASSERT_EQ(report.frames.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(report.frames[i].step, 3 * (i + 1));
    ASSERT_EQ(report.frames[i].tensors.size(), 1u);
    EXPECT_EQ(report.frames[i].tensors[0].name, "out.bias");
    EXPECT_EQ(report.frames[i].tensors[0].shape, std::vector<int>{2});
    EXPECT_EQ(report.frames[i].tensors[0].values, expected[i]);
  }
  report = session.tell({.kind = Kind::record, .count = 1});
  ASSERT_EQ(report.frames.size(), 1u) << "how it is when the recording begins";
  EXPECT_EQ(report.frames[0].tensors.size(), session.trainer->graph().parameters().size());
  session.tell({.kind = Kind::record, .count = 0});
  session.train(2);
  EXPECT_TRUE(session.probe->report().frames.empty());
}

TEST(Probe, MeasuresEveryStep) {
  Session session(small(), 2);
  session.tell({.kind = Kind::measure, .on = true});
  session.advance();
  const Report report = session.probe->report();
  ASSERT_TRUE(report.times);
  const int steps = session.tell({.kind = Kind::again}).network->steps.size() > 0
                        ? static_cast<int>(report.times->seconds.size())
                        : 0;
  EXPECT_GT(report.times->ceiling, 0);
  std::vector<int> of_caller(static_cast<std::size_t>(steps), 0);
  double last = 0;
  for (const Times::Span& span : report.times->spans) {
    ASSERT_GE(span.step, 0);
    ASSERT_LT(span.step, steps);
    EXPECT_LE(span.begin, span.end);
    EXPECT_GE(span.begin, 0);
    if (span.thread > 0) continue;
    ++of_caller[static_cast<std::size_t>(span.step)];
    EXPECT_GE(span.begin, last) << "one after the other";
    last = span.end;
  }
  EXPECT_EQ(of_caller, std::vector<int>(static_cast<std::size_t>(steps), 1));
  session.tell({.kind = Kind::measure, .on = false});
  session.train(8);
  EXPECT_FALSE(session.probe->report().times);
}

TEST(Probe, SaysHowTheRunGoes) {
  Session session;
  session.probe->set_state(State::running);
  session.train(3);
  auto run = session.probe->report().run;
  EXPECT_EQ(run.state, State::running);
  EXPECT_EQ(run.step, 3u);
  EXPECT_EQ(run.epochs, 4);
  EXPECT_EQ(run.steps_per_epoch, 7u);
  EXPECT_GT(run.loss, 0);
  run = session.tell({.kind = Kind::rate, .value = 0.25}).run;
  EXPECT_EQ(run.base_rate, 0.25f);
  EXPECT_EQ(session.trainer->config().learning_rate, 0.25f);
  run = session.tell({.kind = Kind::fuse, .on = false}).run;
  EXPECT_FALSE(run.fuse);
  run = session.tell({.kind = Kind::restart, .count = 77}).run;
  EXPECT_EQ(run.seed, 77u);
  EXPECT_EQ(run.step, 0u);
  EXPECT_EQ(run.loss, 0);
  session.probe->set_state(State::running);
  EXPECT_FALSE(session.probe->changed());
  session.probe->set_state(State::paused);
  EXPECT_TRUE(session.probe->changed());
}

TEST(Probe, TellsOfTheEndAndOfWaiting) {
  TrainConfig config = small();
  config.epochs = 1;
  Session session(config, 1, toy::dataset(1, false));
  session.train(2);  // 32 of the 40 pictures that are here
  EXPECT_EQ(session.advance().kind, StepResult::Kind::waiting_for_data);
  EXPECT_NE(session.tell({.kind = Kind::step_plan, .count = 1}).message.find("not arrived"),
            std::string::npos);
  Session short_run(config);
  short_run.train(8);
  EXPECT_EQ(short_run.advance().kind, StepResult::Kind::finished);
  EXPECT_NE(short_run.tell({.kind = Kind::step_plan, .count = 1}).message.find("done"),
            std::string::npos);
  EXPECT_TRUE(short_run.tell({.kind = Kind::step_plan, .count = -1}).message.empty());
}

TEST(Probe, StopsWithTheTrainersMessage) {
  Session plain, probed;
  for (Session* each : {&plain, &probed}) {
    each->train(3);
    const int bias = each->trainer->graph().find_parameter("out.bias");
    each->trainer->state().values(bias)[0] = std::nanf("");
  }
  const Expected<StepResult> expected = plain.trainer->step(), found = probed.probe->advance();
  ASSERT_FALSE(expected);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().text(), expected.error().text());
  const auto run = probed.probe->report().run;
  EXPECT_EQ(run.error, found.error().text());
  EXPECT_TRUE(run.in_batch) << "so that its buffers can be looked at";
  EXPECT_FALSE(probed.probe->advance()) << "and it stays stopped";
  EXPECT_TRUE(probed.tell({.kind = Kind::restart, .count = 1}).run.error.empty());
  EXPECT_TRUE(probed.probe->advance());
}

TEST(Probe, TakesAnotherNetworkWithWhatWasAskedFor) {
  Session session, other;
  session.tell({.kind = Kind::watch, .names = {"c1.weight"}, .count = 100});
  session.tell({.kind = Kind::run_to, .count = 5});
  session.probe->attach(*other.trainer);
  const Report report = session.probe->report();
  EXPECT_TRUE(report.network);
  EXPECT_FALSE(report.run.in_batch);
  EXPECT_EQ(report.looks.size(), 1u);
}

}  // namespace
}  // namespace convolab::probe
