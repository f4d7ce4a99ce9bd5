#include "model/graph.hpp"

#include <algorithm>

namespace convolab {
namespace {

tl::unexpected<Error> bad(const std::string& where, std::string message) {
  return fail(ErrorCode::invalid_spec, where, std::move(message));
}

// Strides multiply: a deep net of large ones would leave the range of int.
int saturated(std::int64_t pixels) {
  return static_cast<int>(std::min(pixels, std::int64_t{1} << 30));
}

// Grows the fields below by the layer's window; branches that meet keep the largest.
ReceptiveField grow(const Graph& graph, const std::vector<ReceptiveField>& fields,
                    const GraphLayer& node) {
  ReceptiveField below{0, 0, 1, 1};
  for (const ValueId input : node.inputs) {
    const ReceptiveField& f = fields[static_cast<std::size_t>(input)];
    below = {std::max(below.height, f.height), std::max(below.width, f.width),
             std::max(below.jump_h, f.jump_h), std::max(below.jump_w, f.jump_w)};
  }
  const Window w = node.layer->window();
  const Shape& image = graph.shape(0);
  if (w.global && image.rank() == 3) return {image[1], image[2], image[1], image[2]};
  if (w.global) return {image[0], 1, image[0], 1};
  const auto grown = [](int size, int kernel, int dilation, int jump) {
    return saturated(size + std::int64_t{dilation} * (kernel - 1) * jump);
  };
  return {grown(below.height, w.kernel_h, w.dilation_h, below.jump_h),
          grown(below.width, w.kernel_w, w.dilation_w, below.jump_w),
          saturated(std::int64_t{below.jump_h} * w.stride_h),
          saturated(std::int64_t{below.jump_w} * w.stride_w)};
}

Expected<std::vector<ValueId>> resolve_inputs(const Graph& graph, const LayerSpec& spec) {
  const ValueId before = static_cast<ValueId>(graph.layers().size());
  if (spec.inputs.empty()) return std::vector<ValueId>{before};
  std::vector<ValueId> inputs;
  for (const std::string& name : spec.inputs) {
    const int layer = graph.find_layer(name);
    if (name != "input" && layer < 0) {
      std::string known = "input";
      for (const GraphLayer& each : graph.layers()) known += ", " + each.name;
      return bad(spec.name,
                 "its input \"" + name + "\" is not a layer before it; those are " + known);
    }
    inputs.push_back(layer + 1);
  }
  return inputs;
}

Status check_input_count(const GraphLayer& node) {
  const int count = static_cast<int>(node.inputs.size());
  const LayerType& type = *node.type;
  if (count >= type.min_inputs && count <= type.max_inputs) return {};
  const std::string wanted =
      type.min_inputs == type.max_inputs
          ? std::to_string(type.min_inputs)
          : std::to_string(type.min_inputs) + " to " + std::to_string(type.max_inputs);
  return bad(node.name,
             std::string(type.name) + " takes " + wanted + " input" +
                 (type.max_inputs == 1 ? "" : "s") + ", but has " + std::to_string(count) +
                 (count < type.min_inputs ? "; name them in \"inputs\""
                                          : "; bring them together with add or concat first"));
}

// A layer whose output nobody reads would be trained by nobody.
Status check_all_used(const Graph& graph) {
  std::vector<bool> used(static_cast<std::size_t>(graph.values()), false);
  for (const GraphLayer& node : graph.layers())
    for (const ValueId input : node.inputs) used[static_cast<std::size_t>(input)] = true;
  for (std::size_t i = 0; i + 1 < graph.layers().size(); ++i)
    if (!used[i + 1])
      return bad(graph.layers()[i].name,
                 "no later layer reads its output; name it in a later layer's \"inputs\" or "
                 "remove it");
  if (!used[0]) return bad("input", "no layer reads the picture; name \"input\" in \"inputs\"");
  return {};
}

}  // namespace

int Graph::find_parameter(std::string_view name) const {
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    if (parameters_[i].name == name) return static_cast<int>(i);
  return -1;
}

int Graph::find_layer(std::string_view name) const {
  for (std::size_t i = 0; i < layers_.size(); ++i)
    if (layers_[i].name == name) return static_cast<int>(i);
  return -1;
}

std::int64_t Graph::trainable_parameters() const {
  std::int64_t sum = 0;
  for (const GraphLayer& layer : layers_) sum += layer.parameters;
  return sum;
}

std::int64_t Graph::multiply_adds() const {
  std::int64_t sum = 0;
  for (const GraphLayer& layer : layers_) sum += layer.multiply_adds;
  return sum;
}

Expected<Graph> make_graph(Spec spec) {
  if (spec.init.find(' ') != std::string::npos ||
      (" " + std::string(initialisers) + " ").find(" " + spec.init + " ") == std::string::npos)
    return bad("spec",
               "unknown init \"" + spec.init + "\"; known are " + std::string(initialisers));
  if (spec.input.elements() > max_elements)
    return bad("input", "a sample of " + spec.input.text() +
                            " has more than 2³¹ numbers; use smaller pictures");
  Graph graph;
  graph.spec_ = std::move(spec);
  graph.shapes_.push_back(graph.spec_.input);
  std::vector<ReceptiveField> fields(1);
  for (const LayerSpec& entry : graph.spec_.layers) {
    GraphLayer node;
    node.name = entry.name;
    node.type = find_layer_type(entry.type);
    if (!node.type) {
      std::string known;
      for (const LayerType* type : layer_types())
        known += (known.empty() ? "" : ", ") + std::string(type->name);
      return bad(entry.name, "there is no layer type \"" + entry.type + "\"; known are " + known);
    }
    auto inputs = resolve_inputs(graph, entry);
    if (!inputs) return tl::unexpected(inputs.error());
    node.inputs = *std::move(inputs);
    if (auto status = check_input_count(node); !status) return tl::unexpected(status.error());
    const auto attributes = Attributes::parse(entry.name, entry.attributes, node.type->attributes);
    if (!attributes) return tl::unexpected(attributes.error());
    std::vector<Shape> shapes;
    for (const ValueId input : node.inputs) shapes.push_back(graph.shape(input));
    auto layer = node.type->make({node.name, *attributes, shapes});
    if (!layer) return tl::unexpected(layer.error());
    node.layer = *std::move(layer);
    const Shape output = node.layer->output();
    if (output.elements() > max_elements)
      return bad(node.name, "its output " + output.text() + " has more than 2³¹ numbers");
    node.multiply_adds = node.layer->multiply_adds();
    node.memory = output.elements() * static_cast<std::int64_t>(sizeof(float));
    for (const ParameterInfo& info : node.layer->parameters()) {
      if (is_trainable(info.role)) node.parameters += info.shape.elements();
      const bool own_init = entry.attributes.find("init") != nullptr;
      graph.parameters_.push_back({node.name + "." + info.name, info.shape, info.role, info.fan_in,
                                   info.fan_out, static_cast<int>(graph.layers_.size()),
                                   own_init ? attributes->choice("init") : graph.spec_.init});
    }
    if (graph.trainable_parameters() + node.parameters > max_parameters)
      return bad(node.name, "with its " + std::to_string(node.parameters) +
                                " parameters the network has more than 2²⁸ (1 GiB); use fewer "
                                "units or channels, or pool the input first");
    node.receptive_field = grow(graph, fields, node);
    fields.push_back(node.receptive_field);
    graph.shapes_.push_back(output);
    graph.layers_.push_back(std::move(node));
  }
  if (auto status = check_all_used(graph); !status) return tl::unexpected(status.error());
  return graph;
}

Expected<Graph> graph_from_json(std::string_view json) {
  auto spec = parse_spec(json);
  if (!spec) return tl::unexpected(spec.error());
  return make_graph(*std::move(spec));
}

std::string summary_json(const Graph& graph) {
  JsonWriter out;
  std::int64_t memory = 0;
  for (const GraphLayer& node : graph.layers()) memory += node.memory;
  out.begin_object()
      .member("name", graph.spec().name)
      .member("input", graph.spec().input.sizes())
      .member("parameters", graph.trainable_parameters())
      .member("multiply_adds", graph.multiply_adds())
      .member("memory", memory)
      .key("layers")
      .begin_array();
  for (const GraphLayer& node : graph.layers()) {
    out.begin_object().member("name", node.name).member("type", node.type->name);
    out.key("inputs").begin_array();
    for (const ValueId input : node.inputs)
      out.value(input == 0 ? "input" : graph.layers()[static_cast<std::size_t>(input - 1)].name);
    out.end_array()
        .member("output", node.layer->output().sizes())
        .member("parameters", node.parameters)
        .member("multiply_adds", node.multiply_adds)
        .member("memory", node.memory)
        .key("receptive_field")
        .begin_object()
        .member("height", node.receptive_field.height)
        .member("width", node.receptive_field.width)
        .end_object()
        .end_object();
  }
  return out.end_array().end_object().text();
}

std::string parameters_json(const Graph& graph) {
  JsonWriter out;
  out.begin_array();
  for (const Parameter& p : graph.parameters())
    out.begin_object()
        .member("name", p.name)
        .member("shape", p.shape.sizes())
        .member("layer", p.layer)
        .member("trainable", p.trainable())
        .end_object();
  return out.end_array().text();
}

}  // namespace convolab
