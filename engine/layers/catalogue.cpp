#include "layers/catalogue.hpp"

#include <algorithm>

#include "layers/layer.hpp"

namespace convolab {
namespace {

void write_attribute(JsonWriter& out, const AttributeInfo& info) {
  out.begin_object()
      .member("name", info.name)
      .member("kind", kind_name(info.kind))
      .key("fallback")
      .raw(info.fallback.empty() ? "null" : info.fallback)
      .member("minimum", info.minimum)
      .member("maximum", info.maximum)
      .member("help", info.help)
      .key("choices")
      .begin_array();
  for (std::string_view rest = info.choices; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    out.value(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  out.end_array().end_object();
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
  JsonWriter out;
  out.begin_array();
  for (const LayerType* type : layer_types()) {
    out.begin_object()
        .member("name", type->name)
        .member("short_name", type->short_name)
        .member("help", type->help)
        .member("min_inputs", type->min_inputs)
        .member("max_inputs", type->max_inputs)
        .key("attributes")
        .begin_array();
    for (const AttributeInfo& info : type->attributes) write_attribute(out, info);
    out.end_array().end_object();
  }
  return out.end_array().text();
}

}  // namespace convolab
