// Backends have names, can be listed, and are chosen by name.
#include "model/backend.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "core/parallel.hpp"

namespace convolab {
namespace {

TEST(Backends, EveryListedNameIsFound) {
  const auto names = backend_names();
  ASSERT_GE(names.size(), 3u);
  EXPECT_EQ(names[0], "reference");
  EXPECT_EQ(names[1], "simd");
  for (const std::string& name : names) {
    const auto backend = find_backend(name);
    ASSERT_TRUE(backend) << backend.error().text();
    EXPECT_TRUE(name == "simd" || (*backend)->name == name) << name;
    for (const KernelFunction run : (*backend)->run) EXPECT_NE(run, nullptr);
  }
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

TEST(Backends, SimdIsTheFirstVariantListedOrAMixture) {
  const bool mixture = find_backend("simd:avx512").has_value();
  EXPECT_EQ((*find_backend("simd"))->name, mixture ? "simd" : backend_names()[2]);
}

TEST(Backends, AnUnknownNameIsRefusedWithTheKnown) {
  std::string known;
  for (const std::string& name : backend_names()) known += (known.empty() ? "" : ", ") + name;
  for (const std::string name : {"webgpu", "", "SIMD", "simd:"}) {
    const auto backend = find_backend(name);
    ASSERT_FALSE(backend);
    EXPECT_EQ(backend.error().code, ErrorCode::not_found);
    EXPECT_EQ(backend.error().text(), "backend: there is no backend \"" + name +
                                          "\" on this machine; choose one of " + known);
  }
}

TEST(Backends, KernelsAndPhasesHaveTheirOwnNames) {
  std::set<std::string_view> names(kernel_names.begin(), kernel_names.end());
  EXPECT_EQ(names.size(), kernel_count);
  EXPECT_EQ(kernel_name(Kernel::conv2d_forward), "conv2d_forward");
  EXPECT_EQ(phase_name(Phase::update), "update");
}

// d_weight of a small convolution of so many images.
std::vector<float> weight_gradient(std::string_view backend, int images) {
  Conv2dArgs a = {.batch = images, .in_h = 15, .in_w = 17, .out_h = 14, .out_w = 16};
  a.kernel_h = a.kernel_w = 2;
  Step step;
  step.kernel = Kernel::conv2d_backward_weight;
  step.args = a;
  const Backend& chosen = **find_backend(backend);
  std::vector<float> x, d_y, d_weight(4);
  for (int i = 0; i < 15 * 17 * images; ++i) x.push_back(static_cast<float>(i * 37 % 101) / 7.0f);
  for (int i = 0; i < 14 * 16 * images; ++i) d_y.push_back(static_cast<float>(i * 53 % 97) / 3.0f);
  std::vector<float> scratch(static_cast<std::size_t>(chosen.scratch(step)));
  ThreadPool pool(1);
  RunContext context;
  context.pool = &pool;
  context.scratch = scratch.data();
  void* operands[] = {x.data(), d_y.data(), d_weight.data()};
  chosen.run[static_cast<std::size_t>(step.kernel)](context, step, operands);
  return d_weight;
}

TEST(Backends, AFewImagesAreLeftToNarrowerVectors) {
  if (!find_backend("simd:avx512")) GTEST_SKIP() << "a machine without AVX-512";
  for (const int images : {1, 7}) {
    EXPECT_EQ(weight_gradient("simd", images), weight_gradient("simd:avx2", images));
    EXPECT_NE(weight_gradient("simd", images), weight_gradient("simd:avx512", images));
  }
  EXPECT_EQ(weight_gradient("simd", 8), weight_gradient("simd:avx512", 8));
  EXPECT_NE(weight_gradient("simd", 8), weight_gradient("simd:avx2", 8));
}

}  // namespace
}  // namespace convolab
