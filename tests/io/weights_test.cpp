#include "io/weights.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace convolab {
namespace {

Graph small_net() {
  return *graph_from_json(R"({"input": [1, 4, 4], "layers": [
      {"type": "conv2d", "name": "c1", "out_channels": 2, "kernel_size": 3},
      {"type": "batch_norm2d", "name": "bn"},
      {"type": "flatten"}, {"type": "linear", "name": "f", "out_features": 3}]})");
}

TEST(Weights, TakenAndLoadedAgainByName) {
  const Graph graph = small_net();
  const ModelState from(graph, 1);
  auto tensors = take_weights(graph, from);
  std::vector<std::string> names;
  for (const NamedTensor& each : tensors) names.push_back(each.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"c1.weight", "c1.bias", "bn.weight", "bn.bias",
                                      "bn.running_mean", "bn.running_var", "f.weight", "f.bias"}));
  std::reverse(tensors.begin(), tensors.end());  // order does not matter
  tensors.push_back({"bn.num_batches_tracked", Tensor(Shape{}, {7})});
  ModelState to(graph, 2);
  ASSERT_TRUE(load_weights(graph, tensors, "w", to));
  for (int i = 0; i < static_cast<int>(graph.parameters().size()); ++i) {
    const auto a = std::as_const(from).values(i), b = std::as_const(to).values(i);
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  }
}

TEST(Weights, NamesThatDoNotFitAreListed) {
  const Graph graph = small_net();
  ModelState state(graph, 1);
  auto tensors = take_weights(graph, state);
  tensors[0].name = "conv1.weight";
  tensors[7].tensor = Tensor({4});
  tensors.erase(tensors.begin() + 4);
  tensors[1].tensor.data[0] = 99.0f;
  const auto status = load_weights(graph, tensors, "w.safetensors", state);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().text(),
            "w.safetensors: these weights are not this network's; missing: c1.weight, "
            "bn.running_mean; not in the network: conv1.weight; other shapes: f.bias is 4 instead "
            "of 3");
  EXPECT_NE(state.values(1)[0], 99.0f);  // nothing was changed
}

}  // namespace
}  // namespace convolab
