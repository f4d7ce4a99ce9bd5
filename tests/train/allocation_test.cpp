// Nothing is allocated within a training step: every allocation of this program is counted.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "model/zoo.hpp"
#include "train/toy.hpp"
#include "train/trainer.hpp"

namespace {
std::atomic<std::int64_t> allocations{0};

void* counted(std::size_t size) {
  ++allocations;
  void* p = std::malloc(size > 0 ? size : 1);
  if (p == nullptr) std::abort();
  return p;
}
}  // namespace

// Not inline, and in one file of the program: they stand for the library's own, or a sanitizer's.
void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

namespace convolab::testing {
namespace {

// Allocations of `steps` steps of each kind, after a first epoch.
std::int64_t counted_in_steps(const char* spec, int threads, bool augmented) {
  ThreadPool pool(threads);
  TrainConfig config;
  config.batch_size = 20;  // every batch of 100 pictures is full
  config.epochs = 100;
  if (augmented) config.augment = {1.0f, 15.0f, 0.15f};
  auto graph = graph_from_json(spec);
  EXPECT_TRUE(graph.has_value());
  auto trainer = Trainer::create(*std::move(graph), config, toy::dataset(), pool);
  EXPECT_TRUE(trainer.has_value());
  const auto epoch_ends = [&] { return (*trainer)->step()->epoch_done.has_value(); };
  while (!epoch_ends()) continue;
  std::int64_t inside = 0;
  for (int i = 0; i < 20; ++i) {
    const std::int64_t before = allocations;
    const bool end = epoch_ends();  // an epoch's end draws a new order and adds to the history
    if (!end) inside += allocations - before;
  }
  return inside;
}

TEST(Allocation, ATrainingStepAllocatesNothing) {
  const std::int64_t before = allocations;
  const auto numbers = std::make_unique<std::vector<float>>(10);
  ASSERT_EQ(allocations - before, 2) << "allocations are not counted";
  EXPECT_EQ(counted_in_steps(toy::net, 1, false), 0);
  EXPECT_EQ(counted_in_steps(toy::net, 2, false), 0) << "with two threads";
  EXPECT_EQ(counted_in_steps(toy::net, 1, true), 0) << "with augmentation";
}

}  // namespace
}  // namespace convolab::testing
