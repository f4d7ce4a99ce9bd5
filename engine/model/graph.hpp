// Graph: a spec that has been checked. Shapes are inferred, parameters named as a PyTorch
// state_dict names them, and every layer's cost is known.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "layers/layer.hpp"
#include "model/spec.hpp"

namespace convolab {

// A value is a picture that flows through the net: number 0 is the input, number i+1 the output of
// layer i.
using ValueId = int;

// The patch of the input that one unit depends on at most, and how far neighbours are apart.
struct ReceptiveField {
  int height = 1, width = 1;
  int jump_h = 1, jump_w = 1;
};

struct GraphLayer {
  std::string name;
  const LayerType* type = nullptr;
  std::vector<ValueId> inputs;
  std::unique_ptr<const Layer> layer;
  std::int64_t parameters = 0;     // trainable numbers
  std::int64_t multiply_adds = 0;  // of one sample's forward pass
  std::int64_t memory = 0;         // bytes of one sample's output
  ReceptiveField receptive_field;
};

struct Parameter {
  std::string name;  // "c1.weight"
  Shape shape;       // PyTorch's
  ParameterRole role = ParameterRole::weight;
  int fan_in = 1, fan_out = 1;
  int layer = 0;
  std::string init;  // initialiser's name

  bool trainable() const { return is_trainable(role); }
};

class Graph {
 public:
  const Spec& spec() const { return spec_; }
  const std::vector<GraphLayer>& layers() const { return layers_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }  // in state_dict order
  // The index in parameters() of "layer.name", or -1.
  int find_parameter(std::string_view name) const;
  // The index in layers() of that name, or -1.
  int find_layer(std::string_view name) const;

  const Shape& shape(ValueId value) const { return shapes_[static_cast<std::size_t>(value)]; }
  ValueId output() const { return static_cast<ValueId>(layers_.size()); }
  int values() const { return static_cast<int>(shapes_.size()); }

  std::int64_t trainable_parameters() const;
  std::int64_t multiply_adds() const;

 private:
  friend Expected<Graph> make_graph(Spec spec);
  Spec spec_;
  std::vector<GraphLayer> layers_;
  std::vector<Shape> shapes_;
  std::vector<Parameter> parameters_;
};

// Checks the spec and infers everything above. Errors name the layer, the rule and the numbers.
Expected<Graph> make_graph(Spec spec);

// parse_spec and make_graph in one.
Expected<Graph> graph_from_json(std::string_view json);

// The graph's figures as one JSON object: name, input, parameters, multiply_adds, memory, layers
// [{name, type, inputs, output, parameters, multiply_adds, memory, receptive_field}].
std::string summary_json(const Graph& graph);

// [{"name", "shape", "layer" (its index), "trainable"}], in state_dict order.
std::string parameters_json(const Graph& graph);

}  // namespace convolab
