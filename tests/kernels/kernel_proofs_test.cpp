// Every kernel proved on every problem, for every backend of this build and machine.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/parallel.hpp"
#include "kernels/problem.hpp"

namespace convolab::testing {

namespace {

class KernelProofs : public ::testing::TestWithParam<Problem> {};

std::vector<const Backend*> backends() {
  std::vector<const Backend*> all;
  for (const std::string& name : backend_names())
    if (name != "simd") all.push_back(*find_backend(name));
  return all;
}

// Every call on every backend, from what the calls before it should have given.
void expect_the_reference(const Problem& problem, Values values, bool accumulates) {
  ThreadPool pool(1);
  for (Call call : problem.calls) {
    if (accumulates && has_write(call)) {
      call = with_write(call, Write::accumulate);
      fill_outputs(call, values, 0.75);
    }
    Truth truth = truth_of(problem, call, values);
    for (const Backend* backend : backends()) {
      Values got = values;
      const std::string trouble = run_backend(*backend, problem, call, pool, got);
      ASSERT_EQ(trouble, "") << backend->name << ", " << kernel_name(call.kernel);
      ASSERT_EQ(difference(problem, call, truth, got), "") << backend->name;
    }
    values = std::move(truth.values);
    round_to_float(values);
  }
}

TEST_P(KernelProofs, EveryBackendAgreesWithTheReference) {
  expect_the_reference(GetParam(), initial_values(GetParam(), 1), false);
}

TEST_P(KernelProofs, AccumulatingAddsToWhatTheGradientHeld) {
  expect_the_reference(GetParam(), initial_values(GetParam(), 2), true);
}

// Bits, not values: a NaN equals itself here, and 0 is not -0.
void expect_same_bits(const Call& call, const Values& a, const Values& b, int threads) {
  for (const std::string& name : call.writes) {
    if (name.empty()) continue;
    for (std::size_t i = 0; i < a.at(name).size(); ++i)
      ASSERT_EQ(bits_as<std::uint64_t>(a.at(name)[i]), bits_as<std::uint64_t>(b.at(name)[i]))
          << kernel_name(call.kernel) << ": " << name << "[" << i << "] is " << a.at(name)[i]
          << " with one thread and " << b.at(name)[i] << " with " << threads;
  }
}

TEST_P(KernelProofs, AnyNumberOfThreadsGivesTheSameBits) {
  const Problem& problem = GetParam();
  ThreadPool one(1), two(2), four(4);
  for (const Backend* backend : backends()) {
    Values values = initial_values(problem, 3);
    for (const Call& call : problem.calls) {
      Values single = values;
      run_backend(*backend, problem, call, one, single);
      for (ThreadPool* pool : {&two, &four}) {
        Values several = values;
        ASSERT_EQ(run_backend(*backend, problem, call, *pool, several), "") << backend->name;
        expect_same_bits(call, single, several, pool->threads());
        if (HasFatalFailure()) return;
      }
      values = std::move(single);
    }
  }
}

// The objective as a function of the problem's values: runs the calls before the first backward
// one.
double objective_of(const Problem& problem, Values values) {
  for (const Call& call : problem.calls)
    if (kernel_name(call.kernel).find("backward") == std::string_view::npos)
      run_reference(problem, call, values);
  double sum = 0.0;
  for (const Objective& term : problem.objective)
    for (std::size_t i = 0; i < values[term.output].size(); ++i)
      sum += values[term.output][i] *
             (term.cotangent.empty() ? term.constant : values[term.cotangent][i]);
  return sum;
}

std::int64_t elements_of(const Problem& problem) {
  std::int64_t sum = 0;
  for (const Buffer& buffer : problem.buffers) sum += buffer.elements;
  return sum;
}

TEST_P(KernelProofs, GradientsAreFiniteDifferences) {
  const Problem& problem = GetParam();
  if (problem.objective.empty()) return;  // listed by EveryBackwardKernelIsDifferentiated
  const Values start = initial_values(problem, 4);
  Values after = start;
  for (const Call& call : problem.calls) run_reference(problem, call, after);
  Rng rng(5, Stream::test);
  // A direction is all of a variable's numbers at once: of large problems one must do.
  const int directions = elements_of(problem) < 10'000 ? 3 : 1;
  for (const std::string& variable : problem.variables)
    for (int direction = 0; direction < directions; ++direction) {
      constexpr double h = 1e-5;
      Values forth = start, back = start;
      double analytic = 0.0, scale = 1e-3;
      for (std::size_t i = 0; i < start.at(variable).size(); ++i) {
        const double e = static_cast<double>(rng.normal());
        forth[variable][i] += h * e;
        back[variable][i] -= h * e;
        const double term = after.at("d_" + variable)[i] * e;
        analytic += term;
        scale += std::abs(term);
      }
      const double numeric = (objective_of(problem, forth) - objective_of(problem, back)) / (2 * h);
      EXPECT_LE(std::abs(numeric - analytic), 1e-6 * scale)
          << "the objective changes by " << numeric << " along a random direction of " << variable
          << ", and d_" << variable << " promises " << analytic;
    }
}

INSTANTIATE_TEST_SUITE_P(All, KernelProofs, ::testing::ValuesIn(all_problems()),
                         [](const auto& info) { return info.param.name; });

TEST(KernelCoverage, EveryKernelHasAProblem) {
  std::set<Kernel> covered;
  for (const Problem& problem : all_problems())
    for (const Call& call : problem.calls) covered.insert(call.kernel);
  for (std::size_t k = 0; k < kernel_count; ++k)
    EXPECT_TRUE(covered.contains(static_cast<Kernel>(k)))
        << "no problem in tests/kernels runs " << kernel_names[k];
}

TEST(KernelCoverage, EveryBackwardKernelIsDifferentiated) {
  std::set<Kernel> differentiated;
  for (const Problem& problem : all_problems())
    if (!problem.objective.empty())
      for (const Call& call : problem.calls) differentiated.insert(call.kernel);
  for (std::size_t k = 0; k < kernel_count; ++k)
    if (kernel_names[k].find("backward") != std::string_view::npos) {
      EXPECT_TRUE(differentiated.contains(static_cast<Kernel>(k)))
          << "no problem compares " << kernel_names[k] << " with finite differences";
    }
}

TEST(KernelCoverage, EveryArgsMatchesItsKernel) {
  // A step with default args of the listed type must be accepted by every backend's scratch rule.
  for (const Backend* backend : backends()) {
#define CONVOLAB_KERNEL(name, Args)                                                    \
  {                                                                                    \
    Step step;                                                                         \
    step.kernel = Kernel::name;                                                        \
    step.args = Args{};                                                                \
    EXPECT_GE(backend->scratch(step), 0) << #name;                                     \
    EXPECT_NE(backend->run[static_cast<std::size_t>(Kernel::name)], nullptr) << #name; \
  }
#include "kernels/kernels.inc"
#undef CONVOLAB_KERNEL
  }
}

TEST(Backends, AreFoundByNameAndRefusedWithTheList) {
  for (const std::string& name : backend_names()) {
    const auto backend = find_backend(name);
    ASSERT_TRUE(backend.has_value()) << name;
    if (name != "simd") {
      EXPECT_EQ((*backend)->name, name);
    }
  }
  const auto none = find_backend("abacus");
  ASSERT_FALSE(none.has_value());
  EXPECT_NE(none.error().message.find("abacus"), std::string::npos);
  EXPECT_NE(none.error().message.find("reference"), std::string::npos);
}

}  // namespace

}  // namespace convolab::testing
