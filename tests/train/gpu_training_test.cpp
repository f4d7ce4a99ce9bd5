// Training on a GPU, with a fake one that computes by the reference kernels: what is held against
// the CPU's run here is the bookkeeping, to the last bit.
#include <gtest/gtest.h>

#include "gpu_session.hpp"

namespace convolab {
namespace {

using gpu_session::expect_same;
using gpu_session::Kind;
using gpu_session::Session;
using gpu_session::settings;

TEST(GpuTraining, IsTheSameRunAsOnTheCpu) {
  const auto expected = Session(settings("reference")).all();
  ASSERT_EQ(expected.size(), 3u * 8u);
  for (const int ahead : {1, 2, 3, 100}) {
    Session run(settings("webgpu"));
    expect_same(run.all(ahead), expected);
    EXPECT_EQ(run.trainer->history().size(), 3u);
  }
}

TEST(GpuTraining, EveryOptimizerAndPlainPlans) {
  using OptimizerKind = OptimizerConfig::Kind;
  for (const auto kind :
       {OptimizerKind::sgd, OptimizerKind::rmsprop, OptimizerKind::adam, OptimizerKind::adamw}) {
    TrainConfig cpu = settings("reference"), gpu = settings("webgpu");
    cpu.optimizer.kind = gpu.optimizer.kind = kind;
    cpu.optimizer.weight_decay = gpu.optimizer.weight_decay = 0.01f;
    if (kind == OptimizerKind::sgd || kind == OptimizerKind::rmsprop)
      cpu.optimizer.momentum = gpu.optimizer.momentum = 0.9f;
    gpu.fuse = false;
    expect_same(Session(gpu).all(), Session(cpu).all());
  }
}

TEST(GpuTraining, SeveralBatchesAreOnTheirWayAndNeverMore) {
  Session run(settings("webgpu"));
  ASSERT_EQ(run.trainer->step(3)->kind, Kind::pending);
  EXPECT_EQ(run.device.runs, 3);
  ASSERT_EQ(run.trainer->step(3)->kind, Kind::pending);
  EXPECT_EQ(run.device.runs, 3) << "no more than asked for";
  EXPECT_EQ(run.trainer->steps_done(), 0u) << "nothing is done before its result has come";
  run.device.finish(1);
  EXPECT_EQ(run.trainer->step(3)->kind, Kind::trained);
  EXPECT_EQ(run.trainer->step(0)->kind, Kind::pending);
  EXPECT_EQ(run.device.runs, 3) << "with 0 nothing is begun";
  run.device.finish();
  EXPECT_EQ(run.trainer->step(0)->step, 2u);
  EXPECT_EQ(run.trainer->step(0)->step, 3u);
  EXPECT_EQ(run.trainer->step(0)->kind, Kind::idle);
}

TEST(GpuTraining, AnEpochIsNotRunBeyondBeforeItIsOver) {
  Session run(settings("webgpu"));
  ASSERT_EQ(run.trainer->step(100)->kind, Kind::pending);
  EXPECT_EQ(run.device.runs, 8) << "7 batches of training and one of validation";
}

TEST(GpuTraining, WaitsForParts) {
  Session run(settings("webgpu"), toy::dataset(1));
  EXPECT_EQ(run.next().step, 1u);
  EXPECT_EQ(run.next().step, 2u);
  EXPECT_EQ(run.next().kind, Kind::waiting_for_data);
  EXPECT_EQ(run.next().kind, Kind::waiting_for_data);
}

TEST(GpuTraining, WeightsComeWhenTheyAreAskedFor) {
  Session cpu(settings("reference")), run(settings("webgpu"));
  const std::vector<std::uint8_t> picture(64, 90);
  const SnapshotRequest request{true, {"c1.weight", "out.bias"}, false, 0};
  for (int i = 0; i < 5; ++i) {
    cpu.next();
    run.next();
  }
  EXPECT_EQ(run.trainer->snapshot(picture, request)->step, 0u) << "as they were last fetched";
  run.pull();
  // Batches 6 and 7 were on their way, too.
  cpu.next();
  cpu.next();
  const auto expected = cpu.trainer->snapshot(picture, request),
             found = run.trainer->snapshot(picture, request);
  EXPECT_EQ(found->step, expected->step);
  EXPECT_EQ(found->parameters[0].tensor.data, expected->parameters[0].tensor.data);
  // The simd backend answers for the run on the GPU, the reference for the other.
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(found->probabilities[i], expected->probabilities[i], 1e-5);
  EXPECT_EQ(run.next().step, 6u);
  EXPECT_EQ(run.next().step, 7u);
  expect_same(run.all(), cpu.all());
}

TEST(GpuTraining, LookingWhileBatchesAreOnTheirWayChangesNothing) {
  const auto expected = Session(settings("reference")).all();
  Session run(settings("webgpu"));
  const std::vector<std::uint8_t> picture(64, 90);
  std::vector<StepResult> found;
  int looks = 0;
  while (found.size() < expected.size()) {
    const auto result = run.trainer->step(3);
    ASSERT_TRUE(result);
    if (result->kind != Kind::pending) found.push_back(*result);
    run.trainer->pull(
        [&, step = run.trainer->steps_done()] {
          const auto seen = run.trainer->snapshot(picture, {});
          ASSERT_TRUE(seen);
          EXPECT_EQ(seen->step, run.trainer->steps_done()) << "the moment that was fetched";
          EXPECT_GE(seen->step, step);
          ++looks;
        },
        /*hold=*/false);
    run.device.finish(2);
  }
  expect_same(found, expected);
  EXPECT_GT(looks, 10);
}

TEST(GpuTraining, MovesBetweenGpuAndCpuWithTheWholeRun) {
  const auto expected = Session(settings("reference")).all();
  Session run(settings("webgpu"));
  std::vector<StepResult> found;
  const auto take = [&](std::size_t until) {
    while (found.size() < until) found.push_back(run.next());
  };
  take(5);
  run.pull();
  ASSERT_TRUE(run.trainer->configure(settings("reference")));
  EXPECT_FALSE(run.trainer->on_gpu());
  EXPECT_EQ(run.device.buffers(), 0u) << "a run that has left the GPU holds nothing there";
  take(13);
  ASSERT_TRUE(run.trainer->configure(settings("webgpu")));
  EXPECT_TRUE(run.trainer->on_gpu());
  take(expected.size());
  expect_same(found, expected);
}

TEST(GpuTraining, AnEditOfAWeightReachesTheGpu) {
  Session cpu(settings("reference")), run(settings("webgpu"));
  std::vector<StepResult> expected, found;
  for (int i = 0; i < 4; ++i) {
    expected.push_back(cpu.next());
    found.push_back(run.next(1));
  }
  run.pull();
  EXPECT_EQ(*run.trainer->set_parameter("c1.weight", 3, 0.5f),
            *cpu.trainer->set_parameter("c1.weight", 3, 0.5f));
  for (int i = 0; i < 8; ++i) {
    expected.push_back(cpu.next());
    found.push_back(run.next());
  }
  expect_same(found, expected);
}

TEST(GpuTraining, AnEditWithoutFetchingGoesOnFromWhatIsKnown) {
  Session run(settings("webgpu"));
  for (int i = 0; i < 4; ++i) run.next();
  ASSERT_TRUE(run.trainer->set_parameter("c1.weight", 3, 0.5f));
  EXPECT_EQ(run.trainer->steps_done(), 0u);
  run.device.finish();
  while (run.next(0).kind != Kind::idle) {
  }
  EXPECT_EQ(run.next().step, 1u);
}

TEST(GpuTraining, ACheckpointGoesOnElsewhere) {
  Session run(settings("webgpu"));
  std::vector<StepResult> expected;
  for (int i = 0; i < 10; ++i) run.next(1);
  run.pull();
  const auto file = run.trainer->checkpoint();
  expected = run.all();
  for (const char* backend : {"reference", "webgpu"}) {
    Session other(settings(backend));
    other.next();
    ASSERT_TRUE(other.trainer->restore(file));
    expect_same(other.all(), expected);
  }
}

TEST(GpuTraining, ARestartIsTheSameRunAgain) {
  Session run(settings("webgpu"));
  const auto first = run.all();
  run.trainer->restart(run.trainer->config().seed);
  for (int i = 0; i < 4; ++i) run.next();
  run.trainer->restart(run.trainer->config().seed);  // with batches on their way
  run.device.finish();
  expect_same(run.all(), first);
}

TEST(GpuTraining, ALostDeviceCostsNoStep) {
  TrainConfig config = settings("webgpu");
  config.epochs = 8;
  config.backend = "reference";
  const auto expected = Session(config).all();
  config.backend = "webgpu";
  Session run(config);
  std::vector<StepResult> found;
  for (int i = 0; i < 45; ++i) found.push_back(run.next());
  run.device.lost = true;
  run.device.finish();
  const auto failed = run.trainer->step(3);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().where, gpu_backend_name);
  run.trainer->leave_gpu();
  EXPECT_FALSE(run.trainer->on_gpu());
  EXPECT_GE(run.trainer->steps_done(), 20u) << "weights are fetched now and then, unasked";
  EXPECT_EQ(run.trainer->config().backend, "simd");
  config.backend = "reference";  // only for the same bits
  ASSERT_TRUE(run.trainer->configure(config));
  std::vector<StepResult> again = run.all();
  const std::size_t redone = again.size() + found.size() - expected.size();
  EXPECT_GT(redone, 0u);
  EXPECT_LE(redone, 45u - 20u);
  // What had been told and is done again comes out as it did.
  expect_same({again.begin(), again.begin() + static_cast<std::ptrdiff_t>(redone)},
              {expected.end() - static_cast<std::ptrdiff_t>(again.size()), expected.begin() + 45});
  expect_same({again.begin() + static_cast<std::ptrdiff_t>(redone), again.end()},
              {expected.begin() + 45, expected.end()});
}

TEST(GpuTraining, APullIsAnsweredWhateverBecomesOfTheRun) {
  Session run(settings("webgpu"));
  int answered = 0;
  const auto ask = [&] {
    run.next();
    run.trainer->pull([&] { ++answered; }, true);
  };
  ask();
  run.trainer->restart(1);
  run.device.finish();
  EXPECT_EQ(answered, 1);
  ask();
  ASSERT_TRUE(run.trainer->configure(settings("simd")));
  run.device.finish();
  EXPECT_EQ(answered, 2);
  ASSERT_TRUE(run.trainer->configure(settings("webgpu")));
  ask();
  run.device.lost = true;
  run.device.finish();
  EXPECT_EQ(answered, 3);
  run.trainer->leave_gpu();
  run.trainer->pull([&] { ++answered; }, true);
  EXPECT_EQ(answered, 4) << "on the CPU at once";
}

TEST(GpuTraining, WhatTheDeviceRefusesIsAnErrorAndTheRunStaysWhereItWas) {
  const auto expected = Session(settings("reference")).all();
  Session run(settings("reference"));
  std::vector<StepResult> found;
  for (int i = 0; i < 4; ++i) found.push_back(run.next());
  for (const int buffers : {0, 10, 20}) {
    run.device.refuse_after = buffers;
    const Status refused = run.trainer->configure(settings("webgpu"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::out_of_memory);
    EXPECT_EQ(run.device.buffers(), 0u) << "what had been given is given back";
  }
  for (const StepResult& each : run.all()) found.push_back(each);
  expect_same(found, expected);
}

TEST(GpuTraining, NoDeviceIsAClearRefusal) {
  ThreadPool pool(1);
  const auto refused =
      Trainer::create(*graph_from_json(toy::net), settings("webgpu"), toy::dataset(), pool);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_NE(refused.error().message.find("needs a GPU"), std::string::npos);
}

TEST(GpuTraining, BuffersThatDoNotLiveTogetherShareMemory) {
  const Graph graph = *graph_from_json(toy::net);
  const ModelState state(graph, 1);
  gpu::FakeDevice device;
  const auto elements = [&](bool training, bool share) {
    const auto buffers = gpu::StateBuffers::create(graph, state, device);
    PlanOptions options;
    options.batch = 16;
    options.loss = Loss::cross_entropy;
    options.training = options.backward = training;
    options.share_memory = share;
    const auto executor =
        gpu::Executor::create(*make_plan(graph, options), *buffers, device.access());
    EXPECT_TRUE(executor);
    return device.elements();
  };
  for (const bool training : {false, true})
    EXPECT_LT(4 * elements(training, true), 3 * elements(training, false)) << training;
  EXPECT_EQ(device.buffers(), 0u);
  EXPECT_EQ(device.complaints, 0);
}

TEST(GpuTraining, NothingLeaksOverAThousandStepsAndTwentyRebuilds) {
  TrainConfig config = settings("webgpu");
  config.epochs = 200;
  config.augment = {};
  Session run(config);
  run.next();
  const std::size_t buffers = run.device.buffers(), recordings = run.device.recordings();
  while (run.next().step < 1007) {
  }
  EXPECT_EQ(run.device.buffers(), buffers) << "after 1,000 steps";
  EXPECT_EQ(run.device.recordings(), recordings);
  for (int i = 0; i < 20; ++i) {
    config.learning_rate = 0.01f / static_cast<float>(i + 1);
    config.fuse = i % 2;
    run.pull();
    ASSERT_TRUE(run.trainer->configure(config));
    run.next();
    const bool same = config.fuse;
    EXPECT_EQ(run.device.buffers() == buffers, same) << "rebuilt " << i + 1 << " times";
    EXPECT_EQ(run.device.recordings(), recordings);
  }
}

}  // namespace
}  // namespace convolab
