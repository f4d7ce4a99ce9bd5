// Executor of plans on a GPU: buffers on the device for those of the plan, which share them where
// their lives do not overlap (PlanOptions::share_memory), and all steps recorded once, so that a
// run is one submission.
//
// What outlives a plan (parameters and the optimiser's memory) is in a StateBuffers that all plans
// of a run share, as they share a ModelState on the CPU.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "gpu/device.hpp"
#include "gpu/programs.hpp"
#include "model/executor.hpp"
#include "model/plan.hpp"
#include "model/state.hpp"

namespace convolab::gpu {

using MakeProgram = Expected<Program> (*)(const Step& step, const Limits& limits);

// A device, and what turns a plan's steps into its dispatches (program_of, unless it is a fake).
struct Access {
  Device* device = nullptr;
  MakeProgram program = nullptr;
};

// Buffers that are given back to the device when they are no longer needed.
class Buffers {
 public:
  explicit Buffers(Device& device) : device_(&device) {}
  Buffers(Buffers&& other) noexcept
      : device_(other.device_), handles_(std::exchange(other.handles_, {})) {}
  Buffers& operator=(Buffers&&) = delete;
  ~Buffers();

  Expected<BufferHandle> create(std::int64_t elements);
  std::span<const BufferHandle> handles() const { return handles_; }

 private:
  Device* device_;
  std::vector<BufferHandle> handles_;
};

class StateBuffers {
 public:
  // Zeros, with the state's number of optimiser slots.
  static Expected<StateBuffers> create(const Graph& graph, const ModelState& state, Device& device);

  void push(const ModelState& state);
  // Everything in one array, once all that was submitted before has run; for unpack().
  void read(ReadCallback done) const;
  void unpack(std::span<const float> all, ModelState& state) const;

  BufferHandle parameter(int i) const { return parameters_[static_cast<std::size_t>(i)]; }
  // Of an optimiser's plan; only trainable parameters have one.
  BufferHandle slot(int i, int slot) const {
    return slots_[static_cast<std::size_t>(slot)][static_cast<std::size_t>(i)];
  }

 private:
  static constexpr BufferHandle no_slot = ~BufferHandle{0};
  explicit StateBuffers(Device& device) : device_(&device), buffers_(device) {}
  // each(handle, parameter, slot or -1), in the order of their making
  template <class Each>
  void for_each(Each each) const;

  Device* device_;
  Buffers buffers_;
  std::vector<BufferHandle> parameters_;
  std::vector<std::vector<BufferHandle>> slots_;  // [slot][parameter], or no_slot
};

class Executor {
 public:
  // `state` and the device must outlive it. Errors: a kernel without a shader, a buffer that the
  // device refuses.
  static Expected<Executor> create(Plan plan, const StateBuffers& state, const Access& gpu);
  Executor(Executor&& other) noexcept;
  Executor& operator=(Executor&&) = delete;
  ~Executor();

  const Plan& plan() const { return plan_; }
  void write(BufferId id, std::span<const float> data);
  void write_labels(std::span<const std::int32_t> labels);
  void run(const RunSettings& settings);  // all steps, as one submission
  void read(BufferId id, ReadCallback done) const;

 private:
  Executor(Plan plan, Device& device) : plan_(std::move(plan)), device_(&device), own_(device) {}
  Status lay_out(const StateBuffers& state);
  Status share(std::span<const std::size_t> own);
  Status record(MakeProgram make);
  RunValues values(const RunSettings& settings) const;

  Plan plan_;
  Device* device_;
  Buffers own_;
  std::vector<BufferHandle> handles_;  // of every buffer of the plan
  std::optional<RecordingHandle> recording_;
};

}  // namespace convolab::gpu
