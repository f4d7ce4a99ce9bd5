#include "probe/probe.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "probe/figures.hpp"

namespace convolab::probe {
namespace {

// What is kept for an inspector that does not ask for reports.
constexpr std::size_t most_points = 20'000;
constexpr std::int64_t most_frame_bytes = std::int64_t{64} << 20;

// Dead units are counted no more often than in every so many training steps.
constexpr std::uint64_t steps_between_dead = 4;
// While training runs, the time between two points is so many times what one takes.
constexpr int point_rest = 30;

}  // namespace

Probe::Probe(Trainer& trainer, ThreadPool& pool)
    : trainer_(&trainer), pool_(&pool), stepper_(trainer), meter_(pool) {}

void Probe::attach(Trainer& trainer) {
  trainer_ = &trainer;
  stepper_ = Stepper(trainer);
  meter_.forget();
  forget_run();
  told_.clear();
  told_batch_ = 0;
  network_due_ = true;
}

void Probe::leave() {
  stepper_.leave();
  held_.clear();
  held_buffer_ = -1;
  ++moment_;
  changed_ = true;
}

int Probe::rest() {
  if (!stepper_.at_work()) return -1;
  const int position = stepper_.next();
  stepper_.rewind();
  return position;
}

void Probe::resume(int position) {
  // It has been there before, so that nothing keeps it from getting there.
  if (position >= 0 && stepper_.at_work()) (void)stepper_.run_to(position);
}

void Probe::set_state(State state) {
  changed_ = changed_ || state != state_;
  if (state != state_) pace_last_ = {};
  state_ = state;
}

// --- training ---

Expected<StepResult> Probe::advance(int ahead) {
  if (!results_.empty()) {
    const StepResult result = results_.front();
    results_.pop_front();
    return result;
  }
  if (trainer_->on_gpu() || ahead == 0) {
    if (trainer_->on_gpu() && !std::exchange(told_of_gpu_, true)) {
      message_ = no_gpu;
      changed_ = true;
    }
    return trainer_->step(ahead);
  }
  const bool fresh = !stepper_.at_work();
  if (fresh) {
    const auto begun = stepper_.begin();
    if (!begun) {
      changed_ = changed_ || error_.empty();
      error_ = begun.error().text();
      return tl::unexpected(begun.error());
    }
    if (*begun) {
      changed_ = changed_ || (*begun)->kind == StepResult::Kind::validated;
      return **begun;
    }
  }
  held_.clear();
  held_buffer_ = -1;
  auto result = run_batch(fresh);
  ++moment_;
  changed_ = true;
  if (!result)
    error_ = result.error().text();
  else if (result->kind == StepResult::Kind::trained)
    finished(*result);
  return result;
}

Expected<StepResult> Probe::run_batch(bool fresh) {
  const std::uint64_t step = trainer_->steps_done() + 1;
  if (fresh) {
    const bool due =
        statistics_every_ > 0 && step % static_cast<std::uint64_t>(statistics_every_) == 0;
    point_due_ = due && (state_ != State::running || Clock::now() >= next_point_);
  }
  if (point_due_) stepper_.keep_parameters();
  const bool measured = fresh && meter_.begin_batch();
  const bool may_hold = stops();
  if (!may_hold) stepper_.go_straight();
  const int from = stepper_.next(), end = stepper_.end();
  for (int s = from; (may_hold || measured) && s < end; ++s) {
    // Where it stands already it goes on from.
    bool held = may_hold && (fresh || s > from) && holds_before(s);
    if (!held) {
      if (!stepper_.prepare(s + 1)) break;  // finish() says why
      if (measured) meter_.begin_step(s);
      (void)stepper_.run_to(s + 1);
      if (measured) meter_.end_step();
      held = may_hold && holds_after(s);
    }
    if (held) {
      meter_.drop_batch();
      StepResult result;
      result.kind = StepResult::Kind::held;
      result.step = trainer_->steps_done();
      result.epoch = trainer_->epoch();
      return result;
    }
  }
  if (measured) meter_.end_batch(static_cast<std::size_t>(end));
  return stepper_.finish();
}

void Probe::finished(const StepResult& result) {
  loss_ = result.loss;
  accuracy_ = result.accuracy;
  error_.clear();
  note_pace(result.samples);
  const auto due = [&](std::int64_t every) {
    return every > 0 && result.step % static_cast<std::uint64_t>(every) == 0;
  };
  if (point_due_)
    if (const auto executor = stepper_.shown()) {
      const auto began = Clock::now();
      points_.push_back(point_of(trainer_->graph(), **executor, stepper_, result));
      // They change slowly, and looking through all activations takes longer than all the rest.
      if (result.step >= dead_at_ + steps_between_dead || dead_.empty()) {
        dead_ = dead_units(trainer_->graph(), **executor);
        dead_at_ = result.step;
      }
      points_.back().dead = dead_;
      if (points_.size() > most_points) points_.pop_front();
      const auto now = Clock::now();
      next_point_ = now + point_rest * (now - began);
    }
  point_due_ = false;
  if (due(record_every_)) take_frame();
}

void Probe::note_pace(int samples) {
  constexpr auto window = std::chrono::milliseconds(500), gap = std::chrono::milliseconds(250);
  const auto now = Clock::now();
  if (pace_last_ == Clock::time_point() || now - pace_last_ > gap) {
    pace_since_ = now;
    pace_pictures_ = -samples;  // this one's time is not known
  }
  pace_last_ = now;
  pace_pictures_ += samples;
  if (now - pace_since_ < window) return;
  pace_ = pace_pictures_ / std::chrono::duration<double>(now - pace_since_).count();
  pace_since_ = now;
  pace_pictures_ = 0;
}

void Probe::take_frame() {
  Frame frame;
  frame.step = trainer_->steps_done();
  frame.loss = loss_;
  const auto& parameters = trainer_->graph().parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& p = parameters[i];
    if (!recorded_.empty() &&
        std::find(recorded_.begin(), recorded_.end(), p.name) == recorded_.end())
      continue;
    const auto values = trainer_->state().values(static_cast<int>(i));
    frame.tensors.push_back({p.name, p.shape.sizes(), {values.begin(), values.end()}});
  }
  frame_bytes_ += frame.size();
  frames_.push_back(std::move(frame));
  while (frame_bytes_ > most_frame_bytes && frames_.size() > 1) {
    frame_bytes_ -= frames_.front().size();
    frames_.pop_front();
  }
}

// --- breakpoints ---

bool Probe::stops() const {
  return std::any_of(breakpoints_.begin(), breakpoints_.end(),
                     [](const Breakpoint& each) { return each.on; });
}

bool Probe::holds_at(const Breakpoint& breakpoint, int step) const {
  const Graph& graph = trainer_->graph();
  const std::vector<Step>& steps = stepper_.executor().plan().steps;
  const Step& here = steps[static_cast<std::size_t>(step)];
  const Step* before = step > 0 ? &steps[static_cast<std::size_t>(step - 1)] : nullptr;
  const bool new_phase = !before || before->phase != here.phase;
  switch (breakpoint.kind) {
    case Breakpoint::Kind::step: return step == breakpoint.step;
    case Breakpoint::Kind::phase: return new_phase && phase_name(here.phase) == breakpoint.name;
    case Breakpoint::Kind::layer: {
      const int layer = graph.find_layer(breakpoint.name);
      const auto is_of = [&](const Step& s) { return s.layer == layer || s.fused == layer; };
      return layer >= 0 && is_of(here) && (new_phase || !is_of(*before));
    }
    case Breakpoint::Kind::not_finite: break;
  }
  return false;
}

bool Probe::holds_before(int step) {
  for (const Breakpoint& each : breakpoints_) {
    if (!each.on) continue;
    if (each.kind == Breakpoint::Kind::not_finite) {
      if (hold_if_not_finite(step, /*written=*/false)) return true;
      continue;
    }
    if (!holds_at(each, step)) continue;
    const Plan& plan = stepper_.executor().plan();
    const std::string title =
        step_title(trainer_->graph(), plan.steps[static_cast<std::size_t>(step)]);
    held_ = (each.kind == Breakpoint::Kind::layer   ? "layer " + each.name + ": "
             : each.kind == Breakpoint::Kind::phase ? "phase " + each.name + ": "
                                                    : "") +
            "before " + title;
    return true;
  }
  return false;
}

bool Probe::holds_after(int step) {
  return std::any_of(breakpoints_.begin(), breakpoints_.end(), [&](const Breakpoint& each) {
    return each.on && each.kind == Breakpoint::Kind::not_finite &&
           hold_if_not_finite(step, /*written=*/true);
  });
}

// What a step has written; or, before it runs, what it reads that no step has written: a relu may
// make a number of what is none.
bool Probe::hold_if_not_finite(int step, bool written) {
  const Executor& executor = stepper_.executor();
  const Plan& plan = executor.plan();
  const Step& here = plan.steps[static_cast<std::size_t>(step)];
  for (const BufferId id : written ? here.writes : here.reads) {
    if (id == no_buffer) continue;
    const BufferRole role = plan.buffer(id).role;
    // Switches and labels are integers, and -infinity around a padded pool is meant.
    if (role == BufferRole::own || role == BufferRole::labels) continue;
    if (!written && role != BufferRole::parameter && role != BufferRole::input) continue;
    const auto values = executor.data(id);
    if (std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
      continue;
    held_ = "NaN or infinity in " + plan.buffer(id).name + (written ? ", after " : ", before ") +
            step_title(trainer_->graph(), here);
    held_buffer_ = id;
    return true;
  }
  return false;
}

}  // namespace convolab::probe
