// The programs of conv2d and linear: matrix products in tiles (shaders/tiles.wgsl).
#pragma once

#include "gpu/program_writer.hpp"

namespace convolab::gpu {

// The constant `which` of their shaders.
enum class Product { forward, backward_input, backward_weight };

void add_conv2d(ProgramWriter& out, const Conv2dArgs& a, Product which);
void add_linear(ProgramWriter& out, const LinearArgs& a, Product which);

}  // namespace convolab::gpu
