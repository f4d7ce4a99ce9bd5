// Figures of buffers and of a training step.
#pragma once

#include <span>

#include "model/executor.hpp"
#include "probe/report.hpp"
#include "probe/stepper.hpp"

namespace convolab::probe {

inline constexpr int histogram_bins = 64;

Statistics statistics_of(std::span<const float> values);

// Of a batch that has just been finished, without dead units; the stepper has kept the parameters
// as they were before.
Point point_of(const Graph& graph, const Executor& executor, const Stepper& stepper,
               const StepResult& result);

// Point::dead of the batch that an executor holds.
std::vector<double> dead_units(const Graph& graph, const Executor& executor);

// The pictures of the batch that an executor holds, up to `most`; with the answers when `answered`,
// with the losses when `counted`.
BatchLook batch_of(const Trainer& trainer, const Executor& executor, std::span<const int> pictures,
                   std::int64_t most, bool answered, bool counted);

}  // namespace convolab::probe
