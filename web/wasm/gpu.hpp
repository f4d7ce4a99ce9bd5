// The engine's Device over a GpuDevice of web/src/engine/gpu-device.mjs.
#pragma once

#include <emscripten/val.h>

#include <memory>

#include "gpu/device.hpp"

namespace convolab {

std::unique_ptr<gpu::Device> gpu_device(emscripten::val device);

}  // namespace convolab
