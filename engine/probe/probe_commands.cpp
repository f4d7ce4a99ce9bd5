// What a probe does when it is told.
#include <algorithm>
#include <iterator>

#include "probe/probe.hpp"

namespace convolab::probe {
namespace {

constexpr const char* where = "inspector";

}  // namespace

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
    case Kind::picture: return pick(command.count);
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
    case Kind::statistics:
      statistics_every_ = command.count;
      dead_.clear();
      return {};
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

Status Probe::pick(std::int64_t picture) {
  const int count = trainer_->dataset().validation.size();
  if (picture < 0 || picture >= count)
    return fail(ErrorCode::invalid_argument, "picture",
                "there is no picture " + std::to_string(picture + 1) +
                    " in the validation split; it has " + std::to_string(count));
  picture_ = static_cast<int>(picture);
  told_picture_ = 0;
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
  dead_.clear();
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
