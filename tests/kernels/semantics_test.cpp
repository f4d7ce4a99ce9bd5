// What the reference means, in small numbers, on every backend: the cases where two correct-looking
// kernels could differ.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "model/backend.hpp"

namespace convolab {

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

class Semantics : public ::testing::TestWithParam<std::string> {
 protected:
  void run(Kernel kernel, KernelArgs args, std::vector<void*> operands, RunContext context = {}) {
    const Backend& backend = **find_backend(GetParam());
    Step step;
    step.kernel = kernel;
    step.args = std::move(args);
    std::vector<float> scratch(static_cast<std::size_t>(backend.scratch(step)));
    context.pool = &pool_;
    context.scratch = scratch.data();
    backend.run[static_cast<std::size_t>(kernel)](context, step, operands.data());
  }
  ThreadPool pool_{1};
};

INSTANTIATE_TEST_SUITE_P(Backends, Semantics, ::testing::ValuesIn(backend_names()),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name)
                             if (c == ':' || c == '+') c = '_';
                           return name;
                         });

TEST_P(Semantics, ConvolutionIsCrossCorrelation) {
  // The kernel is not flipped: [1 2 3 4] with [10 1] is 12, 23, 34.
  std::vector<float> x = {1, 2, 3, 4}, weight = {10, 1}, bias = {0.5f}, y(3);
  run(Kernel::conv2d_forward, Conv2dArgs{.in_w = 4, .out_w = 3, .kernel_w = 2},
      {x.data(), weight.data(), bias.data(), y.data()});
  EXPECT_EQ(y, (std::vector{12.5f, 23.5f, 34.5f}));
}

TEST_P(Semantics, MaxPoolTakesTheFirstOfEqualsAndLetsNanWin) {
  // Four windows of two columns, one image; then the same with a batch that fills vectors.
  for (const int batch : {1, 9}) {
    const std::vector<float> row = {3, 3, -1, 2, nan, 5, 5, nan};
    std::vector<float> x, y(4 * static_cast<std::size_t>(batch));
    for (const float each : row) x.insert(x.end(), static_cast<std::size_t>(batch), each);
    std::vector<std::int32_t> switches(y.size());
    run(Kernel::max_pool2d_forward,
        MaxPool2dArgs{.batch = batch, .in_w = 8, .out_w = 4, .kernel_w = 2, .stride_w = 2},
        {x.data(), y.data(), switches.data()});
    const auto n = static_cast<std::size_t>(batch);
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_EQ(y[i], 3.0f);
      EXPECT_EQ(switches[i], 0) << "the first of two equal maxima";
      EXPECT_EQ(y[n + i], 2.0f);
      EXPECT_EQ(switches[n + i], 3);
      EXPECT_TRUE(std::isnan(y[2 * n + i]));
      EXPECT_EQ(switches[2 * n + i], 4);
      EXPECT_TRUE(std::isnan(y[3 * n + i]));
      EXPECT_EQ(switches[3 * n + i], 7);
    }
  }
}

TEST_P(Semantics, MaxPoolOfNothingButPaddingIsMinusInfinity) {
  std::vector<float> x = {-infinity, -infinity}, y(1);
  std::vector<std::int32_t> switches(1);
  run(Kernel::max_pool2d_forward, MaxPool2dArgs{.in_w = 2, .kernel_w = 2},
      {x.data(), y.data(), switches.data()});
  EXPECT_EQ(y[0], -infinity);
  EXPECT_EQ(switches[0], 0);
}

TEST_P(Semantics, AvgPoolDivisorsArePyTorchs) {
  // F.avg_pool2d(ones(1,1,3,3), 2, stride=2, padding=1) on the corner, then without counting
  // padding.
  const std::vector<float> padded = {0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1,
                                     1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0};
  AvgPool2dArgs a = {.in_h = 5,
                     .in_w = 5,
                     .out_h = 2,
                     .out_w = 2,
                     .kernel_h = 2,
                     .kernel_w = 2,
                     .stride_h = 2,
                     .stride_w = 2,
                     .pad_top = 1,
                     .pad_left = 1,
                     .image_h = 3,
                     .image_w = 3,
                     .pad_bottom = 1,
                     .pad_right = 1};
  std::vector<float> x = padded, y(4);
  run(Kernel::avg_pool2d_forward, a, {x.data(), y.data()});
  EXPECT_EQ(y, (std::vector{0.25f, 0.5f, 0.5f, 1.0f}));
  a.count_include_pad = false;
  run(Kernel::avg_pool2d_forward, a, {x.data(), y.data()});
  EXPECT_EQ(y, (std::vector{1.0f, 1.0f, 1.0f, 1.0f}));
}

TEST_P(Semantics, AvgPoolNeverCountsTheOverhangOfCeilMode) {
  // F.avg_pool2d(ones(1,1,1,3), (1,2), stride=(1,2), ceil_mode=True): the last window has one
  // pixel.
  std::vector<float> x = {1, 1, 1, 0}, y(2);
  run(Kernel::avg_pool2d_forward,
      AvgPool2dArgs{.in_w = 4, .out_w = 2, .kernel_w = 2, .stride_w = 2, .image_w = 3},
      {x.data(), y.data()});
  EXPECT_EQ(y, (std::vector{1.0f, 1.0f}));
}

TEST_P(Semantics, ReluKeepsNan) {
  std::vector<float> x(9, nan), y(9);
  x[0] = -1.0f;
  x[8] = 2.0f;
  for (const Activation kind : {Activation::relu, Activation::leaky_relu}) {
    run(Kernel::activation_forward, ActivationArgs{.elements = 9, .kind = kind},
        {x.data(), y.data()});
    EXPECT_TRUE(std::isnan(y[1]));
    EXPECT_TRUE(std::isnan(y[7]));
    EXPECT_EQ(y[0], kind == Activation::relu ? 0.0f : -0.01f);
    EXPECT_EQ(y[8], 2.0f);
  }
}

TEST_P(Semantics, TanhAndSigmoidAreAccurateAndSaturate) {
  std::vector<float> x, y;
  for (float v = -100.0f; v <= 100.0f; v += 0.037f) x.push_back(v);
  for (const float v : {1e-3f, -1e-4f, 1e-6f, 1e-12f, -1e-30f, 0.0f}) x.push_back(v);
  y.resize(x.size());
  const auto elements = static_cast<std::int64_t>(x.size());
  for (const Activation kind : {Activation::tanh, Activation::sigmoid}) {
    run(Kernel::activation_forward, ActivationArgs{.elements = elements, .kind = kind},
        {x.data(), y.data()});
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double v = static_cast<double>(x[i]);
      const double expected = kind == Activation::tanh ? std::tanh(v) : 1.0 / (1.0 + std::exp(-v));
      EXPECT_NEAR(static_cast<double>(y[i]), expected, 1e-6 * std::abs(expected) + 1e-37)
          << (kind == Activation::tanh ? "tanh(" : "sigmoid(") << v << ")";
    }
  }
}

TEST_P(Semantics, SoftmaxAndCrossEntropySurviveLargeLogits) {
  std::vector<float> logits = {1000.0f, -1000.0f, 0.0f}, y(3), losses(1), d_logits(3);
  std::vector<std::int32_t> labels = {2};
  run(Kernel::softmax_forward, SoftmaxArgs{.channels = 3}, {logits.data(), y.data()});
  EXPECT_EQ(y, (std::vector{1.0f, 0.0f, 0.0f}));
  const CrossEntropyArgs a = {.classes = 3};
  run(Kernel::cross_entropy_forward, a, {logits.data(), labels.data(), losses.data()});
  EXPECT_EQ(losses[0], 1000.0f);
  run(Kernel::cross_entropy_backward, a, {logits.data(), labels.data(), d_logits.data()});
  EXPECT_EQ(d_logits, (std::vector{1.0f, 0.0f, -1.0f}));
}

TEST_P(Semantics, MetricsCountTheFirstLargestOutput) {
  // Three samples: right, wrong because the first of two equals counts, right.
  std::vector<float> y = {1, 2, 0, 0, 2, 5}, losses = {0.5f, 1.0f, 0.25f}, metrics(2);
  std::vector<std::int32_t> labels = {0, 1, 1};
  run(Kernel::metrics, MetricsArgs{.classes = 2, .batch = 3},
      {y.data(), labels.data(), losses.data(), metrics.data()});
  EXPECT_EQ(metrics, (std::vector{1.75f, 2.0f}));
}

TEST_P(Semantics, DropoutKeepsItsShareAndFollowsSeedLayerAndStep) {
  constexpr std::int64_t count = 20000;
  const std::vector<float> ones(count, 1.0f);
  const auto mask = [&](std::uint64_t seed, std::uint32_t lane, std::uint64_t step) {
    RunContext context;
    context.seed = seed;
    context.step = step;
    std::vector<float> x = ones, y(count);
    run(Kernel::dropout_forward, DropoutArgs{.elements = count, .p = 0.25f, .lane = lane},
        {x.data(), y.data()}, context);
    return y;
  };
  const std::vector<float> first = mask(1, 0, 0);
  double kept = 0.0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    ASSERT_TRUE(first[i] == 0.0f || first[i] == 1.0f / 0.75f) << first[i];
    kept += first[i] != 0.0f;
    const DropoutArgs a = {.elements = count, .p = 0.25f};
    RunContext context;
    context.seed = 1;
    ASSERT_EQ(first[i], dropout_factor(a, context, static_cast<std::int64_t>(i))) << i;
  }
  EXPECT_NEAR(kept / count, 0.75, 0.02);
  EXPECT_EQ(first, mask(1, 0, 0));
  EXPECT_NE(first, mask(2, 0, 0));
  EXPECT_NE(first, mask(1, 1, 0));
  EXPECT_NE(first, mask(1, 0, 1));
}

TEST_P(Semantics, FirstStepOfMomentumIgnoresTheBuffer) {
  std::vector<float> d_w = {2.0f}, w = {1.0f}, momentum = {123.0f};
  RunContext context;
  context.learning_rate = 0.5f;
  run(Kernel::sgd_update, SgdArgs{.momentum = 0.9f}, {d_w.data(), w.data(), momentum.data()},
      context);
  EXPECT_EQ(w[0], 0.0f);
  EXPECT_EQ(momentum[0], 2.0f);
}

TEST_P(Semantics, AdamsFirstStepIsTheLearningRate) {
  for (const float gradient : {1e-3f, 4.0f, -70.0f}) {
    std::vector<float> d_w = {gradient}, w = {1.0f}, average = {0.0f}, square = {0.0f};
    RunContext context;
    context.learning_rate = 0.125f;
    run(Kernel::adam_update, AdamArgs{}, {d_w.data(), w.data(), average.data(), square.data()},
        context);
    EXPECT_NEAR(w[0], gradient > 0 ? 0.875f : 1.125f, 1e-5f) << "gradient " << gradient;
  }
}

}  // namespace

}  // namespace convolab
