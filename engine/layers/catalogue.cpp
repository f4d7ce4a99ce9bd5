#include "layers/catalogue.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "layers/layer.hpp"

namespace convolab {
namespace {

using Json = nlohmann::ordered_json;

Json attribute_json(const AttributeInfo& info) {
  Json choices = Json::array();
  for (std::string_view rest = info.choices; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    choices.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {{"name", info.name},
          {"kind", kind_name(info.kind)},
          {"fallback", info.fallback.empty() ? Json() : Json::parse(info.fallback)},
          {"minimum", info.minimum},
          {"maximum", info.maximum},
          {"help", info.help},
          {"choices", std::move(choices)}};
}

}  // namespace

std::string_view kind_name(AttributeKind kind) {
  switch (kind) {
    case AttributeKind::integer: return "integer";
    case AttributeKind::pair: return "pair";
    case AttributeKind::padding: return "padding";
    case AttributeKind::number: return "number";
    case AttributeKind::flag: return "flag";
    case AttributeKind::choice: return "choice";
  }
  return "?";
}

std::string layer_types_json() {
  Json list = Json::array();
  for (const LayerType* type : layer_types()) {
    Json entry = {{"name", type->name},
                  {"short_name", type->short_name},
                  {"help", type->help},
                  {"min_inputs", type->min_inputs},
                  {"max_inputs", type->max_inputs},
                  {"attributes", Json::array()}};
    for (const AttributeInfo& info : type->attributes)
      entry["attributes"].push_back(attribute_json(info));
    list.push_back(std::move(entry));
  }
  return list.dump();
}

}  // namespace convolab
