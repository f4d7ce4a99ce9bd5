#include "gpu/program_writer.hpp"

#include <algorithm>
#include <utility>

namespace convolab::gpu {

// How many invocations a workgroup of an elementwise shader has, as common.wgsl says.
static constexpr std::int64_t flat_size = 256;

ProgramWriter::ProgramWriter(const Step& step, const Limits& limits)
    : step_(&step), limits_(&limits), constants_(constants_of(step.args)) {
  for (const auto* ids : {&step.reads, &step.writes})
    for (const BufferId id : *ids) {
      if (id == no_buffer) absent_ |= 1u << operands_;
      ++operands_;
    }
  constant("absent", absent_);
}

void ProgramWriter::constant(std::string_view name, double value) {
  constants_.push_back({name, value});
}

void ProgramWriter::launch(std::string_view shader, std::string_view entry_point,
                           std::initializer_list<int> bindings, std::int64_t x, std::int64_t y,
                           std::int64_t z) {
  too_large_ |= std::max({x, y, z}) > limits_->workgroups;
  KernelDispatch& dispatch = program_.dispatches.emplace_back();
  dispatch.shader = shader;
  dispatch.entry_point = entry_point;
  dispatch.constants = constants_;
  dispatch.bindings = bindings;
  if (dispatch.bindings.empty())
    for (int k = 0; k < operands_; ++k) dispatch.bindings.push_back(k);
  dispatch.x = static_cast<std::uint32_t>(x);
  dispatch.y = static_cast<std::uint32_t>(y);
  dispatch.z = static_cast<std::uint32_t>(z);
}

void ProgramWriter::for_each_group(std::string_view shader, std::string_view entry_point,
                                   std::int64_t groups, std::int64_t z,
                                   std::initializer_list<int> bindings) {
  const std::int64_t x = std::min<std::int64_t>(groups, limits_->workgroups);
  launch(shader, entry_point, bindings, x, divided_up(groups, x), z);
}

void ProgramWriter::for_each_team(std::string_view shader, std::string_view entry_point,
                                  std::int64_t groups) {
  const std::uint32_t alone = limits_->software ? 4 : 64;  // 4: one vector of that CPU
  constant("team", limits_->subgroup > 0 ? limits_->subgroup : alone);
  for_each_group(shader, entry_point, groups);
}

void ProgramWriter::for_each(std::string_view shader, std::string_view entry_point,
                             std::int64_t elements, std::initializer_list<int> bindings) {
  for_each_group(shader, entry_point, divided_up(elements, flat_size), 1, bindings);
}

void ProgramWriter::scratch(std::int64_t elements) {
  program_.scratch = std::max(program_.scratch, elements);
}

Expected<Program> ProgramWriter::finish() && {
  const std::string kernel(kernel_name(step_->kernel));
  if (program_.dispatches.empty())
    return fail(ErrorCode::unsupported, kernel, "there is no shader for this kernel");
  if (too_large_ || program_.scratch * 4 > limits_->buffer_bytes)
    return fail(ErrorCode::unsupported, kernel,
                "the step is larger than this GPU allows; use a smaller batch or network");
  return std::move(program_);
}

}  // namespace convolab::gpu
