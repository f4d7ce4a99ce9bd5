#include "probe/stepper.hpp"

#include <algorithm>
#include <utility>

namespace convolab::probe {
namespace {

void copy(std::span<const float> from, std::span<float> to) {
  std::copy(from.begin(), from.end(), to.begin());
}

void copy(std::span<const float> from, std::vector<float>& to) {
  to.assign(from.begin(), from.end());
}

}  // namespace

Expected<std::optional<StepResult>> Stepper::begin() {
  Trainer& t = *trainer_;
  executor_ = nullptr;
  // What a trainer does instead of training a batch it does by itself.
  const bool training = t.results_.empty() && !t.stopped_ && !t.on_gpu() && t.at_work() &&
                        t.batch_at(t.position_).training && t.arrived(t.batch_);
  if (!training) {
    auto done = t.step();
    if (!done) return tl::unexpected(done.error());
    return std::optional<StepResult>(*done);
  }
  const auto loaded = t.load_training(t.batch_);
  if (!loaded) return tl::unexpected(loaded.error());
  executor_ = *loaded;
  settings_ = t.run_settings(0);
  pictures_ = t.batch_.pictures;
  plans_ = t.plans_made();
  edits_ = t.edits();
  next_ = 0;
  keep_ = straight_ = saved_ = kept_ = false;
  save(/*trainable=*/false);
  return std::optional<StepResult>();
}

bool Stepper::at_work() const {
  return executor_ && plans_ == trainer_->plans_made() && edits_ == trainer_->edits();
}

int Stepper::end() const { return static_cast<int>(executor_->plan().steps.size()); }

int Stepper::update_begin() const { return executor_->plan().phase_range(Phase::update).first; }

int Stepper::loss_end() const { return executor_->plan().phase_range(Phase::loss).second; }

float Stepper::rate() const {
  return at_work() ? settings_.learning_rate : trainer_->run_settings(0).learning_rate;
}

void Stepper::refresh() {
  if (at_work() && next_ <= update_begin()) settings_ = trainer_->run_settings(0);
}

Status Stepper::prepare(int step) {
  if (next_ == loss_end() && step > next_)
    if (auto status = check_loss(); !status) return status;
  if (step <= update_begin() || saved_) return {};
  if (!straight_) save_all();
  if (straight_ && keep_ && !kept_) save(/*trainable=*/true);
  return {};
}

Status Stepper::run_to(int step) {
  if (step < next_) rewind();
  if (next_ < loss_end() && step > loss_end()) run(loss_end());
  if (auto status = prepare(step); !status) return status;
  run(step);
  return {};
}

Expected<StepResult> Stepper::finish() {
  if (next_ <= loss_end()) {
    run(loss_end());
    if (auto status = trainer_->check_loss(*executor_); !status)
      return tl::unexpected(status.error());
  }
  if (keep_ && !kept_) save(/*trainable=*/true);
  run(end());
  return trainer_->end_training(*std::exchange(executor_, nullptr), settings_);
}

void Stepper::rewind() {
  ModelState& state = trainer_->state_;
  const auto& parameters = trainer_->graph_.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].trainable() && !saved_) continue;
    const auto number = static_cast<int>(i);
    copy(values_[i], state.values(number));
    for (std::size_t slot = 0; saved_ && slot < memory_.size(); ++slot)
      copy(memory_[slot][i], state.slot(number, static_cast<int>(slot)));
  }
  next_ = 0;
  straight_ = false;
}

void Stepper::leave() {
  if (!executor_) return;
  if (at_work()) rewind();
  executor_ = nullptr;
  pictures_.clear();
}

std::span<const float> Stepper::kept(int parameter) const {
  return kept_ ? std::span<const float>(values_[static_cast<std::size_t>(parameter)])
               : std::span<const float>();
}

Expected<Executor*> Stepper::shown() {
  if (at_work()) return executor_;
  return trainer_->last_batch_ > 0 ? trainer_->training_executor(trainer_->last_batch_) : usual();
}

Expected<Executor*> Stepper::usual() {
  return trainer_->training_executor(
      std::min(trainer_->config_.batch_size, trainer_->dataset_->train.size()));
}

std::span<const int> Stepper::pictures() const {
  if (plans_ != trainer_->plans_made()) return {};
  return pictures_;
}

void Stepper::run(int step) {
  executor_->run_steps(next_, step, settings_);
  next_ = step;
}

void Stepper::save(bool trainable) {
  const auto& parameters = trainer_->graph_.parameters();
  values_.resize(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (parameters[i].trainable() == trainable)
      copy(std::as_const(trainer_->state_).values(static_cast<int>(i)), values_[i]);
  kept_ = kept_ || trainable;
}

void Stepper::save_all() {
  save(/*trainable=*/true);
  const ModelState& state = trainer_->state_;
  memory_.resize(static_cast<std::size_t>(state.slots()));
  for (std::size_t slot = 0; slot < memory_.size(); ++slot) {
    memory_[slot].resize(values_.size());
    for (std::size_t i = 0; i < values_.size(); ++i)
      copy(state.slot(static_cast<int>(i), static_cast<int>(slot)), memory_[slot][i]);
  }
  saved_ = true;
}

// As the trainer's, without stopping the run: the batch can still be left.
Status Stepper::check_loss() {
  auto status = trainer_->check_loss(*executor_);
  trainer_->stopped_.reset();
  return status;
}

}  // namespace convolab::probe
