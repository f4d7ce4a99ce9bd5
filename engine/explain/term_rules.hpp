// One rule per kernel: the terms of one element, written beside each other as the formulas of
// engine/kernels/*.hpp are. Only explain/terms.cpp includes this.
#pragma once

#include "explain/terms.hpp"

namespace convolab::explain {

Explanation rule_of(const RunContext& context, const Step& step,
                    std::span<const float* const> reads, int write, std::int64_t element);

}  // namespace convolab::explain
