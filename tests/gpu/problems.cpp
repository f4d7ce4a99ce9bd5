#include "gpu/problems.hpp"

namespace convolab::testing {

std::vector<Problem> gpu_problems() {
  std::vector<Problem> all = all_problems();
  // More workgroups than a grid has in one dimension.
  all.push_back(batch_norm2d_problem("more_channels_than_a_grid_is_wide",
                                     {.channels = 65600, .inner = 2}, true, true, true));
  // Products that fill several tiles of 64×64, and a little of more; sums in several parts.
  const auto conv = [&](const char* name, const Conv2dArgs& a) {
    all.push_back(conv2d_problem(name, a));
  };
  conv("several_tiles", {.batch = 5,
                         .in_channels = 71,
                         .in_h = 6,
                         .in_w = 7,
                         .out_channels = 67,
                         .kernel_h = 2,
                         .kernel_w = 2});
  conv("several_parts", {.batch = 7,
                         .in_channels = 3,
                         .in_h = 27,
                         .in_w = 25,
                         .out_channels = 5,
                         .kernel_h = 3,
                         .kernel_w = 3,
                         .stride_h = 1,
                         .stride_w = 1});
  conv("groups_in_parts", {.batch = 16,
                           .in_channels = 6,
                           .in_h = 18,
                           .in_w = 19,
                           .out_channels = 9,
                           .kernel_h = 2,
                           .kernel_w = 3,
                           .stride_h = 1,
                           .stride_w = 2,
                           .dilation_h = 2,
                           .groups = 3});
  all.push_back(linear_problem(3, 2500, 67));
  all.push_back(linear_problem(1, 4096, 10));
  return all;
}

}  // namespace convolab::testing
