// ProgramWriter: what the kernels' programs are put together with (private to engine/gpu).
#pragma once

#include <initializer_list>

#include "gpu/programs.hpp"

namespace convolab::gpu {

inline std::int64_t divided_up(std::int64_t n, std::int64_t by) { return (n + by - 1) / by; }

class ProgramWriter {
 public:
  ProgramWriter(const Step& step, const Limits& limits);

  const Limits& limits() const { return *limits_; }
  int operands() const { return operands_; }

  // A constant of the shaders, beside the fields of the step's args, from here on.
  void constant(std::string_view name, double value);
  // x·y·z workgroups. Bindings are operands of the step; none named: all of them, in order.
  void launch(std::string_view shader, std::string_view entry_point,
              std::initializer_list<int> bindings, std::int64_t x, std::int64_t y = 1,
              std::int64_t z = 1);
  // At least as many workgroups, x folded into y, z times.
  void for_each_group(std::string_view shader, std::string_view entry_point, std::int64_t groups,
                      std::int64_t z = 1, std::initializer_list<int> bindings = {});
  // The same, with workgroups that add up what their invocations find (sums.wgsl).
  void for_each_team(std::string_view shader, std::string_view entry_point, std::int64_t groups);
  // At least one invocation for each of the elements, as common.wgsl's flat() numbers them.
  void for_each(std::string_view shader, std::string_view entry_point, std::int64_t elements,
                std::initializer_list<int> bindings = {});
  // The program may use this many elements of scratch memory.
  void scratch(std::int64_t elements);

  Expected<Program> finish() &&;

 private:
  const Step* step_;
  const Limits* limits_;
  int operands_ = 0;
  unsigned absent_ = 0;
  std::vector<Constant> constants_;
  Program program_;
  bool too_large_ = false;
};

// The fields of a kernel's args by their names, Write as `accumulate`.
std::vector<Constant> constants_of(const KernelArgs& args);

}  // namespace convolab::gpu
