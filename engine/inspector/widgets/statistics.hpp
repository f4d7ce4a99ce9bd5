// What numbers are like, in a line.
#pragma once

#include <span>

#include "probe/report.hpp"

namespace convolab::inspector {

// Of a − b, as many as both have; without a histogram.
probe::Statistics difference_of(std::span<const float> a, std::span<const float> b);

void statistics_text(const probe::Statistics& statistics);

}  // namespace convolab::inspector
