#include "probe/probe.hpp"

#include <algorithm>
#include <cmath>

#include "probe/figures.hpp"

namespace convolab::probe {
namespace {

// What is kept for an inspector that does not ask for reports.
constexpr std::size_t most_points = 20'000;
constexpr std::int64_t most_frame_bytes = std::int64_t{64} << 20;

constexpr const char* where = "inspector";
constexpr const char* no_gpu = "on a GPU no step can be looked at; train on the CPU meanwhile";

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
  if (statistics_every_ > 0 && step % static_cast<std::uint64_t>(statistics_every_) == 0)
    stepper_.keep_parameters();
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
  if (due(statistics_every_))
    if (const auto executor = stepper_.shown()) {
      points_.push_back(point_of(trainer_->graph(), **executor, stepper_, result));
      if (points_.size() > most_points) points_.pop_front();
    }
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

// --- commands ---

void Probe::handle(const Command& command) {
  const auto status = obey(command);
  if (!status) message_ = status.error().text();
  changed_ = true;
}

Status Probe::obey(const Command& command) {
  using Kind = Command::Kind;
  switch (command.kind) {
    case Kind::start:
    case Kind::pause:
    case Kind::step_batch:
    case Kind::go_on:
    case Kind::picture: return {};  // the host's
    case Kind::step_plan: return step_plan(command.count);
    case Kind::run_to: return run_to(command.count);
    case Kind::rewind: return stepper_.at_work() ? run_to(0) : Status();
    case Kind::leave_batch: leave(); return {};
    case Kind::breakpoints: breakpoints_ = command.breakpoints; return {};
    case Kind::rate: return set_rate(command.value);
    case Kind::fuse: {
      TrainConfig config = trainer_->config();
      config.fuse = command.on;
      return configure(config);
    }
    case Kind::freeze: return freeze(command.name, command.on);
    case Kind::perturb:
      leave();
      return trainer_->perturb_layer(command.name, command.value,
                                     static_cast<std::uint64_t>(command.count));
    case Kind::reset_layer:
      leave();
      return trainer_->reset_layer(command.name, static_cast<std::uint64_t>(command.count));
    case Kind::restart: return restart(command.count);
    case Kind::watch: return watch(command);
    case Kind::batch:
      wants_batch_ = command.on;
      most_pictures_ = command.count;
      told_batch_ = 0;
      return {};
    case Kind::measure: meter_.set_on(command.on); return {};
    case Kind::statistics: statistics_every_ = command.count; return {};
    case Kind::record: return record(command);
    case Kind::again:
      network_due_ = true;
      told_.clear();
      told_batch_ = 0;
      meter_.tell_again();
      return {};
  }
  return {};
}

Status Probe::begin_batch() {
  if (trainer_->on_gpu()) return fail(ErrorCode::unsupported, where, no_gpu);
  for (;;) {
    const auto begun = stepper_.begin();
    if (!begun) return tl::unexpected(begun.error());
    if (!*begun) return {};
    switch ((*begun)->kind) {
      case StepResult::Kind::validated: results_.push_back(**begun); break;
      case StepResult::Kind::waiting_for_data:
        return fail(ErrorCode::not_found, where, "the next batch has not arrived yet");
      default: return fail(ErrorCode::not_found, where, "all epochs are done");
    }
  }
}

Status Probe::finish_batch() {
  const auto result = stepper_.finish();
  if (!result) return tl::unexpected(result.error());
  results_.push_back(*result);
  finished(*result);
  return {};
}

Status Probe::step_plan(std::int64_t count) {
  if (count == 0) return {};
  if (!stepper_.at_work()) {
    if (count < 0) return {};
    if (auto status = begin_batch(); !status) return status;
  } else if (count > 0 && stepper_.next() == stepper_.end()) {
    if (auto status = finish_batch(); !status) return status;
    if (auto status = begin_batch(); !status) return status;
    --count;  // the step over to the next batch
  }
  const std::int64_t most = stepper_.end();
  return run_to(stepper_.next() + std::clamp(count, -most, most));
}

Status Probe::run_to(std::int64_t step) {
  if (!stepper_.at_work())
    if (auto status = begin_batch(); !status) return status;
  held_.clear();
  held_buffer_ = -1;
  ++moment_;
  return stepper_.run_to(
      static_cast<int>(std::clamp<std::int64_t>(step, 0, std::int64_t{stepper_.end()})));
}

Status Probe::set_rate(double rate) {
  if (!(rate >= 0 && rate <= 1000))
    return fail(ErrorCode::invalid_argument, "lr", "the learning rate must be from 0 to 1000");
  TrainConfig config = trainer_->config();
  config.learning_rate = static_cast<float>(rate);
  auto status = trainer_->configure(config);
  stepper_.refresh();
  return status;
}

Status Probe::configure(const TrainConfig& config) {
  leave();
  return trainer_->configure(config);
}

Status Probe::freeze(const std::string& layer, bool on) {
  TrainConfig config = trainer_->config();
  auto& frozen = config.frozen;
  frozen.erase(std::remove(frozen.begin(), frozen.end(), layer), frozen.end());
  if (on) frozen.push_back(layer);
  return configure(config);
}

Status Probe::restart(std::int64_t seed) {
  // As the settings' own: whole numbers that JavaScript has.
  if (seed < 0 || seed > 9007199254740991)
    return fail(ErrorCode::invalid_argument, "seed", "it must be a whole number from 0 to 2⁵³−1");
  leave();
  trainer_->restart(static_cast<std::uint64_t>(seed));
  forget_run();
  return {};
}

void Probe::forget_run() {
  held_.clear();
  held_buffer_ = -1;
  error_.clear();
  loss_ = accuracy_ = 0;
  results_.clear();
  points_.clear();
  frames_.clear();
  frame_bytes_ = 0;
  pace_ = 0;
  pace_last_ = {};
  changed_ = true;
}

Status Probe::watch(const Command& command) {
  watched_ = command.names;
  most_values_ = command.count;
  for (auto it = told_.begin(); it != told_.end();)
    it = std::find(watched_.begin(), watched_.end(), it->first) == watched_.end() ? told_.erase(it)
                                                                                  : std::next(it);
  return {};
}

Status Probe::record(const Command& command) {
  for (const std::string& name : command.names)
    if (trainer_->graph().find_parameter(name) < 0)
      return fail(ErrorCode::not_found, name, "there is no such parameter to record");
  record_every_ = command.count;
  recorded_ = command.names;
  if (record_every_ > 0) take_frame();  // how it was when the recording began
  return {};
}

}  // namespace convolab::probe
