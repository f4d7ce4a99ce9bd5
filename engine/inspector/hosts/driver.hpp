// Driver: a trainer that an inspector drives. The probe answers most commands; this is what the
// others mean: start, pause, go on, a batch.
#pragma once

#include <memory>

#include "core/parallel.hpp"
#include "probe/probe.hpp"
#include "train/trainer.hpp"

namespace convolab::inspector {

class Driver {
 public:
  // Both must outlive it.
  Driver(Trainer& trainer, ThreadPool& pool);

  void handle(const probe::Command& command);
  bool running() const { return state_ == probe::State::running; }
  // One batch, while it is running.
  void advance();

  bool changed() const { return probe_.changed(); }
  probe::Report report() { return probe_.report(); }

 private:
  void set(probe::State state);
  void one_batch();
  StepResult::Kind take();
  probe::Probe probe_;
  probe::State state_ = probe::State::paused;
};

}  // namespace convolab::inspector
