// What is this unit made of? The whole story of one element of a layer's output, for one picture:
// from the layer that mixes several elements (the convolution under a ReLU) up through the layers
// that change each element by itself, with every x, weight and product.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "explain/terms.hpp"
#include "explain/unit_window.hpp"
#include "model/executor.hpp"

namespace convolab {

struct UnitTerm {
  ValueId value = -1;         // where x came from: 0 the picture, i+1 layer i, -1 a border
  std::int64_t element = -1;  // in that value
  double x = 0.0;
  double weight = 1.0;
  std::int64_t weight_element = -1;  // in the stage's weight_parameter
  double product = 0.0;              // of softmax: e^(x − constant)
};

struct UnitBias {
  int parameter = -1;  // index in the graph
  std::int64_t element = 0;
  double value = 0.0;
};

struct UnitStage {
  int layer = 0;
  std::int64_t element = 0;
  double value = 0.0;  // as the forward pass gave it
  Explanation::Rule rule = Explanation::Rule::sum;
  double constant = 0.0;        // of softmax: the largest x
  std::vector<UnitTerm> terms;  // by channel, row, column; a max pool's border is left out
  bool weighted = false;        // whether the terms' weights are other than 1
  int weight_parameter = -1;    // index in the graph
  double sum = 0.0;             // the constant and the products, or the largest, before the bias
  std::optional<UnitBias> bias;
  int winner = -1;  // of a maximum: its term
  std::optional<UnitWindow> window;
  std::map<std::string, double> parameters;  // of batch norm: the channel's numbers
};

struct UnitExplanation {
  std::vector<UnitStage> stages;
  int selected = 0;  // the stage of the unit that was asked about
};

// `executor` has run the forward pass of one picture in eval mode, and its plan shares no memory.
// Errors: a layer or an element that is not there.
Expected<UnitExplanation> explain_unit(const Graph& graph, const Executor& executor, int layer,
                                       std::int64_t element);

// {"stages": [{"layer", "name", "type", "element", "place", "value", "rule", "constant",
//              "sources": {"value", "element"}, "x", "weights", "weight_elements",
//              "weight_parameter", "products", "sum", "bias", "winner", "window"}], "selected"}
std::string unit_json(const Graph& graph, const UnitExplanation& explanation);

}  // namespace convolab
