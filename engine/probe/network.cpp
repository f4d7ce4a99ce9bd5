#include "probe/network.hpp"

#include <algorithm>

#include "gpu/program_writer.hpp"
#include "train/benchmark.hpp"

namespace convolab::probe {
namespace {

std::string_view role_name(BufferRole role) {
  switch (role) {
    case BufferRole::input: return "input";
    case BufferRole::labels: return "labels";
    case BufferRole::activation: return "activation";
    case BufferRole::gradient: return "gradient";
    case BufferRole::parameter: return "parameter";
    case BufferRole::d_parameter: return "d_parameter";
    case BufferRole::optimizer: return "optimizer";
    case BufferRole::own: return "own";
    case BufferRole::loss: return "loss";
  }
  return "?";
}

bool contains(const std::vector<BufferId>& ids, BufferId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool touches(const Step& step, BufferId id) {
  return contains(step.reads, id) || contains(step.writes, id);
}

LayerRow layer_row(const Trainer& trainer, std::size_t i) {
  const Graph& graph = trainer.graph();
  const GraphLayer& layer = graph.layers()[i];
  LayerRow row;
  row.name = layer.name;
  row.type = layer.type->name;
  for (const ValueId value : layer.inputs)
    row.inputs.push_back(value == 0 ? "input"
                                    : graph.layers()[static_cast<std::size_t>(value - 1)].name);
  row.output = graph.shape(static_cast<ValueId>(i + 1)).sizes();
  const JsonValue& attributes = graph.spec().layers[i].attributes;
  for (std::size_t a = 0; a < attributes.size(); ++a) {
    const JsonValue& value = attributes[a];
    row.attributes += (a > 0 ? ", " : "") + attributes.key(a) + " " +
                      (value.is_text() ? value.text() : value.dump());
  }
  row.parameters = layer.parameters;
  row.multiply_adds = layer.multiply_adds;
  for (const Parameter& p : graph.parameters())
    if (p.layer == static_cast<int>(i)) row.tensors.push_back(p.name);
  const auto& frozen = trainer.config().frozen;
  row.frozen = std::find(frozen.begin(), frozen.end(), layer.name) != frozen.end();
  return row;
}

StepRow step_row(const Graph& graph, const Plan& plan, const Step& step) {
  StepRow row;
  row.title = step_title(graph, step);
  row.layer = step.layer;
  row.fused = step.fused;
  row.phase = phase_name(step.phase);
  for (const gpu::Constant& constant : gpu::constants_of(step.args))
    if (constant.name != "value_bits")
      row.args.push_back({std::string(constant.name), constant.value});
  row.reads = step.reads;
  row.writes = step.writes;
  row.work = 2.0 * static_cast<double>(step_multiply_adds(graph, step)) * plan.options.batch;
  return row;
}

BufferRow buffer_row(const Graph& graph, const Plan& plan, BufferId id) {
  const Buffer& buffer = plan.buffer(id);
  BufferRow row;
  row.name = buffer.name;
  row.role = role_name(buffer.role);
  row.layer = buffer.layer;
  row.shape = shape_of(graph, plan, id);
  row.elements = buffer.elements;
  row.offset = buffer.offset;
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    if (!touches(plan.steps[s], id)) continue;
    if (row.first < 0) row.first = static_cast<int>(s);
    row.last = static_cast<int>(s);
  }
  row.kept = !plan.options.share_memory || buffer.offset < 0;
  return row;
}

// Of a buffer that a layer keeps for itself, from the step that uses it.
std::vector<int> own_shape(const Plan& plan, BufferId id) {
  for (const Step& step : plan.steps) {
    if (!touches(step, id)) continue;
    if (const auto* a = std::get_if<Pad2dArgs>(&step.args))
      return {a->channels, a->out_h(), a->out_w(), a->batch};
    if (const auto* a = std::get_if<MaxPool2dArgs>(&step.args); a && holds_integers(plan, id))
      return {a->channels, a->out_h, a->out_w, a->batch};
  }
  return {static_cast<int>(plan.buffer(id).elements)};
}

}  // namespace

bool holds_integers(const Plan& plan, BufferId id) {
  if (id == plan.labels) return true;
  return std::any_of(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
    return step.kernel == Kernel::max_pool2d_forward && step.writes.back() == id;
  });
}

std::vector<int> shape_of(const Graph& graph, const Plan& plan, BufferId id) {
  const Buffer& buffer = plan.buffer(id);
  switch (buffer.role) {
    case BufferRole::parameter:
    case BufferRole::d_parameter:
    case BufferRole::optimizer:
      return graph.parameters()[static_cast<std::size_t>(buffer.parameter)].shape.sizes();
    case BufferRole::own: return own_shape(plan, id);
    case BufferRole::labels:
    case BufferRole::loss: return {static_cast<int>(buffer.elements)};
    case BufferRole::input:
    case BufferRole::activation:
    case BufferRole::gradient: break;
  }
  std::vector<int> shape = graph.shape(buffer.layer + 1).sizes();
  shape.push_back(plan.options.batch);
  return shape;
}

Network describe(const Trainer& trainer, const Executor& executor, int threads) {
  const Graph& graph = trainer.graph();
  const Plan& plan = executor.plan();
  Network out;
  out.name = graph.spec().name;
  out.dataset = trainer.dataset().name;
  out.backend = executor.backend().name;
  out.input = graph.spec().input.sizes();
  out.classes = trainer.dataset().classes;
  for (std::size_t i = 0; i < graph.layers().size(); ++i)
    out.layers.push_back(layer_row(trainer, i));
  for (const Step& step : plan.steps) out.steps.push_back(step_row(graph, plan, step));
  for (std::size_t i = 0; i < plan.buffers.size(); ++i)
    out.buffers.push_back(buffer_row(graph, plan, static_cast<BufferId>(i)));
  out.arena = plan.arena;
  for (const Buffer& buffer : plan.buffers)
    if (buffer.offset < 0) out.parameters += 4 * buffer.elements;
  out.batch = plan.options.batch;
  out.threads = threads;
  return out;
}

}  // namespace convolab::probe
