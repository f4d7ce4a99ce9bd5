// Weights by name: from a file's tensors into a ModelState, and back. The names and shapes are
// those of a PyTorch state_dict ("c1.weight", "bn1.running_mean").
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/tensor.hpp"
#include "model/graph.hpp"
#include "model/state.hpp"

namespace convolab {

// Copies every parameter and running statistic of the graph from `tensors`. Refused, with lists,
// and nothing changed: missing names, unexpected names, other shapes. PyTorch's num_batches_tracked
// and a checkpoint's memory of its optimiser are passed over. `where` names the file in errors.
Status load_weights(const Graph& graph, std::span<const NamedTensor> tensors,
                    const std::string& where, ModelState& state);

// All parameters and running statistics, in state_dict order.
std::vector<NamedTensor> take_weights(const Graph& graph, const ModelState& state);

}  // namespace convolab
