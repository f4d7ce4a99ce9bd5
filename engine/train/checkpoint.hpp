// Checkpoint: a run as a file, complete to the last bit, so that going on from it is the run that
// was never interrupted.
//
// It is a safetensors file. The parameters and running statistics have their usual names, so any
// tool reads the weights; the optimiser's memory of "c1.weight" is "optimizer/0/c1.weight" and
// "optimizer/1/c1.weight". Where the run stood is JSON texts among the metadata:
//   "convolab_checkpoint"  the format's version
//   "spec", "config"       the network and its training settings
//   "progress"             counters, sums and the history of epochs
//   "checksum"             of progress and tensors
// What draws random numbers needs no more than the seed and the counters.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/tensor.hpp"

namespace convolab {

struct EpochMetrics {
  int epoch = 0;                          // counted from 1
  std::uint64_t step = 0;                 // training steps finished when its training ended
  double loss = 0, accuracy = 0;          // means over the epoch's training batches, as trained
  double val_loss = 0, val_accuracy = 0;  // over the validation split, after it
};

// Where a run stands.
struct Progress {
  std::string dataset;  // its name
  std::uint64_t training_pictures = 0, validation_pictures = 0;
  std::uint64_t seed = 0, step = 0, updates = 0, optimizer_resets = 0;
  std::uint64_t position = 0;  // pictures of the epoch at work that are done, of both splits
  double sum_loss = 0, sum_correct = 0;
  EpochMetrics current;  // of the epoch at work, or of the last when all are done
  std::vector<EpochMetrics> history;
};

struct Checkpoint {
  std::string spec, config;  // JSON
  Progress progress;
  std::vector<NamedTensor> tensors;  // parameters, then the optimiser's memory
};

inline constexpr const char* optimizer_prefix = "optimizer/";
std::string slot_name(int slot, const std::string& parameter);  // "optimizer/0/c1.weight"

std::vector<std::uint8_t> write_checkpoint(const Checkpoint& checkpoint);

// `where` names the file in errors. Refused: what is not a checkpoint, is damaged or cut short, or
// was written by another version.
Expected<Checkpoint> read_checkpoint(std::span<const std::uint8_t> file, const std::string& where);

}  // namespace convolab
