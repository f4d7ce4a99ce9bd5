// A fused step gives the numbers of the two steps that it stands for, to the last bit.
#include <gtest/gtest.h>

#include "core/parallel.hpp"
#include "kernels/problem.hpp"

namespace convolab::testing {

namespace {

std::int64_t volume(int channels, int h, int w, int batch) {
  return std::int64_t{channels} * h * w * batch;
}

// What `calls` leave of `values`, on a backend.
Values after(const Backend& backend, const Problem& problem, const std::vector<Call>& calls,
             Values values) {
  ThreadPool pool(2);
  for (const Call& call : calls)
    EXPECT_EQ(run_backend(backend, problem, call, pool, values), "") << backend.name;
  return values;
}

void expect_same(const Problem& problem, const std::vector<Call>& apart,
                 const std::vector<Call>& fused, const std::string& result) {
  const Values values = initial_values(problem, 6);
  for (const std::string& name : backend_names()) {
    const Backend& backend = **find_backend(name);
    EXPECT_EQ(after(backend, problem, apart, values).at(result),
              after(backend, problem, fused, values).at(result))
        << problem.name << " on " << name;
  }
}

constexpr Activation kinds[] = {Activation::relu, Activation::leaky_relu, Activation::tanh,
                                Activation::sigmoid};

void check_conv(Conv2dArgs a) {
  a.out_h = (a.in_h - a.kernel_h) / a.stride_h + 1;
  a.out_w = (a.in_w - a.kernel_w) / a.stride_w + 1;
  const std::int64_t y = volume(a.out_channels, a.out_h, a.out_w, a.batch);
  Problem p;
  p.name = "conv2d_batch_" + std::to_string(a.batch);
  p.buffers = {{"x", volume(a.in_channels, a.in_h, a.in_w, a.batch), Fill::normal},
               {"weight", volume(a.out_channels, a.in_channels / a.groups, a.kernel_h, a.kernel_w),
                Fill::normal},
               {"bias", a.out_channels, Fill::normal},
               {"sum", y},
               {"y", y}};
  const Values values = initial_values(p, 6);
  for (const std::string& name : backend_names()) {
    const Backend& backend = **find_backend(name);
    const Values sum =
        after(backend, p, {{Kernel::conv2d_forward, a, {"x", "weight", "bias"}, {"sum"}}}, values);
    for (const Activation kind : kinds) {
      Conv2dArgs both = a;
      both.activation = kind;
      both.negative_slope = 0.1f;
      const ActivationArgs activation = {.elements = y, .kind = kind, .negative_slope = 0.1f};
      const Call apart = {Kernel::activation_forward, activation, {"sum"}, {"y"}};
      const Call fused = {Kernel::conv2d_forward, both, {"x", "weight", "bias"}, {"y"}};
      EXPECT_EQ(after(backend, p, {apart}, sum).at("y"), after(backend, p, {fused}, values).at("y"))
          << p.name << " on " << name;
    }
  }
}

TEST(FusedSteps, ConvolutionWithActivation) {
  for (const int batch : {1, 3, 8, 13, 64}) {
    check_conv({.batch = batch,
                .in_channels = 4,
                .in_h = 11,
                .in_w = 6,
                .out_channels = 6,
                .kernel_h = 3,
                .kernel_w = 2,
                .stride_h = 1,
                .stride_w = 2,
                .groups = 2});
    check_conv({.batch = batch,
                .in_channels = 3,
                .in_h = 6,
                .in_w = 7,
                .out_channels = 6,
                .kernel_h = 3,
                .kernel_w = 3,
                .groups = 3});
    check_conv({.batch = batch,
                .in_channels = 2,
                .in_h = 5,
                .in_w = 19,
                .out_channels = 2,
                .kernel_h = 3,
                .kernel_w = 3,
                .stride_w = 2,
                .groups = 2});
    check_conv({.batch = batch,
                .in_channels = 5,
                .in_h = 7,
                .in_w = 4,
                .out_channels = 3,
                .stride_h = 2,
                .stride_w = 2});
    // By Winograd's algorithm where the backend has it.
    check_conv({.batch = batch,
                .in_channels = batch == 64 ? 24 : 48,
                .in_h = batch == 1   ? 13
                        : batch == 3 ? 8
                                     : 5,
                .in_w = batch == 1   ? 13
                        : batch == 3 ? 9
                                     : 6,
                .out_channels = batch == 64 ? 25 : 49,
                .kernel_h = 3,
                .kernel_w = 3});
  }
}

TEST(FusedSteps, LinearWithActivation) {
  for (const int batch : {1, 3, 8, 13, 64})
    for (const Activation kind : kinds) {
      LinearArgs a = {.batch = batch, .in_features = 37, .out_features = 13};
      const std::int64_t y = std::int64_t{a.out_features} * batch;
      Problem p;
      p.name = "linear_batch_" + std::to_string(batch);
      p.buffers = {{"x", std::int64_t{a.in_features} * batch, Fill::normal},
                   {"weight", std::int64_t{a.in_features} * a.out_features, Fill::normal},
                   {"bias", a.out_features, Fill::normal},
                   {"sum", y},
                   {"y", y}};
      LinearArgs both = a;
      both.activation = kind;
      both.negative_slope = 0.1f;
      const ActivationArgs activation = {.elements = y, .kind = kind, .negative_slope = 0.1f};
      expect_same(p,
                  {{Kernel::linear_forward, a, {"x", "weight", "bias"}, {"sum"}},
                   {Kernel::activation_forward, activation, {"sum"}, {"y"}}},
                  {{Kernel::linear_forward, both, {"x", "weight", "bias"}, {"y"}}}, "y");
    }
}

// Side by side, overlapping, with rows and columns that no window meets.
TEST(FusedSteps, PoolGradientThroughRelu) {
  struct Size {
    int kernel, stride, in_h, in_w;
  };
  for (const int batch : {1, 3, 8, 13, 64})
    for (const Size size : {Size{2, 2, 6, 4}, {2, 2, 7, 5}, {3, 2, 7, 9}, {3, 1, 5, 6}}) {
      MaxPool2dArgs a = {.batch = batch, .channels = 3, .in_h = size.in_h, .in_w = size.in_w};
      a.kernel_h = a.kernel_w = size.kernel;
      a.stride_h = a.stride_w = size.stride;
      a.out_h = (a.in_h - size.kernel) / size.stride + 1;
      a.out_w = (a.in_w - size.kernel) / size.stride + 1;
      const std::int64_t x = volume(a.channels, a.in_h, a.in_w, batch);
      const std::int64_t y = volume(a.channels, a.out_h, a.out_w, batch);
      Problem p;
      p.name = "max_pool2d_" + std::to_string(size.kernel) + "_batch_" + std::to_string(batch);
      p.buffers = {
          {"x", x, Fill::normal},   {"relu", x},   {"y", y},  {"switches", y, Fill::none_int},
          {"d_y", y, Fill::normal}, {"d_relu", x}, {"d_x", x}};
      const ActivationArgs relu = {.elements = x};
      const Call up = {Kernel::activation_forward, relu, {"x"}, {"relu"}};
      const Call pool = {Kernel::max_pool2d_forward, a, {"relu"}, {"y", "switches"}};
      expect_same(p,
                  {up,
                   pool,
                   {Kernel::max_pool2d_backward, a, {"d_y", "switches", ""}, {"d_relu"}},
                   {Kernel::activation_backward, relu, {"relu", "d_relu"}, {"d_x"}}},
                  {up, pool, {Kernel::max_pool2d_backward, a, {"d_y", "switches", "y"}, {"d_x"}}},
                  "d_x");
    }
}

TEST(FusedSteps, BorderGradientThroughRelu) {
  for (const int batch : {1, 3, 8, 13, 64})
    for (const PaddingMode mode : {PaddingMode::zeros, PaddingMode::reflect, PaddingMode::replicate,
                                   PaddingMode::circular}) {
      const Pad2dArgs a = {.batch = batch,
                           .channels = 2,
                           .in_h = 4,
                           .in_w = 5,
                           .top = 1,
                           .bottom = 2,
                           .left = 3,
                           .right = 1,
                           .mode = mode};
      const std::int64_t x = volume(a.channels, a.in_h, a.in_w, batch);
      const std::int64_t y = volume(a.channels, a.out_h(), a.out_w(), batch);
      Problem p;
      p.name = "pad2d_batch_" + std::to_string(batch);
      p.buffers = {{"relu", x, Fill::normal}, {"d_y", y, Fill::normal}, {"d_relu", x}, {"d_x", x}};
      expect_same(p,
                  {{Kernel::pad2d_backward, a, {"d_y", ""}, {"d_relu"}},
                   {Kernel::activation_backward,
                    ActivationArgs{.elements = x},
                    {"relu", "d_relu"},
                    {"d_x"}}},
                  {{Kernel::pad2d_backward, a, {"d_y", "relu"}, {"d_x"}}}, "d_x");
    }
}

}  // namespace

}  // namespace convolab::testing
