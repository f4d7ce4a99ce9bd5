// Backends have names, can be listed, and are chosen by name.
#include "model/backend.hpp"

#include <gtest/gtest.h>

#include <set>

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

TEST(Backends, SimdIsTheFirstVariantListed) {
  EXPECT_EQ((*find_backend("simd"))->name, backend_names()[2]);
}

TEST(Backends, AnUnknownNameIsRefusedWithTheKnown) {
  std::string known;
  for (const std::string& name : backend_names()) known += (known.empty() ? "" : ", ") + name;
  for (const std::string name : {"cuda", "", "SIMD", "simd:"}) {
    const auto backend = find_backend(name);
    ASSERT_FALSE(backend);
    EXPECT_EQ(backend.error().code, ErrorCode::not_found);
    EXPECT_EQ(backend.error().text(), "backend: there is no backend \"" + name +
                                          "\" on this machine; choose one of " + known);
  }
}

TEST(Backends, AGpuHasToBeOpened) {
  const auto backend = find_backend(gpu_backend_name);
  ASSERT_FALSE(backend);
  EXPECT_EQ(backend.error().code, ErrorCode::unsupported);
  EXPECT_NE(backend.error().message.find("choose one of reference, simd"), std::string::npos);
}

TEST(Backends, KernelsAndPhasesHaveTheirOwnNames) {
  std::set<std::string_view> names(kernel_names.begin(), kernel_names.end());
  EXPECT_EQ(names.size(), kernel_count);
  EXPECT_EQ(kernel_name(Kernel::conv2d_forward), "conv2d_forward");
  EXPECT_EQ(phase_name(Phase::update), "update");
}

}  // namespace
}  // namespace convolab
