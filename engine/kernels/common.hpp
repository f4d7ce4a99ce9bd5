// What every kernel shares.
//
// Layout: a plan keeps a batch with the image index innermost, (C, H, W, N). A row of pixels of a
// whole batch is then one contiguous run, so the same vector loops serve every image size and every
// batch size, flatten costs nothing, and a single image (N = 1) has PyTorch's order unchanged.
//
// Convention: void kernel([const RunContext&,] const Args&, reads..., writes...); pointers in the
// order in which the step lists its buffers; an optional buffer that is absent is nullptr.
// Kernels allocate nothing and keep no state. Gradients are named d_x; Write tells whether they
// replace what the buffer held or add to it.
#pragma once

#include <cstdint>

namespace convolab {

class ThreadPool;

enum class Write { overwrite, accumulate };

// What changes from run to run of the same plan.
struct RunContext {
  ThreadPool* pool = nullptr;  // never null while a plan runs
  float* scratch = nullptr;    // as many floats as the backend asked for this step
  float learning_rate = 0.0f;  // of this training step
  std::uint64_t step = 0;      // training steps finished before this one
  std::uint64_t seed = 0;      // of the run; keys dropout masks
};

}  // namespace convolab
