// What a GPU does for a step of a plan: shaders/<stem>.wgsl, specialised by the step's args.
#pragma once

#include "gpu/device.hpp"
#include "model/step.hpp"

namespace convolab::gpu {

// Instead of an operand: the scratch memory that the steps of a plan share.
inline constexpr int scratch_binding = -1;

// A Dispatch whose bindings are not buffers yet but operands of the step: reads, then writes,
// counted from 0; or scratch_binding.
struct KernelDispatch {
  std::string_view shader, entry_point;
  std::vector<Constant> constants;
  std::vector<int> bindings;
  std::uint32_t x = 1, y = 1, z = 1;
};

struct Program {
  std::vector<KernelDispatch> dispatches;
  std::int64_t scratch = 0;  // elements; what is in it matters only within the program
};

// Errors: unsupported, for a kernel without a shader or a step larger than the GPU's limits.
Expected<Program> program_of(const Step& step, const Limits& limits);

}  // namespace convolab::gpu
