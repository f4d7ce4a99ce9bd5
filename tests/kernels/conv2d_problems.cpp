#include "kernels/problem.hpp"

namespace convolab::testing {

Problem conv2d_problem(std::string name, Conv2dArgs a, bool with_bias) {
  a.out_h = (a.in_h - a.dilation_h * (a.kernel_h - 1) - 1) / a.stride_h + 1;
  a.out_w = (a.in_w - a.dilation_w * (a.kernel_w - 1) - 1) / a.stride_w + 1;
  const std::int64_t x = std::int64_t{a.in_channels} * a.in_h * a.in_w * a.batch;
  const std::int64_t y = std::int64_t{a.out_channels} * a.out_h * a.out_w * a.batch;
  const std::int64_t weight =
      std::int64_t{a.out_channels} * (a.in_channels / a.groups) * a.kernel_h * a.kernel_w;
  Problem p;
  p.name = "conv2d_" + std::move(name);
  p.sum_of_products = true;
  p.buffers = {{"x", x, Fill::normal},
               {"weight", weight, Fill::normal},
               {"bias", a.out_channels, Fill::normal},
               {"y", y},
               {"d_y", y, Fill::normal},
               {"d_x", x},
               {"d_weight", weight},
               {"d_bias", a.out_channels}};
  p.calls = {{Kernel::conv2d_forward, a, {"x", "weight", with_bias ? "bias" : ""}, {"y"}},
             {Kernel::conv2d_backward_input, a, {"d_y", "weight"}, {"d_x"}},
             {Kernel::conv2d_backward_weight, a, {"x", "d_y"}, {"d_weight"}},
             {Kernel::conv2d_backward_bias, a, {"d_y"}, {"d_bias"}}};
  p.objective = {{"y", "d_y"}};
  p.variables = {"x", "weight"};
  if (with_bias) p.variables.emplace_back("bias");
  return p;
}

namespace {

// The same with an activation in the forward step, whose gradient is a step of its own.
Problem activated_problem(std::string name, Conv2dArgs a, Activation kind) {
  a.activation = kind;
  a.negative_slope = 0.125f;
  Problem p = conv2d_problem(std::move(name), a);
  const std::int64_t y = p.buffers[3].elements;
  p.buffers.push_back({"d_sum", y});
  for (Call& call : p.calls)
    for (std::string& read : call.reads)
      if (read == "d_y") read = "d_sum";
  const ActivationArgs activation = {.elements = y, .kind = kind, .negative_slope = 0.125f};
  p.calls.insert(p.calls.begin() + 1,
                 {Kernel::activation_backward, activation, {"y", "d_y"}, {"d_sum"}});
  // tanh and sigmoid flatten, so that their value says little of the magnitude of the terms.
  if (kind == Activation::tanh || kind == Activation::sigmoid) {
    p.sum_of_products = false;
    p.tolerance = 1e-5;
  }
  return p;
}

}  // namespace

std::vector<Problem> conv2d_problems() {
  std::vector<Problem> all;
  const auto add = [&](const char* name, const Conv2dArgs& a, bool with_bias = true) {
    all.push_back(conv2d_problem(name, a, with_bias));
  };
  for (const int batch : {1, 2, 3, 5, 8, 13, 64})
    all.push_back(conv2d_problem("batch_" + std::to_string(batch), {.batch = batch,
                                                                    .in_channels = 3,
                                                                    .in_h = 7,
                                                                    .in_w = 6,
                                                                    .out_channels = 6,
                                                                    .kernel_h = 3,
                                                                    .kernel_w = 2}));
  for (const int channels : {1, 2, 3, 4, 5, 7, 9, 13})
    all.push_back(conv2d_problem("channels_" + std::to_string(channels), {.batch = 3,
                                                                          .in_channels = channels,
                                                                          .in_h = 5,
                                                                          .in_w = 5,
                                                                          .out_channels = channels,
                                                                          .kernel_h = 3,
                                                                          .kernel_w = 3}));
  add("one_pixel", {.in_channels = 3, .out_channels = 5});
  add("without_bias",
      {.batch = 4, .in_h = 6, .in_w = 6, .out_channels = 4, .kernel_h = 3, .kernel_w = 3}, false);
  add("whole_image", {.batch = 5,
                      .in_channels = 2,
                      .in_h = 4,
                      .in_w = 3,
                      .out_channels = 7,
                      .kernel_h = 4,
                      .kernel_w = 3});
  add("pointwise", {.batch = 6, .in_channels = 13, .in_h = 3, .in_w = 4, .out_channels = 9});
  add("long_row",
      {.batch = 1, .in_h = 3, .in_w = 127, .out_channels = 3, .kernel_h = 2, .kernel_w = 5});
  add("tall_column",
      {.batch = 2, .in_h = 127, .in_w = 3, .out_channels = 2, .kernel_h = 5, .kernel_w = 1});
  add("many_taps", {.batch = 9,
                    .in_channels = 17,
                    .in_h = 4,
                    .in_w = 4,
                    .out_channels = 6,
                    .kernel_h = 3,
                    .kernel_w = 3});
  add("long_runs", {.batch = 64,
                    .in_channels = 1,
                    .in_h = 4,
                    .in_w = 18,
                    .out_channels = 5,
                    .kernel_h = 3,
                    .kernel_w = 3});
  // Strides that do and do not divide, larger than the kernel, one-sided.
  add("stride_2", {.batch = 3,
                   .in_channels = 2,
                   .in_h = 9,
                   .in_w = 9,
                   .out_channels = 4,
                   .kernel_h = 3,
                   .kernel_w = 3,
                   .stride_h = 2,
                   .stride_w = 2});
  add("stride_2_left_over", {.batch = 8,
                             .in_channels = 2,
                             .in_h = 8,
                             .in_w = 10,
                             .out_channels = 3,
                             .kernel_h = 3,
                             .kernel_w = 3,
                             .stride_h = 2,
                             .stride_w = 2});
  add("stride_3_of_2", {.batch = 5,
                        .in_channels = 2,
                        .in_h = 10,
                        .in_w = 11,
                        .out_channels = 3,
                        .kernel_h = 2,
                        .kernel_w = 2,
                        .stride_h = 3,
                        .stride_w = 3});
  add("stride_down_only", {.batch = 2,
                           .in_channels = 3,
                           .in_h = 9,
                           .in_w = 6,
                           .out_channels = 2,
                           .kernel_h = 3,
                           .kernel_w = 3,
                           .stride_h = 2});
  add("stride_across_only", {.batch = 1,
                             .in_channels = 3,
                             .in_h = 5,
                             .in_w = 13,
                             .out_channels = 2,
                             .kernel_h = 3,
                             .kernel_w = 3,
                             .stride_w = 2});
  add("stride_beyond_image", {.batch = 2,
                              .in_h = 3,
                              .in_w = 3,
                              .out_channels = 2,
                              .kernel_h = 2,
                              .kernel_w = 2,
                              .stride_h = 5,
                              .stride_w = 7});
  // Dilation, alone and with strides that share a divisor with it or do not.
  add("dilation_2", {.batch = 3,
                     .in_channels = 2,
                     .in_h = 8,
                     .in_w = 9,
                     .out_channels = 3,
                     .kernel_h = 3,
                     .kernel_w = 3,
                     .dilation_h = 2,
                     .dilation_w = 2});
  add("dilation_3_by_1", {.batch = 4,
                          .in_channels = 2,
                          .in_h = 9,
                          .in_w = 5,
                          .out_channels = 3,
                          .kernel_h = 3,
                          .kernel_w = 2,
                          .dilation_h = 3});
  add("dilation_2_stride_2", {.batch = 3,
                              .in_channels = 2,
                              .in_h = 9,
                              .in_w = 10,
                              .out_channels = 3,
                              .kernel_h = 3,
                              .kernel_w = 3,
                              .stride_h = 2,
                              .stride_w = 2,
                              .dilation_h = 2,
                              .dilation_w = 2});
  add("dilation_3_stride_2", {.batch = 2,
                              .in_channels = 2,
                              .in_h = 11,
                              .in_w = 12,
                              .out_channels = 3,
                              .kernel_h = 3,
                              .kernel_w = 3,
                              .stride_h = 2,
                              .stride_w = 2,
                              .dilation_h = 3,
                              .dilation_w = 3});
  add("dilation_2_stride_3", {.batch = 8,
                              .in_channels = 1,
                              .in_h = 11,
                              .in_w = 12,
                              .out_channels = 4,
                              .kernel_h = 4,
                              .kernel_w = 3,
                              .stride_h = 3,
                              .stride_w = 3,
                              .dilation_h = 2,
                              .dilation_w = 2});
  // Groups, up to one per channel.
  add("groups_2", {.batch = 3,
                   .in_channels = 4,
                   .in_h = 5,
                   .in_w = 5,
                   .out_channels = 6,
                   .kernel_h = 3,
                   .kernel_w = 3,
                   .groups = 2});
  add("depthwise", {.batch = 5,
                    .in_channels = 6,
                    .in_h = 6,
                    .in_w = 7,
                    .out_channels = 6,
                    .kernel_h = 3,
                    .kernel_w = 3,
                    .groups = 6});
  add("depthwise_times_2_stride_2", {.batch = 2,
                                     .in_channels = 3,
                                     .in_h = 7,
                                     .in_w = 7,
                                     .out_channels = 6,
                                     .kernel_h = 3,
                                     .kernel_w = 3,
                                     .stride_h = 2,
                                     .stride_w = 2,
                                     .groups = 3});
  // Depthwise rows that do and do not fill vectors, kernels of more taps than registers hold, more
  // than one output per input, strides and dilation that share a divisor or not.
  for (const int batch : {1, 3, 16})
    for (const int kernel : {1, 2, 5})
      for (const int stride : {1, 2})
        all.push_back(conv2d_problem("depthwise_" + std::to_string(kernel) + "_stride_" +
                                         std::to_string(stride) + "_batch_" + std::to_string(batch),
                                     {.batch = batch,
                                      .in_channels = 5,
                                      .in_h = 9,
                                      .in_w = 13,
                                      .out_channels = kernel == 5 ? 5 : 10,
                                      .kernel_h = kernel,
                                      .kernel_w = kernel,
                                      .stride_h = stride,
                                      .stride_w = stride,
                                      .groups = 5}));
  add("depthwise_dilated", {.batch = 4,
                            .in_channels = 9,
                            .in_h = 12,
                            .in_w = 11,
                            .out_channels = 18,
                            .kernel_h = 3,
                            .kernel_w = 4,
                            .stride_h = 3,
                            .stride_w = 2,
                            .dilation_h = 2,
                            .dilation_w = 3,
                            .groups = 9});
  add("depthwise_stride_beyond_kernel", {.batch = 2,
                                         .in_channels = 3,
                                         .in_h = 11,
                                         .in_w = 11,
                                         .out_channels = 3,
                                         .kernel_h = 2,
                                         .kernel_w = 2,
                                         .stride_h = 3,
                                         .stride_w = 4,
                                         .groups = 3});
  // One image, wide enough to be met without the stride across.
  const struct {
    int in_h, in_w, outputs, kernel_h, kernel_w, stride_h, stride_w, dilation_w;
  } wide[] = {{7, 37, 1, 3, 3, 2, 2, 1}, {8, 38, 2, 3, 3, 3, 3, 1}, {5, 55, 1, 2, 5, 1, 4, 1},
              {9, 70, 1, 1, 3, 4, 3, 2}, {6, 17, 2, 3, 1, 2, 4, 1}, {4, 81, 1, 3, 2, 1, 2, 3}};
  for (const auto& w : wide)
    all.push_back(conv2d_problem(
        "depthwise_wide_" + std::to_string(w.in_w) + "_stride_" + std::to_string(w.stride_w),
        {.in_channels = 3,
         .in_h = w.in_h,
         .in_w = w.in_w,
         .out_channels = 3 * w.outputs,
         .kernel_h = w.kernel_h,
         .kernel_w = w.kernel_w,
         .stride_h = w.stride_h,
         .stride_w = w.stride_w,
         .dilation_w = w.dilation_w,
         .groups = 3}));
  // 1×1 as one row: strides, and channels that alias in the cache.
  add("pointwise_stride_2", {.batch = 1,
                             .in_channels = 10,
                             .in_h = 9,
                             .in_w = 7,
                             .out_channels = 6,
                             .stride_h = 2,
                             .stride_w = 2});
  add("pointwise_stride_3_down",
      {.batch = 3, .in_channels = 4, .in_h = 8, .in_w = 5, .out_channels = 7, .stride_h = 3});
  add("pointwise_in_the_way",
      {.batch = 4, .in_channels = 12, .in_h = 8, .in_w = 8, .out_channels = 5});
  add("columns_in_the_way", {.batch = 16,
                             .in_channels = 9,
                             .in_h = 4,
                             .in_w = 4,
                             .out_channels = 5,
                             .kernel_h = 2,
                             .kernel_w = 2});
  // Batches wide enough that columns near the edge of the input's gradient are done by themselves:
  // kernels wider than y, strides, dilation, and channels a multiple of 1 KiB apart.
  add("edges_kernel_wider_than_y", {.batch = 17,
                                    .in_channels = 3,
                                    .in_h = 5,
                                    .in_w = 5,
                                    .out_channels = 4,
                                    .kernel_h = 4,
                                    .kernel_w = 4});
  add("edges_stride_2_dilation_3", {.batch = 16,
                                    .in_channels = 2,
                                    .in_h = 10,
                                    .in_w = 12,
                                    .out_channels = 3,
                                    .kernel_h = 3,
                                    .kernel_w = 3,
                                    .stride_h = 2,
                                    .stride_w = 2,
                                    .dilation_h = 3,
                                    .dilation_w = 3});
  add("edges_groups_stride_2", {.batch = 19,
                                .in_channels = 4,
                                .in_h = 7,
                                .in_w = 8,
                                .out_channels = 6,
                                .kernel_h = 3,
                                .kernel_w = 5,
                                .stride_h = 2,
                                .stride_w = 2,
                                .groups = 2});
  add("edges_channels_apart", {.batch = 16,
                               .in_channels = 5,
                               .in_h = 6,
                               .in_w = 6,
                               .out_channels = 9,
                               .kernel_h = 3,
                               .kernel_w = 3});
  // 3×3 with channels enough for Winograd's algorithm (winograd_test.cpp asks whether they are, on
  // every instruction set): batches that fill vectors, and those that do not, which take more
  // channels; pictures that tiles of 2×2 do and do not cover; more tiles than a block takes.
  const struct {
    int batch, channels, in_h, in_w;
  } small[] = {{1, 48, 13, 14}, {2, 48, 9, 10},  {3, 48, 8, 9},  {8, 48, 5, 6},
               {19, 48, 5, 6},  {16, 24, 9, 12}, {48, 24, 4, 4}, {64, 25, 7, 7}};
  for (const auto& [batch, channels, in_h, in_w] : small)
    all.push_back(
        conv2d_problem("tiles_batch_" + std::to_string(batch), {.batch = batch,
                                                                .in_channels = channels,
                                                                .in_h = in_h,
                                                                .in_w = in_w,
                                                                .out_channels = channels + 3,
                                                                .kernel_h = 3,
                                                                .kernel_w = 3}));
  add("tiles_wide",
      {.batch = 1,
       .in_channels = 51,
       .in_h = 4,
       .in_w = 95,
       .out_channels = 48,
       .kernel_h = 3,
       .kernel_w = 3},
      false);
  // The same with pictures large enough for tiles of 4×4, where blocks are dealt out to threads
  // (batch 16) and where one block's channels are. A corner of the input's gradient is a sum of few
  // terms in a tile of many, whose magnitudes it errs by (winograd_test.cpp has that bound).
  const struct {
    int batch, channels, in_h, in_w;
  } large[] = {{1, 49, 15, 47}, {3, 49, 13, 19}, {13, 49, 9, 11}, {16, 33, 7, 21}};
  for (const auto& [batch, channels, in_h, in_w] : large) {
    all.push_back(
        conv2d_problem("tiles_4x4_batch_" + std::to_string(batch), {.batch = batch,
                                                                    .in_channels = channels,
                                                                    .in_h = in_h,
                                                                    .in_w = in_w,
                                                                    .out_channels = channels + 1,
                                                                    .kernel_h = 3,
                                                                    .kernel_w = 3}));
    all.back().tolerance = 1e-5;
  }
  // Large enough to be shared among threads.
  add("threads", {.batch = 16,
                  .in_channels = 8,
                  .in_h = 12,
                  .in_w = 12,
                  .out_channels = 10,
                  .kernel_h = 3,
                  .kernel_w = 3});
  add("threads_few_rows", {.batch = 32,
                           .in_channels = 24,
                           .in_h = 3,
                           .in_w = 3,
                           .out_channels = 30,
                           .kernel_h = 2,
                           .kernel_w = 2});
  const std::pair<const char*, Activation> kinds[] = {{"relu", Activation::relu},
                                                      {"leaky_relu", Activation::leaky_relu},
                                                      {"tanh", Activation::tanh},
                                                      {"sigmoid", Activation::sigmoid}};
  for (const auto& [kind, activation] : kinds)
    for (const int batch : {1, 3, 13})
      all.push_back(activated_problem(std::string(kind) + "_batch_" + std::to_string(batch),
                                      {.batch = batch,
                                       .in_channels = 2,
                                       .in_h = 5,
                                       .in_w = 6,
                                       .out_channels = 5,
                                       .kernel_h = 2,
                                       .kernel_w = 3,
                                       .stride_w = 2},
                                      activation));
  return all;
}

}  // namespace convolab::testing
