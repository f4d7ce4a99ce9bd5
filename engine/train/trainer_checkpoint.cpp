// A trainer's run into a checkpoint and out of it.
#include <algorithm>

#include "train/trainer.hpp"

namespace convolab {
namespace {

constexpr const char* where = "checkpoint";

// The optimiser as a file can tell it: without settings that its type does not have.
Expected<OptimizerConfig> optimizer_of(const std::string& config) {
  const auto parsed = parse_train_config(config);
  if (!parsed) return tl::unexpected(parsed.error());
  return parsed->optimizer;
}

const NamedTensor* find(std::span<const NamedTensor> tensors, const std::string& name) {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&](const NamedTensor& each) { return each.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

// Refuses the weights of another network, by the first parameter that does not fit.
Status check_parameters(const Graph& graph, std::span<const NamedTensor> tensors) {
  const auto other = [](const std::string& message) {
    return fail(ErrorCode::shape_mismatch, where, "it is of another network: " + message);
  };
  for (const Parameter& p : graph.parameters()) {
    const NamedTensor* found = find(tensors, p.name);
    if (!found) return other("it has no " + p.name);
    if (found->tensor.shape != p.shape)
      return other(p.name + " is " + found->tensor.shape.text() + ", but here it is " +
                   p.shape.text());
  }
  for (const NamedTensor& each : tensors)
    if (!each.name.starts_with(optimizer_prefix) && graph.find_parameter(each.name) < 0)
      return other("here there is no " + each.name);
  return {};
}

// Every trainable parameter's memory must be there when the run is to go on with it.
Status check_memory(const Graph& graph, std::span<const NamedTensor> tensors, int slots) {
  for (const Parameter& p : graph.parameters())
    for (int slot = 0; p.trainable() && slot < slots; ++slot) {
      const NamedTensor* found = find(tensors, slot_name(slot, p.name));
      if (!found || found->tensor.shape != p.shape)
        return fail(ErrorCode::bad_file, where,
                    "the optimiser's memory of " + p.name + " is missing or has another shape");
    }
  return {};
}

Status check_dataset(const Progress& p, const Dataset& dataset) {
  const auto train = static_cast<std::uint64_t>(dataset.train.size());
  const auto validation = static_cast<std::uint64_t>(dataset.validation.size());
  const auto text = [](const std::string& name, std::uint64_t a, std::uint64_t b) {
    return name + " (" + std::to_string(a) + " pictures to train on, " + std::to_string(b) +
           " to validate)";
  };
  if (p.dataset != dataset.name || p.training_pictures != train ||
      p.validation_pictures != validation)
    return fail(ErrorCode::shape_mismatch, where,
                "it is of a run on " + text(p.dataset, p.training_pictures, p.validation_pictures) +
                    ", but the data here are " + text(dataset.name, train, validation));
  const bool at_work = p.current.epoch > static_cast<int>(p.history.size());
  if (at_work && p.position >= train + validation)
    return fail(ErrorCode::bad_file, where,
                "it stands at picture " + std::to_string(p.position) + " of an epoch of " +
                    std::to_string(train + validation));
  return {};
}

}  // namespace

Progress Trainer::progress() const {
  Progress p;
  p.dataset = dataset_->name;
  p.training_pictures = static_cast<std::uint64_t>(dataset_->train.size());
  p.validation_pictures = static_cast<std::uint64_t>(dataset_->validation.size());
  p.seed = config_.seed;
  p.step = step_;
  p.updates = updates_;
  p.optimizer_resets = optimizer_resets_;
  p.position = position_;
  p.sum_loss = sum_loss_;
  p.sum_correct = sum_correct_;
  p.current = current_;
  p.history = history_;
  return p;
}

void Trainer::go_to(const Progress& p) {
  config_.seed = p.seed;
  step_ = p.step;
  updates_ = p.updates;
  optimizer_resets_ = p.optimizer_resets;
  history_ = p.history;
  epoch_ = static_cast<int>(history_.size());
  begin_epoch();  // the order of the epoch at work is the seed's
  position_ = static_cast<std::size_t>(p.position);
  sum_loss_ = p.sum_loss;
  sum_correct_ = p.sum_correct;
  current_ = p.current;
  last_batch_ = 0;
  stopped_.reset();
}

std::vector<std::uint8_t> Trainer::checkpoint() const {
  Checkpoint out;
  out.spec = spec_to_json(graph_.spec());
  out.config = train_config_to_json(config_);
  out.progress = known();
  out.tensors = take_weights(graph_, state_);
  for (int slot = 0; slot < state_.slots(); ++slot)
    for (std::size_t i = 0; i < graph_.parameters().size(); ++i) {
      const Parameter& parameter = graph_.parameters()[i];
      if (!parameter.trainable()) continue;
      const auto values = state_.slot(static_cast<int>(i), slot);
      out.tensors.push_back(
          {slot_name(slot, parameter.name),
           Tensor(parameter.shape, std::vector<float>(values.begin(), values.end()))});
    }
  return write_checkpoint(out);
}

Status Trainer::restore(std::span<const std::uint8_t> file) {
  const auto read = read_checkpoint(file, where);
  if (!read) return tl::unexpected(read.error());
  const Progress& p = read->progress;
  const auto saved = optimizer_of(read->config), ours = optimizer_of(train_config_to_json(config_));
  if (!saved) return tl::unexpected(saved.error());
  const bool same_optimizer = ours && *saved == *ours;
  if (auto status = check_parameters(graph_, read->tensors); !status) return status;
  if (auto status = check_dataset(p, *dataset_); !status) return status;
  if (same_optimizer)
    if (auto status = check_memory(graph_, read->tensors, state_.slots()); !status) return status;

  // From here on nothing fails.
  state_.reset_optimizer(state_.slots());
  for (std::size_t i = 0; i < graph_.parameters().size(); ++i) {
    const Parameter& parameter = graph_.parameters()[i];
    const auto copy = [&](const std::string& name, std::span<float> to) {
      const std::vector<float>& from = find(read->tensors, name)->tensor.data;
      std::copy(from.begin(), from.end(), to.begin());
    };
    copy(parameter.name, state_.values(static_cast<int>(i)));
    for (int slot = 0; same_optimizer && parameter.trainable() && slot < state_.slots(); ++slot)
      copy(slot_name(slot, parameter.name), state_.slot(static_cast<int>(i), slot));
  }
  Progress to = p;
  if (!same_optimizer) {
    to.updates = 0;
    ++to.optimizer_resets;
  }
  go_to(to);
  results_.clear();
  state_changed();
  return {};
}

}  // namespace convolab
