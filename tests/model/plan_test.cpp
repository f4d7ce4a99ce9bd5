// make_plan: the list of steps and the layout of its memory.
#include "model/plan.hpp"

#include <algorithm>
#include <set>

#include "model/net.hpp"

namespace convolab {
namespace {

using testing_nets::graph;

PlanOptions training_options(bool share_memory = false) {
  PlanOptions options;
  options.batch = 3;
  options.training = options.backward = true;
  options.loss = Loss::cross_entropy;
  options.optimizer = OptimizerConfig{};
  options.share_memory = share_memory;
  return options;
}

// Plans of every kind for a net with everything in it.
std::vector<std::pair<std::string, Plan>> plans() {
  const Graph net = graph("[2, 6, 6]", testing_nets::branches);
  std::vector<std::pair<std::string, Plan>> all;
  for (const bool share : {false, true}) {
    const std::string suffix = share ? ", shared memory" : "";
    all.emplace_back("training" + suffix, *make_plan(net, training_options(share)));
    PlanOptions options;
    options.share_memory = share;
    all.emplace_back("forward" + suffix, *make_plan(net, options));
    options.loss = Loss::mse;
    all.emplace_back("evaluation" + suffix, *make_plan(net, options));
    options.loss = Loss::none;
    options.backward = options.input_gradient = true;
    all.emplace_back("gradients" + suffix, *make_plan(net, options));
    PlanOptions fused = training_options(share);
    fused.fuse = true;
    all.emplace_back("fused" + suffix,
                     *make_plan(graph("[1, 28, 28]", testing_nets::model_2), fused));
  }
  return all;
}

bool contains(const std::vector<BufferId>& ids, BufferId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Does this step add to what its target holds?
bool accumulates(const Step& step) {
  return std::visit(
      [](const auto& args) {
        if constexpr (requires { args.write; }) return args.write == Write::accumulate;
        return false;
      },
      step.args);
}

bool from_outside(const Plan& plan, BufferId id) {
  const BufferRole role = plan.buffer(id).role;
  return role == BufferRole::input || role == BufferRole::labels || role == BufferRole::parameter ||
         role == BufferRole::optimizer ||
         (plan.options.loss == Loss::none && id == plan.d_values.back());
}

TEST(Plan, PhasesFollowEachOther) {
  for (const auto& [name, plan] : plans()) {
    int at = 0;
    for (const Phase phase : {Phase::forward, Phase::loss, Phase::backward, Phase::update}) {
      const auto [first, last] = plan.phase_range(phase);
      EXPECT_EQ(first, at) << name << ", " << phase_name(phase);
      for (int s = first; s < last; ++s)
        EXPECT_EQ(plan.steps[static_cast<std::size_t>(s)].phase, phase) << name;
      at = last;
    }
    EXPECT_EQ(at, static_cast<int>(plan.steps.size())) << name;
  }
}

TEST(Plan, EveryBufferIsWrittenBeforeItIsReadOrAddedTo) {
  for (const auto& [name, plan] : plans()) {
    std::set<BufferId> written;
    for (const Step& step : plan.steps) {
      const std::string where = name + ", " + std::string(kernel_name(step.kernel));
      for (const BufferId id : step.reads)
        EXPECT_TRUE(id == no_buffer || from_outside(plan, id) || written.contains(id))
            << where << " reads " << plan.buffer(id).name;
      EXPECT_TRUE(!accumulates(step) || written.contains(step.writes[0]))
          << where << " adds to " << plan.buffer(step.writes[0]).name;
      written.insert(step.writes.begin(), step.writes.end());
    }
  }
}

TEST(Plan, StepsHaveNoMoreOperandsThanAllowed) {
  for (const auto& [name, plan] : plans())
    for (const Step& step : plan.steps)
      EXPECT_LE(step.reads.size() + step.writes.size(), max_operands) << name;
}

// Lives are counted here from the steps alone, not taken from the plan.
struct Life {
  int first, last;
};

Life life(const Plan& plan, BufferId id) {
  const int end = static_cast<int>(plan.steps.size());
  Life l{end, -1};
  for (int s = 0; s < end; ++s)
    for (const auto* ids : {&plan.steps[static_cast<std::size_t>(s)].reads,
                            &plan.steps[static_cast<std::size_t>(s)].writes})
      if (contains(*ids, id)) {
        l.first = std::min(l.first, s);
        l.last = s;
      }
  const BufferRole role = plan.buffer(id).role;
  const bool result = id == plan.output() || id == plan.d_values.front() ||
                      role == BufferRole::loss || role == BufferRole::d_parameter;
  if (from_outside(plan, id)) l.first = -1;
  if (result) l.last = end;
  if (!plan.options.share_memory) l = {-1, end};
  return l;
}

TEST(Plan, BuffersThatLiveAtTheSameTimeDoNotOverlap) {
  for (const auto& [name, plan] : plans()) {
    for (BufferId a = 0; a < static_cast<BufferId>(plan.buffers.size()); ++a) {
      const Buffer& x = plan.buffer(a);
      const bool in_state = x.role == BufferRole::parameter || x.role == BufferRole::optimizer;
      EXPECT_EQ(x.offset < 0, in_state) << name << ", " << x.name;
      if (in_state) continue;
      EXPECT_LE(x.offset + x.elements, plan.arena) << name << ", " << x.name;
      EXPECT_EQ(x.offset % 16, 0) << name << ", " << x.name << " begins on a cache line";
      const Life lx = life(plan, a);
      for (BufferId b = 0; b < a; ++b) {
        const Buffer& y = plan.buffer(b);
        if (y.offset < 0) continue;
        const Life ly = life(plan, b);
        const bool together = lx.first <= ly.last && ly.first <= lx.last;
        const bool apart = x.offset + x.elements <= y.offset || y.offset + y.elements <= x.offset;
        EXPECT_TRUE(!together || apart) << name << ": " << x.name << " and " << y.name;
      }
    }
  }
}

TEST(Plan, SharingMemoryTakesLess) {
  const Graph net = graph("[1, 28, 28]", testing_nets::lenet_5);
  PlanOptions options;
  options.batch = 64;
  const auto apart = make_plan(net, options);
  options.share_memory = true;
  const auto shared = make_plan(net, options);
  // c1 and its tanh are alive together; nothing else is as large.
  EXPECT_EQ(shared->arena, 2 * 6 * 28 * 28 * 64);
  EXPECT_GT(apart->arena, shared->arena * 3 / 2);
}

int count(const Plan& plan, Kernel kernel, int layer) {
  int n = 0;
  for (const Step& step : plan.steps) n += step.kernel == kernel && step.layer == layer;
  return n;
}

TEST(Plan, TrainingComputesNoGradientOfThePicture) {
  const Graph net = graph("[1, 28, 28]", testing_nets::lenet_5);
  PlanOptions options = training_options();
  const auto trained = make_plan(net, options);
  EXPECT_EQ(trained->d_values.front(), no_buffer);
  EXPECT_EQ(count(*trained, Kernel::conv2d_backward_input, 0), 0);
  EXPECT_EQ(count(*trained, Kernel::conv2d_backward_weight, 0), 1);
  EXPECT_EQ(count(*trained, Kernel::conv2d_backward_input, 3), 1);
  EXPECT_EQ(count(*trained, Kernel::pad2d_backward, 0), 0);
  options.input_gradient = true;
  const auto asked = make_plan(net, options);
  EXPECT_EQ(count(*asked, Kernel::conv2d_backward_input, 0), 1);
  EXPECT_EQ(count(*asked, Kernel::pad2d_backward, 0), 1);
}

TEST(Plan, NothingBelowTheFirstParameterHasAGradient) {
  const Graph net = graph("[1, 8, 8]", R"(
      {"type": "tanh"}, {"type": "max_pool2d", "kernel_size": 2}, {"type": "flatten"},
      {"type": "linear", "out_features": 3})");
  const auto plan = make_plan(net, training_options());
  for (const Step& step : plan->steps)
    EXPECT_TRUE(step.phase != Phase::backward || step.layer == 3) << kernel_name(step.kernel);
  EXPECT_EQ(count(*plan, Kernel::linear_backward_input, 3), 0);
  EXPECT_EQ(count(*plan, Kernel::adam_update, 3), 2);
}

TEST(Plan, ANetWithoutParametersHasNothingToTrain) {
  const auto plan = make_plan(graph("[4]", R"({"type": "relu"})"), training_options());
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(plan->phase_range(Phase::backward).first, plan->phase_range(Phase::update).second);
}

TEST(Plan, AValueWithTwoReadersGetsTheSumOfTheirGradients) {
  const Graph net = graph("[2, 6, 6]", testing_nets::branches);
  const auto plan = make_plan(net, training_options());
  const BufferId d_r0 = plan->d_values[static_cast<std::size_t>(net.find_layer("r0") + 1)];
  std::vector<bool> adds;
  for (const Step& step : plan->steps)
    if (contains(step.writes, d_r0)) adds.push_back(accumulates(step));
  EXPECT_EQ(adds, (std::vector<bool>{false, true, true}));  // sum, then p, then a
}

TEST(Plan, ViewsShareTheBufferOfTheirInput) {
  const Graph net = graph("[2, 6, 6]", testing_nets::branches);
  const auto value = [&](const char* name) {
    return static_cast<std::size_t>(net.find_layer(name) + 1);
  };
  const auto train = make_plan(net, training_options());
  EXPECT_EQ(train->values[value("f")], train->values[value("q")]);
  EXPECT_EQ(train->d_values[value("f")], train->d_values[value("q")]);
  EXPECT_NE(train->values[value("d")], train->values[value("r1")]);
  const auto eval = make_plan(net, PlanOptions{});
  EXPECT_EQ(eval->values[value("d")], eval->values[value("r1")]) << "dropout in evaluation";
}

TEST(Plan, StepsAndBuffersAreNamed) {
  const Graph net = graph("[2, 6, 6]", testing_nets::branches);
  const auto plan = make_plan(net, training_options());
  std::set<std::string> names;
  for (const Buffer& buffer : plan->buffers)
    EXPECT_TRUE(names.insert(buffer.name).second) << buffer.name << " is there twice";
  for (const char* name : {"input", "labels", "losses", "metrics", "stem", "d_stem", "stem.weight",
                           "d_stem.weight", "stem.padded", "n0.running_var", "p.switches"})
    EXPECT_TRUE(names.contains(name)) << name;
}

TEST(Plan, RefusesABatchOutOfRange) {
  const Graph net = graph("[4]", R"({"type": "relu"})");
  for (const int batch : {0, -1, 65537}) {
    PlanOptions options;
    options.batch = batch;
    const auto plan = make_plan(net, options);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().text(),
              "batch: the batch size is " + std::to_string(batch) + "; it must be from 1 to 65536");
  }
}

TEST(Plan, RefusesWhatNeedsMoreThanTheLimitWithTheFigure) {
  const Graph net = graph("[1, 28, 28]", testing_nets::lenet_5);
  PlanOptions options;
  options.batch = 1000;
  options.memory_limit = 10 << 20;
  const auto plan = make_plan(net, options);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::out_of_memory);
  EXPECT_EQ(plan.error().text(),
            "plan: batch 1000 of this network needs 63 MiB, more than the limit of 10 MiB; use a "
            "smaller batch, smaller pictures or fewer channels");
}

TEST(Plan, ALossNeedsAListOfScores) {
  PlanOptions options;
  options.loss = Loss::cross_entropy;
  const auto plan = make_plan(graph("[2, 3, 3]", R"({"type": "relu"})"), options);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().text(),
            "relu1: the last layer gives 2×3×3, but a loss needs one list of class scores; end "
            "with flatten and linear, or with global_avg_pool2d");
}

TEST(Plan, AnOptimiserNeedsALossAndItsBackwardPass) {
  PlanOptions options;
  options.optimizer = OptimizerConfig{};
  const auto plan = make_plan(graph("[4]", R"({"type": "relu"})"), options);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().text(), "plan: an optimiser needs a loss and its backward pass");
}

}  // namespace
}  // namespace convolab
