#include "train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/rng.hpp"
#include "core/text.hpp"

namespace convolab {
namespace {

Status check_fit(const Graph& graph, const Dataset& dataset) {
  if (graph.spec().input != dataset.shape())
    return fail(ErrorCode::shape_mismatch, dataset.name,
                "its pictures are " + dataset.shape().text() + ", but the network takes " +
                    graph.spec().input.text() + "; change the network's \"input\"");
  const Shape& output = graph.shape(graph.output());
  const int classes = static_cast<int>(dataset.classes.size());
  if (output != Shape{classes})
    return fail(ErrorCode::shape_mismatch, graph.layers().back().name,
                "the network ends with " + output.text() + ", but " + dataset.name + " has " +
                    std::to_string(classes) + " classes; end with a linear layer of " +
                    std::to_string(classes) + " features");
  return {};
}

bool all_finite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

Trainer::Trainer(Graph graph, TrainConfig config, std::shared_ptr<Dataset> dataset,
                 ThreadPool& pool)
    : graph_(std::move(graph)),
      config_(std::move(config)),
      dataset_(std::move(dataset)),
      pool_(&pool),
      state_(graph_, config_.seed) {}

Expected<std::unique_ptr<Trainer>> Trainer::create(Graph graph, TrainConfig config,
                                                   std::shared_ptr<Dataset> dataset,
                                                   ThreadPool& pool) {
  if (auto status = check_fit(graph, *dataset); !status) return tl::unexpected(status.error());
  auto backend = find_backend(config.backend);
  if (!backend) return tl::unexpected(backend.error());
  std::unique_ptr<Trainer> trainer(
      new Trainer(std::move(graph), std::move(config), std::move(dataset), pool));
  trainer->backend_ = *backend;
  trainer->state_.reset_optimizer(trainer->config_.optimizer.slots());
  if (auto status = trainer->prepare(); !status) return tl::unexpected(status.error());
  trainer->begin_epoch();
  return trainer;
}

// Lays out the usual batch now, so that a network too big is refused before training begins.
Status Trainer::prepare() {
  const int batch = std::min(config_.batch_size, dataset_->train.size());
  if (auto executor = training_executor(batch); !executor) return tl::unexpected(executor.error());
  return {};
}

std::int64_t Trainer::steps_per_epoch() const {
  return (dataset_->train.size() + config_.batch_size - 1) / config_.batch_size;
}

Expected<Executor*> Trainer::training_executor(int batch) {
  if (const auto it = training_.find(batch); it != training_.end()) return &it->second;
  PlanOptions options;
  options.batch = batch;
  options.training = true;
  options.loss = config_.loss;
  options.backward = true;
  options.optimizer = config_.optimizer;
  options.fuse = config_.fuse;
  auto plan = make_plan(graph_, options);
  if (!plan) return tl::unexpected(plan.error());
  auto executor = Executor::create(*std::move(plan), *backend_, state_, *pool_);
  if (!executor) return tl::unexpected(executor.error());
  return &training_.emplace(batch, *std::move(executor)).first->second;
}

Expected<Executor*> Trainer::eval_executor(int batch) {
  if (const auto it = eval_.find(batch); it != eval_.end()) return &it->second;
  PlanOptions options;
  options.batch = batch;
  options.loss = config_.loss;
  options.share_memory = true;
  options.fuse = config_.fuse;
  auto plan = make_plan(graph_, options);
  if (!plan) return tl::unexpected(plan.error());
  auto executor = Executor::create(*std::move(plan), *backend_, state_, *pool_);
  if (!executor) return tl::unexpected(executor.error());
  return &eval_.emplace(batch, *std::move(executor)).first->second;
}

void Trainer::restart(std::uint64_t seed) {
  config_.seed = seed;
  state_.initialise(graph_, seed);
  state_.reset_optimizer(config_.optimizer.slots());
  step_ = updates_ = optimizer_resets_ = 0;
  epoch_ = 0;
  last_batch_ = 0;
  stopped_.reset();
  history_.clear();
  begin_epoch();
}

Status Trainer::configure(const TrainConfig& config) {
  if (config.seed != config_.seed)
    return fail(ErrorCode::invalid_argument, "seed",
                "the seed of a run in progress cannot change; restart instead");
  const auto backend = find_backend(config.backend);
  if (!backend) return tl::unexpected(backend.error());
  const TrainConfig before = config_;
  const Backend* backend_before = backend_;
  const bool new_optimizer = config.optimizer != config_.optimizer;
  const bool new_plans = new_optimizer || config.loss != config_.loss ||
                         config.backend != config_.backend || config.fuse != config_.fuse ||
                         config.batch_size != config_.batch_size;
  config_ = config;
  backend_ = *backend;
  if (!new_plans) return {};
  std::map<int, Executor> old_training = std::move(training_);
  training_.clear();
  const int old_slots = state_.slots();
  if (new_optimizer) {
    state_.reset_optimizer(config_.optimizer.slots());
    updates_ = 0;
    ++optimizer_resets_;
  }
  if (auto status = prepare(); !status) {
    // The run goes on as it was; only an optimiser's memory is lost.
    if (new_optimizer) state_.reset_optimizer(old_slots);
    config_ = before;
    backend_ = backend_before;
    training_ = std::move(old_training);
    return status;
  }
  eval_.clear();
  view_.reset();
  last_batch_ = 0;
  return {};
}

// The order of an epoch's pictures. In the first epoch every part is shuffled by itself, so that
// training can begin when the first has arrived and still takes the same batches if all are here.
void Trainer::begin_epoch() {
  Rng rng(config_.seed, Stream::shuffle, static_cast<std::uint32_t>(epoch_));
  const ImageSet& images = dataset_->train;
  order_.clear();
  const int groups = epoch_ == 0 ? images.parts() : 1;
  for (int group = 0; group < groups; ++group) {
    const int begin = epoch_ == 0 ? images.part_begin(group) : 0;
    const int end = epoch_ == 0 ? images.part_begin(group + 1) : images.size();
    const auto part =
        random_permutation(rng, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end));
    order_.insert(order_.end(), part.begin(), part.end());
  }
  position_ = 0;
  sum_loss_ = sum_correct_ = 0;
  current_ = {};
  current_.epoch = epoch_ + 1;
}

void Trainer::finish_epoch() {
  history_.push_back(current_);
  ++epoch_;
  if (epoch_ < config_.epochs) begin_epoch();
}

RunSettings Trainer::run_settings() const {
  const std::int64_t per_epoch = steps_per_epoch();
  RunSettings settings;
  settings.learning_rate =
      scheduled_rate(config_.schedule, config_.learning_rate, static_cast<std::int64_t>(step_),
                     per_epoch, per_epoch * config_.epochs);
  // Optimisers count their own updates; a fresh optimiser also gets fresh dropout masks.
  settings.step = updates_;
  settings.seed = config_.seed + (optimizer_resets_ << 48);
  return settings;
}

Expected<StepResult> Trainer::step() {
  if (stopped_) return tl::unexpected(*stopped_);
  if (epoch_ >= config_.epochs) {
    StepResult result;
    result.kind = StepResult::Kind::finished;
    result.step = step_;
    result.epoch = epoch_;
    return result;
  }
  // More epochs were asked for after the last one had ended.
  if (static_cast<int>(history_.size()) == epoch_ && current_.epoch != epoch_ + 1) begin_epoch();
  return position_ < order_.size() ? train_batch() : validate_batch();
}

void Trainer::fill(Executor& executor, const ImageSet& images, std::span<const int> batch,
                   bool augment) {
  const auto input = executor.data(executor.plan().input());
  const auto labels = executor.labels();
  const auto stride = static_cast<std::int64_t>(batch.size());
  const bool move = augment && config_.augment.any();
  pool_->parallel_for(stride, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) {
      const int index = batch[static_cast<std::size_t>(n)];
      const auto image = images.image(index);
      labels[static_cast<std::size_t>(n)] = images.label(index);
      float* out = input.data() + n;
      if (move)
        augment_image(config_.augment, config_.seed, static_cast<std::uint32_t>(epoch_),
                      static_cast<std::uint32_t>(index), images.shape(), image, out, stride);
      else
        for (std::size_t f = 0; f < image.size(); ++f)
          out[static_cast<std::int64_t>(f) * stride] = static_cast<float>(image[f]) / 255.0f;
    }
  });
}

Expected<StepResult> Trainer::train_batch() {
  StepResult result;
  result.step = step_;
  result.epoch = epoch_ + 1;
  const std::size_t count =
      std::min(order_.size() - position_, static_cast<std::size_t>(config_.batch_size));
  std::vector<int>& batch = batch_;
  batch.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    batch[i] = static_cast<int>(order_[position_ + i]);
    if (!dataset_->train.has_image(batch[i])) {
      result.kind = StepResult::Kind::waiting_for_data;
      return result;
    }
  }
  auto found = training_executor(static_cast<int>(count));
  if (!found) return tl::unexpected(found.error());
  Executor& executor = **found;
  fill(executor, dataset_->train, batch, /*augment=*/true);

  const RunSettings settings = run_settings();
  const Plan& plan = executor.plan();
  const int loss_end = plan.phase_range(Phase::loss).second;
  executor.run_steps(0, loss_end, settings);
  const auto metrics = executor.data(plan.metrics);
  if (!std::isfinite(metrics[0])) {
    stopped_ = explain_not_finite(executor);
    return tl::unexpected(*stopped_);
  }
  executor.run_steps(loss_end, static_cast<int>(plan.steps.size()), settings);

  last_batch_ = static_cast<int>(count);
  position_ += count;
  ++step_;
  ++updates_;
  sum_loss_ += metrics[0];
  sum_correct_ += metrics[1];
  result.kind = StepResult::Kind::trained;
  result.step = step_;
  result.samples = static_cast<int>(count);
  result.loss = static_cast<double>(metrics[0]) / static_cast<double>(count);
  result.accuracy = static_cast<double>(metrics[1]) / static_cast<double>(count);
  result.learning_rate = settings.learning_rate;
  if (position_ == order_.size()) {
    current_.loss = sum_loss_ / static_cast<double>(order_.size());
    current_.accuracy = sum_correct_ / static_cast<double>(order_.size());
    current_.step = step_;
    sum_loss_ = sum_correct_ = 0;
    if (dataset_->validation.size() == 0) {
      result.epoch_done = current_;
      finish_epoch();
    }
  }
  return result;
}

Expected<Executor*> Trainer::evaluate_batch(const ImageSet& images, int first) {
  std::vector<int>& batch = batch_;
  batch.resize(static_cast<std::size_t>(std::min(eval_batch, images.size() - first)));
  std::iota(batch.begin(), batch.end(), first);
  auto executor = eval_executor(static_cast<int>(batch.size()));
  if (!executor) return executor;
  fill(**executor, images, batch, /*augment=*/false);
  (*executor)->run({});
  return executor;
}

Expected<StepResult> Trainer::validate_batch() {
  StepResult result;
  result.step = step_;
  result.epoch = epoch_ + 1;
  const ImageSet& images = dataset_->validation;
  const int first = static_cast<int>(position_ - order_.size());
  const int size = std::min(eval_batch, images.size() - first);
  for (int index = first; index < first + size; ++index)
    if (!images.has_image(index)) {
      result.kind = StepResult::Kind::waiting_for_data;
      return result;
    }
  const auto executor = evaluate_batch(images, first);
  if (!executor) return tl::unexpected(executor.error());
  const auto metrics = (*executor)->data((*executor)->plan().metrics);
  const double count = size;
  position_ += static_cast<std::size_t>(size);
  sum_loss_ += metrics[0];
  sum_correct_ += metrics[1];
  result.kind = StepResult::Kind::validated;
  result.samples = size;
  result.loss = static_cast<double>(metrics[0]) / count;
  result.accuracy = static_cast<double>(metrics[1]) / count;
  if (position_ == order_.size() + static_cast<std::size_t>(images.size())) {
    current_.val_loss = sum_loss_ / images.size();
    current_.val_accuracy = sum_correct_ / images.size();
    result.epoch_done = current_;
    finish_epoch();
  }
  return result;
}

Error Trainer::explain_not_finite(const Executor& executor) const {
  const float rate = config_.learning_rate;  // as the user set it, not as scheduled
  const std::string cause = rate > 0.0f ? "; a learning rate of " + short_number(rate) +
                                              " is a likely cause: reset and try a tenth of it"
                                        : "; look at the weights and pictures that it reads";
  const std::string when = " at step " + std::to_string(step_ + 1);
  // Weights that the update before this step made infinite come before what they lead to.
  for (std::size_t i = 0; i < graph_.parameters().size(); ++i) {
    const Parameter& p = graph_.parameters()[i];
    if (!all_finite(state_.values(static_cast<int>(i))))
      return {ErrorCode::not_finite, graph_.layers()[static_cast<std::size_t>(p.layer)].name,
              "NaN or infinity in " + p.name + when + cause};
  }
  const auto [step, buffer] = executor.find_not_finite();
  const int layer = step < 0 ? -1 : executor.plan().steps[static_cast<std::size_t>(step)].layer;
  if (layer < 0)
    return {ErrorCode::not_finite, std::string(loss_name(config_.loss)),
            "the loss is NaN or infinite" + when + cause};
  return {ErrorCode::not_finite, graph_.layers()[static_cast<std::size_t>(layer)].name,
          "NaN or infinity in its output" + when + cause};
}

}  // namespace convolab
