#include "inspector/hosts/driver.hpp"

namespace convolab::inspector {

using probe::Command;
using probe::State;

Driver::Driver(Trainer& trainer, ThreadPool& pool) : probe_(trainer, pool) {
  set(State::paused);
  probe_.handle({.kind = Command::Kind::picture});  // the first one, until another is picked
}

void Driver::set(State state) {
  state_ = state;
  probe_.set_state(state);
}

void Driver::handle(const Command& command) {
  switch (command.kind) {
    case Command::Kind::step_plan:
    case Command::Kind::run_to:
    case Command::Kind::rewind:
    case Command::Kind::leave_batch:
      if (running()) set(State::paused);
      break;
    case Command::Kind::restart:
      if (!running()) set(State::paused);  // no longer finished, or stopped
      break;
    default: break;
  }
  probe_.handle(command);
  switch (command.kind) {
    case Command::Kind::start:
    case Command::Kind::go_on:
      if (state_ != State::finished && state_ != State::stopped) set(State::running);
      break;
    case Command::Kind::pause:
      if (running()) set(State::paused);
      break;
    case Command::Kind::step_batch: one_batch(); break;
    default: break;
  }
  while (!running() && probe_.has_results()) take();
}

// A turn of the trainer, and what it means for the run.
StepResult::Kind Driver::take() {
  const auto result = probe_.advance();
  if (!result) {
    set(State::stopped);
    return StepResult::Kind::finished;
  }
  if (result->kind == StepResult::Kind::finished) set(State::finished);
  if (result->kind == StepResult::Kind::held) set(State::paused);
  return result->kind;
}

void Driver::advance() {
  if (running()) take();
}

// Validation batches on the way to it are taken, too.
void Driver::one_batch() {
  if (state_ == State::finished || state_ == State::stopped) return;
  set(State::paused);
  while (take() == StepResult::Kind::validated) {
  }
}

}  // namespace convolab::inspector
