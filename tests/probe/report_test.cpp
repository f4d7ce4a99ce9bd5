// Reports as bytes and commands as JSON, and back: every field.
#include "probe/report.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace convolab::probe {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr float nanf = std::numeric_limits<float>::quiet_NaN();

Network network() {
  Network n;
  n.name = "tiny";
  n.dataset = "digits";
  n.backend = "simd";
  n.input = {1, 28, 28};
  n.classes = {"0", "„eins“"};
  n.layers = {{"c1", "conv2d", {"input"}, {6, 24, 24}, "kernel_size 5", 156, 86400, {"c1.w"}, true},
              {}};
  n.steps = {{"conv2d_forward + relu", 0, 1, "forward", {{"batch", 32}}, {0, -1}, {2}, 1e9}, {}};
  n.buffers = {{"c1", "activation", 0, {6, 24, 24, 32}, 110592, 1 << 20, 0, 9, false}, {}};
  n.arena = std::int64_t{1} << 40;
  n.parameters = 12345;
  n.batch = 32;
  n.threads = 4;
  return n;
}

Report everything() {
  Report r;
  r.number = std::uint64_t{1} << 60;
  r.network = network();
  r.run.state = State::stopped;
  r.run.step = 120;
  r.run.epoch = 2;
  r.run.epochs = 7;
  r.run.steps_per_epoch = 94;
  r.run.seed = 42;
  r.run.loss = nan;
  r.run.accuracy = 0.125;
  r.run.rate = 0.004f;
  r.run.base_rate = 0.01f;
  r.run.pictures_per_second = 12345.5;
  r.run.fuse = false;
  r.run.error = "c1: NaN";
  r.run.in_batch = true;
  r.run.next = 17;
  r.run.held = "layer c1";
  r.run.held_buffer = 3;
  r.points = {{120, 0.5, 0.75, 0.001, {1.5, nan}, {nan, 0.25}, {nan, nan}}, {}};
  r.looks = {{"d_c1.weight",
              120,
              5,
              {6, 1, 5, 5},
              {150, 3, 1, -2, 4, 0.5, 9, {1, 0, 149}},
              {1.0f, nanf, -std::numeric_limits<float>::infinity(), 1e-40f}},
             {}};
  r.times = Times{{1e-6, 2.5e-3}, 117.5, {{1, 2, 0.001, 0.002}, {}}};
  r.batch =
      BatchLook{3, {1, 1, 2}, {7, 8}, {0, 1}, {1, 1}, {0.9f, 0.6f}, {nanf, 2}, {0, 1, 0.5f, 0}};
  r.frames = {{100, 0.3, {{"c1.weight", {2}, {1, 2}}, {"c1.bias", {1}, {nanf}}}}, {}};
  r.message = "refused";
  return r;
}

TEST(ProbeReport, SurvivesBytesWithEveryField) {
  const Report before = everything();
  const auto bytes = to_bytes(before);
  const auto after = report_from_bytes(bytes);
  ASSERT_TRUE(after) << after.error().text();
  EXPECT_EQ(to_bytes(*after), bytes) << "what was read is written the same";

  EXPECT_EQ(after->number, before.number);
  ASSERT_TRUE(after->network);
  const Network& n = *after->network;
  EXPECT_EQ(n.name, "tiny");
  EXPECT_EQ(n.dataset, "digits");
  EXPECT_EQ(n.backend, "simd");
  EXPECT_EQ(n.input, (std::vector<int>{1, 28, 28}));
  EXPECT_EQ(n.classes, (std::vector<std::string>{"0", "„eins“"}));
  EXPECT_EQ(n.arena, std::int64_t{1} << 40);
  EXPECT_EQ(n.parameters, 12345);
  EXPECT_EQ(n.batch, 32);
  EXPECT_EQ(n.threads, 4);
  ASSERT_EQ(n.layers.size(), 2u);
  EXPECT_EQ(n.layers[0].name, "c1");
  EXPECT_EQ(n.layers[0].type, "conv2d");
  EXPECT_EQ(n.layers[0].inputs, std::vector<std::string>{"input"});
  EXPECT_EQ(n.layers[0].output, (std::vector<int>{6, 24, 24}));
  EXPECT_EQ(n.layers[0].attributes, "kernel_size 5");
  EXPECT_EQ(n.layers[0].parameters, 156);
  EXPECT_EQ(n.layers[0].multiply_adds, 86400);
  EXPECT_EQ(n.layers[0].tensors, std::vector<std::string>{"c1.w"});
  EXPECT_TRUE(n.layers[0].frozen);
  EXPECT_FALSE(n.layers[1].frozen);
  ASSERT_EQ(n.steps.size(), 2u);
  EXPECT_EQ(n.steps[0].title, "conv2d_forward + relu");
  EXPECT_EQ(n.steps[0].layer, 0);
  EXPECT_EQ(n.steps[0].fused, 1);
  EXPECT_EQ(n.steps[1].fused, -1);
  EXPECT_EQ(n.steps[0].phase, "forward");
  ASSERT_EQ(n.steps[0].args.size(), 1u);
  EXPECT_EQ(n.steps[0].args[0].name, "batch");
  EXPECT_EQ(n.steps[0].args[0].value, 32);
  EXPECT_EQ(n.steps[0].reads, (std::vector<int>{0, -1}));
  EXPECT_EQ(n.steps[0].writes, std::vector<int>{2});
  EXPECT_EQ(n.steps[0].work, 1e9);
  ASSERT_EQ(n.buffers.size(), 2u);
  EXPECT_EQ(n.buffers[0].name, "c1");
  EXPECT_EQ(n.buffers[0].role, "activation");
  EXPECT_EQ(n.buffers[0].layer, 0);
  EXPECT_EQ(n.buffers[0].shape, (std::vector<int>{6, 24, 24, 32}));
  EXPECT_EQ(n.buffers[0].elements, 110592);
  EXPECT_EQ(n.buffers[0].offset, 1 << 20);
  EXPECT_EQ(n.buffers[1].offset, -1);
  EXPECT_EQ(n.buffers[0].first, 0);
  EXPECT_EQ(n.buffers[0].last, 9);
  EXPECT_FALSE(n.buffers[0].kept);
}

TEST(ProbeReport, SurvivesBytesWithTheRunAndTheFigures) {
  const auto after = report_from_bytes(to_bytes(everything()));
  ASSERT_TRUE(after);
  const auto& run = after->run;
  EXPECT_EQ(run.state, State::stopped);
  EXPECT_EQ(run.step, 120u);
  EXPECT_EQ(run.epoch, 2);
  EXPECT_EQ(run.epochs, 7);
  EXPECT_EQ(run.steps_per_epoch, 94u);
  EXPECT_EQ(run.seed, 42u);
  EXPECT_TRUE(std::isnan(run.loss));
  EXPECT_EQ(run.accuracy, 0.125);
  EXPECT_EQ(run.rate, 0.004f);
  EXPECT_EQ(run.base_rate, 0.01f);
  EXPECT_EQ(run.pictures_per_second, 12345.5);
  EXPECT_FALSE(run.fuse);
  EXPECT_EQ(run.error, "c1: NaN");
  EXPECT_TRUE(run.in_batch);
  EXPECT_EQ(run.next, 17);
  EXPECT_EQ(run.held, "layer c1");
  EXPECT_EQ(run.held_buffer, 3);

  ASSERT_EQ(after->points.size(), 2u);
  const Point& point = after->points[0];
  EXPECT_EQ(point.step, 120u);
  EXPECT_EQ(point.loss, 0.5);
  EXPECT_EQ(point.accuracy, 0.75);
  EXPECT_EQ(point.rate, 0.001);
  EXPECT_EQ(point.gradient[0], 1.5);
  EXPECT_TRUE(std::isnan(point.gradient[1]));
  EXPECT_EQ(point.update[1], 0.25);
  EXPECT_EQ(point.dead.size(), 2u);

  ASSERT_EQ(after->looks.size(), 2u);
  const Look& look = after->looks[0];
  EXPECT_EQ(look.buffer, "d_c1.weight");
  EXPECT_EQ(look.step, 120u);
  EXPECT_EQ(look.at, 5);
  EXPECT_EQ(after->looks[1].at, -1);
  EXPECT_EQ(look.shape, (std::vector<int>{6, 1, 5, 5}));
  EXPECT_EQ(look.statistics.elements, 150);
  EXPECT_EQ(look.statistics.zeros, 3);
  EXPECT_EQ(look.statistics.not_finite, 1);
  EXPECT_EQ(look.statistics.low, -2);
  EXPECT_EQ(look.statistics.high, 4);
  EXPECT_EQ(look.statistics.mean, 0.5);
  EXPECT_EQ(look.statistics.norm, 9);
  EXPECT_EQ(look.statistics.histogram, (std::vector<int>{1, 0, 149}));
  ASSERT_EQ(look.values.size(), 4u);
  EXPECT_TRUE(std::isnan(look.values[1]));
  EXPECT_EQ(look.values[2], -std::numeric_limits<float>::infinity());
  EXPECT_EQ(look.values[3], 1e-40f);

  ASSERT_TRUE(after->times);
  EXPECT_EQ(after->times->seconds, (std::vector<double>{1e-6, 2.5e-3}));
  EXPECT_EQ(after->times->ceiling, 117.5);
  ASSERT_EQ(after->times->spans.size(), 2u);
  EXPECT_EQ(after->times->spans[0].thread, 1);
  EXPECT_EQ(after->times->spans[0].step, 2);
  EXPECT_EQ(after->times->spans[0].begin, 0.001);
  EXPECT_EQ(after->times->spans[0].end, 0.002);

  ASSERT_TRUE(after->batch);
  const BatchLook& batch = *after->batch;
  EXPECT_EQ(batch.step, 3u);
  EXPECT_EQ(batch.shape, (std::vector<int>{1, 1, 2}));
  EXPECT_EQ(batch.indices, (std::vector<int>{7, 8}));
  EXPECT_EQ(batch.labels, (std::vector<int>{0, 1}));
  EXPECT_EQ(batch.answers, (std::vector<int>{1, 1}));
  EXPECT_EQ(batch.confidences, (std::vector<float>{0.9f, 0.6f}));
  EXPECT_TRUE(std::isnan(batch.losses[0]));
  EXPECT_EQ(batch.values, (std::vector<float>{0, 1, 0.5f, 0}));

  ASSERT_EQ(after->frames.size(), 2u);
  EXPECT_EQ(after->frames[0].step, 100u);
  EXPECT_EQ(after->frames[0].loss, 0.3);
  ASSERT_EQ(after->frames[0].tensors.size(), 2u);
  EXPECT_EQ(after->frames[0].tensors[0].name, "c1.weight");
  EXPECT_EQ(after->frames[0].tensors[0].shape, std::vector<int>{2});
  EXPECT_EQ(after->frames[0].tensors[0].values, (std::vector<float>{1, 2}));
  EXPECT_EQ(after->message, "refused");
}

TEST(ProbeReport, IsRefusedWhenItIsNone) {
  EXPECT_FALSE(report_from_bytes({}));
  auto bytes = to_bytes(everything());
  bytes.resize(bytes.size() / 2);
  EXPECT_FALSE(report_from_bytes(bytes));
  const auto empty = report_from_bytes(to_bytes({}));
  ASSERT_TRUE(empty);
  EXPECT_FALSE(empty->network);
  EXPECT_FALSE(empty->times);
  EXPECT_FALSE(empty->batch);
}

TEST(ProbeCommand, SurvivesJson) {
  Command before;
  before.kind = Command::Kind::breakpoints;
  before.name = "c1";
  before.names = {"c1.weight", "\"quoted\""};
  before.count = -(std::int64_t{1} << 50);
  before.value = 0.1;
  before.on = true;
  before.breakpoints = {{Breakpoint::Kind::phase, "backward", 0, true},
                        {Breakpoint::Kind::not_finite, "", 3, false}};
  const auto after = command_from_json(to_json(before));
  ASSERT_TRUE(after) << after.error().text();
  EXPECT_EQ(after->kind, before.kind);
  EXPECT_EQ(after->name, before.name);
  EXPECT_EQ(after->names, before.names);
  EXPECT_EQ(after->count, before.count);
  EXPECT_EQ(after->value, before.value);
  EXPECT_TRUE(after->on);
  ASSERT_EQ(after->breakpoints.size(), 2u);
  EXPECT_EQ(after->breakpoints[0].kind, Breakpoint::Kind::phase);
  EXPECT_EQ(after->breakpoints[0].name, "backward");
  EXPECT_EQ(after->breakpoints[1].kind, Breakpoint::Kind::not_finite);
  EXPECT_EQ(after->breakpoints[1].step, 3);
  EXPECT_FALSE(after->breakpoints[1].on);
  for (const char* text : {"", "[]", "{}", R"({"kind": 99})", R"({"kind": "start"})"})
    EXPECT_FALSE(command_from_json(text)) << text;
}

}  // namespace
}  // namespace convolab::probe
