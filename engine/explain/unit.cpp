#include "explain/unit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace convolab {
namespace {

using Index = std::int64_t;

// Makes the stages of one net after one forward pass.
class StageMaker {
 public:
  StageMaker(const Graph& graph, const Executor& executor)
      : graph_(graph), executor_(executor), plan_(executor.plan()) {}

  UnitStage make(int layer, Index element) const {
    UnitStage stage;
    stage.layer = layer;
    stage.element = element;
    const BufferId output = plan_.values[static_cast<std::size_t>(layer) + 1];
    stage.value = number(output, element);
    bool computed = false;
    for (const Step& step : plan_.steps) {
      if (step.layer != layer || step.phase != Phase::forward || step.writes[0] != output) continue;
      add(step, stage);
      computed = true;
    }
    if (!computed) {  // a view: the element is the one below
      const ValueId source = resolve(graph_.layers()[static_cast<std::size_t>(layer)].inputs[0]);
      stage.terms.push_back({source, element, stage.value, 1.0, -1, stage.value});
    }
    const Place place = place_of(graph_.shape(layer + 1), element);
    stage.window = window_of(plan_, layer, place.channel, place.row, place.column);
    finish(stage);
    return stage;
  }

 private:
  struct Place {
    int channel = 0, row = 0, column = 0;
  };
  static Place place_of(const Shape& shape, Index element) {
    if (shape.rank() != 3) return {static_cast<int>(element), 0, 0};
    return {static_cast<int>(element / shape[2] / shape[1]),
            static_cast<int>(element / shape[2] % shape[1]), static_cast<int>(element % shape[2])};
  }

  double number(BufferId id, Index element) const {
    return static_cast<double>(executor_.data(id)[static_cast<std::size_t>(element)]);
  }

  // Views share the buffer of what they show: the value that was computed.
  ValueId resolve(ValueId value) const {
    while (value > 0) {
      const ValueId below = graph_.layers()[static_cast<std::size_t>(value) - 1].inputs[0];
      if (plan_.values[static_cast<std::size_t>(below)] !=
          plan_.values[static_cast<std::size_t>(value)])
        break;
      value = below;
    }
    return value;
  }

  std::vector<const float*> reads_of(const Step& step) const {
    std::vector<const float*> reads;
    for (const BufferId id : step.reads) reads.push_back(executor_.data(id).data());
    return reads;
  }

  // The terms that one step contributes: an add has a step for each of its inputs.
  void add(const Step& step, UnitStage& stage) const {
    const auto reads = reads_of(step);
    const Explanation why = explain_element({}, step, reads, 0, stage.element);
    stage.rule = why.rule;
    stage.constant += why.constant;
    stage.weighted = why.rule == Explanation::Rule::sum && step.kernel != Kernel::copy;
    const bool norm = step.kernel == Kernel::batch_norm2d_forward_eval;
    for (const Term& term : why.terms) {
      const BufferId first = step.reads[static_cast<std::size_t>(term.first.read)];
      if (plan_.buffer(first).role == BufferRole::parameter) {
        if (why.rule == Explanation::Rule::sum) add_constant(step, term, stage);
        continue;
      }
      UnitTerm out;
      if (!locate(step.layer, first, term.first.element, out)) continue;
      out.weight = term.scale;
      if (term.second.read >= 0) {
        const BufferId second = step.reads[static_cast<std::size_t>(term.second.read)];
        out.weight *= number(second, term.second.element);
        if (!norm) {  // batch norm's factor is its weight over the deviation, not the weight
          out.weight_element = term.second.element;
          stage.weight_parameter = plan_.buffer(second).parameter;
        }
      }
      if (!std::isfinite(out.weight)) out.weight = 0.0;  // an average of nothing but overhang
      out.product = out.weight * out.x;
      stage.terms.push_back(out);
    }
    if (norm) note_norm(step, stage);
  }

  // A term whose first factor is a parameter: the bias, or batch norm's shift by the mean.
  void add_constant(const Step& step, const Term& term, UnitStage& stage) const {
    const BufferId first = step.reads[static_cast<std::size_t>(term.first.read)];
    const int parameter = plan_.buffer(first).parameter;
    const double value = number(first, term.first.element);
    const ParameterRole role = graph_.parameters()[static_cast<std::size_t>(parameter)].role;
    if (role == ParameterRole::bias || role == ParameterRole::shift) {
      stage.bias = UnitBias{parameter, term.first.element, value};
      return;
    }
    double product = term.scale * value;
    if (term.second.read >= 0)
      product *=
          number(step.reads[static_cast<std::size_t>(term.second.read)], term.second.element);
    stage.constant += product;
  }

  // Fills in where the operand's element stands among the values; false for a max pool's border,
  // which is never the maximum.
  bool locate(int layer, BufferId buffer, Index element, UnitTerm& term) const {
    term.x = number(buffer, element);
    for (const ValueId input : graph_.layers()[static_cast<std::size_t>(layer)].inputs)
      if (plan_.values[static_cast<std::size_t>(input)] == buffer) {
        term.value = resolve(input);
        term.element = element;
        return true;
      }
    // A buffer of the layer's own: its padded input.
    for (const Step& step : plan_.steps)
      if (step.layer == layer && step.kernel == Kernel::pad2d_forward && step.writes[0] == buffer) {
        const Explanation why = explain_element({}, step, reads_of(step), 0, element);
        if (!why.terms.empty())
          return locate(layer, step.reads[0], why.terms[0].first.element, term);
      }
    return std::isfinite(term.x);
  }

  void note_norm(const Step& step, UnitStage& stage) const {
    static constexpr const char* names[] = {"", "weight", "bias", "running_mean", "running_var"};
    const auto& args = *std::get_if<BatchNorm2dArgs>(&step.args);
    for (std::size_t i = 1; i < step.reads.size(); ++i)
      if (step.reads[i] != no_buffer)
        stage.parameters[names[i]] = number(step.reads[i], stage.element / args.inner);
    stage.parameters["eps"] = static_cast<double>(args.eps);
  }

  void finish(UnitStage& stage) const {
    const LayerType& type = *graph_.layers()[static_cast<std::size_t>(stage.layer)].type;
    double largest = -std::numeric_limits<double>::infinity();
    for (const UnitTerm& term : stage.terms) largest = std::max(largest, term.x);
    if (type.name == "softmax") {
      stage.constant = largest;
      for (UnitTerm& term : stage.terms) term.product = std::exp(term.x - largest);
    }
    if (stage.rule == Explanation::Rule::maximum) {
      const auto found = std::find_if(stage.terms.begin(), stage.terms.end(),
                                      [&](const UnitTerm& term) { return term.x == largest; });
      if (found != stage.terms.end()) stage.winner = static_cast<int>(found - stage.terms.begin());
      stage.sum = largest;
      return;
    }
    stage.sum = stage.rule == Explanation::Rule::sum ? stage.constant : 0.0;
    for (const UnitTerm& term : stage.terms) stage.sum += term.product;
  }

  const Graph& graph_;
  const Executor& executor_;
  const Plan& plan_;
};

// The only layer that reads `value`; -1 when there are several or none.
int sole_reader(const Graph& graph, ValueId value) {
  int found = -1;
  for (std::size_t i = 0; i < graph.layers().size(); ++i)
    for (const ValueId input : graph.layers()[i].inputs)
      if (input == value) {
        if (found >= 0) return -1;
        found = static_cast<int>(i);
      }
  return found;
}

}  // namespace

Expected<UnitExplanation> explain_unit(const Graph& graph, const Executor& executor, int layer,
                                       std::int64_t element) {
  if (auto status = check_unit(graph, layer, element); !status)
    return tl::unexpected(status.error());
  const Plan& plan = executor.plan();
  const int base = base_layer(graph, plan, layer);
  std::vector<int> chain;  // from the asked layer down to the base, then turned around
  for (int at = layer;; at = graph.layers()[static_cast<std::size_t>(at)].inputs[0] - 1) {
    chain.push_back(at);
    if (at == base) break;
  }
  std::reverse(chain.begin(), chain.end());
  UnitExplanation out;
  out.selected = static_cast<int>(chain.size()) - 1;
  std::size_t needed = chain.size();
  for (int next = sole_reader(graph, layer + 1); next >= 0 && is_pointwise(graph, plan, next);
       next = sole_reader(graph, next + 1)) {
    chain.push_back(next);
    const auto& layers = graph.layers();
    if (!layers[static_cast<std::size_t>(next)].layer->is_view(false)) needed = chain.size();
  }
  chain.resize(needed);  // without views at the top end, which show nothing new
  const StageMaker maker(graph, executor);
  for (const int each : chain) out.stages.push_back(maker.make(each, element));
  return out;
}

}  // namespace convolab
