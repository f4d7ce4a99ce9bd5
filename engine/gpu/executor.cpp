#include "gpu/executor.hpp"

#include <algorithm>

#include "kernels/optimizer.hpp"

namespace convolab::gpu {

Buffers::~Buffers() {
  for (const BufferHandle handle : handles_) device_->destroy(handle);
}

Expected<BufferHandle> Buffers::create(std::int64_t elements) {
  const auto made = device_->create(elements);
  if (made) handles_.push_back(*made);
  return made;
}

// --- parameters and the optimiser's memory ---

Expected<StateBuffers> StateBuffers::create(const Graph& graph, const ModelState& state,
                                            Device& device) {
  StateBuffers out(device);
  out.slots_.resize(static_cast<std::size_t>(state.slots()));
  for (std::size_t i = 0; i < graph.parameters().size(); ++i) {
    const Parameter& p = graph.parameters()[i];
    const auto add = [&](std::vector<BufferHandle>& to, const std::string& name) -> Status {
      const auto made = out.buffers_.create(p.shape.elements());
      if (!made) return fail(made.error().code, name, made.error().message);
      to.push_back(*made);
      return {};
    };
    if (auto status = add(out.parameters_, p.name); !status) return tl::unexpected(status.error());
    for (auto& slot : out.slots_) {
      if (!p.trainable())
        slot.push_back(no_slot);
      else if (auto status = add(slot, p.name); !status)
        return tl::unexpected(status.error());
    }
  }
  return out;
}

template <class Each>
void StateBuffers::for_each(Each each) const {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    each(parameters_[i], static_cast<int>(i), -1);
    for (std::size_t s = 0; s < slots_.size(); ++s)
      if (slots_[s][i] != no_slot) each(slots_[s][i], static_cast<int>(i), static_cast<int>(s));
  }
}

void StateBuffers::push(const ModelState& state) {
  for_each([&](BufferHandle handle, int i, int slot) {
    device_->write(handle, slot < 0 ? state.values(i) : state.slot(i, slot));
  });
}

void StateBuffers::read(ReadCallback done) const {
  // In the order of their making, which is for_each's.
  device_->read(buffers_.handles(), std::move(done));
}

void StateBuffers::unpack(std::span<const float> all, ModelState& state) const {
  for_each([&](BufferHandle, int i, int slot) {
    const auto to = slot < 0 ? state.values(i) : state.slot(i, slot);
    std::copy_n(all.begin(), to.size(), to.begin());
    all = all.subspan(to.size());
  });
}

// --- a plan ---

Executor::Executor(Executor&& other) noexcept
    : plan_(std::move(other.plan_)),
      device_(other.device_),
      own_(std::move(other.own_)),
      handles_(std::move(other.handles_)),
      recording_(std::exchange(other.recording_, std::nullopt)) {}

Executor::~Executor() {
  if (recording_) device_->forget(*recording_);
}

Expected<Executor> Executor::create(Plan plan, const StateBuffers& state, const Access& gpu) {
  Executor out(std::move(plan), *gpu.device);
  if (auto status = out.lay_out(state); !status) return tl::unexpected(status.error());
  if (auto status = out.record(gpu.program); !status) return tl::unexpected(status.error());
  return out;
}

Status Executor::lay_out(const StateBuffers& state) {
  handles_.resize(plan_.buffers.size());
  std::vector<std::size_t> own;  // the largest first
  const auto larger = [&](std::size_t a, std::size_t b) {
    return plan_.buffers[a].elements > plan_.buffers[b].elements;
  };
  for (std::size_t i = 0; i < plan_.buffers.size(); ++i) {
    const Buffer& buffer = plan_.buffers[i];
    if (buffer.role == BufferRole::parameter)
      handles_[i] = state.parameter(buffer.parameter);
    else if (buffer.role == BufferRole::optimizer)
      handles_[i] = state.slot(buffer.parameter, buffer.slot);
    else
      own.insert(std::upper_bound(own.begin(), own.end(), i, larger), i);
  }
  return share(own);
}

// Each of these buffers of the plan takes the first buffer on the device whose
// takers so far are not alive when it is; what is read here, the metrics, has its own. (Not parts
// of one large buffer, as in the plan's arena: what a step reads may not be bound beside what it
// writes.)
Status Executor::share(std::span<const std::size_t> own) {
  struct Room {
    BufferHandle handle;
    std::vector<std::size_t> takers;
  };
  std::vector<Room> rooms;
  for (const std::size_t i : own) {
    const Buffer& buffer = plan_.buffers[i];
    const auto apart = [&](std::size_t other) {
      const Buffer& taker = plan_.buffers[other];
      if (taker.role == BufferRole::loss || buffer.role == BufferRole::loss) return false;
      return taker.last < buffer.first || taker.first > buffer.last;
    };
    auto room = std::find_if(rooms.begin(), rooms.end(), [&](const Room& each) {
      return std::all_of(each.takers.begin(), each.takers.end(), apart);
    });
    if (room == rooms.end()) {
      const auto made = own_.create(buffer.elements);
      if (!made) return fail(made.error().code, buffer.name, made.error().message);
      room = rooms.insert(rooms.end(), Room{*made, {}});
    }
    room->takers.push_back(i);
    handles_[i] = room->handle;
  }
  return {};
}

Status Executor::record(MakeProgram make) {
  const Limits limits = device_->limits();
  std::vector<Program> programs;
  std::int64_t scratch = 0;
  for (const Step& step : plan_.steps) {
    auto program = make(step, limits);
    if (!program) return tl::unexpected(program.error());
    scratch = std::max(scratch, program->scratch);
    programs.push_back(*std::move(program));
  }
  BufferHandle scratch_handle = no_handle;
  if (scratch > 0) {
    const auto made = own_.create(scratch);
    if (!made) return fail(made.error().code, "scratch", made.error().message);
    scratch_handle = *made;
  }
  std::vector<Dispatch> dispatches;
  for (std::size_t s = 0; s < programs.size(); ++s) {
    std::vector<BufferId> operands = plan_.steps[s].reads;
    const auto& writes = plan_.steps[s].writes;
    operands.insert(operands.end(), writes.begin(), writes.end());
    const auto bound = [&](int binding) -> Binding {
      if (binding == scratch_binding) return {scratch_handle};
      const BufferId id = operands[static_cast<std::size_t>(binding)];
      if (id == no_buffer) return {};
      return {handles_[static_cast<std::size_t>(id)], plan_.buffer(id).elements};
    };
    for (KernelDispatch& each : programs[s].dispatches) {
      std::vector<Binding> bindings(each.bindings.size());
      std::transform(each.bindings.begin(), each.bindings.end(), bindings.begin(), bound);
      dispatches.push_back({each.shader, each.entry_point, std::move(each.constants),
                            std::move(bindings), each.x, each.y, each.z});
    }
  }
  recording_ = device_->record(dispatches);
  return {};
}

void Executor::write(BufferId id, std::span<const float> data) {
  device_->write(handles_[static_cast<std::size_t>(id)], data);
}

void Executor::write_labels(std::span<const std::int32_t> labels) {
  // The device copies bits.
  const auto* bits = static_cast<const float*>(static_cast<const void*>(labels.data()));
  write(plan_.labels, {bits, labels.size()});
}

void Executor::read(BufferId id, ReadCallback done) const {
  const BufferHandle handle = handles_[static_cast<std::size_t>(id)];
  device_->read({&handle, 1}, std::move(done));
}

// Adam's rates need double precision, which a GPU lacks; all parameters of a plan share them.
RunValues Executor::values(const RunSettings& settings) const {
  RunValues out;
  out.learning_rate = settings.learning_rate;
  out.step = settings.step;
  out.seed = settings.seed;
  for (const Step& step : plan_.steps) {
    const auto* adam = std::get_if<AdamArgs>(&step.args);
    if (!adam) continue;
    RunContext context;
    context.learning_rate = settings.learning_rate;
    context.step = settings.step;
    const AdamRates rates = adam_rates(context, *adam);
    out.adam_rate = static_cast<float>(rates.rate);
    out.adam_root = static_cast<float>(rates.root);
    out.adam_shrink = static_cast<float>(rates.shrink);
    break;
  }
  return out;
}

void Executor::run(const RunSettings& settings) { device_->run(*recording_, values(settings)); }

}  // namespace convolab::gpu
