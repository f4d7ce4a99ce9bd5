#include "core/json.hpp"
#include "explain/unit.hpp"

namespace convolab {
namespace {

const char* rule_name(Explanation::Rule rule) {
  switch (rule) {
    case Explanation::Rule::sum: return "sum";
    case Explanation::Rule::maximum: return "maximum";
    case Explanation::Rule::function: return "function";
  }
  return "?";
}

// Channel, row, column; or one number.
std::vector<std::int64_t> place(const Shape& shape, std::int64_t element) {
  std::vector<std::int64_t> place(static_cast<std::size_t>(shape.rank()));
  for (int i = shape.rank(); i-- > 0; element /= shape[i])
    place[static_cast<std::size_t>(i)] = element % shape[i];
  return place;
}

// One member of every term; null where that says nothing.
template <class Member>
void write_column(JsonWriter& out, const char* name, const UnitStage& stage, Member member,
                  bool told = true) {
  out.key(name);
  if (!told) {
    out.null();
    return;
  }
  out.begin_array();
  for (const UnitTerm& term : stage.terms) out.value(term.*member);
  out.end_array();
}

void write_window(JsonWriter& out, const UnitWindow& w) {
  const auto pair = [&](const char* name, int a, int b) {
    out.key(name).begin_array().value(a).value(b).end_array();
  };
  out.begin_object()
      .member("y", w.y)
      .member("x", w.x)
      .member("height", w.height)
      .member("width", w.width);
  pair("stride", w.stride_h, w.stride_w);
  pair("dilation", w.dilation_h, w.dilation_w);
  pair("channels", w.first_channel, w.channels);
  out.end_object();
}

void write_stage(JsonWriter& out, const Graph& graph, const UnitStage& stage) {
  const GraphLayer& node = graph.layers()[static_cast<std::size_t>(stage.layer)];
  const auto parameter_name = [&](int i) {
    return graph.parameters()[static_cast<std::size_t>(i)].name;
  };
  out.begin_object()
      .member("layer", stage.layer)
      .member("name", node.name)
      .member("type", node.type->name)
      .member("element", stage.element)
      .member("place", place(graph.shape(stage.layer + 1), stage.element))
      .member("value", stage.value)
      .member("rule", rule_name(stage.rule))
      .member("constant", stage.constant);
  out.key("sources").begin_object();
  write_column(out, "value", stage, &UnitTerm::value);
  write_column(out, "element", stage, &UnitTerm::element);
  out.end_object();
  write_column(out, "x", stage, &UnitTerm::x);
  write_column(out, "products", stage, &UnitTerm::product);
  out.member("sum", stage.sum);
  const bool named = stage.weight_parameter >= 0;
  write_column(out, "weights", stage, &UnitTerm::weight, stage.weighted);
  write_column(out, "weight_elements", stage, &UnitTerm::weight_element, named);
  out.key("weight_parameter");
  named ? out.value(parameter_name(stage.weight_parameter)) : out.null();
  out.key("bias");
  if (stage.bias)
    out.begin_object()
        .member("parameter", parameter_name(stage.bias->parameter))
        .member("element", stage.bias->element)
        .member("value", stage.bias->value)
        .end_object();
  else
    out.null();
  out.key("winner");
  stage.winner >= 0 ? out.value(stage.winner) : out.null();
  out.key("window");
  stage.window ? write_window(out, *stage.window) : void(out.null());
  if (!stage.parameters.empty()) {
    out.key("parameters").begin_object();
    for (const auto& [name, value] : stage.parameters) out.member(name, value);
    out.end_object();
  }
  out.end_object();
}

}  // namespace

std::string unit_json(const Graph& graph, const UnitExplanation& explanation) {
  JsonWriter out;
  out.begin_object().key("stages").begin_array();
  for (const UnitStage& stage : explanation.stages) write_stage(out, graph, stage);
  return out.end_array().member("selected", explanation.selected).end_object().text();
}

}  // namespace convolab
