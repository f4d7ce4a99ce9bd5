#include "model/executor.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

namespace convolab {

void Executor::Free::operator()(float* p) const { std::free(p); }

Expected<Executor> Executor::create(Plan plan, const Backend& backend, ModelState& state,
                                    ThreadPool& pool) {
  std::int64_t scratch = 0;
  for (const Step& step : plan.steps) scratch = std::max(scratch, backend.scratch(step));
  const auto bytes = static_cast<std::size_t>((plan.arena + scratch + 15) / 16 * 16) * 4;
  if (plan.options.optimizer && state.slots() != plan.options.optimizer->slots())
    return fail(ErrorCode::invalid_argument, "plan",
                "the optimiser's memory was not set up for this optimiser");
  Executor out;
  out.arena_.reset(static_cast<float*>(std::aligned_alloc(64, std::max<std::size_t>(bytes, 64))));
  if (!out.arena_)
    return fail(ErrorCode::out_of_memory, "plan",
                "the machine refused " + std::to_string(bytes >> 20) +
                    " MiB; use a smaller batch, smaller pictures or fewer channels");
  std::memset(out.arena_.get(), 0, bytes);
  out.scratch_ = out.arena_.get() + plan.arena;
  out.plan_ = std::move(plan);
  out.backend_ = &backend;
  out.state_ = &state;
  out.pool_ = &pool;
  return out;
}

std::span<float> Executor::data(BufferId id) {
  if (id == no_buffer) return {};
  const Buffer& buffer = plan_.buffer(id);
  if (buffer.role == BufferRole::parameter) return state_->values(buffer.parameter);
  if (buffer.role == BufferRole::optimizer) return state_->slot(buffer.parameter, buffer.slot);
  return {arena_.get() + buffer.offset, static_cast<std::size_t>(buffer.elements)};
}

std::span<const float> Executor::data(BufferId id) const {
  return const_cast<Executor*>(this)->data(id);
}

std::span<std::int32_t> Executor::labels() {
  const std::span<float> raw = data(plan_.labels);
  // The arena is plain memory; this part of it is only ever used as int32.
  return {static_cast<std::int32_t*>(static_cast<void*>(raw.data())), raw.size()};
}

void Executor::run(const RunSettings& settings) {
  run_steps(0, static_cast<int>(plan_.steps.size()), settings);
}

void Executor::run_steps(int first, int last, const RunSettings& settings) {
  const RunContext context{pool_, scratch_, settings.learning_rate, settings.step, settings.seed};
  std::array<void*, max_operands> operands{};
  for (int s = first; s < last; ++s) {
    const Step& step = plan_.steps[static_cast<std::size_t>(s)];
    std::size_t count = 0;
    for (const BufferId id : step.reads) operands[count++] = data(id).data();
    for (const BufferId id : step.writes) operands[count++] = data(id).data();
    backend_->run[static_cast<std::size_t>(step.kernel)](context, step, operands.data());
  }
}

std::pair<int, BufferId> Executor::find_not_finite() const {
  for (std::size_t s = 0; s < plan_.steps.size(); ++s)
    for (const BufferId id : plan_.steps[s].writes) {
      if (id == no_buffer) continue;
      const Buffer& buffer = plan_.buffer(id);
      // Switches are integers, and -infinity around a padded pool is meant.
      const bool numbers = buffer.role != BufferRole::own;
      const auto values = data(id);
      if (numbers &&
          !std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
        return {static_cast<int>(s), id};
    }
  return {-1, no_buffer};
}

Expected<RunResult> run_network(const Graph& graph, ModelState& state, const Backend& backend,
                                ThreadPool& pool, const Tensor& input, const Tensor* d_output,
                                bool training) {
  const auto batched = [](int batch, const Shape& sample) {
    std::vector<int> sizes = {batch};
    sizes.insert(sizes.end(), sample.sizes().begin(), sample.sizes().end());
    return Shape(std::move(sizes));
  };
  const int batch = input.shape.rank() > 0 ? input.shape[0] : 0;
  if (batch < 1 || input.shape != batched(batch, graph.spec().input))
    return fail(ErrorCode::shape_mismatch, "input",
                "the input is " + input.shape.text() + ", but the network takes batch×" +
                    graph.spec().input.text());
  const Shape out_shape = batched(batch, graph.shape(graph.output()));
  if (d_output && d_output->shape != out_shape)
    return fail(
        ErrorCode::shape_mismatch, "grad_output",
        "the gradient is " + d_output->shape.text() + ", but the output is " + out_shape.text());
  PlanOptions options;
  options.batch = batch;
  options.training = training;
  options.backward = options.input_gradient = d_output != nullptr;
  auto plan = make_plan(graph, options);
  if (!plan) return tl::unexpected(plan.error());
  auto executor = Executor::create(*std::move(plan), backend, state, pool);
  if (!executor) return tl::unexpected(executor.error());

  const Plan& p = executor->plan();
  batch_to_innermost(input.data.data(), batch, graph.spec().input.elements(),
                     executor->data(p.input()).data());
  executor->run_steps(0, p.phase_range(Phase::forward).second, {});
  const std::int64_t features = out_shape.elements() / batch;
  RunResult result;
  result.output = Tensor(out_shape);
  batch_to_outermost(executor->data(p.output()).data(), batch, features, result.output.data.data());
  if (!d_output) return result;
  batch_to_innermost(d_output->data.data(), batch, features,
                     executor->data(p.d_values.back()).data());
  const auto [first, last] = p.phase_range(Phase::backward);
  executor->run_steps(first, last, {});
  result.d_input = Tensor(input.shape);
  batch_to_outermost(executor->data(p.d_values.front()).data(), batch,
                     graph.spec().input.elements(), result.d_input.data.data());
  for (std::size_t i = 0; i < graph.parameters().size(); ++i) {
    result.d_parameters.emplace_back();
    if (p.d_parameters[i] == no_buffer) continue;
    const auto values = executor->data(p.d_parameters[i]);
    result.d_parameters.back() =
        Tensor(graph.parameters()[i].shape, std::vector<float>(values.begin(), values.end()));
  }
  return result;
}

}  // namespace convolab
