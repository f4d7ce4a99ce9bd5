// The GPU that sessions train on, or none: in gpu_access.cpp of the module that has WebGPU, in
// no_gpu.cpp of those that a visitor waits for, which go without what only a GPU needs.
#pragma once

#include "gpu/executor.hpp"

namespace convolab {

gpu::Access gpu_in_use();

}  // namespace convolab
