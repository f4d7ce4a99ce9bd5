// Spec: a network as data. A JSON document of layers with PyTorch's names, attributes and defaults:
//
//   {"name": "tiny", "input": [1, 28, 28],
//    "layers": [{"type": "conv2d", "name": "c1", "out_channels": 6, "kernel_size": 5},
//               {"type": "relu"}, {"type": "flatten"}, {"type": "linear", "out_features": 10}]}
//
// "inputs" of a layer names earlier layers, or "input" for the picture; it defaults to the layer
// before. A missing "name" becomes the type's short name and a counter: conv1, conv2, relu1 …
// "init" at the top names the initialiser of all layers that do not name their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/shape.hpp"

namespace convolab {

struct LayerSpec {
  std::string type;
  std::string name;
  std::vector<std::string> inputs;  // empty: the layer before
  JsonValue attributes = JsonValue::object();
};

struct Spec {
  std::string name;
  Shape input;  // one sample, without the batch: channels, height, width; or features
  std::string init = "pytorch";
  std::vector<LayerSpec> layers;
};

// Reads the document and checks its form; make_graph checks the meaning. Errors name the layer and
// what was expected.
Expected<Spec> parse_spec(std::string_view json);

// The document again, with every layer's name written out and nothing else added.
std::string spec_to_json(const Spec& spec, int indent = -1);

}  // namespace convolab
