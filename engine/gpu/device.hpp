// Device: all that the engine will know of a GPU. A backend that runs plans on one is written
// against these five verbs; what answers them (a few lines of JavaScript over navigator.gpu or
// Dawn) lives outside the engine. There is no implementation in this version, and nothing that
// claims to be one.
//
// Buffers hold 4-byte elements. Commands run in the order they were given; read() is the only one
// that waits for the GPU, and it waits by callback, never by blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace convolab::gpu {

using BufferHandle = std::uint32_t;
using PipelineHandle = std::uint32_t;

// One override constant of a shader.
struct Constant {
  std::string_view name;
  double value = 0;
};

class Device {
 public:
  virtual ~Device() = default;

  virtual std::string name() const = 0;  // the adapter's

  // A buffer of zeros. Errors: the adapter's size limit, or no memory.
  virtual Expected<BufferHandle> create(std::int64_t elements) = 0;
  // The pipeline of a shader in shaders/ and one of its entry points.
  virtual Expected<PipelineHandle> create_pipeline(std::string_view shader,
                                                   std::string_view entry_point,
                                                   std::span<const Constant> constants) = 0;
  virtual void write(BufferHandle buffer, std::span<const float> data) = 0;
  // Bindings in the order of the kernel's operands; workgroups in x, y, z.
  virtual void run(PipelineHandle pipeline, std::span<const BufferHandle> bindings, std::uint32_t x,
                   std::uint32_t y, std::uint32_t z) = 0;
  virtual void read(BufferHandle buffer,
                    std::function<void(Expected<std::span<const float>>)> done) = 0;
  virtual void destroy(BufferHandle buffer) = 0;
};

}  // namespace convolab::gpu
