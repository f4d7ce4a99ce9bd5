// Snapshot: a copy of what a view asked to see, taken between two training steps. Everything that
// draws draws snapshots; nothing looks into a running step.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/tensor.hpp"

namespace convolab {

struct SnapshotRequest {
  bool activations = true;              // of every layer, for the picture
  std::vector<std::string> parameters;  // by name, in the order wanted
  bool gradients = false;               // of the last training batch
  int histogram_bins = 0;               // > 0: a histogram of every parameter
};

struct Histogram {
  std::string name;
  float low = 0.0f, high = 0.0f;  // the range; bins are of equal width
  std::vector<int> counts;
};

struct Snapshot {
  std::uint64_t version = 0;             // grows by one with every snapshot of a trainer
  std::uint64_t step = 0;                // training steps finished
  Tensor picture;                        // the input as the net saw it
  std::vector<NamedTensor> activations;  // one per layer, in order, without the batch
  std::vector<NamedTensor> parameters;
  std::vector<NamedTensor> gradients;
  std::vector<Histogram> histograms;
  std::vector<float> probabilities;  // softmax of the output, when that is a list of scores
};

// Counts values into equal bins between their minimum and maximum; non-finite values are left out.
Histogram make_histogram(std::string name, std::span<const float> values, int bins);

}  // namespace convolab
