#include "probe/meter.hpp"

#include <algorithm>

#include "train/benchmark.hpp"

namespace convolab::probe {
namespace {

constexpr std::uint64_t every = 4;      // of so many batches one is measured
constexpr std::size_t remembered = 32;  // measured batches
constexpr double ceiling_seconds = 0.02;
constexpr int ceiling_tries = 8;

}  // namespace

void Meter::set_on(bool on) {
  if (on_ && !on) forget();
  on_ = on;
}

void Meter::forget() {
  drop_batch();
  rows_.clear();
  last_spans_.clear();
  batches_ = 0;
  row_ = 0;
  changed_ = false;
}

bool Meter::begin_batch() {
  measuring_ = on_ && batches_++ % every == 0;
  if (!measuring_) return false;
  spans_.clear();
  for (auto& thread : log_.pieces) thread.clear();
  pool_->watch(&log_);
  batch_began_ = Clock::now();
  return true;
}

void Meter::begin_step(int step) {
  log_.job = step_ = step;
  step_began_ = Clock::now();
}

void Meter::end_step() {
  const auto now = Clock::now();
  const auto at = [this](Clock::time_point time) {
    return std::chrono::duration<double>(time - batch_began_).count();
  };
  spans_.push_back({0, step_, at(step_began_), at(now)});
}

void Meter::end_batch(std::size_t steps) {
  if (!measuring_) return;
  drop_batch();
  if (spans_.size() != steps) return;
  if (rows_.size() != steps) rows_.assign(steps, {});
  for (std::size_t s = 0; s < steps; ++s) {
    const double seconds = spans_[s].end - spans_[s].begin;
    if (rows_[s].size() < remembered)
      rows_[s].push_back(seconds);
    else
      rows_[s][row_ % remembered] = seconds;
  }
  ++row_;
  for (std::size_t thread = 1; thread < log_.pieces.size(); ++thread)
    for (const PieceLog::Piece& piece : log_.pieces[thread]) {
      const auto at = [this](Clock::time_point time) {
        return std::chrono::duration<double>(time - batch_began_).count();
      };
      spans_.push_back({static_cast<int>(thread), piece.job, at(piece.begin), at(piece.end)});
    }
  last_spans_.swap(spans_);
  changed_ = true;
}

void Meter::drop_batch() {
  if (measuring_) pool_->watch(nullptr);
  measuring_ = false;
}

Times Meter::times(const Backend& backend) {
  if (ceiling_of_ != &backend) {
    ceiling_ = 0;
    tries_ = 0;
    tick_ = clock_tick();
    ceiling_of_ = &backend;
  }
  // What else the machine does, and code that a browser has not optimised yet, make a measurement
  // too low: the best of several counts, one with each of the first reports.
  if (tries_ < ceiling_tries) {
    ++tries_;
    ceiling_ = std::max(ceiling_, measure_ceiling(backend, ceiling_seconds) * pool_->threads());
  }
  changed_ = false;
  Times out;
  for (const auto& seconds : rows_) out.seconds.push_back(usual_seconds(seconds, tick_));
  out.ceiling = ceiling_;
  out.spans = last_spans_;
  return out;
}

}  // namespace convolab::probe
