#include "model/spec.hpp"

#include <map>
#include <set>

#include "layers/layer.hpp"

namespace convolab {
namespace {

tl::unexpected<Error> bad(std::string where, std::string message) {
  return fail(ErrorCode::invalid_spec, std::move(where), std::move(message));
}

Expected<Shape> parse_input(const JsonValue& list) {
  const std::string rule =
      "\"input\" must list the sizes of one sample, as [channels, height, width] or [features], "
      "each from 1 to 65536";
  if (!list.is_array() || (list.size() != 1 && list.size() != 3)) return bad("spec", rule);
  std::vector<int> sizes;
  for (const JsonValue& size : list) {
    if (!size.is_whole_from(1, 65536)) return bad("spec", rule);
    sizes.push_back(size.integer());
  }
  return Shape(std::move(sizes));
}

Expected<LayerSpec> parse_layer(const JsonValue& entry, const std::string& where) {
  if (!entry.at("type").is_text())
    return bad(where, "a layer is an object with a \"type\", such as {\"type\": \"relu\"}");
  LayerSpec layer;
  layer.type = entry.at("type").text();
  for (std::size_t i = 0; i < entry.size(); ++i) {
    const std::string& key = entry.key(i);
    const JsonValue& value = entry[i];
    if (key == "type") continue;
    if (key == "name") {
      if (value.text().empty())
        return bad(where, "\"name\" must be a text of at least one character");
      layer.name = value.text();
    } else if (key == "inputs") {
      if (!value.is_array() || value.empty())
        return bad(where, "\"inputs\" must list the names of earlier layers, or \"input\"");
      layer.inputs.clear();
      for (const JsonValue& input : value) {
        if (!input.is_text())
          return bad(where, "\"inputs\" must list names, but has " + input.dump());
        layer.inputs.push_back(input.text());
      }
    } else {
      layer.attributes.set(key, value);
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
  const auto document = JsonValue::parse(text);
  if (!document) return bad("spec", "this is not valid JSON");
  if (!document->is_object())
    return bad("spec", "a network is a JSON object with \"input\" and \"layers\"");
  Spec spec;
  for (std::size_t i = 0; i < document->size(); ++i) {
    const std::string& key = document->key(i);
    if (key != "name" && key != "input" && key != "layers" && key != "init")
      return bad("spec", "unknown entry \"" + key + "\"; known are name, input, init and layers");
    if ((key == "name" || key == "init") && !(*document)[i].is_text())
      return bad("spec", "\"" + key + "\" must be a text");
  }
  spec.name = document->at("name").text();
  if (const JsonValue* init = document->find("init")) spec.init = init->text();
  auto input = parse_input(document->at("input"));
  if (!input) return tl::unexpected(input.error());
  spec.input = *std::move(input);

  const JsonValue& layers = document->at("layers");
  if (!layers.is_array() || layers.empty())
    return bad("spec", "\"layers\" must list at least one layer");
  for (const JsonValue& entry : layers) {
    const std::string where = "layer " + std::to_string(spec.layers.size() + 1);
    auto layer = parse_layer(entry, where);
    if (!layer) return tl::unexpected(layer.error());
    spec.layers.push_back(*std::move(layer));
  }
  if (auto named = name_layers(spec); !named) return tl::unexpected(named.error());
  return spec;
}

std::string spec_to_json(const Spec& spec, int indent) {
  JsonWriter out(indent);
  out.begin_object();
  if (!spec.name.empty()) out.member("name", spec.name);
  out.member("input", spec.input.sizes());
  if (spec.init != Spec().init) out.member("init", spec.init);
  out.key("layers").begin_array();
  for (const LayerSpec& layer : spec.layers) {
    out.begin_object().member("type", layer.type).member("name", layer.name);
    if (!layer.inputs.empty()) out.member("inputs", layer.inputs);
    for (std::size_t i = 0; i < layer.attributes.size(); ++i)
      out.member(layer.attributes.key(i), layer.attributes[i]);
    out.end_object();
  }
  return out.end_array().end_object().text();
}

}  // namespace convolab
