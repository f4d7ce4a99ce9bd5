// Plan: a graph flattened, for one batch size and one mode, into a list of steps over numbered
// buffers. All memory is laid out before anything runs; a plan that would not fit is refused with
// its figure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "model/graph.hpp"
#include "model/state.hpp"
#include "model/step.hpp"

namespace convolab {

enum class Loss { none, cross_entropy, mse };
std::string_view loss_name(Loss loss);

struct PlanOptions {
  int batch = 1;
  bool training = false;   // as PyTorch's module.train(): dropout drops, batch norm learns
  Loss loss = Loss::none;  // none: backward starts from a given d_output
  bool backward = false;
  bool input_gradient = false;               // also d_input; needs backward
  std::optional<OptimizerConfig> optimizer;  // adds the update phase; needs backward and a loss
  // Buffers whose lives do not overlap share memory, so that only the output survives a run.
  // Without it every activation and gradient stays readable after the run, for views.
  bool share_memory = false;
  // One step does what two layers say, where that costs less and gives the same bits: conv2d or
  // linear with the activation above it, the gradient of a pool or a border with the relu below.
  // What would have passed between the two then has no buffer, and views have nothing to show.
  bool fuse = false;
  // Layers whose parameters are not updated; their gradients are there all the same.
  std::vector<std::string> frozen = {};
  std::int64_t memory_limit = std::int64_t{4} << 30;  // bytes
};

enum class BufferRole {
  input,        // (features, batch)
  labels,       // (batch) int32
  activation,   // a layer's output
  gradient,     // of an activation
  parameter,    // lives in the ModelState
  d_parameter,  // gradient of a parameter
  optimizer,    // lives in the ModelState
  own,          // a layer's own: padded inputs, switches, saved statistics
  loss,         // per-sample losses and metrics
};

struct Buffer {
  std::string name;  // "c1", "d_c1", "c1.weight", "d_c1.weight", "c1.padded" …
  BufferRole role = BufferRole::own;
  std::int64_t elements = 0;  // 4 bytes each
  int layer = -1;             // whose it is; -1 for the input and the loss
  int parameter = -1;         // of parameter and optimizer buffers: index in the graph
  int slot = 0;               // of optimizer buffers
  std::int64_t offset = -1;   // into the arena, in elements; -1 when it lives in the ModelState
  int first = -1, last = -1;  // the steps that touch it; with role input, labels: from the start
};

struct Plan {
  PlanOptions options;
  std::vector<Step> steps;
  std::vector<Buffer> buffers;
  std::int64_t arena = 0;  // elements, without a backend's scratch

  BufferId labels = no_buffer, losses = no_buffer, metrics = no_buffer;
  std::vector<BufferId> values;      // of every ValueId: where that activation is; fused: no_buffer
  std::vector<BufferId> d_values;    // its gradient, or no_buffer
  std::vector<BufferId> parameters;  // of every parameter of the graph
  std::vector<BufferId> d_parameters;  // or no_buffer

  BufferId input() const { return values.front(); }
  BufferId output() const { return values.back(); }
  const Buffer& buffer(BufferId id) const { return buffers[static_cast<std::size_t>(id)]; }
  // [first, last) of the steps of a phase; phases follow each other.
  std::pair<int, int> phase_range(Phase phase) const;
};

// "conv2d_forward", or of a fused step "conv2d_forward + relu".
std::string step_title(const Graph& graph, const Step& step);

// Errors: a batch below 1, a loss that does not fit the output, more memory than the limit.
Expected<Plan> make_plan(const Graph& graph, const PlanOptions& options);

}  // namespace convolab
