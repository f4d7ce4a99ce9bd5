#include "train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/rng.hpp"
#include "core/text.hpp"
#include "train/trainer_gpu.hpp"

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
                                                   ThreadPool& pool, const gpu::Access& gpu) {
  if (auto status = check_fit(graph, *dataset); !status) return tl::unexpected(status.error());
  std::unique_ptr<Trainer> trainer(
      new Trainer(std::move(graph), std::move(config), std::move(dataset), pool));
  trainer->access_ = gpu;
  if (auto status = trainer->choose_backend(); !status) return tl::unexpected(status.error());
  trainer->state_.reset_optimizer(trainer->config_.optimizer.slots());
  trainer->begin_epoch();
  if (auto status = trainer->prepare(); !status) return tl::unexpected(status.error());
  return trainer;
}

// On a GPU the best backend here serves views.
Status Trainer::choose_backend() {
  const bool on_gpu = config_.backend == gpu_backend_name && gpu_built() && access_.device;
  const auto found = find_backend(on_gpu ? "simd" : config_.backend);
  if (!found) return tl::unexpected(found.error());
  backend_ = *found;
  return {};
}

// Lays out the usual batch now, so that a network too big is refused before training begins.
Status Trainer::prepare() {
  if (gpu_built() && config_.backend == gpu_backend_name) return open_gpu();
  gpu_.reset();
  const auto executor = training_executor(std::min(config_.batch_size, dataset_->train.size()));
  if (!executor) return tl::unexpected(executor.error());
  return {};
}

std::int64_t Trainer::steps_per_epoch() const {
  return (dataset_->train.size() + config_.batch_size - 1) / config_.batch_size;
}

PlanOptions Trainer::training_options(int batch) const {
  PlanOptions options;
  options.batch = batch;
  options.training = true;
  options.loss = config_.loss;
  options.backward = true;
  options.optimizer = config_.optimizer;
  options.fuse = config_.fuse;
  options.frozen = config_.frozen;
  return options;
}

PlanOptions Trainer::eval_options(int batch) const {
  PlanOptions options;
  options.batch = batch;
  options.loss = config_.loss;
  options.share_memory = true;
  options.fuse = config_.fuse;
  return options;
}

Expected<Executor*> Trainer::training_executor(int batch) {
  if (const auto it = training_.find(batch); it != training_.end()) return &it->second;
  auto plan = make_plan(graph_, training_options(batch));
  if (!plan) return tl::unexpected(plan.error());
  auto executor = Executor::create(*std::move(plan), *backend_, state_, *pool_);
  if (!executor) return tl::unexpected(executor.error());
  return &training_.emplace(batch, *std::move(executor)).first->second;
}

Expected<Executor*> Trainer::eval_executor(int batch) {
  if (const auto it = eval_.find(batch); it != eval_.end()) return &it->second;
  auto plan = make_plan(graph_, eval_options(batch));
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
  results_.clear();
  history_.clear();
  begin_epoch();
  state_changed();
}

Status Trainer::configure(const TrainConfig& config) {
  if (config.seed != config_.seed)
    return fail(ErrorCode::invalid_argument, "seed",
                "the seed of a run in progress cannot change; restart instead");
  const TrainConfig before = config_;
  const Backend* backend_before = backend_;
  const bool new_optimizer = config.optimizer != config_.optimizer;
  const bool new_plans = new_optimizer || config.loss != config_.loss ||
                         config.backend != config_.backend || config.fuse != config_.fuse ||
                         config.batch_size != config_.batch_size || config.frozen != config_.frozen;
  config_ = config;
  if (auto status = choose_backend(); !status) {
    config_ = before;
    return status;
  }
  if (!new_plans) return {};
  ++plans_made_;
  back_to_known();
  std::unique_ptr<Gpu> old_gpu = std::move(gpu_);
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
    gpu_ = std::move(old_gpu);
    state_changed();
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

RunSettings Trainer::run_settings(std::uint64_t ahead) const {
  const std::int64_t per_epoch = steps_per_epoch();
  RunSettings settings;
  settings.learning_rate = scheduled_rate(config_.schedule, config_.learning_rate,
                                          static_cast<std::int64_t>(step_ + ahead), per_epoch,
                                          per_epoch * config_.epochs);
  // Optimisers count their own updates; a fresh optimiser also gets fresh dropout masks.
  settings.step = updates_ + ahead;
  settings.seed = config_.seed + (optimizer_resets_ << 48);
  return settings;
}

StepResult Trainer::result_of(StepResult::Kind kind) const {
  StepResult result;
  result.kind = kind;
  result.step = step_;
  result.epoch = kind == StepResult::Kind::finished ? epoch_ : epoch_ + 1;
  return result;
}

Expected<StepResult> Trainer::step(int ahead) {
  if (!results_.empty()) {
    const StepResult result = results_.front();
    results_.pop_front();
    return result;
  }
  if (stopped_) return tl::unexpected(*stopped_);
  if (on_gpu()) return step_on_gpu(ahead);
  if (ahead == 0) return result_of(StepResult::Kind::idle);
  if (!at_work()) return result_of(StepResult::Kind::finished);
  const Batch& batch = batch_at(position_);
  if (!arrived(batch)) return result_of(StepResult::Kind::waiting_for_data);
  return run_batch(batch);
}

// Whether there is something left to do. More epochs may be asked for after the last one had ended.
bool Trainer::at_work() {
  if (epoch_ >= config_.epochs) return false;
  if (static_cast<int>(history_.size()) == epoch_ && current_.epoch != epoch_ + 1) begin_epoch();
  return true;
}

const Trainer::Batch& Trainer::batch_at(std::size_t position) {
  batch_.training = position < order_.size();
  if (!batch_.training) {
    eval_pictures(dataset_->validation, static_cast<int>(position - order_.size()),
                  batch_.pictures);
    return batch_;
  }
  const std::size_t count =
      std::min(order_.size() - position, static_cast<std::size_t>(config_.batch_size));
  batch_.pictures.resize(count);
  for (std::size_t i = 0; i < count; ++i)
    batch_.pictures[i] = static_cast<int>(order_[position + i]);
  return batch_;
}

void Trainer::eval_pictures(const ImageSet& images, int first, std::vector<int>& out) {
  out.resize(static_cast<std::size_t>(std::min(eval_batch, images.size() - first)));
  std::iota(out.begin(), out.end(), first);
}

bool Trainer::arrived(const Batch& batch) const {
  const ImageSet& images = batch.training ? dataset_->train : dataset_->validation;
  return std::all_of(batch.pictures.begin(), batch.pictures.end(),
                     [&](int index) { return images.has_image(index); });
}

void Trainer::fill(const ImageSet& images, std::span<const int> pictures, bool augment,
                   std::span<float> input, std::span<std::int32_t> labels) {
  const auto stride = static_cast<std::int64_t>(pictures.size());
  const bool move = augment && config_.augment.any();
  pool_->parallel_for(stride, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) {
      const int index = pictures[static_cast<std::size_t>(n)];
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

Expected<StepResult> Trainer::run_batch(const Batch& batch) {
  const int count = static_cast<int>(batch.pictures.size());
  if (!batch.training) {
    const auto ran = evaluate_batch(dataset_->validation, batch.pictures);
    if (!ran) return tl::unexpected(ran.error());
    return book(false, count, (*ran)->data((*ran)->plan().metrics), 0.0f);
  }
  const auto found = run_forward(batch);
  if (!found) return tl::unexpected(found.error());
  Executor& executor = **found;
  if (auto status = check_loss(executor); !status) return tl::unexpected(status.error());
  const Plan& plan = executor.plan();
  const RunSettings settings = run_settings(0);
  executor.run_steps(plan.phase_range(Phase::loss).second, static_cast<int>(plan.steps.size()),
                     settings);
  return end_training(executor, settings);
}

Expected<Executor*> Trainer::load_training(const Batch& batch) {
  auto executor = training_executor(static_cast<int>(batch.pictures.size()));
  if (executor)
    fill(dataset_->train, batch.pictures, /*augment=*/true,
         (*executor)->data((*executor)->plan().input()), (*executor)->labels());
  return executor;
}

Expected<Executor*> Trainer::run_forward(const Batch& batch) {
  auto executor = load_training(batch);
  if (executor)
    (*executor)->run_steps(0, (*executor)->plan().phase_range(Phase::loss).second, run_settings(0));
  return executor;
}

Status Trainer::check_loss(const Executor& executor) {
  if (std::isfinite(executor.data(executor.plan().metrics)[0])) return {};
  stopped_ = explain_not_finite(executor);
  return tl::unexpected(*stopped_);
}

StepResult Trainer::end_training(const Executor& executor, const RunSettings& settings) {
  const Plan& plan = executor.plan();
  last_batch_ = plan.options.batch;
  return book(true, last_batch_, executor.data(plan.metrics), settings.learning_rate);
}

Expected<Executor*> Trainer::evaluate_batch(const ImageSet& images, std::span<const int> pictures) {
  auto executor = eval_executor(static_cast<int>(pictures.size()));
  if (!executor) return executor;
  fill(images, pictures, /*augment=*/false, (*executor)->data((*executor)->plan().input()),
       (*executor)->labels());
  (*executor)->run({});
  return executor;
}

// Takes down that a batch is done: the counters, and the epoch's figures when it was the last.
StepResult Trainer::book(bool training, int samples, std::span<const float> metrics, float rate) {
  position_ += static_cast<std::size_t>(samples);
  sum_loss_ += metrics[0];
  sum_correct_ += metrics[1];
  if (training) {
    ++step_;
    ++updates_;
  }
  StepResult result = result_of(training ? StepResult::Kind::trained : StepResult::Kind::validated);
  result.samples = samples;
  result.loss = static_cast<double>(metrics[0]) / static_cast<double>(samples);
  result.accuracy = static_cast<double>(metrics[1]) / static_cast<double>(samples);
  result.learning_rate = rate;
  const auto validation = static_cast<std::size_t>(dataset_->validation.size());
  if (training && position_ == order_.size()) {
    current_.loss = sum_loss_ / static_cast<double>(order_.size());
    current_.accuracy = sum_correct_ / static_cast<double>(order_.size());
    current_.step = step_;
    sum_loss_ = sum_correct_ = 0;
  }
  if (position_ == order_.size() + validation) {
    if (validation > 0) {
      current_.val_loss = sum_loss_ / static_cast<double>(validation);
      current_.val_accuracy = sum_correct_ / static_cast<double>(validation);
    }
    result.epoch_done = current_;
    finish_epoch();
  }
  return result;
}

// What most often makes numbers infinite, with where they were found.
Error Trainer::likely_cause(std::string where, const std::string& what) const {
  const float rate = config_.learning_rate;  // as the user set it, not as scheduled
  const std::string cause = rate > 0.0f ? "; a learning rate of " + short_number(rate) +
                                              " is a likely cause: reset and try a tenth of it"
                                        : "; look at the weights and pictures that it reads";
  return {ErrorCode::not_finite, std::move(where),
          what + " at step " + std::to_string(step_ + 1) + cause};
}

Error Trainer::explain_not_finite(const Executor& executor) const {
  const auto name = [&](int layer) {
    return graph_.layers()[static_cast<std::size_t>(layer)].name;
  };
  // Weights that the update before this step made infinite come before what they lead to.
  for (std::size_t i = 0; i < graph_.parameters().size(); ++i) {
    const Parameter& p = graph_.parameters()[i];
    if (!all_finite(state_.values(static_cast<int>(i))))
      return likely_cause(name(p.layer), "NaN or infinity in " + p.name);
  }
  const auto [step, buffer] = executor.find_not_finite();
  const int layer = step < 0 ? -1 : executor.plan().steps[static_cast<std::size_t>(step)].layer;
  if (layer < 0)
    return likely_cause(std::string(loss_name(config_.loss)), "the loss is NaN or infinite");
  return likely_cause(name(layer), "NaN or infinity in its output");
}

}  // namespace convolab
