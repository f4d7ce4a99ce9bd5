// Small nets for the tests, written as briefly as they can be.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/rng.hpp"
#include "model/executor.hpp"

namespace convolab::testing_nets {

// spec("[1, 28, 28]", R"({"type": "relu"}, …)")
inline std::string spec(const std::string& input, const std::string& layers) {
  return R"({"input": )" + input + R"(, "layers": [)" + layers + "]}";
}

// The graph of a spec that must be right.
inline Graph graph(const std::string& input, const std::string& layers) {
  auto built = graph_from_json(spec(input, layers));
  EXPECT_TRUE(built) << built.error().text();
  return built ? *std::move(built) : *graph_from_json(spec("[1]", R"({"type": "relu"})"));
}

// What a wrong spec is answered.
inline std::string refusal(const std::string& json) {
  const auto built = graph_from_json(json);
  return built ? "accepted" : built.error().text();
}

inline Tensor random_tensor(const Shape& shape, std::uint32_t lane, float low = -1.0f,
                            float high = 1.0f) {
  Tensor tensor(shape);
  Rng rng(17, Stream::test, lane);
  for (float& value : tensor.data) value = rng.uniform(low, high);
  return tensor;
}

inline const std::string lenet_5 = R"(
  {"type": "conv2d", "name": "c1", "out_channels": 6, "kernel_size": 5, "padding": 2},
  {"type": "tanh"}, {"type": "avg_pool2d", "kernel_size": 2},
  {"type": "conv2d", "name": "c3", "out_channels": 16, "kernel_size": 5},
  {"type": "tanh"}, {"type": "avg_pool2d", "kernel_size": 2}, {"type": "flatten"},
  {"type": "linear", "name": "f5", "out_features": 120}, {"type": "tanh"},
  {"type": "linear", "name": "f6", "out_features": 84}, {"type": "tanh"},
  {"type": "linear", "name": "f7", "out_features": 10})";

inline const std::string model_1 = R"(
  {"type": "flatten"}, {"type": "linear", "out_features": 200}, {"type": "relu"},
  {"type": "linear", "out_features": 100}, {"type": "relu"}, {"type": "linear", "out_features": 10})";

inline const std::string model_2 = R"(
  {"type": "conv2d", "out_channels": 8, "kernel_size": 5}, {"type": "relu"},
  {"type": "max_pool2d", "kernel_size": 2},
  {"type": "conv2d", "out_channels": 16, "kernel_size": 3}, {"type": "relu"},
  {"type": "max_pool2d", "kernel_size": 2}, {"type": "flatten"},
  {"type": "linear", "out_features": 10})";

// Branches, a value read by three layers, borders, batch norm, dropout and both ways to meet again.
inline const std::string branches = R"(
  {"type": "conv2d", "name": "stem", "out_channels": 4, "kernel_size": 3, "padding": 1, "bias": false},
  {"type": "batch_norm2d", "name": "n0"}, {"type": "relu", "name": "r0"},
  {"type": "conv2d", "name": "a", "out_channels": 4, "kernel_size": 3, "padding": "same",
   "padding_mode": "reflect"},
  {"type": "max_pool2d", "name": "p", "inputs": ["r0"], "kernel_size": 3, "stride": 1, "padding": 1},
  {"type": "add", "name": "sum", "inputs": ["a", "p", "r0"]},
  {"type": "leaky_relu", "name": "r1"}, {"type": "dropout", "name": "d", "p": 0.25},
  {"type": "concat", "name": "cat", "inputs": ["d", "p"]},
  {"type": "avg_pool2d", "name": "q", "kernel_size": 2, "padding": 1},
  {"type": "flatten", "name": "f"}, {"type": "linear", "name": "l", "out_features": 3})";

}  // namespace convolab::testing_nets
