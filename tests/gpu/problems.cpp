#include "gpu/problems.hpp"

namespace convolab::testing {

std::vector<Problem> gpu_problems() {
  std::vector<Problem> all = all_problems();
  // More workgroups than a grid has in one dimension.
  constexpr std::int64_t large = 65535 * 64 + 77;
  Problem copy;
  copy.name = "copy_beyond_one_dimension_of_the_grid";
  copy.buffers = {{"x", large, Fill::positive}, {"y", large}};
  copy.calls = {{Kernel::copy, CopyArgs{.elements = large}, {"x"}, {"y"}}};
  all.push_back(copy);
  return all;
}

}  // namespace convolab::testing
