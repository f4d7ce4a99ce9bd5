#include "core/parallel.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace convolab {

namespace {

TEST(ThreadPool, RunsEveryTaskOnce) {
  for (const int threads : {1, 2, 4, 7}) {
    ThreadPool pool(threads);
    for (const std::int64_t tasks : {0, 1, 2, 3, 8, 1000}) {
      std::vector<int> runs(static_cast<std::size_t>(tasks));
      pool.parallel_for(tasks, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) ++runs[static_cast<std::size_t>(i)];
      });
      for (const int count : runs) EXPECT_EQ(count, 1) << threads << " threads, " << tasks;
    }
  }
}

TEST(ThreadPool, HasFinishedEverythingWhenItReturns) {
  ThreadPool pool(4);
  for (int round = 0; round < 500; ++round) {
    std::vector<int> values(16);
    pool.parallel_for(16, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) values[static_cast<std::size_t>(i)] = round;
    });
    for (const int value : values) ASSERT_EQ(value, round);
  }
}

TEST(ThreadPool, HasAtLeastTheCaller) {
  EXPECT_EQ(ThreadPool(0).threads(), 1);
  EXPECT_EQ(ThreadPool(1).threads(), 1);
}

}  // namespace

}  // namespace convolab
