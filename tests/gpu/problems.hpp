// The problems that the GPU is proved on: those of tests/kernels, and sizes that only a GPU cares
// about.
#pragma once

#include <vector>

#include "kernels/problem.hpp"

namespace convolab::testing {

std::vector<Problem> gpu_problems();

}  // namespace convolab::testing
