#include "model/plan.hpp"

#include <algorithm>
#include <map>

#include "model/fusion.hpp"

namespace convolab {
namespace {

// Collects steps and buffers while the layers emit. One per plan; the current layer is set before a
// layer is asked.
class PlanBuilder : public StepEmitter {
 public:
  PlanBuilder(const Graph& graph, Plan& plan)
      : graph_(graph),
        plan_(plan),
        fusion_(plan.options.fuse ? find_fusion(graph, plan.options.training) : no_fusion(graph)) {}

  void build() {
    make_values();
    make_parameters();
    phase_ = Phase::forward;
    for (int i = 0; i < layer_count(); ++i) {
      enter(i);
      if (!is_view(i) && !contains(fusion_.activation_above, i)) node().layer->forward(*this);
    }
    if (plan_.options.loss != Loss::none) emit_loss();
    if (plan_.options.backward) {
      phase_ = Phase::backward;
      for (int i = layer_count() - 1; i >= 0; --i) {
        enter(i);
        // Nothing at or below this layer learns.
        if (plan_.d_values[static_cast<std::size_t>(i + 1)] == no_buffer) continue;
        if (!is_view(i) && !contains(fusion_.relu_below, i)) node().layer->backward(*this);
      }
    }
    if (plan_.options.optimizer) emit_updates(*plan_.options.optimizer);
    forget_fused_values();
  }

  // StepEmitter:
  int batch() const override { return plan_.options.batch; }
  bool training() const override { return plan_.options.training; }
  std::uint32_t layer_number() const override { return static_cast<std::uint32_t>(layer_); }
  BufferId input(int i) const override { return at(plan_.values, input_value(i)); }
  BufferId output() const override { return at(plan_.values, layer_ + 1); }
  BufferId d_output() const override { return at(plan_.d_values, layer_ + 1); }
  bool wants_d_input(int i) const override {
    return at(plan_.d_values, input_value(i)) != no_buffer;
  }
  GradientTarget d_input(int i) override {
    const BufferId id = at(plan_.d_values, input_value(i));
    if (id == no_buffer) return {};
    const bool first = !written_[static_cast<std::size_t>(id)];
    written_[static_cast<std::size_t>(id)] = true;
    return {id, first ? Write::overwrite : Write::accumulate};
  }
  BufferId parameter(std::string_view name) const override { return find(plan_.parameters, name); }
  BufferId d_parameter(std::string_view name) const override {
    return find(plan_.d_parameters, name);
  }
  FusedActivation fused_activation() const override {
    const int above = at(fusion_.activation_above, layer_);
    if (above < 0) return {};
    return graph_.layers()[static_cast<std::size_t>(above)].layer->activation();
  }
  bool passes_relu() const override { return at(fusion_.relu_below, layer_) >= 0; }
  BufferId own(std::string_view name, std::int64_t elements) override {
    const std::string full = node().name + "." + std::string(name);
    const auto it = own_.find(full);
    if (it != own_.end()) return it->second;
    return own_[full] =
               add({.name = full, .role = BufferRole::own, .elements = elements, .layer = layer_});
  }
  void emit(Kernel kernel, KernelArgs args, std::vector<BufferId> reads,
            std::vector<BufferId> writes) override {
    Step step = {kernel, args, std::move(reads), std::move(writes), layer_, phase_};
    if (phase_ == Phase::forward && applies_activation(args))
      step.fused = at(fusion_.activation_above, layer_);
    if (goes_through_relu(step)) step.fused = at(fusion_.relu_below, layer_);
    plan_.steps.push_back(std::move(step));
  }

 private:
  static BufferId at(const std::vector<BufferId>& ids, int i) {
    return ids[static_cast<std::size_t>(i)];
  }
  static bool contains(const std::vector<int>& layers, int layer) {
    return std::find(layers.begin(), layers.end(), layer) != layers.end();
  }
  static bool applies_activation(const KernelArgs& args) {
    const auto* conv = std::get_if<Conv2dArgs>(&args);
    const auto* linear = std::get_if<LinearArgs>(&args);
    return (conv && conv->activation != Activation::none) ||
           (linear && linear->activation != Activation::none);
  }
  static bool goes_through_relu(const Step& step) {
    return (step.kernel == Kernel::max_pool2d_backward || step.kernel == Kernel::pad2d_backward) &&
           step.reads.back() != no_buffer;
  }
  int layer_count() const { return static_cast<int>(graph_.layers().size()); }
  const GraphLayer& node() const { return graph_.layers()[static_cast<std::size_t>(layer_)]; }
  ValueId input_value(int i) const { return node().inputs[static_cast<std::size_t>(i)]; }
  void enter(int layer) { layer_ = layer; }
  bool is_frozen(const std::string& layer) const {
    const auto& names = plan_.options.frozen;
    return std::find(names.begin(), names.end(), layer) != names.end();
  }
  bool is_view(int layer) const {
    return graph_.layers()[static_cast<std::size_t>(layer)].layer->is_view(training());
  }

  BufferId add(Buffer buffer) {
    plan_.buffers.push_back(std::move(buffer));
    written_.push_back(false);
    return static_cast<BufferId>(plan_.buffers.size()) - 1;
  }

  BufferId find(const std::vector<BufferId>& ids, std::string_view name) const {
    const int i = graph_.find_parameter(node().name + "." + std::string(name));
    return i < 0 ? no_buffer : at(ids, i);
  }

  std::string value_name(ValueId value) const {
    return value == 0 ? "input" : graph_.layers()[static_cast<std::size_t>(value - 1)].name;
  }

  // A value needs a gradient when something at or below it learns, or when the input's is wanted.
  std::vector<bool> needs_gradient() const {
    std::vector<bool> needs(static_cast<std::size_t>(graph_.values()), false);
    if (!plan_.options.backward) return needs;
    needs[0] = plan_.options.input_gradient;
    for (int i = 0; i < layer_count(); ++i) {
      const GraphLayer& layer = graph_.layers()[static_cast<std::size_t>(i)];
      bool any = layer.parameters > 0;
      for (const ValueId input : layer.inputs) any = any || needs[static_cast<std::size_t>(input)];
      needs[static_cast<std::size_t>(i + 1)] = any;
    }
    return needs;
  }

  void make_values() {
    const std::vector<bool> needs = needs_gradient();
    for (ValueId v = 0; v < graph_.values(); ++v) {
      const auto i = static_cast<std::size_t>(v);
      if (v > 0 && is_view(v - 1)) {
        const ValueId source = graph_.layers()[i - 1].inputs[0];
        plan_.values.push_back(at(plan_.values, source));
        plan_.d_values.push_back(at(plan_.d_values, source));
        continue;
      }
      const std::int64_t elements = graph_.shape(v).elements() * batch();
      // Until the steps are there, a fused value stands for the buffer beyond: what the activation
      // writes, or the gradient of what the relu reads.
      if (v > 0 && at(fusion_.activation_above, v - 1) >= 0)
        plan_.values.push_back(no_buffer);
      else
        plan_.values.push_back(add({.name = value_name(v),
                                    .role = v == 0 ? BufferRole::input : BufferRole::activation,
                                    .elements = elements,
                                    .layer = v - 1}));
      if (v > 0)
        for (std::size_t below = 0; below < fusion_.activation_above.size(); ++below)
          if (fusion_.activation_above[below] == v - 1)
            plan_.values[below + 1] = plan_.values.back();
      if (v > 0 && contains(fusion_.relu_below, v - 1)) {
        plan_.d_values.push_back(at(plan_.d_values, graph_.layers()[i - 1].inputs[0]));
        continue;
      }
      plan_.d_values.push_back(needs[i] ? add({.name = "d_" + value_name(v),
                                               .role = BufferRole::gradient,
                                               .elements = elements,
                                               .layer = v - 1})
                                        : no_buffer);
    }
  }

  // There is nothing to read where a fused value would have been.
  void forget_fused_values() {
    for (std::size_t i = 0; i < graph_.layers().size(); ++i) {
      if (fusion_.activation_above[i] >= 0) plan_.values[i + 1] = no_buffer;
      if (contains(fusion_.relu_below, static_cast<int>(i))) plan_.d_values[i + 1] = no_buffer;
    }
  }

  void make_parameters() {
    for (std::size_t i = 0; i < graph_.parameters().size(); ++i) {
      const Parameter& p = graph_.parameters()[i];
      plan_.parameters.push_back(add({.name = p.name,
                                      .role = BufferRole::parameter,
                                      .elements = p.shape.elements(),
                                      .layer = p.layer,
                                      .parameter = static_cast<int>(i)}));
      plan_.d_parameters.push_back(plan_.options.backward && p.trainable()
                                       ? add({.name = "d_" + p.name,
                                              .role = BufferRole::d_parameter,
                                              .elements = p.shape.elements(),
                                              .layer = p.layer,
                                              .parameter = static_cast<int>(i)})
                                       : no_buffer);
    }
  }

  void emit_loss() {
    layer_ = -1;
    phase_ = Phase::loss;
    const Shape& shape = graph_.shape(graph_.output());
    const BufferId y = plan_.output();
    plan_.labels = add({.name = "labels", .role = BufferRole::labels, .elements = batch()});
    plan_.losses = add({.name = "losses", .role = BufferRole::loss, .elements = batch()});
    plan_.metrics = add({.name = "metrics", .role = BufferRole::loss, .elements = 2});
    const bool entropy = plan_.options.loss == Loss::cross_entropy;
    if (entropy)
      emit(Kernel::cross_entropy_forward, CrossEntropyArgs{shape[0], batch()}, {y, plan_.labels},
           {plan_.losses});
    else
      emit(Kernel::mse_forward, MseArgs{shape[0], batch()}, {y, plan_.labels}, {plan_.losses});
    emit(Kernel::metrics, MetricsArgs{shape[0], batch()}, {y, plan_.labels, plan_.losses},
         {plan_.metrics});
    const BufferId d_y = plan_.d_values.back();
    if (!plan_.options.backward || d_y == no_buffer) return;
    if (entropy)
      emit(Kernel::cross_entropy_backward, CrossEntropyArgs{shape[0], batch()}, {y, plan_.labels},
           {d_y});
    else
      emit(Kernel::mse_backward, MseArgs{shape[0], batch()}, {y, plan_.labels}, {d_y});
  }

  void emit_updates(const OptimizerConfig& o) {
    phase_ = Phase::update;
    for (std::size_t i = 0; i < graph_.parameters().size(); ++i) {
      const Parameter& p = graph_.parameters()[i];
      const BufferId gradient = plan_.d_parameters[i];
      layer_ = p.layer;
      if (gradient == no_buffer || is_frozen(node().name)) continue;
      const std::int64_t n = p.shape.elements();
      std::vector<BufferId> writes = {plan_.parameters[i], no_buffer, no_buffer};
      for (int slot = 0; slot < o.slots(); ++slot)
        writes[static_cast<std::size_t>(slot) + 1] =
            add({.name = p.name + "#" + std::to_string(slot),
                 .role = BufferRole::optimizer,
                 .elements = n,
                 .layer = p.layer,
                 .parameter = static_cast<int>(i),
                 .slot = slot});
      switch (o.kind) {
        case OptimizerConfig::Kind::sgd:
          writes.pop_back();
          emit(Kernel::sgd_update, SgdArgs{n, o.momentum, o.weight_decay, o.nesterov}, {gradient},
               writes);
          break;
        case OptimizerConfig::Kind::rmsprop:
          emit(Kernel::rmsprop_update, RmsPropArgs{n, o.alpha, o.eps, o.momentum, o.weight_decay},
               {gradient}, writes);
          break;
        case OptimizerConfig::Kind::adam:
        case OptimizerConfig::Kind::adamw:
          emit(Kernel::adam_update,
               AdamArgs{n, o.beta1, o.beta2, o.eps, o.weight_decay,
                        o.kind == OptimizerConfig::Kind::adamw},
               {gradient}, writes);
          break;
      }
    }
  }

  const Graph& graph_;
  Plan& plan_;
  const Fusion fusion_;
  int layer_ = -1;
  Phase phase_ = Phase::forward;
  std::vector<bool> written_;
  std::map<std::string, BufferId> own_;
};

bool in_state(const Buffer& buffer) {
  return buffer.role == BufferRole::parameter || buffer.role == BufferRole::optimizer;
}

void find_lifetimes(Plan& plan) {
  const int end = static_cast<int>(plan.steps.size());
  for (int s = 0; s < end; ++s) {
    const Step& step = plan.steps[static_cast<std::size_t>(s)];
    for (const auto* ids : {&step.reads, &step.writes})
      for (const BufferId id : *ids) {
        if (id == no_buffer) continue;
        Buffer& buffer = plan.buffers[static_cast<std::size_t>(id)];
        if (buffer.first < 0) buffer.first = s;
        buffer.last = s;
      }
  }
  // What the caller fills lives from the start; what it reads lives to the end.
  for (Buffer& buffer : plan.buffers) {
    const bool given = buffer.role == BufferRole::input || buffer.role == BufferRole::labels;
    const bool wanted = buffer.role == BufferRole::loss || buffer.role == BufferRole::d_parameter;
    if (given || buffer.first < 0 || !plan.options.share_memory) buffer.first = 0;
    if (wanted || !plan.options.share_memory) buffer.last = end;
  }
  plan.buffers[static_cast<std::size_t>(plan.output())].last = end;
  if (const BufferId d_y = plan.d_values.back(); d_y != no_buffer)
    plan.buffers[static_cast<std::size_t>(d_y)].first = 0;
  if (const BufferId d_x = plan.d_values.front(); d_x != no_buffer)
    plan.buffers[static_cast<std::size_t>(d_x)].last = end;
}

// First fit, the largest first: each buffer takes the lowest gap that is free throughout its life.
void lay_out(Plan& plan) {
  struct Placed {
    std::int64_t begin, end;
    int first, last;
  };
  std::vector<Buffer*> order;
  for (Buffer& buffer : plan.buffers)
    if (!in_state(buffer)) order.push_back(&buffer);
  std::stable_sort(order.begin(), order.end(),
                   [](const Buffer* a, const Buffer* b) { return a->elements > b->elements; });
  std::vector<Placed> placed;  // by begin
  for (Buffer* buffer : order) {
    const std::int64_t size = (buffer->elements + 15) / 16 * 16;  // whole cache lines
    std::int64_t at = 0;
    for (const Placed& other : placed) {
      if (other.last < buffer->first || other.first > buffer->last) continue;
      if (at + size <= other.begin) break;
      at = std::max(at, other.end);
    }
    buffer->offset = at;
    const Placed entry{at, at + size, buffer->first, buffer->last};
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), entry,
                         [](const Placed& a, const Placed& b) { return a.begin < b.begin; }),
        entry);
    plan.arena = std::max(plan.arena, at + size);
  }
}

std::string megabytes(std::int64_t bytes) {
  return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
}

}  // namespace

std::string_view loss_name(Loss loss) {
  switch (loss) {
    case Loss::none: return "none";
    case Loss::cross_entropy: return "cross_entropy";
    case Loss::mse: return "mse";
  }
  return "?";
}

std::string step_title(const Graph& graph, const Step& step) {
  std::string title(kernel_name(step.kernel));
  if (step.fused >= 0)
    title += " + " + std::string(graph.layers()[static_cast<std::size_t>(step.fused)].type->name);
  return title;
}

std::pair<int, int> Plan::phase_range(Phase phase) const {
  const auto before = [](const Step& step, Phase p) { return step.phase < p; };
  const auto first = std::lower_bound(steps.begin(), steps.end(), phase, before);
  const auto last =
      std::find_if(first, steps.end(), [&](const Step& s) { return s.phase > phase; });
  return {static_cast<int>(first - steps.begin()), static_cast<int>(last - steps.begin())};
}

Expected<Plan> make_plan(const Graph& graph, const PlanOptions& options) {
  if (options.batch < 1 || options.batch > 65536)
    return fail(
        ErrorCode::invalid_argument, "batch",
        "the batch size is " + std::to_string(options.batch) + "; it must be from 1 to 65536");
  if (options.optimizer && (!options.backward || options.loss == Loss::none))
    return fail(ErrorCode::invalid_argument, "plan",
                "an optimiser needs a loss and its backward pass");
  const Shape& output = graph.shape(graph.output());
  if (options.loss != Loss::none && output.rank() != 1)
    return fail(ErrorCode::invalid_spec, graph.layers().back().name,
                "the last layer gives " + output.text() +
                    ", but a loss needs one list of class scores; end with flatten and linear, or "
                    "with global_avg_pool2d");
  for (const std::string& name : options.frozen)
    if (graph.find_layer(name) < 0)
      return fail(ErrorCode::not_found, name, "there is no such layer that could be frozen");
  Plan plan;
  plan.options = options;
  PlanBuilder(graph, plan).build();
  find_lifetimes(plan);
  lay_out(plan);
  const std::int64_t bytes = plan.arena * 4;
  if (bytes > options.memory_limit)
    return fail(ErrorCode::out_of_memory, "plan",
                "batch " + std::to_string(options.batch) + " of this network needs " +
                    megabytes(bytes) + ", more than the limit of " +
                    megabytes(options.memory_limit) +
                    "; use a smaller batch, smaller pictures or fewer channels");
  return plan;
}

}  // namespace convolab
