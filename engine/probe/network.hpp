// What the inspector is told of a network and the plan that trains it.
#pragma once

#include "model/executor.hpp"
#include "probe/report.hpp"
#include "train/trainer.hpp"

namespace convolab::probe {

Network describe(const Trainer& trainer, const Executor& executor, int threads);

// A buffer's shape as BufferRow has it.
std::vector<int> shape_of(const Graph& graph, const Plan& plan, BufferId id);

// Whether a buffer's elements are int32: labels, the winners of a max pool.
bool holds_integers(const Plan& plan, BufferId id);

}  // namespace convolab::probe
