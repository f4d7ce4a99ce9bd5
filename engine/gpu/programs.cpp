#include "gpu/programs.hpp"

#include <utility>

#include "gpu/program_writer.hpp"

namespace convolab::gpu {

namespace {

template <class Args>
const Args& args(const Step& step) {
  return *std::get_if<Args>(&step.args);
}

}  // namespace

Expected<Program> program_of(const Step& step, const Limits& limits) {
  ProgramWriter out(step, limits);
  switch (step.kernel) {
    case Kernel::activation_forward:
      out.for_each("activation", "forward", {}, args<ActivationArgs>(step).elements);
      break;
    case Kernel::activation_backward:
      out.for_each("activation", "backward", {}, args<ActivationArgs>(step).elements);
      break;
    case Kernel::copy: out.for_each("copy", "copy", {}, args<CopyArgs>(step).elements); break;
    default: break;
  }
  return std::move(out).finish();
}

}  // namespace convolab::gpu
