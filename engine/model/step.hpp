// A step: one kernel call of a plan, as data. Backends run it, views name it, tests compare it.
#pragma once

#include <array>
#include <string_view>
#include <variant>
#include <vector>

#include "kernels/activation.hpp"
#include "kernels/batch_norm2d.hpp"
#include "kernels/conv2d.hpp"
#include "kernels/copy.hpp"
#include "kernels/dropout.hpp"
#include "kernels/linear.hpp"
#include "kernels/loss.hpp"
#include "kernels/optimizer.hpp"
#include "kernels/pad2d.hpp"
#include "kernels/pool2d.hpp"
#include "kernels/softmax.hpp"

namespace convolab {

// Every entry of kernels.inc, in its order.
enum class Kernel {
#define CONVOLAB_KERNEL(name, Args) name,
#include "kernels/kernels.inc"
#undef CONVOLAB_KERNEL
};

inline constexpr std::array kernel_names = {
#define CONVOLAB_KERNEL(name, Args) std::string_view(#name),
#include "kernels/kernels.inc"
#undef CONVOLAB_KERNEL
};
inline constexpr std::size_t kernel_count = kernel_names.size();

inline std::string_view kernel_name(Kernel kernel) {
  return kernel_names[static_cast<std::size_t>(kernel)];
}

using KernelArgs =
    std::variant<Pad2dArgs, Conv2dArgs, LinearArgs, MaxPool2dArgs, AvgPool2dArgs,
                 AdaptiveAvgPool2dArgs, ActivationArgs, SoftmaxArgs, BatchNorm2dArgs, DropoutArgs,
                 CopyArgs, CrossEntropyArgs, MseArgs, MetricsArgs, SgdArgs, RmsPropArgs, AdamArgs>;

enum class Phase { forward, loss, backward, update };
std::string_view phase_name(Phase phase);

// A buffer's number in its plan; none where an optional operand is absent.
using BufferId = int;
inline constexpr BufferId no_buffer = -1;

struct Step {
  Kernel kernel = Kernel::copy;
  KernelArgs args;
  std::vector<BufferId> reads;  // in the order of the kernel's parameters
  std::vector<BufferId>
      writes;      // likewise; a buffer that is also read back (an optimiser's) is here
  int layer = -1;  // index into the graph's layers; -1 for the loss
  Phase phase = Phase::forward;
  int fused = -1;  // another layer whose work in this phase the step does too, or -1
};

// The largest number of operands (reads and writes together) a kernel has.
inline constexpr std::size_t max_operands = 12;

}  // namespace convolab
