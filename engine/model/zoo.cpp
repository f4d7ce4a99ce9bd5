#include "model/zoo.hpp"

namespace convolab {
namespace {

constexpr ZooEntry entries[] = {
    {"lenet-5", "LeNet-5 (1998)", R"({"name": "lenet-5", "input": [1, 28, 28], "layers": [
      {"type": "conv2d", "name": "c1", "out_channels": 6, "kernel_size": 5, "padding": 2},
      {"type": "relu"},
      {"type": "max_pool2d", "name": "s2", "kernel_size": 2},
      {"type": "conv2d", "name": "c3", "out_channels": 16, "kernel_size": 5},
      {"type": "relu"},
      {"type": "max_pool2d", "name": "s4", "kernel_size": 2},
      {"type": "flatten"},
      {"type": "linear", "name": "c5", "out_features": 120},
      {"type": "relu"},
      {"type": "linear", "name": "f6", "out_features": 84},
      {"type": "relu"},
      {"type": "linear", "name": "output", "out_features": 10}]})"},
    {"model-1", "Model 1: dense 200–100–10",
     R"({"name": "model-1", "input": [1, 28, 28], "layers": [
      {"type": "flatten"},
      {"type": "linear", "out_features": 200},
      {"type": "relu"},
      {"type": "linear", "out_features": 100},
      {"type": "tanh"},
      {"type": "linear", "out_features": 10}]})"},
    {"model-2", "Model 2: two convolutions",
     R"({"name": "model-2", "input": [1, 28, 28], "layers": [
      {"type": "conv2d", "out_channels": 8, "kernel_size": 5},
      {"type": "relu"},
      {"type": "max_pool2d", "kernel_size": 2},
      {"type": "conv2d", "out_channels": 16, "kernel_size": 3},
      {"type": "relu"},
      {"type": "max_pool2d", "kernel_size": 2},
      {"type": "flatten"},
      {"type": "linear", "out_features": 10}]})"},
    {"small-vgg", "Small VGG",
     R"({"name": "small-vgg", "input": [1, 28, 28], "init": "he_normal", "layers": [
      {"type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": "same"},
      {"type": "relu"},
      {"type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": "same"},
      {"type": "relu"},
      {"type": "max_pool2d", "kernel_size": 2},
      {"type": "conv2d", "out_channels": 16, "kernel_size": 3, "padding": "same"},
      {"type": "relu"},
      {"type": "conv2d", "out_channels": 16, "kernel_size": 3, "padding": "same"},
      {"type": "relu"},
      {"type": "max_pool2d", "kernel_size": 2},
      {"type": "flatten"},
      {"type": "linear", "out_features": 64},
      {"type": "relu"},
      {"type": "linear", "out_features": 10}]})"},
    {"small-resnet", "Small ResNet",
     R"({"name": "small-resnet", "input": [1, 28, 28], "init": "he_normal", "layers": [
      {"type": "conv2d", "name": "stem", "out_channels": 8, "kernel_size": 3, "padding": 1, "bias": false},
      {"type": "batch_norm2d", "name": "stem_norm"},
      {"type": "relu", "name": "stem_relu"},
      {"type": "max_pool2d", "name": "stem_pool", "kernel_size": 2},
      {"type": "conv2d", "name": "a1", "out_channels": 8, "kernel_size": 3, "padding": 1, "bias": false},
      {"type": "batch_norm2d", "name": "a1_norm"},
      {"type": "relu", "name": "a1_relu"},
      {"type": "conv2d", "name": "a2", "out_channels": 8, "kernel_size": 3, "padding": 1, "bias": false},
      {"type": "batch_norm2d", "name": "a2_norm"},
      {"type": "add", "name": "a_sum", "inputs": ["a2_norm", "stem_pool"]},
      {"type": "relu", "name": "a_relu"},
      {"type": "conv2d", "name": "b1", "out_channels": 16, "kernel_size": 3, "stride": 2, "padding": 1, "bias": false},
      {"type": "batch_norm2d", "name": "b1_norm"},
      {"type": "relu", "name": "b1_relu"},
      {"type": "conv2d", "name": "b2", "out_channels": 16, "kernel_size": 3, "padding": 1, "bias": false},
      {"type": "batch_norm2d", "name": "b2_norm"},
      {"type": "conv2d", "name": "b_skip", "out_channels": 16, "kernel_size": 1, "stride": 2, "bias": false, "inputs": ["a_relu"]},
      {"type": "batch_norm2d", "name": "b_skip_norm"},
      {"type": "add", "name": "b_sum", "inputs": ["b2_norm", "b_skip_norm"]},
      {"type": "relu", "name": "b_relu"},
      {"type": "avg_pool2d", "name": "pool", "kernel_size": 2},
      {"type": "flatten", "name": "flatten"},
      {"type": "linear", "name": "output", "out_features": 10}]})"},
    {"mlp", "Plain MLP 64–10", R"({"name": "mlp", "input": [1, 28, 28], "layers": [
      {"type": "flatten"},
      {"type": "linear", "out_features": 64},
      {"type": "relu"},
      {"type": "linear", "out_features": 10}]})"},
    {"net-v", "Benchmark net V (32×32×3)", R"({"name": "net-v", "input": [3, 32, 32], "layers": [
      {"type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": "same"},
      {"type": "relu"},
      {"type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": "same"},
      {"type": "relu"},
      {"type": "max_pool2d", "kernel_size": 2},
      {"type": "conv2d", "out_channels": 64, "kernel_size": 3, "padding": "same"},
      {"type": "relu"},
      {"type": "conv2d", "out_channels": 64, "kernel_size": 3, "padding": "same"},
      {"type": "relu"},
      {"type": "max_pool2d", "kernel_size": 2},
      {"type": "flatten"},
      {"type": "linear", "out_features": 128},
      {"type": "relu"},
      {"type": "linear", "out_features": 10}]})"},
};

}  // namespace

std::span<const ZooEntry> zoo() { return entries; }

const ZooEntry* find_in_zoo(std::string_view name) {
  for (const ZooEntry& entry : entries)
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace convolab
