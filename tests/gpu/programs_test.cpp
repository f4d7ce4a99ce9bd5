// What needs no GPU to be tested of engine/gpu/programs.hpp.
#include "gpu/programs.hpp"

#include <gtest/gtest.h>

#include <set>

#include "gpu/problems.hpp"

namespace convolab::testing {
namespace {

Step step_of(const Call& call) {
  Step step;
  step.kernel = call.kernel;
  step.args = call.args;
  for (const std::string& name : call.reads) step.reads.push_back(name.empty() ? no_buffer : 0);
  for (const std::string& name : call.writes) step.writes.push_back(name.empty() ? no_buffer : 0);
  return step;
}

TEST(GpuPrograms, EveryKernelHasOne) {
  std::set<Kernel> covered;
  for (const Problem& problem : gpu_problems())
    for (const Call& call : problem.calls)
      if (gpu::program_of(step_of(call), {})) covered.insert(call.kernel);
  for (std::size_t k = 0; k < kernel_count; ++k)
    EXPECT_TRUE(covered.contains(static_cast<Kernel>(k)))
        << kernel_names[k] << " has no shader: see engine/gpu/programs.cpp and shaders/";
}

void expect_within_limits(const gpu::Limits& limits) {
  for (const Problem& problem : gpu_problems())
    for (const Call& call : problem.calls) {
      const auto program = gpu::program_of(step_of(call), limits);
      ASSERT_TRUE(program.has_value()) << program.error().text();
      for (const gpu::KernelDispatch& each : program->dispatches) {
        EXPECT_LE(each.bindings.size(), limits.storage_buffers) << problem.name;
        for (const std::uint32_t groups : {each.x, each.y, each.z}) {
          EXPECT_GE(groups, 1u) << problem.name << ", " << kernel_name(call.kernel);
          EXPECT_LE(groups, limits.workgroups) << problem.name << ", " << kernel_name(call.kernel);
        }
        for (const int binding : each.bindings)
          if (binding == gpu::scratch_binding) {
            EXPECT_GT(program->scratch, 0) << problem.name << ", " << kernel_name(call.kernel);
          }
      }
    }
}

TEST(GpuPrograms, StayWithinTheLimitsThatEveryAdapterHas) {
  expect_within_limits({});
  expect_within_limits({.software = true});
}

TEST(GpuPrograms, RefuseWhatIsLargerThanTheGpu) {
  Step step;
  step.kernel = Kernel::copy;
  step.reads = {0};
  step.writes = {1};
  step.args = CopyArgs{.elements = std::int64_t{65535} * 65535 * 256 + 1};
  const auto program = gpu::program_of(step, {});
  ASSERT_FALSE(program.has_value());
  EXPECT_NE(program.error().text().find("copy"), std::string::npos);
}

}  // namespace
}  // namespace convolab::testing
