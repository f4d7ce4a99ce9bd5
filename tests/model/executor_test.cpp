// Executor and run_network: the same numbers however the steps are run.
#include "model/executor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/net.hpp"

namespace convolab {
namespace {

using testing_nets::graph;
using testing_nets::random_tensor;

const Graph& branches() {
  static const Graph net = graph("[2, 6, 6]", testing_nets::branches);
  return net;
}

PlanOptions training_options() {
  PlanOptions options;
  options.batch = 7;
  options.training = options.backward = true;
  options.loss = Loss::cross_entropy;
  options.optimizer = OptimizerConfig{};
  return options;
}

// An executor ready to train `branches`, and what it needs to live.
struct Training {
  ModelState state{branches(), 5};
  ThreadPool pool;
  Executor executor;

  Training(const std::string& backend, int threads, const PlanOptions& options)
      : pool(threads), executor(create(backend, options)) {}

  Executor create(const std::string& backend, const PlanOptions& options) {
    if (options.optimizer) state.reset_optimizer(options.optimizer->slots());
    return *Executor::create(*make_plan(branches(), options), **find_backend(backend), state, pool);
  }
  void fill(std::uint32_t lane) {
    const Tensor x = random_tensor({2, 6, 6, executor.plan().options.batch}, lane, -2.0f, 2.0f);
    std::copy(x.data.begin(), x.data.end(), executor.data(executor.plan().input()).begin());
    int n = 0;
    for (std::int32_t& label : executor.labels()) label = n++ % 3;
  }
  // Everything that a training step leaves behind.
  std::vector<float> outcome() {
    std::vector<float> all;
    const auto append = [&](std::span<const float> values) {
      all.insert(all.end(), values.begin(), values.end());
    };
    append(executor.data(executor.plan().losses));
    append(executor.data(executor.plan().output()));
    for (int i = 0; i < static_cast<int>(branches().parameters().size()); ++i) {
      append(state.values(i));
      append(executor.data(executor.plan().d_parameters[static_cast<std::size_t>(i)]));
    }
    return all;
  }
};

std::vector<float> train(const std::string& backend, int threads, const PlanOptions& options,
                         int steps) {
  Training training(backend, threads, options);
  for (int s = 0; s < steps; ++s) {
    training.fill(static_cast<std::uint32_t>(s));
    training.executor.run({0.01f, static_cast<std::uint64_t>(s), 9});
  }
  return training.outcome();
}

TEST(Executor, AnyNumberOfThreadsTrainsToTheSameBits) {
  for (const std::string& backend : backend_names()) {
    const auto one = train(backend, 1, training_options(), 4);
    for (const float value : one) ASSERT_TRUE(std::isfinite(value)) << backend;
    EXPECT_EQ(train(backend, 1, training_options(), 4), one) << backend << ", again";
    EXPECT_EQ(train(backend, 2, training_options(), 4), one) << backend << ", 2 threads";
    EXPECT_EQ(train(backend, 4, training_options(), 4), one) << backend << ", 4 threads";
  }
}

TEST(Executor, SharedMemoryTrainsToTheSameBits) {
  PlanOptions shared = training_options();
  shared.share_memory = true;
  for (const std::string& backend : backend_names())
    EXPECT_EQ(train(backend, 1, shared, 3), train(backend, 1, training_options(), 3)) << backend;
}

TEST(Executor, StepByStepIsTheWholeRun) {
  for (const std::string& backend : backend_names()) {
    const RunSettings settings{0.01f, 0, 9};
    Training whole(backend, 2, training_options()), stepped(backend, 2, training_options());
    whole.fill(1);
    stepped.fill(1);
    whole.executor.run(settings);
    const Plan& plan = stepped.executor.plan();
    for (const Phase phase : {Phase::forward, Phase::loss, Phase::backward, Phase::update}) {
      const auto [first, last] = plan.phase_range(phase);
      for (int s = first; s < last; ++s) stepped.executor.run_steps(s, s + 1, settings);
    }
    EXPECT_EQ(stepped.outcome(), whole.outcome()) << backend;
  }
}

// What a buffer held before the run must not matter: NaN everywhere shows who reads it.
TEST(Executor, ReadsNothingThatWasLeftInMemory) {
  for (const bool share : {false, true})
    for (const std::string& backend : backend_names()) {
      PlanOptions options = training_options();
      options.share_memory = share;
      Training clean(backend, 1, options), dirty(backend, 1, options);
      for (std::size_t id = 0; id < dirty.executor.plan().buffers.size(); ++id)
        if (dirty.executor.plan().buffers[id].offset >= 0)
          for (float& value : dirty.executor.data(static_cast<BufferId>(id)))
            value = std::numeric_limits<float>::quiet_NaN();
      clean.fill(1);
      dirty.fill(1);
      clean.executor.run({0.01f, 0, 9});
      dirty.executor.run({0.01f, 0, 9});
      EXPECT_EQ(dirty.outcome(), clean.outcome()) << backend << (share ? ", shared memory" : "");
    }
}

TEST(Executor, FindsTheFirstStepThatGivesNaN) {
  Training training("reference", 1, training_options());
  training.fill(1);
  training.executor.run({0.01f, 0, 9});
  EXPECT_EQ(training.executor.find_not_finite().first, -1);

  training.state.values(branches().find_parameter("a.weight"))[3] =
      std::numeric_limits<float>::infinity();
  training.executor.run({0.01f, 1, 9});
  const auto [step, buffer] = training.executor.find_not_finite();
  ASSERT_GE(step, 0);
  const Plan& plan = training.executor.plan();
  EXPECT_EQ(plan.steps[static_cast<std::size_t>(step)].kernel, Kernel::conv2d_forward);
  EXPECT_EQ(plan.buffer(buffer).name, "a");
}

TEST(Executor, FindsAGradientThatOverflows) {
  PlanOptions options = training_options();
  options.loss = Loss::none;
  options.optimizer.reset();
  Training training("reference", 1, options);
  const Plan& plan = training.executor.plan();
  const Tensor x = random_tensor({2, 6, 6, options.batch}, 1);
  std::copy(x.data.begin(), x.data.end(), training.executor.data(plan.input()).begin());
  for (float& value : training.executor.data(plan.d_values.back())) value = 3e38f;
  training.executor.run({});
  const auto [step, buffer] = training.executor.find_not_finite();
  ASSERT_GE(step, 0);
  EXPECT_EQ(plan.steps[static_cast<std::size_t>(step)].phase, Phase::backward);
  EXPECT_EQ(plan.buffer(buffer).name, "d_l.bias");
}

TEST(Executor, WantsAStateWithTheOptimisersMemory) {
  ModelState state(branches(), 1);
  ThreadPool pool;
  const auto executor = Executor::create(*make_plan(branches(), training_options()),
                                         reference_backend(), state, pool);
  ASSERT_FALSE(executor);
  EXPECT_EQ(executor.error().text(),
            "plan: the optimiser's memory was not set up for this optimiser");
}

Expected<RunResult> run(const Graph& net, const Tensor& input, const Tensor* d_output) {
  ModelState state(net, 1);
  ThreadPool pool;
  return run_network(net, state, reference_backend(), pool, input, d_output, false);
}

TEST(RunNetwork, RefusesAnInputOfAnotherShape) {
  const Graph net = graph("[2, 6, 6]", testing_nets::branches);
  EXPECT_EQ(run(net, Tensor({1, 6, 6}), nullptr).error().text(),
            "input: the input is 1×6×6, but the network takes batch×2×6×6");
  EXPECT_EQ(run(net, Tensor(Shape{}), nullptr).error().text(),
            "input: the input is scalar, but the network takes batch×2×6×6");
  EXPECT_EQ(run(net, Tensor({0, 2, 6, 6}), nullptr).error().text(),
            "input: the input is 0×2×6×6, but the network takes batch×2×6×6");
}

TEST(RunNetwork, RefusesAGradientOfAnotherShape) {
  const Graph net = graph("[2, 6, 6]", testing_nets::branches);
  const Tensor gradient({2, 3});
  EXPECT_EQ(run(net, Tensor({4, 2, 6, 6}), &gradient).error().text(),
            "grad_output: the gradient is 2×3, but the output is 4×3");
}

TEST(RunNetwork, ANetOfViewsHandsBothWaysThrough) {
  const Graph net = graph("[2, 1, 2]", R"({"type": "dropout"}, {"type": "flatten"})");
  const Tensor x = random_tensor({3, 2, 1, 2}, 1), gradient = random_tensor({3, 4}, 2);
  const auto result = run(net, x, &gradient);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(result->output.data, x.data);
  EXPECT_EQ(result->output.shape, (Shape{3, 4}));
  EXPECT_EQ(result->d_input.data, gradient.data);
}

// Samples of a batch do not see each other, except in batch norm's statistics.
TEST(RunNetwork, ABatchIsItsSamplesOneByOne) {
  const Graph net = graph("[2, 6, 6]", testing_nets::branches);
  ModelState state(net, 1);
  ThreadPool pool;
  const Tensor x = random_tensor({5, 2, 6, 6}, 3);
  for (const std::string& name : backend_names()) {
    const Backend& backend = **find_backend(name);
    const auto batch = run_network(net, state, backend, pool, x, nullptr, false);
    for (int n = 0; n < 5; ++n) {
      const Tensor sample({1, 2, 6, 6}, {x.data.begin() + n * 72, x.data.begin() + (n + 1) * 72});
      const auto alone = run_network(net, state, backend, pool, sample, nullptr, false);
      for (int c = 0; c < 3; ++c)
        EXPECT_NEAR(alone->output.data[static_cast<std::size_t>(c)],
                    batch->output.data[static_cast<std::size_t>(n * 3 + c)], 1e-5f)
            << name;
    }
  }
}

}  // namespace
}  // namespace convolab
