#include "gpu_access.hpp"

#include <emscripten/bind.h>

#include <memory>
#include <vector>

#include "gpu.hpp"

namespace convolab {
namespace {

// What JavaScript has opened; the last is in use, unless that is none. They are never taken down:
// sessions may still hold what they have allocated there.
std::vector<std::unique_ptr<gpu::Device>>* gpus = new std::vector<std::unique_ptr<gpu::Device>>;

// A GpuDevice of web/src/engine/gpu-device.mjs, or null when it is of no more use.
void use_gpu(const emscripten::val& device) {
  gpus->push_back(device.isNull() ? nullptr : gpu_device(device));
}

}  // namespace

gpu::Access gpu_in_use() {
  return {gpus->empty() ? nullptr : gpus->back().get(), &gpu::program_of};
}

EMSCRIPTEN_BINDINGS(convolab_gpu_access) { emscripten::function("useGpu", &use_gpu); }

}  // namespace convolab
