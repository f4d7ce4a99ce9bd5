// For tests/gpu/steps.mjs: a network's training plan on a GPU, random numbers in every buffer of
// it.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <memory>
#include <optional>
#include <string>

#include "core/rng.hpp"
#include "gpu/executor.hpp"
#include "model/graph.hpp"
#include "train/config.hpp"
#include "wasm/gpu.hpp"

namespace convolab::testing {
namespace {

using emscripten::val;

class TrainingPlan {
 public:
  explicit TrainingPlan(val device) : device_(gpu_device(std::move(device))) {}

  // What is wrong, or nothing.
  std::string open(const std::string& spec, const std::string& config_json) {
    auto graph = graph_from_json(spec);
    if (!graph) return graph.error().text();
    const auto config = parse_train_config(config_json);
    if (!config) return config.error().text();
    ModelState state(*graph, 1);
    state.reset_optimizer(config->optimizer.slots());
    auto buffers = gpu::StateBuffers::create(*graph, state, *device_);
    if (!buffers) return buffers.error().text();
    state_.emplace(*std::move(buffers));
    state_->push(state);
    auto plan = make_plan(*graph, {.batch = config->batch_size,
                                   .training = true,
                                   .loss = config->loss,
                                   .backward = true,
                                   .optimizer = config->optimizer,
                                   .fuse = config->fuse});
    if (!plan) return plan.error().text();
    auto executor =
        gpu::Executor::create(*std::move(plan), *state_, {device_.get(), &gpu::program_of});
    if (!executor) return executor.error().text();
    executor_.emplace(*std::move(executor));
    const gpu::Executor& made = *executor_;
    std::vector<float> picture(
        static_cast<std::size_t>(made.plan().buffer(made.plan().input()).elements));
    Rng rng(1, Stream::test);
    for (float& each : picture) each = rng.uniform();
    executor_->write(made.plan().input(), picture);
    return "";
  }
  void run() { executor_->run({.learning_rate = 0.001f, .step = 1, .seed = 1}); }

 private:
  std::unique_ptr<gpu::Device> device_;
  std::optional<gpu::StateBuffers> state_;
  std::optional<gpu::Executor> executor_;
};

EMSCRIPTEN_BINDINGS(convolab_gpu_steps) {
  emscripten::class_<TrainingPlan>("TrainingPlan")
      .constructor<val>()
      .function("open", &TrainingPlan::open)
      .function("run", &TrainingPlan::run);
}

}  // namespace
}  // namespace convolab::testing
