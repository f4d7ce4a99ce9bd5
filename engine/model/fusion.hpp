// Which layers of a graph a plan's steps can take together (PlanOptions::fuse).
#pragma once

#include <vector>

#include "model/graph.hpp"

namespace convolab {

struct Fusion {
  // Of every layer: the activation that its forward step applies to its output, or -1.
  std::vector<int> activation_above;
  // Of every layer: the relu whose gradient its backward step goes through, or -1.
  std::vector<int> relu_below;
};

Fusion no_fusion(const Graph& graph);

// Two layers are taken together where nobody else looks at what passes between them: the lower one
// has one reader, it is no view of another value, and it is not the network's output.
Fusion find_fusion(const Graph& graph, bool training);

}  // namespace convolab
