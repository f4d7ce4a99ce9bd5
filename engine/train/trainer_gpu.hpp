// What a trainer keeps of its run on a GPU (private to engine/train).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "gpu/executor.hpp"
#include "train/trainer.hpp"

namespace convolab {

struct Trainer::Gpu {
  struct Begun {
    bool training;
    int samples;
    float rate;
  };

  // Where in the run a batch begins.
  struct Place {
    int epoch;
    std::size_t position;
    bool operator==(const Place& other) const {
      return epoch == other.epoch && position == other.position;
    }
  };

  Gpu(const gpu::Access& gpu, gpu::StateBuffers buffers) : access(gpu), state(std::move(buffers)) {}

  // Callbacks that come after this find their run gone.
  void forget_begun() {
    run = std::make_shared<int>();
    begun.clear();
    holds = 0;
  }
  // Every batch that was begun is known, so that nothing has to be fetched.
  bool all_known() const { return batches == known_at; }

  gpu::Access access;
  gpu::StateBuffers state;
  std::map<int, gpu::Executor> training, eval;  // by batch size
  std::vector<float> input;                     // of one batch, on its way there
  std::vector<std::int32_t> labels;
  std::deque<Begun> begun;      // and not yet done, in order
  Progress known;               // what the weights here belong to
  bool stale = true;            // the weights here are newer than those there
  std::uint64_t batches = 0;    // begun in all
  std::uint64_t known_at = 0;   // how many of them `known` has
  std::uint64_t pulled_at = 0;  // when the last pull was asked for
  // The batch whose loss was not finite. What leads to it is being done again, untold, so that its
  // weights can be looked into.
  std::optional<Place> suspect;
  std::optional<Error> failure;  // of the device: it is of no more use
  int holds = 0;                 // pulls that want no batch begun
  std::shared_ptr<int> run = std::make_shared<int>();
};

}  // namespace convolab
