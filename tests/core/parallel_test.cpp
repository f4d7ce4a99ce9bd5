#include "core/parallel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
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

// Jobs that follow each other at once, and after the helpers have gone to sleep.
TEST(ThreadPool, MixesNoJobWithTheNext) {
  ThreadPool pool(3);
  std::vector<std::int64_t> sums(100);
  for (int round = 0; round < 3000; ++round) {
    if (round % 1000 == 999) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::int64_t tasks = 2 + round % 99;
    std::fill(sums.begin(), sums.end(), -1);
    pool.parallel_for(tasks, [&, round](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) sums[static_cast<std::size_t>(i)] += round + 1;
    });
    for (std::int64_t i = 0; i < 100; ++i)
      ASSERT_EQ(sums[static_cast<std::size_t>(i)], i < tasks ? round : -1) << round;
  }
}

#if CONVOLAB_THREADS
TEST(ThreadPool, NotesWhenItsOtherThreadsWork) {
  ThreadPool pool(2);
  PieceLog log;
  log.job = 7;
  pool.watch(&log);
  // Each of two tasks waits until both are at work, so that the helper has one of them.
  std::atomic<int> at_work{0};
  const auto start = std::chrono::steady_clock::now();
  pool.parallel_for(2, [&](std::int64_t begin, std::int64_t end) {
    ASSERT_EQ(end - begin, 1);
    ++at_work;
    while (at_work.load() < 2) std::this_thread::yield();
  });
  const auto end = std::chrono::steady_clock::now();
  pool.watch(nullptr);
  pool.parallel_for(100, [](std::int64_t, std::int64_t) {});
  ASSERT_EQ(log.pieces.size(), 2u);
  EXPECT_TRUE(log.pieces[0].empty());
  ASSERT_EQ(log.pieces[1].size(), 1u);
  EXPECT_EQ(log.pieces[1][0].job, 7);
  EXPECT_LE(start, log.pieces[1][0].begin);
  EXPECT_LE(log.pieces[1][0].begin, log.pieces[1][0].end);
  EXPECT_LE(log.pieces[1][0].end, end);
}
#endif

TEST(ThreadPool, HasAtLeastTheCaller) {
  EXPECT_EQ(ThreadPool(0).threads(), 1);
  EXPECT_EQ(ThreadPool(1).threads(), 1);
}

}  // namespace

}  // namespace convolab
