// Plans with fused steps: which they are, and that they give the bits of the plans without.
#include "model/fusion.hpp"

#include "model/net.hpp"
#include "model/zoo.hpp"

namespace convolab {
namespace {

using testing_nets::graph;

PlanOptions training_options(bool fuse, bool share_memory = false) {
  PlanOptions options;
  options.batch = 5;
  options.training = options.backward = true;
  options.loss = Loss::cross_entropy;
  options.share_memory = share_memory;
  options.fuse = fuse;
  return options;
}

std::vector<std::string> titles(const Graph& net, const Plan& plan, bool fused_only = true) {
  std::vector<std::string> out;
  for (const Step& step : plan.steps)
    if (step.fused >= 0 || !fused_only) out.push_back(step_title(net, step));
  return out;
}

TEST(Fusion, TakesActivationsAndTheGradientsOfReluTogether) {
  const Graph net = graph("[2, 8, 8]", R"(
    {"type": "conv2d", "name": "c", "out_channels": 3, "kernel_size": 3}, {"type": "relu", "name": "r"},
    {"type": "max_pool2d", "kernel_size": 2},
    {"type": "conv2d", "out_channels": 4, "kernel_size": 2}, {"type": "relu"},
    {"type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1}, {"type": "tanh"},
    {"type": "flatten"}, {"type": "linear", "out_features": 3}, {"type": "sigmoid"})");
  const Plan plan = *make_plan(net, training_options(true));
  EXPECT_EQ(titles(net, plan),
            (std::vector<std::string>{"conv2d_forward + relu", "conv2d_forward + relu",
                                      "conv2d_forward + tanh", "linear_forward + sigmoid",
                                      "pad2d_backward + relu", "max_pool2d_backward + relu"}));
  const auto value = [&](const char* name) {
    return static_cast<std::size_t>(net.find_layer(name) + 1);
  };
  EXPECT_EQ(plan.values[value("c")], no_buffer);
  EXPECT_EQ(plan.d_values[value("r")], no_buffer);
  EXPECT_EQ(plan.buffer(plan.values[value("r")]).name, "r");
  EXPECT_EQ(plan.buffer(plan.d_values[value("c")]).name, "d_c");
  const Plan apart = *make_plan(net, training_options(false));
  EXPECT_TRUE(titles(net, apart).empty());
  EXPECT_EQ(apart.steps.size(), plan.steps.size() + 6);
  EXPECT_LT(plan.arena, apart.arena);
}

TEST(Fusion, LeavesWhatOthersReadAsItIs) {
  const char* nets[] = {
      // The sum is read twice; relu's output is read twice; it is the network's output.
      R"({"type": "conv2d", "name": "c", "out_channels": 2, "kernel_size": 1}, {"type": "relu", "name": "r"},
         {"type": "add", "inputs": ["c", "r"]}, {"type": "global_avg_pool2d"})",
      R"({"type": "batch_norm2d", "name": "n"}, {"type": "relu", "name": "r"},
         {"type": "max_pool2d", "name": "p", "kernel_size": 3, "stride": 1, "padding": 1},
         {"type": "add", "inputs": ["p", "r"]}, {"type": "global_avg_pool2d"})",
      R"({"type": "global_avg_pool2d"}, {"type": "linear", "out_features": 2})",
      // A gradient that a pool without a border could only fold with a relu, not with a tanh.
      R"({"type": "batch_norm2d"}, {"type": "tanh"}, {"type": "max_pool2d", "kernel_size": 2},
         {"type": "global_avg_pool2d"})"};
  for (const char* layers : nets) {
    const Graph net = graph("[2, 6, 6]", layers);
    const Plan fused = *make_plan(net, training_options(true));
    const Plan apart = *make_plan(net, training_options(false));
    EXPECT_TRUE(titles(net, fused).empty()) << layers;
    EXPECT_EQ(titles(net, fused, false), titles(net, apart, false)) << layers;
  }
}

// Layers one after the other, each taken when it fits, now and then one that reads further back.
Graph random_graph(std::uint32_t seed) {
  const char* choices[] = {
      R"({"type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1})",
      R"({"type": "conv2d", "out_channels": 4, "kernel_size": [1, 2]})",
      R"({"type": "conv2d", "out_channels": 17, "kernel_size": 3, "padding": 1, "padding_mode": "reflect"})",
      R"({"type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "stride": 2, "bias": false})",
      R"({"type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "groups": 4})",
      R"({"type": "relu"})",
      R"({"type": "relu"})",
      R"({"type": "relu"})",
      R"({"type": "leaky_relu", "negative_slope": 0.2})",
      R"({"type": "tanh"})",
      R"({"type": "sigmoid"})",
      R"({"type": "max_pool2d", "kernel_size": 2})",
      R"({"type": "max_pool2d", "kernel_size": 3, "stride": 2, "padding": 1})",
      R"({"type": "max_pool2d", "kernel_size": 3, "stride": 1})",
      R"({"type": "avg_pool2d", "kernel_size": 2, "padding": 1, "stride": 1})",
      R"({"type": "batch_norm2d"})",
      R"({"type": "dropout", "p": 0.25})",
      R"({"type": "add", "inputs": [LAST, BACK]})",
      R"({"type": "concat", "inputs": [LAST, BACK]})"};
  Rng rng(seed, Stream::test);
  const auto replace = [](std::string& text, const std::string& from, const std::string& to) {
    if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
  };
  std::string layers = R"({"type": "conv2d", "name": "l0", "out_channels": 4, "kernel_size": 3})";
  for (int count = 1, tries = 0; count < 9 && tries < 60; ++tries) {
    std::string layer = choices[rng.below(std::size(choices))];
    const auto name = [](std::uint32_t i) { return "\"l" + std::to_string(i) + "\""; };
    const auto last = static_cast<std::uint32_t>(count - 1);
    replace(layer, "{", "{\"name\": " + name(last + 1) + ", ");
    replace(layer, "LAST", name(last));
    replace(layer, "BACK", name(rng.below(last + 1)));
    if (!graph_from_json(testing_nets::spec("[3, 11, 10]", layers + ", " + layer))) continue;
    layers += ", " + layer;
    ++count;
  }
  return graph("[3, 11, 10]",
               layers + R"(, {"type": "flatten"}, {"type": "linear", "out_features": 3})");
}

// Losses and all gradients of one batch.
std::vector<float> results(const Graph& net, const Backend& backend, const PlanOptions& options) {
  ThreadPool pool(1);
  ModelState state(net, 3);
  auto plan = make_plan(net, options);
  auto executor = Executor::create(*std::move(plan), backend, state, pool);
  EXPECT_TRUE(executor);
  const Plan& p = executor->plan();
  const Tensor x =
      testing_nets::random_tensor(Shape{static_cast<int>(executor->data(p.input()).size())}, 2);
  std::copy(x.data.begin(), x.data.end(), executor->data(p.input()).begin());
  for (std::size_t n = 0; n < executor->labels().size(); ++n)
    executor->labels()[n] = static_cast<std::int32_t>(n % 3);
  executor->run({.step = 1, .seed = 5});
  std::vector<float> out;
  const auto add = [&](BufferId id) {
    const auto values = executor->data(id);
    out.insert(out.end(), values.begin(), values.end());
  };
  add(p.losses);
  for (const BufferId id : p.d_parameters) add(id);
  return out;
}

TEST(Fusion, GivesTheBitsOfThePlanWithoutOnRandomNets) {
  std::size_t fused = 0;
  for (std::uint32_t seed = 0; seed < 90; ++seed) {
    const Graph net = random_graph(seed);
    fused += titles(net, *make_plan(net, training_options(true))).size();
    for (const std::string& name : backend_names()) {
      const Backend& backend = **find_backend(name);
      const auto apart = results(net, backend, training_options(false));
      EXPECT_EQ(apart, results(net, backend, training_options(true)))
          << name << ", seed " << seed << ": " << spec_to_json(net.spec());
      EXPECT_EQ(apart, results(net, backend, training_options(true, true)))
          << name << " in shared memory, seed " << seed << ": " << spec_to_json(net.spec());
    }
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(fused, 100u);
}

}  // namespace
}  // namespace convolab
