// Device: all that the engine knows of a GPU. What answers is a few lines of JavaScript over
// navigator.gpu or Dawn (web/src/engine/gpu-device.mjs), and in native tests a fake.
//
// Buffers hold 4-byte elements. Commands run in the order they were given and nothing here ever
// waits: whether buffers could be had and pipelines compiled shows later, outside the engine, and
// read() answers by callback. Errors that come late are reported with the next answer.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace convolab::gpu {

using BufferHandle = std::uint32_t;
using RecordingHandle = std::uint32_t;

// Bound where an optional operand is absent; the shader never touches it.
inline constexpr BufferHandle no_handle = 0;

// One override constant of a shader. Names are literals.
struct Constant {
  std::string_view name;
  double value = 0;
};

// What a shader sees of a buffer: its first elements, so many that arrayLength() says; 0: all.
struct Binding {
  BufferHandle buffer = no_handle;
  std::int64_t elements = 0;
};

// One launch of a shader: shaders/<shader>.wgsl, one of its entry points, specialised by constants
// (those that the shader does not declare are left out), with x·y·z workgroups. Binding k of the
// shader's group 0 is bindings[k].
struct Dispatch {
  std::string_view shader, entry_point;
  std::vector<Constant> constants;
  std::vector<Binding> bindings;
  std::uint32_t x = 1, y = 1, z = 1;
};

// The numbers that change from run to run of a recording: a uniform of the shaders that ask for it
// (group 1). The rates are Adam's (kernels/optimizer.hpp), which need doubles to be computed.
struct RunValues {
  float learning_rate = 0.0f;
  float adam_rate = 0.0f, adam_root = 0.0f, adam_shrink = 1.0f;
  std::uint64_t step = 0, seed = 0;
};

struct Limits {
  std::int64_t buffer_bytes = 128 << 20;  // of one buffer
  std::uint32_t workgroups = 65535;       // in each dimension of a dispatch
  std::uint32_t storage_buffers = 8;      // bound at once
  bool software = false;  // a CPU plays the GPU: barriers and shared memory cost more
  // How many invocations a subgroup has, where shaders are to use them; 0: they are not.
  std::uint32_t subgroup = 0;
};

using ReadCallback = std::function<void(Expected<std::span<const float>>)>;

class Device {
 public:
  virtual ~Device() = default;

  virtual std::string name() const = 0;  // the adapter's
  virtual Limits limits() const = 0;

  // A buffer of zeros. Errors: more elements than limits().buffer_bytes.
  virtual Expected<BufferHandle> create(std::int64_t elements) = 0;
  virtual void destroy(BufferHandle buffer) = 0;
  // The first data.size() elements. Integers travel as the floats of their bits.
  virtual void write(BufferHandle buffer, std::span<const float> data) = 0;

  // Dispatches to be run again and again, one after the other.
  virtual RecordingHandle record(std::span<const Dispatch> dispatches) = 0;
  virtual void forget(RecordingHandle recording) = 0;
  // One submission.
  virtual void run(RecordingHandle recording, const RunValues& values) = 0;

  // Everything the buffers hold now, one after the other; answers come in the order of asking.
  virtual void read(std::span<const BufferHandle> buffers, ReadCallback done) = 0;
};

}  // namespace convolab::gpu
