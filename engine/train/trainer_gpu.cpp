// A trainer's run on a GPU: batches on their way, results in order, and what is known here.
#include <algorithm>
#include <cmath>

#include "train/trainer_gpu.hpp"

namespace convolab {
namespace {

// After so many batches the weights are fetched unasked, which bounds what has to be done again on
// the CPU when the device is lost. A copy of them is little beside 32 steps.
constexpr std::uint64_t batches_between_pulls = 32;

}  // namespace

Trainer::~Trainer() = default;

Status Trainer::open_gpu() {
  auto state = gpu::StateBuffers::create(graph_, state_, *access_.device);
  if (!state) return tl::unexpected(state.error());
  gpu_ = std::make_unique<Gpu>(access_, *std::move(state));
  gpu_->known = progress();
  // All that an epoch needs, because a device compiles while nobody waits for it: the usual batch
  // and the smaller one at the end, of both splits.
  const int training = dataset_->train.size(), validation = dataset_->validation.size();
  const int usual = std::min(config_.batch_size, training);
  for (const auto& [is_training, count] : {std::pair{true, usual},
                                           {true, training % usual},
                                           {false, std::min(eval_batch, validation)},
                                           {false, validation % eval_batch}}) {
    if (count == 0) continue;
    if (const auto made = gpu_executor(is_training, count); !made) {
      const Error error = made.error();
      gpu_.reset();
      return tl::unexpected(error);
    }
  }
  return {};
}

Expected<gpu::Executor*> Trainer::gpu_executor(bool training, int count) {
  auto& made = training ? gpu_->training : gpu_->eval;
  if (const auto it = made.find(count); it != made.end()) return &it->second;
  PlanOptions options = training ? training_options(count) : eval_options(count);
  options.share_memory = true;  // of a run there nothing is looked at but its metrics
  auto plan = make_plan(graph_, options);
  if (!plan) return tl::unexpected(plan.error());
  auto executor = gpu::Executor::create(*std::move(plan), gpu_->state, gpu_->access);
  if (!executor) return tl::unexpected(executor.error());
  return &made.emplace(count, *std::move(executor)).first->second;
}

Expected<StepResult> Trainer::step_on_gpu(int ahead) {
  if (gpu_->failure)
    return fail(ErrorCode::unsupported, std::string(gpu_backend_name), gpu_->failure->message);
  if (gpu_->suspect) {
    ahead = std::max(ahead, 1);
    if (*gpu_->suspect == Gpu::Place{epoch_, position_}) {
      if (gpu_->all_known()) return tl::unexpected(explain_suspect());
      if (gpu_->holds == 0) pull([] {}, /*hold=*/true);
    }
  }
  StepResult::Kind kind = StepResult::Kind::trained;  // as long as batches can be begun
  while (gpu_->holds == 0 && static_cast<int>(gpu_->begun.size()) < ahead) {
    const auto begun = begin_batch();
    if (!begun) return tl::unexpected(begun.error());
    kind = *begun;
    if (kind != StepResult::Kind::trained) break;
  }
  if (!gpu_->begun.empty() || gpu_->holds > 0) return result_of(StepResult::Kind::pending);
  return result_of(kind == StepResult::Kind::trained ? StepResult::Kind::idle : kind);
}

// trained: a batch was begun, of either split; pending: the epoch has no more.
Expected<StepResult::Kind> Trainer::begin_batch() {
  if (!at_work()) return StepResult::Kind::finished;
  std::size_t position = position_;
  std::uint64_t steps = 0;
  for (const Gpu::Begun& each : gpu_->begun) {
    position += static_cast<std::size_t>(each.samples);
    steps += each.training;
  }
  if (gpu_->suspect && *gpu_->suspect == Gpu::Place{epoch_, position})
    return StepResult::Kind::pending;
  const Batch& batch = batch_at(position);
  if (batch.pictures.empty()) return StepResult::Kind::pending;
  if (!arrived(batch)) return StepResult::Kind::waiting_for_data;
  const int count = static_cast<int>(batch.pictures.size());
  const auto found = gpu_executor(batch.training, count);
  if (!found) return tl::unexpected(found.error());
  gpu::Executor& executor = **found;
  const Plan& plan = executor.plan();
  gpu_->input.resize(static_cast<std::size_t>(plan.buffer(plan.input()).elements));
  gpu_->labels.resize(batch.pictures.size());
  fill(batch.training ? dataset_->train : dataset_->validation, batch.pictures, batch.training,
       gpu_->input, gpu_->labels);
  if (gpu_->stale) gpu_->state.push(state_);
  gpu_->stale = false;
  executor.write(plan.input(), gpu_->input);
  executor.write_labels(gpu_->labels);
  const RunSettings settings = batch.training ? run_settings(steps) : RunSettings{};
  executor.run(settings);
  gpu_->begun.push_back({batch.training, count, settings.learning_rate});
  ++gpu_->batches;
  executor.read(plan.metrics, [this, run = std::weak_ptr(gpu_->run)](const auto& metrics) {
    if (run.expired()) return;
    if (metrics)
      finish_batch(*metrics);
    else
      gpu_->failure = metrics.error();
  });
  if (gpu_->batches - gpu_->pulled_at >= batches_between_pulls) pull([] {}, /*hold=*/false);
  return StepResult::Kind::trained;
}

void Trainer::finish_batch(std::span<const float> metrics) {
  const Gpu::Begun done = gpu_->begun.front();
  if (done.training && !std::isfinite(metrics[0])) {
    // The GPU has updated its weights all the same: what is known is what is left of the run.
    gpu_->suspect = Gpu::Place{epoch_, position_};
    back_to_known();
    return;
  }
  gpu_->begun.pop_front();
  const StepResult result = book(done.training, done.samples, metrics, done.rate);
  if (!gpu_->suspect) results_.push_back(result);
}

// The run stands before the batch whose loss was not finite, with the weights that it had: the same
// steps on the same GPU give the same bits. The CPU does its forward pass and says what it sees.
Error Trainer::explain_suspect() {
  gpu_->suspect.reset();
  stopped_ = likely_cause(std::string(loss_name(config_.loss)), "the loss is NaN or infinite");
  if (const auto forward = run_forward(batch_at(position_)))
    stopped_ = explain_not_finite(**forward);
  training_.clear();  // the CPU's plans: large, and of no more use
  return *stopped_;
}

void Trainer::pull(std::function<void()> done, bool hold) {
  if (!on_gpu() || gpu_->all_known()) return done();
  gpu_->holds += hold;
  gpu_->pulled_at = gpu_->batches;
  gpu_->state.read([this, hold, at = gpu_->batches, run = std::weak_ptr(gpu_->run),
                    done = std::move(done)](const auto& all) {
    if (!run.expired()) {
      gpu_->holds -= hold;
      if (all) {
        // Results come in the order of asking: every batch before this has been booked, and none
        // after it.
        gpu_->state.unpack(*all, state_);
        gpu_->known = progress();
        gpu_->known_at = at;
      } else {
        gpu_->failure = all.error();
      }
    }
    done();
  });
}

Progress Trainer::known() const { return on_gpu() ? gpu_->known : progress(); }

void Trainer::back_to_known() {
  if (!on_gpu() || gpu_->all_known()) return;
  gpu_->forget_begun();
  gpu_->known_at = gpu_->batches;
  gpu_->stale = true;
  go_to(Progress(gpu_->known));
}

void Trainer::state_changed() {
  ++edits_;
  if (!on_gpu()) return;
  gpu_->forget_begun();
  gpu_->suspect.reset();
  gpu_->known_at = gpu_->pulled_at = gpu_->batches;
  gpu_->stale = true;
  gpu_->known = progress();
}

void Trainer::leave_gpu() {
  if (!on_gpu()) return;
  back_to_known();
  gpu_.reset();
  config_.backend = "simd";
  last_batch_ = 0;
}

}  // namespace convolab
