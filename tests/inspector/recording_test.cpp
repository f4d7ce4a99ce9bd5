#include "inspector/recording.hpp"

#include <gtest/gtest.h>

namespace convolab::inspector {
namespace {

probe::Frame frame(std::uint64_t step, std::size_t numbers = 1000) {
  return {.step = step,
          .loss = 1,
          .tensors = {{"w", {static_cast<int>(numbers)}, std::vector<float>(numbers)}}};
}

TEST(Recording, KeepsItsBudgetAndBothEnds) {
  Recording recording;
  recording.budget = 100'000;
  for (std::uint64_t step = 0; step < 1000; ++step) {
    recording.add(frame(step));
    EXPECT_LE(recording.size(), recording.budget);
  }
  const auto& frames = recording.frames();
  EXPECT_GT(frames.size(), 10u);
  EXPECT_EQ(frames.front().step, 0u) << "the beginning stays";
  EXPECT_EQ(frames.back().step, 999u);
  std::int64_t size = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    size += frames[i].size();
    if (i > 0) {
      EXPECT_GT(frames[i].step, frames[i - 1].step);
    }
  }
  EXPECT_EQ(recording.size(), size);
}

TEST(Recording, ASmallerBudgetThinsOut) {
  Recording recording;
  for (std::uint64_t step = 0; step < 100; ++step) recording.add(frame(step));
  EXPECT_EQ(recording.frames().size(), 100u);
  recording.budget = recording.size() / 4;
  recording.trim();
  EXPECT_LE(recording.size(), recording.budget);
  EXPECT_EQ(recording.frames().front().step, 0u);
}

TEST(Recording, GoesOnFromWhereTheRunWentBackTo) {
  Recording recording;
  for (std::uint64_t step = 0; step <= 50; step += 10) recording.add(frame(step));
  recording.add(frame(20));
  ASSERT_EQ(recording.frames().size(), 3u);
  EXPECT_EQ(recording.frames().back().step, 20u);
  EXPECT_EQ(recording.size(), 3 * frame(0).size());
}

TEST(Recording, FindsTheFrameAtOrBeforeAStep) {
  Recording recording;
  EXPECT_EQ(recording.at(5), -1);
  for (std::uint64_t step = 10; step <= 30; step += 10) recording.add(frame(step));
  EXPECT_EQ(recording.at(9), -1);
  EXPECT_EQ(recording.at(10), 0);
  EXPECT_EQ(recording.at(29), 1);
  EXPECT_EQ(recording.at(1000), 2);
}

}  // namespace
}  // namespace convolab::inspector
