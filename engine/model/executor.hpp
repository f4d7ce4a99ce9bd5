// Executor: runs a plan's steps with one backend, over one arena allocated at creation.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "model/backend.hpp"
#include "model/plan.hpp"
#include "model/state.hpp"

namespace convolab {

// What one run of the steps is told.
struct RunSettings {
  float learning_rate = 0.0f;
  std::uint64_t step = 0;  // training steps finished before this one
  std::uint64_t seed = 0;
};

class Executor {
 public:
  // `state` and `pool` must outlive the executor. An optimiser's plan needs a state with its slots.
  // Errors: the machine refuses the memory.
  static Expected<Executor> create(Plan plan, const Backend& backend, ModelState& state,
                                   ThreadPool& pool);

  const Plan& plan() const { return plan_; }
  const Backend& backend() const { return *backend_; }

  // Any buffer's numbers; empty for no_buffer.
  std::span<float> data(BufferId id);
  std::span<const float> data(BufferId id) const;
  std::span<std::int32_t> labels();

  void run(const RunSettings& settings);  // all steps
  void run_steps(int first, int last, const RunSettings& settings);

  // The first buffer that a step writes and that holds NaN or infinity: {step, buffer}, or
  // {-1, no_buffer}. Needs a plan that does not share memory.
  std::pair<int, BufferId> find_not_finite() const;

 private:
  Executor() = default;
  struct Free {
    void operator()(float* p) const;
  };
  Plan plan_;
  const Backend* backend_ = nullptr;
  ModelState* state_ = nullptr;
  ThreadPool* pool_ = nullptr;
  std::unique_ptr<float[], Free> arena_;
  float* scratch_ = nullptr;
};

// The output (and gradients) of one batch, PyTorch order in and out; what `convolab run` and tests
// call. d_output empty: forward only.
struct RunResult {
  Tensor output;
  Tensor d_input;
  std::vector<Tensor> d_parameters;  // one per parameter of the graph; empty where not trainable
};
Expected<RunResult> run_network(const Graph& graph, ModelState& state, const Backend& backend,
                                ThreadPool& pool, const Tensor& input, const Tensor* d_output,
                                bool training);

}  // namespace convolab
