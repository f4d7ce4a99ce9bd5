#include "model/spec.hpp"

#include <map>
#include <set>

#include "layers/layer.hpp"

namespace convolab {
namespace {

using Json = nlohmann::ordered_json;

tl::unexpected<Error> bad(std::string where, std::string message) {
  return fail(ErrorCode::invalid_spec, std::move(where), std::move(message));
}

Expected<Shape> parse_input(const Json& document) {
  const auto it = document.find("input");
  const std::string rule =
      "\"input\" must list the sizes of one sample, as [channels, height, width] or [features], "
      "each from 1 to 65536";
  if (it == document.end() || !it->is_array() || (it->size() != 1 && it->size() != 3))
    return bad("spec", rule);
  std::vector<int> sizes;
  for (const Json& size : *it) {
    if (!size.is_number_integer() || size.get<std::int64_t>() < 1 ||
        size.get<std::int64_t>() > 65536)
      return bad("spec", rule);
    sizes.push_back(size.get<int>());
  }
  return Shape(std::move(sizes));
}

Expected<LayerSpec> parse_layer(const Json& entry, const std::string& where) {
  if (!entry.is_object() || !entry.contains("type") || !entry["type"].is_string())
    return bad(where, "a layer is an object with a \"type\", such as {\"type\": \"relu\"}");
  LayerSpec layer;
  layer.type = entry["type"].get<std::string>();
  for (const auto& [key, value] : entry.items()) {
    if (key == "type") continue;
    if (key == "name") {
      if (!value.is_string() || value.get<std::string>().empty())
        return bad(where, "\"name\" must be a text of at least one character");
      layer.name = value.get<std::string>();
    } else if (key == "inputs") {
      if (!value.is_array() || value.empty())
        return bad(where, "\"inputs\" must list the names of earlier layers, or \"input\"");
      for (const Json& input : value) {
        if (!input.is_string())
          return bad(where, "\"inputs\" must list names, but has " + input.dump());
        layer.inputs.push_back(input.get<std::string>());
      }
    } else {
      layer.attributes[key] = value;
    }
  }
  return layer;
}

// Gives every unnamed layer the first free name made of its type's short name and a counter.
Status name_layers(Spec& spec) {
  std::set<std::string> taken = {"input"};
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    const std::string& name = spec.layers[i].name;
    if (name.empty()) continue;
    if (name == "input")
      return bad("layer " + std::to_string(i + 1), "the name \"input\" is the picture's own");
    if (!taken.insert(name).second)
      return bad(name, "two layers have this name; every layer needs its own");
  }
  std::map<std::string, int> counters;
  for (LayerSpec& layer : spec.layers) {
    if (!layer.name.empty()) continue;
    const LayerType* type = find_layer_type(layer.type);
    const std::string stem = type ? std::string(type->short_name) : layer.type;
    do layer.name = stem + std::to_string(++counters[stem]);
    while (!taken.insert(layer.name).second);
  }
  return {};
}

}  // namespace

Expected<Spec> parse_spec(std::string_view text) {
  const Json document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return bad("spec", "this is not valid JSON");
  if (!document.is_object())
    return bad("spec", "a network is a JSON object with \"input\" and \"layers\"");
  Spec spec;
  for (const auto& [key, value] : document.items()) {
    if (key != "name" && key != "input" && key != "layers" && key != "init")
      return bad("spec", "unknown entry \"" + key + "\"; known are name, input, init and layers");
    if ((key == "name" || key == "init") && !value.is_string())
      return bad("spec", "\"" + key + "\" must be a text");
  }
  spec.name = document.value("name", std::string());
  spec.init = document.value("init", spec.init);
  auto input = parse_input(document);
  if (!input) return tl::unexpected(input.error());
  spec.input = *std::move(input);

  const auto layers = document.find("layers");
  if (layers == document.end() || !layers->is_array() || layers->empty())
    return bad("spec", "\"layers\" must list at least one layer");
  for (const Json& entry : *layers) {
    const std::string where = "layer " + std::to_string(spec.layers.size() + 1);
    auto layer = parse_layer(entry, where);
    if (!layer) return tl::unexpected(layer.error());
    spec.layers.push_back(*std::move(layer));
  }
  if (auto named = name_layers(spec); !named) return tl::unexpected(named.error());
  return spec;
}

std::string spec_to_json(const Spec& spec, int indent) {
  nlohmann::ordered_json document;
  if (!spec.name.empty()) document["name"] = spec.name;
  document["input"] = spec.input.sizes();
  if (spec.init != Spec().init) document["init"] = spec.init;
  document["layers"] = nlohmann::ordered_json::array();
  for (const LayerSpec& layer : spec.layers) {
    nlohmann::ordered_json entry;
    entry["type"] = layer.type;
    entry["name"] = layer.name;
    if (!layer.inputs.empty()) entry["inputs"] = layer.inputs;
    for (const auto& [key, value] : layer.attributes.items()) entry[key] = value;
    document["layers"].push_back(std::move(entry));
  }
  return document.dump(indent);
}

}  // namespace convolab
