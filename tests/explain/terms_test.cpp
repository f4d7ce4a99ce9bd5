// Every number of every step of the golden layers and nets is the sum of its terms.
#include "explain/terms.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "golden/golden_net.hpp"

namespace convolab {
namespace {

using golden::Case;

// Runs the case's plan step by step and holds every element that a step wrote against its terms.
// Returns the kernels that were explained as a sum or a maximum.
std::set<Kernel> check(const Case& c) {
  std::set<Kernel> explained;
  const auto graph = graph_from_json(c.spec);
  EXPECT_TRUE(graph) << graph.error().text();
  ModelState state(*graph, 3);
  EXPECT_TRUE(golden::load(c, *graph, state));
  const Tensor& input = c["input"];
  PlanOptions options;
  options.batch = input.shape[0];
  options.training = c.training;
  options.backward = options.input_gradient = c.has("grad_output");
  ThreadPool pool;
  auto plan = make_plan(*graph, options);
  EXPECT_TRUE(plan) << plan.error().text();
  auto executor = Executor::create(*std::move(plan), reference_backend(), state, pool);
  EXPECT_TRUE(executor) << executor.error().text();
  const Plan& p = executor->plan();
  batch_to_innermost(input.data.data(), options.batch, graph->spec().input.elements(),
                     executor->data(p.input()).data());
  const int forward_end = p.phase_range(Phase::forward).second;
  const RunContext context;
  for (int s = 0; s < static_cast<int>(p.steps.size()); ++s) {
    if (s == forward_end && options.backward) {
      const Tensor& d_y = c["grad_output"];
      batch_to_innermost(d_y.data.data(), options.batch, d_y.shape.elements() / options.batch,
                         executor->data(p.d_values.back()).data());
    }
    const Step& step = p.steps[static_cast<std::size_t>(s)];
    std::vector<std::vector<float>> before;
    for (const BufferId id : step.writes) {
      const auto values = executor->data(id);
      before.emplace_back(values.begin(), values.end());
    }
    executor->run_steps(s, s + 1, {});
    std::vector<const float*> reads;
    for (const BufferId id : step.reads) reads.push_back(executor->data(id).data());
    for (std::size_t w = 0; w < step.writes.size(); ++w) {
      const auto values = executor->data(step.writes[w]);
      // Large nets: a spread of elements that falls on every channel, row and sample in turn.
      const std::size_t stride = values.size() > 300 ? values.size() / 97 : 1;
      for (std::size_t e = 0; e < values.size(); e += stride) {
        const Explanation why = explain_element(context, step, reads, static_cast<int>(w),
                                                static_cast<std::int64_t>(e));
        if (why.rule == Explanation::Rule::function) continue;
        explained.insert(step.kernel);
        // Kernels round 1−y² and the like to float32: an error of the size of 1, not of the slope.
        const bool slopes =
            step.kernel == Kernel::activation_backward || step.kernel == Kernel::softmax_backward;
        double size = std::abs(why.constant);
        for (Term term : why.terms) {
          if (slopes) term.scale = std::max(1.0, std::abs(term.scale));
          Explanation one;
          one.terms = {term};
          size += std::abs(evaluate(one, reads));
        }
        const double base = why.accumulates ? static_cast<double>(before[w][e]) : 0.0;
        const double expected = base + evaluate(why, reads);
        const double actual = static_cast<double>(values[e]);
        if (expected == actual) continue;  // infinities of a padded max pool too
        EXPECT_NEAR(actual, expected, 2e-6 * (size + std::abs(base)) + 1e-12)
            << c.name << ", step " << s << " (" << kernel_name(step.kernel) << "), write " << w
            << ", element " << e;
        if (testing::Test::HasFailure()) return explained;
      }
    }
  }
  return explained;
}

TEST(Terms, SumToEveryNumberOfEveryLayerAndNet) {
  std::set<Kernel> explained;
  int cases = 0;
  for (const char* group : {"layers", "nets"})
    for (const Case& c : golden::read_cases(group)) {
      explained.merge(check(c));
      ++cases;
      ASSERT_FALSE(HasFailure()) << c.name;
    }
  EXPECT_GE(cases, 100);
  for (const Kernel kernel : {Kernel::pad2d_forward,
                              Kernel::pad2d_backward,
                              Kernel::conv2d_forward,
                              Kernel::conv2d_backward_input,
                              Kernel::conv2d_backward_weight,
                              Kernel::conv2d_backward_bias,
                              Kernel::linear_forward,
                              Kernel::linear_backward_input,
                              Kernel::linear_backward_weight,
                              Kernel::linear_backward_bias,
                              Kernel::max_pool2d_forward,
                              Kernel::max_pool2d_backward,
                              Kernel::avg_pool2d_forward,
                              Kernel::avg_pool2d_backward,
                              Kernel::adaptive_avg_pool2d_forward,
                              Kernel::adaptive_avg_pool2d_backward,
                              Kernel::activation_backward,
                              Kernel::softmax_backward,
                              Kernel::batch_norm2d_forward_eval,
                              Kernel::batch_norm2d_backward,
                              Kernel::batch_norm2d_backward_eval,
                              Kernel::copy})
    EXPECT_TRUE(explained.contains(kernel)) << kernel_name(kernel) << " was never explained";
}

TEST(Terms, DropoutKeepsOrDropsItsOneTerm) {
  DropoutArgs args;
  args.elements = 64;
  args.p = 0.5f;
  const Step step{Kernel::dropout_forward, args, {0}, {1}, 0, Phase::forward};
  const std::vector<float> x(64, 3.0f);
  const float* reads[] = {x.data()};
  RunContext context;
  context.seed = 9;
  int kept = 0;
  for (std::int64_t e = 0; e < 64; ++e) {
    const double value = evaluate(explain_element(context, step, reads, 0, e), reads);
    EXPECT_EQ(value, 3.0 * static_cast<double>(dropout_factor(args, context, e)));
    kept += value != 0.0 ? 1 : 0;
  }
  EXPECT_GT(kept, 16);
  EXPECT_LT(kept, 48);
}

TEST(Terms, SayWhichPixelsAndWeightsMetInTheSlidingWindow) {
  // The textbook picture and kernel, valid, unit (2, 2): 0·0 + 1·0 … = 1.
  const std::vector<float> picture = {1, 0, 0, 1, 2, 0, 0, 0, 3, 0, 0, 1, 2,
                                      1, 1, 1, 1, 3, 0, 0, 3, 0, 0, 0, 1};
  const std::vector<float> kernel = {0, 0, 1, 0, 2, 0, 1, 1, 0};
  Conv2dArgs args;
  args.in_h = args.in_w = 5;
  args.out_h = args.out_w = 3;
  args.kernel_h = args.kernel_w = 3;
  const Step step{Kernel::conv2d_forward, args, {0, 1, no_buffer}, {2}, 0, Phase::forward};
  const float* reads[] = {picture.data(), kernel.data(), nullptr};
  const double expected[] = {1, 4, 11, 4, 11, 5, 7, 7, 1};
  for (std::int64_t unit = 0; unit < 9; ++unit) {
    const Explanation why = explain_element({}, step, reads, 0, unit);
    EXPECT_EQ(why.terms.size(), 9u) << "a window of 3×3 and no bias";
    EXPECT_EQ(evaluate(why, reads), expected[unit]) << "unit " << unit;
    EXPECT_EQ(why.terms[0].first.element, unit / 3 * 5 + unit % 3) << "the window's first pixel";
  }
}

}  // namespace
}  // namespace convolab
