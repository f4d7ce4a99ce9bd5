// What a run on a GPU says when its numbers are no longer finite: what a run on the CPU says.
#include <gtest/gtest.h>

#include <cmath>

#include "gpu_session.hpp"

namespace convolab {
namespace {

using gpu_session::expect_same;
using gpu_session::Kind;
using gpu_session::Session;
using gpu_session::settings;

// Without batch norm, which makes of infinite numbers finite ones again.
constexpr const char* net = R"({"input": [1, 8, 8], "layers": [
    {"type": "conv2d", "name": "c1", "out_channels": 4, "kernel_size": 3}, {"type": "tanh"},
    {"type": "conv2d", "name": "c2", "out_channels": 4, "kernel_size": 3}, {"type": "leaky_relu"},
    {"type": "flatten"}, {"type": "linear", "name": "out", "out_features": 2}]})";

// Trains until something is not finite; the results before that.
std::pair<std::vector<StepResult>, Error> until_not_finite(Session& run, bool look = false) {
  std::vector<StepResult> told;
  for (int turn = 0; turn < 4000; ++turn) {
    const auto result = run.trainer->step(3);
    if (!result) return {std::move(told), result.error()};
    if (result->kind == Kind::finished) break;
    if (result->kind != Kind::pending) told.push_back(*result);
    if (look && turn % 7 == 0) run.trainer->pull([] {}, turn % 2 == 0);
    run.device.finish(1);
  }
  ADD_FAILURE() << "the run should have overflowed";
  return {std::move(told), Error{}};
}

TrainConfig overflowing(const char* backend, float rate, float momentum = 0.9f) {
  TrainConfig config = settings(backend);
  config.optimizer.kind = OptimizerConfig::Kind::sgd;
  config.optimizer.momentum = momentum;
  config.schedule.kind = ScheduleConfig::Kind::constant;
  config.learning_rate = rate;
  config.epochs = 100;
  return config;
}

TEST(GpuNotFinite, SaysWhatTheCpuSays) {
  // From the second step to far behind the first fetches of the weights.
  struct Case {
    float rate, momentum;
    std::size_t at_least;
  };
  for (const auto& [rate, momentum, at_least] :
       {Case{1e30f, 0.9f, 1}, {1e20f, 0.9f, 2}, {20.0f, 0.9f, 10}, {2.0f, 0.99f, 100}}) {
    Session cpu(overflowing("simd", rate, momentum), toy::dataset(), net);
    const auto [expected, why] = until_not_finite(cpu);
    EXPECT_GE(expected.size(), at_least);
    EXPECT_GE(cpu.trainer->graph().find_layer(why.where), 0) << why.text();
    for (const bool look : {false, true}) {
      Session run(overflowing("webgpu", rate, momentum), toy::dataset(), net);
      run.device.backend = *find_backend("simd");  // which explains it, too
      const auto [told, error] = until_not_finite(run, look);
      expect_same(told, expected);
      EXPECT_EQ(error.code, ErrorCode::not_finite);
      EXPECT_EQ(error.text(), why.text());
      EXPECT_EQ(run.trainer->steps_done(), cpu.trainer->steps_done());
      EXPECT_FALSE(run.trainer->step(3)) << "stopped until a restart";
      EXPECT_TRUE(run.trainer->snapshot(std::vector<std::uint8_t>(64, 90), {}));
      run.trainer->restart(1);
      EXPECT_EQ(run.next().step, 1u);
    }
  }
}

TEST(GpuNotFinite, FindsAPlantedNaNInItsLayer) {
  Session run(settings("webgpu"));
  run.trainer->state().values(run.trainer->graph().find_parameter("out.weight"))[3] = NAN;
  const auto [told, error] = until_not_finite(run);
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(error.where, "out");
  EXPECT_NE(error.message.find("out.weight"), std::string::npos) << error.message;
}

TEST(GpuNotFinite, ARestartOrALostDeviceEndsTheSearch) {
  Session run(overflowing("webgpu", 1e30f));
  const auto until_it_goes_back = [&] {
    for (std::uint64_t most = 0; most <= run.trainer->steps_done(); run.device.finish(1)) {
      most = run.trainer->steps_done();
      ASSERT_TRUE(run.trainer->step(3));
    }
  };
  until_it_goes_back();
  run.trainer->restart(1);
  EXPECT_EQ(run.next().step, 1u);
  until_it_goes_back();
  run.device.lost = true;
  run.device.finish();
  run.trainer->leave_gpu();
  const auto error = until_not_finite(run).second;
  EXPECT_GE(run.trainer->graph().find_layer(error.where), 0) << error.text();
}

}  // namespace
}  // namespace convolab
