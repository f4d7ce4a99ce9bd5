// pad2d and the pools.
#include "kernels/problem.hpp"

namespace convolab::testing {

namespace {

std::int64_t volume(int channels, int h, int w, int batch) {
  return std::int64_t{channels} * h * w * batch;
}

Problem pad2d_problem(std::string name, const Pad2dArgs& a) {
  const std::int64_t x = volume(a.channels, a.in_h, a.in_w, a.batch);
  const std::int64_t y = volume(a.channels, a.out_h(), a.out_w(), a.batch);
  Problem p;
  p.name = "pad2d_" + std::move(name);
  p.buffers = {{"x", x, Fill::normal}, {"y", y}, {"d_y", y, Fill::normal}, {"d_x", x}};
  p.calls = {{Kernel::pad2d_forward, a, {"x"}, {"y"}},
             {Kernel::pad2d_backward, a, {"d_y", ""}, {"d_x"}}};
  p.objective = {{"y", "d_y"}};
  p.variables = {"x"};
  return p;
}

Problem max_pool2d_problem(std::string name, MaxPool2dArgs a) {
  a.out_h = (a.in_h - a.dilation_h * (a.kernel_h - 1) - 1) / a.stride_h + 1;
  a.out_w = (a.in_w - a.dilation_w * (a.kernel_w - 1) - 1) / a.stride_w + 1;
  const std::int64_t x = volume(a.channels, a.in_h, a.in_w, a.batch);
  const std::int64_t y = volume(a.channels, a.out_h, a.out_w, a.batch);
  Problem p;
  p.name = "max_pool2d_" + std::move(name);
  p.buffers = {{"x", x, Fill::normal},
               {"y", y},
               {"switches", y, Fill::none_int},
               {"d_y", y, Fill::normal},
               {"d_x", x}};
  p.calls = {{Kernel::max_pool2d_forward, a, {"x"}, {"y", "switches"}},
             {Kernel::max_pool2d_backward, a, {"d_y", "switches", ""}, {"d_x"}}};
  p.objective = {{"y", "d_y"}};
  p.variables = {"x"};
  return p;
}

// A pool or border above a relu, whose gradients one step takes together.
Problem above_relu(Problem p, const std::string& relu_output, Kernel backward) {
  const std::int64_t x = p.buffers[0].elements;
  p.name = "relu_" + p.name;
  p.buffers.push_back({"relu", x});
  for (Call& call : p.calls) {
    if (call.kernel == backward)
      call.reads.back() = relu_output;
    else
      call.reads[0] = "relu";
  }
  p.calls.insert(p.calls.begin(),
                 {Kernel::activation_forward, ActivationArgs{.elements = x}, {"x"}, {"relu"}});
  return p;
}

Problem avg_pool2d_problem(std::string name, AvgPool2dArgs a) {
  a.out_h = (a.in_h - a.kernel_h) / a.stride_h + 1;
  a.out_w = (a.in_w - a.kernel_w) / a.stride_w + 1;
  const std::int64_t x = volume(a.channels, a.in_h, a.in_w, a.batch);
  const std::int64_t y = volume(a.channels, a.out_h, a.out_w, a.batch);
  Problem p;
  p.name = "avg_pool2d_" + std::move(name);
  p.sum_of_products = true;
  p.buffers = {{"x", x, Fill::normal}, {"y", y}, {"d_y", y, Fill::normal}, {"d_x", x}};
  p.calls = {{Kernel::avg_pool2d_forward, a, {"x"}, {"y"}},
             {Kernel::avg_pool2d_backward, a, {"d_y"}, {"d_x"}}};
  p.objective = {{"y", "d_y"}};
  p.variables = {"x"};
  return p;
}

Problem adaptive_problem(std::string name, const AdaptiveAvgPool2dArgs& a) {
  const std::int64_t x = volume(a.channels, a.in_h, a.in_w, a.batch);
  const std::int64_t y = volume(a.channels, a.out_h, a.out_w, a.batch);
  Problem p;
  p.name = "adaptive_avg_pool2d_" + std::move(name);
  p.sum_of_products = true;
  p.buffers = {{"x", x, Fill::normal}, {"y", y}, {"d_y", y, Fill::normal}, {"d_x", x}};
  p.calls = {{Kernel::adaptive_avg_pool2d_forward, a, {"x"}, {"y"}},
             {Kernel::adaptive_avg_pool2d_backward, a, {"d_y"}, {"d_x"}}};
  p.objective = {{"y", "d_y"}};
  p.variables = {"x"};
  return p;
}

}  // namespace

std::vector<Problem> image_problems() {
  std::vector<Problem> all;
  const struct {
    const char* name;
    PaddingMode mode;
  } modes[] = {{"zeros", PaddingMode::zeros},
               {"reflect", PaddingMode::reflect},
               {"replicate", PaddingMode::replicate},
               {"circular", PaddingMode::circular}};
  for (const auto& [name, mode] : modes) {
    const std::string prefix = std::string(name) + "_";
    for (const int batch : {1, 3, 8, 13})
      all.push_back(pad2d_problem(prefix + "batch_" + std::to_string(batch), {.batch = batch,
                                                                              .channels = 2,
                                                                              .in_h = 4,
                                                                              .in_w = 5,
                                                                              .top = 1,
                                                                              .bottom = 2,
                                                                              .left = 3,
                                                                              .right = 1,
                                                                              .mode = mode}));
    all.push_back(pad2d_problem(prefix + "wide", {.batch = 2,
                                                  .channels = 1,
                                                  .in_h = 3,
                                                  .in_w = 3,
                                                  .top = 2,
                                                  .bottom = 2,
                                                  .left = 2,
                                                  .right = 2,
                                                  .mode = mode}));
    all.push_back(pad2d_problem(
        prefix + "behind_only",
        {.batch = 1, .channels = 3, .in_h = 13, .in_w = 7, .bottom = 1, .right = 2, .mode = mode}));
  }
  all.push_back(pad2d_problem(
      "constant",
      {.batch = 3, .channels = 1, .in_h = 2, .in_w = 2, .top = 1, .left = 1, .value = -2.5f}));
  all.push_back(pad2d_problem("nothing", {.batch = 3, .channels = 2, .in_h = 2, .in_w = 3}));

  for (const int batch : {1, 2, 3, 5, 8, 13, 64}) {
    const std::string suffix = "_batch_" + std::to_string(batch);
    all.push_back(max_pool2d_problem("2x2" + suffix, {.batch = batch,
                                                      .channels = 3,
                                                      .in_h = 6,
                                                      .in_w = 4,
                                                      .kernel_h = 2,
                                                      .kernel_w = 2,
                                                      .stride_h = 2,
                                                      .stride_w = 2}));
    all.push_back(max_pool2d_problem("3x3_stride_2" + suffix, {.batch = batch,
                                                               .channels = 2,
                                                               .in_h = 7,
                                                               .in_w = 8,
                                                               .kernel_h = 3,
                                                               .kernel_w = 3,
                                                               .stride_h = 2,
                                                               .stride_w = 2}));
    all.push_back(avg_pool2d_problem("2x2" + suffix, {.batch = batch,
                                                      .channels = 3,
                                                      .in_h = 6,
                                                      .in_w = 4,
                                                      .kernel_h = 2,
                                                      .kernel_w = 2,
                                                      .stride_h = 2,
                                                      .stride_w = 2}));
    all.push_back(
        adaptive_problem("global" + suffix, {.batch = batch, .channels = 3, .in_h = 5, .in_w = 4}));
  }
  // A row and a column that no window meets, in vectors filled by the batch.
  // Rows whose windows fill vectors together: side by side, every other column, apart.
  for (const int batch : {1, 2, 5})
    for (const int stride : {1, 2, 3}) {
      const std::string suffix =
          "_row_stride_" + std::to_string(stride) + "_batch_" + std::to_string(batch);
      for (const int kernel : {2, 3})
        all.push_back(max_pool2d_problem(std::to_string(kernel) + suffix, {.batch = batch,
                                                                           .channels = 2,
                                                                           .in_h = 5,
                                                                           .in_w = 36 + kernel,
                                                                           .kernel_h = kernel,
                                                                           .kernel_w = kernel,
                                                                           .stride_h = 2,
                                                                           .stride_w = stride}));
      all.push_back(max_pool2d_problem("dilated" + suffix, {.batch = batch,
                                                            .channels = 1,
                                                            .in_h = 3,
                                                            .in_w = 40,
                                                            .kernel_h = 1,
                                                            .kernel_w = 3,
                                                            .stride_w = stride,
                                                            .dilation_w = 2}));
    }
  all.push_back(max_pool2d_problem("2x2_left_over", {.batch = 16,
                                                     .channels = 3,
                                                     .in_h = 7,
                                                     .in_w = 5,
                                                     .kernel_h = 2,
                                                     .kernel_w = 2,
                                                     .stride_h = 2,
                                                     .stride_w = 2}));
  all.push_back(max_pool2d_problem("left_over", {.batch = 9,
                                                 .channels = 1,
                                                 .in_h = 7,
                                                 .in_w = 9,
                                                 .kernel_h = 2,
                                                 .kernel_w = 2,
                                                 .stride_h = 2,
                                                 .stride_w = 2}));
  all.push_back(max_pool2d_problem("stride_beyond_kernel", {.batch = 4,
                                                            .channels = 2,
                                                            .in_h = 8,
                                                            .in_w = 7,
                                                            .kernel_h = 2,
                                                            .kernel_w = 1,
                                                            .stride_h = 3,
                                                            .stride_w = 2}));
  all.push_back(max_pool2d_problem("dilated", {.batch = 8,
                                               .channels = 2,
                                               .in_h = 9,
                                               .in_w = 8,
                                               .kernel_h = 3,
                                               .kernel_w = 2,
                                               .stride_h = 2,
                                               .stride_w = 1,
                                               .dilation_h = 2,
                                               .dilation_w = 3}));
  all.push_back(avg_pool2d_problem("overlapping", {.batch = 9,
                                                   .channels = 2,
                                                   .in_h = 7,
                                                   .in_w = 6,
                                                   .kernel_h = 3,
                                                   .kernel_w = 2,
                                                   .stride_h = 2,
                                                   .stride_w = 1}));
  all.push_back(avg_pool2d_problem("padding_not_counted", {.batch = 8,
                                                           .channels = 2,
                                                           .in_h = 7,
                                                           .in_w = 7,
                                                           .kernel_h = 3,
                                                           .kernel_w = 3,
                                                           .stride_h = 2,
                                                           .stride_w = 2,
                                                           .pad_top = 1,
                                                           .pad_left = 1,
                                                           .image_h = 5,
                                                           .image_w = 5,
                                                           .pad_bottom = 1,
                                                           .pad_right = 1,
                                                           .count_include_pad = false}));
  all.push_back(avg_pool2d_problem("divisor", {.batch = 3,
                                               .channels = 2,
                                               .in_h = 4,
                                               .in_w = 4,
                                               .kernel_h = 2,
                                               .kernel_w = 2,
                                               .stride_h = 2,
                                               .stride_w = 2,
                                               .image_h = 4,
                                               .image_w = 4,
                                               .divisor_override = 3}));
  all.push_back(adaptive_problem(
      "uneven", {.batch = 5, .channels = 2, .in_h = 7, .in_w = 5, .out_h = 3, .out_w = 4}));
  all.push_back(
      adaptive_problem("larger_than_image",
                       {.batch = 8, .channels = 1, .in_h = 3, .in_w = 2, .out_h = 5, .out_w = 4}));
  std::vector<Problem> above;
  for (const Problem& p : all) {
    if (p.name.find("max_pool2d") == 0)
      above.push_back(above_relu(p, "y", Kernel::max_pool2d_backward));
    if (p.name.find("pad2d") == 0) above.push_back(above_relu(p, "relu", Kernel::pad2d_backward));
  }
  all.insert(all.end(), above.begin(), above.end());
  // The 2×2 average's image is its whole input; set here rather than in every line above.
  for (Problem& p : all)
    for (Call& call : p.calls)
      if (auto* a = std::get_if<AvgPool2dArgs>(&call.args); a && a->pad_top == 0) {
        a->image_h = a->in_h;
        a->image_w = a->in_w;
      }
  return all;
}

}  // namespace convolab::testing
