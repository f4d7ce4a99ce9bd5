#include <nlohmann/json.hpp>

#include "explain/unit.hpp"

namespace convolab {
namespace {

using Json = nlohmann::ordered_json;

const char* rule_name(Explanation::Rule rule) {
  switch (rule) {
    case Explanation::Rule::sum: return "sum";
    case Explanation::Rule::maximum: return "maximum";
    case Explanation::Rule::function: return "function";
  }
  return "?";
}

// Channel, row, column; or one number.
Json place_json(const Shape& shape, std::int64_t element) {
  std::vector<std::int64_t> place(static_cast<std::size_t>(shape.rank()));
  for (int i = shape.rank(); i-- > 0; element /= shape[i])
    place[static_cast<std::size_t>(i)] = element % shape[i];
  return place;
}

template <class Member>
Json column(const UnitStage& stage, Member member) {
  Json list = Json::array();
  for (const UnitTerm& term : stage.terms) list.push_back(term.*member);
  return list;
}

Json window_json(const UnitWindow& w) {
  return {{"y", w.y},
          {"x", w.x},
          {"height", w.height},
          {"width", w.width},
          {"stride", {w.stride_h, w.stride_w}},
          {"dilation", {w.dilation_h, w.dilation_w}},
          {"channels", {w.first_channel, w.channels}}};
}

Json stage_json(const Graph& graph, const UnitStage& stage) {
  const GraphLayer& node = graph.layers()[static_cast<std::size_t>(stage.layer)];
  const auto parameter_name = [&](int i) {
    return graph.parameters()[static_cast<std::size_t>(i)].name;
  };
  Json out = {{"layer", stage.layer},
              {"name", node.name},
              {"type", node.type->name},
              {"element", stage.element},
              {"place", place_json(graph.shape(stage.layer + 1), stage.element)},
              {"value", stage.value},
              {"rule", rule_name(stage.rule)},
              {"constant", stage.constant},
              {"sources",
               {{"value", column(stage, &UnitTerm::value)},
                {"element", column(stage, &UnitTerm::element)}}},
              {"x", column(stage, &UnitTerm::x)},
              {"products", column(stage, &UnitTerm::product)},
              {"sum", stage.sum}};
  const bool named = stage.weight_parameter >= 0;
  out["weights"] = stage.weighted ? column(stage, &UnitTerm::weight) : Json();
  out["weight_elements"] = named ? column(stage, &UnitTerm::weight_element) : Json();
  out["weight_parameter"] = named ? Json(parameter_name(stage.weight_parameter)) : Json();
  out["bias"] = stage.bias ? Json{{"parameter", parameter_name(stage.bias->parameter)},
                                  {"element", stage.bias->element},
                                  {"value", stage.bias->value}}
                           : Json();
  out["winner"] = stage.winner >= 0 ? Json(stage.winner) : Json();
  out["window"] = stage.window ? window_json(*stage.window) : Json();
  if (!stage.parameters.empty()) out["parameters"] = stage.parameters;
  return out;
}

}  // namespace

std::string unit_json(const Graph& graph, const UnitExplanation& explanation) {
  Json stages = Json::array();
  for (const UnitStage& stage : explanation.stages) stages.push_back(stage_json(graph, stage));
  return Json{{"stages", std::move(stages)}, {"selected", explanation.selected}}.dump();
}

}  // namespace convolab
