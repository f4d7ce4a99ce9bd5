// What a probe reports.
#include <algorithm>
#include <iterator>
#include <utility>

#include "probe/figures.hpp"
#include "probe/network.hpp"
#include "probe/probe.hpp"

namespace convolab::probe {

bool Probe::changed() const {
  return changed_ || network_due_ || told_plans_ != trainer_->plans_made() ||
         told_edits_ != trainer_->edits();
}

Report Probe::report() {
  Report out;
  out.number = ++number_;
  out.network = take_network();
  out.run = run();
  out.points.assign(std::make_move_iterator(points_.begin()),
                    std::make_move_iterator(points_.end()));
  out.frames.assign(std::make_move_iterator(frames_.begin()),
                    std::make_move_iterator(frames_.end()));
  points_.clear();
  frames_.clear();
  frame_bytes_ = 0;
  if (const auto executor = stepper_.shown()) {
    out.looks = take_looks(**executor);
    out.batch = take_batch(**executor);
    if (meter_.on() && meter_.changed()) out.times = meter_.times((*executor)->backend());
  }
  out.shown = take_picture();
  out.message = std::exchange(message_, {});
  told_edits_ = trainer_->edits();
  changed_ = false;
  return out;
}

// The plan of most batches: that of a smaller last one has the same steps and buffers.
std::optional<Network> Probe::take_network() {
  if (told_plans_ != trainer_->plans_made()) {
    network_due_ = true;
    meter_.forget();
    told_.clear();
    told_batch_ = 0;
  }
  if (!network_due_) return {};
  const auto executor = stepper_.usual();
  if (!executor) {
    message_ = executor.error().text();
    return {};
  }
  network_due_ = false;
  told_plans_ = trainer_->plans_made();
  return describe(*trainer_, **executor, pool_->threads());
}

Run Probe::run() const {
  const TrainConfig& config = trainer_->config();
  Run out;
  out.state = state_;
  out.step = trainer_->steps_done();
  out.epoch = trainer_->epoch();
  out.epochs = config.epochs;
  out.steps_per_epoch = static_cast<std::uint64_t>(trainer_->steps_per_epoch());
  out.seed = config.seed;
  out.loss = loss_;
  out.accuracy = accuracy_;
  out.rate = stepper_.rate();
  out.base_rate = config.learning_rate;
  out.pictures_per_second = pace_;
  out.fuse = config.fuse;
  out.error = error_;
  out.in_batch = stepper_.at_work();
  out.next = out.in_batch ? stepper_.next() : 0;
  out.held = held_;
  out.held_buffer = held_buffer_;
  return out;
}

std::vector<Look> Probe::take_looks(const Executor& executor) {
  const Plan& plan = executor.plan();
  std::vector<Look> out;
  for (const std::string& name : watched_) {
    const auto found = std::find_if(plan.buffers.begin(), plan.buffers.end(),
                                    [&](const Buffer& each) { return each.name == name; });
    std::uint64_t& told = told_[name];
    if (found == plan.buffers.end() || told == moment()) continue;
    told = moment();
    const auto id = static_cast<BufferId>(found - plan.buffers.begin());
    auto values = executor.data(id);
    std::vector<float> integers;
    if (holds_integers(plan, id)) {
      const auto* first = static_cast<const std::int32_t*>(static_cast<const void*>(values.data()));
      integers.assign(first, first + values.size());
      values = integers;
    }
    Look look;
    look.buffer = name;
    look.step = trainer_->steps_done();
    look.at = stepper_.at_work() ? stepper_.next() : -1;
    look.shape = shape_of(trainer_->graph(), plan, id);
    look.statistics = statistics_of(values);
    if (look.statistics.elements <= most_values_) look.values.assign(values.begin(), values.end());
    out.push_back(std::move(look));
  }
  return out;
}

std::optional<BatchLook> Probe::take_batch(const Executor& executor) {
  if (!wants_batch_ || told_batch_ == moment() || stepper_.pictures().empty()) return {};
  told_batch_ = moment();
  const bool at_work = stepper_.at_work();
  const auto done = [&](BufferId id) {
    const auto& steps = executor.plan().steps;
    const auto end = steps.begin() + (at_work ? stepper_.next() : std::ssize(steps));
    return std::any_of(steps.begin(), end, [&](const Step& step) {
      return std::find(step.writes.begin(), step.writes.end(), id) != step.writes.end();
    });
  };
  return batch_of(*trainer_, executor, stepper_.pictures(), most_pictures_,
                  done(executor.plan().output()), done(executor.plan().losses));
}

// What the network makes of the picture that was picked, as the weights are now. While training
// runs not oftener than anybody can see it.
std::optional<BatchLook> Probe::take_picture() {
  constexpr auto pause = std::chrono::milliseconds(100);
  const ImageSet& images = trainer_->dataset().validation;
  if (picture_ < 0 || picture_ >= images.size() || !images.has_image(picture_)) return {};
  const auto now = Clock::now();
  if (told_picture_ == moment()) return {};
  if (told_picture_ != 0 && state_ == State::running && now < next_picture_) return {};
  const auto taken = trainer_->snapshot(images.image(picture_), {});
  if (!taken) return {};
  told_picture_ = moment();
  next_picture_ = now + pause;
  BatchLook out;
  out.step = taken->step;
  out.shape = {taken->picture.shape.sizes().begin(), taken->picture.shape.sizes().end()};
  out.indices = {picture_};
  out.labels = {images.label(picture_)};
  out.values = taken->picture.data;
  const auto& shares = taken->probabilities;
  if (const auto top = std::max_element(shares.begin(), shares.end()); top != shares.end()) {
    out.answers = {static_cast<int>(top - shares.begin())};
    out.confidences = {*top};
  }
  return out;
}

}  // namespace convolab::probe
