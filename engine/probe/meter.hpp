// Meter: how long the steps of the training plan take, while it trains. Every few batches one is
// run step by step with a clock; what a step usually takes comes from the last of them.
#pragma once

#include <chrono>
#include <vector>

#include "core/parallel.hpp"
#include "model/executor.hpp"
#include "probe/report.hpp"

namespace convolab::probe {

class Meter {
 public:
  explicit Meter(ThreadPool& pool) : pool_(&pool) {}

  void set_on(bool on);
  bool on() const { return on_; }
  void forget();  // the plan is another

  // Whether the batch that now begins is to be measured.
  bool begin_batch();
  void begin_step(int step);
  void end_step();
  void end_batch(std::size_t steps);  // a measured one is complete
  void drop_batch();                  // or is not

  bool changed() const { return changed_; }
  void tell_again() { changed_ = !rows_.empty(); }
  Times times(const Backend& backend);

 private:
  using Clock = std::chrono::steady_clock;

  ThreadPool* pool_;
  bool on_ = false, changed_ = false, measuring_ = false;
  std::uint64_t batches_ = 0;
  const Backend* ceiling_of_ = nullptr;
  double ceiling_ = 0, tick_ = 0;
  int tries_ = 0;
  PieceLog log_;
  int step_ = 0;
  Clock::time_point batch_began_ = {}, step_began_ = {};
  std::vector<Times::Span> spans_, last_spans_;
  std::vector<std::vector<double>> rows_;  // of every step, its last times in turn
  std::size_t row_ = 0;                    // whose turn it is
};

}  // namespace convolab::probe
