// Probe: the engine's side of the inspector. It stands between a trainer and whoever hosts it (the
// desktop's training thread, the page's worker), takes batches in pieces, answers commands and
// reports. Nothing in it draws, waits or has a thread of its own.
//
// The host's loop, while an inspector is open:
//   - every command goes to handle(); `start`, `pause`, `go_on` and `step_batch` besides say
//     whether the host calls advance() again, and `picture` is the page's;
//   - advance() takes Trainer::step's place. After `held` the host pauses;
//   - report() when changed(), as often as the inspector draws.
// On a GPU nothing can be looked at: advance() only passes on, and a message says so.
#pragma once

#include <chrono>
#include <deque>
#include <map>

#include "probe/meter.hpp"
#include "probe/report.hpp"
#include "probe/stepper.hpp"
#include "train/trainer.hpp"

namespace convolab::probe {

inline constexpr const char* no_gpu =
    "on a GPU no step can be looked at; train on the CPU meanwhile";

class Probe {
 public:
  // Both must outlive the probe, or attach() to another trainer before theirs ends.
  Probe(Trainer& trainer, ThreadPool& pool);
  // Another network is open. What the inspector asked for stays, breakpoints included.
  void attach(Trainer& trainer);

  void handle(const Command& command);

  // A batch as Trainer::step does it, to the same bits: the rest of the one at work, or the next.
  // `held`: it stands at a breakpoint in the middle of one, and goes on from there.
  Expected<StepResult> advance(int ahead = 1);
  // A command has finished batches (validation, mostly) whose results advance() gives before it
  // does anything: a host that is paused calls it as long as this is true.
  bool has_results() const { return !results_.empty(); }

  // Rewinds the batch at work and leaves it. A host calls this before it changes the trainer by
  // itself (configure, restart, restore, set_parameter), saves it, or stops reporting.
  void leave();

  // While somebody writes the run down it is as it was before the batch at work; then on to where
  // rest() says that it was.
  int rest();
  void resume(int position);

  void set_state(State state);
  bool changed() const;
  Report report();

 private:
  using Clock = std::chrono::steady_clock;

  Status obey(const Command& command);
  Status pick(std::int64_t picture);
  Status step_plan(std::int64_t count);
  Status run_to(std::int64_t step);
  Status begin_batch();  // with the validation batches that come before it
  Status finish_batch();
  Status set_rate(double rate);
  Status configure(const TrainConfig& config);
  Status freeze(const std::string& layer, bool on);
  Status restart(std::int64_t seed);
  Status watch(const Command& command);
  Status record(const Command& command);
  void forget_run();

  Expected<StepResult> run_batch(bool fresh);
  bool stops() const;  // whether a breakpoint is on
  // Whether a breakpoint holds the batch before a step, or after the one just done.
  bool holds_before(int step);
  bool holds_after(int step);
  bool holds_at(const Breakpoint& breakpoint, int step) const;
  bool hold_if_not_finite(int step, bool written);
  void finished(const StepResult& result);
  void note_pace(int samples);
  void take_frame();

  Run run() const;
  std::uint64_t moment() const { return moment_ + trainer_->edits(); }
  std::optional<Network> take_network();
  std::vector<Look> take_looks(const Executor& executor);
  std::optional<BatchLook> take_batch(const Executor& executor);
  std::optional<BatchLook> take_picture();

  Trainer* trainer_;
  ThreadPool* pool_;
  Stepper stepper_;
  Meter meter_;

  std::vector<Breakpoint> breakpoints_;
  std::string held_;
  int held_buffer_ = -1;
  State state_ = State::paused;
  std::string error_;
  double loss_ = 0, accuracy_ = 0;

  // What the inspector asked for.
  std::vector<std::string> watched_, recorded_;
  std::int64_t most_values_ = 0, most_pictures_ = 0;
  std::int64_t statistics_every_ = 0, record_every_ = 0;
  bool point_due_ = false;  // of the batch at work
  Clock::time_point next_point_ = {};
  bool wants_batch_ = false;
  int picture_ = -1;  // of the validation split, or none

  // What it has not been told yet.
  std::uint64_t number_ = 0;
  std::uint64_t moment_ = 1;  // grows whenever a batch may have changed a buffer
  std::uint64_t told_plans_ = 0, told_edits_ = 0;  // of which plans and parameters it knows
  std::uint64_t told_picture_ = 0;                 // the moment of the picture's last answer
  Clock::time_point next_picture_ = {};
  std::uint64_t told_batch_ = 0;               // the moment of the last BatchLook
  std::map<std::string, std::uint64_t> told_;  // and of the last look at a buffer
  bool network_due_ = true, changed_ = true;
  std::deque<StepResult> results_;
  std::deque<Point> points_;
  std::vector<double> dead_;  // as last counted, after step dead_at_
  std::uint64_t dead_at_ = 0;
  std::deque<Frame> frames_;
  std::int64_t frame_bytes_ = 0;
  std::string message_;
  bool told_of_gpu_ = false;

  // Pictures since a moment not long ago.
  Clock::time_point pace_since_ = {}, pace_last_ = {};
  double pace_pictures_ = 0, pace_ = 0;
};

}  // namespace convolab::probe
