// For tests of training on a GPU: a trainer on a fake one that computes by the reference kernels.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "gpu/fake_device.hpp"
#include "toy.hpp"
#include "train/trainer.hpp"

namespace convolab::gpu_session {

using Kind = StepResult::Kind;

inline TrainConfig settings(const char* backend) {
  TrainConfig config;
  config.backend = backend;
  config.batch_size = 16;  // 100 pictures: the last batch of an epoch has 4
  config.epochs = 3;
  config.learning_rate = 0.01f;
  config.augment = {0.5f, 5.0f, 0.05f};
  return config;
}

struct Session {
  gpu::FakeDevice device;
  ThreadPool pool{1};
  std::unique_ptr<Trainer> trainer;

  explicit Session(const TrainConfig& config, std::shared_ptr<Dataset> data = toy::dataset(),
                   const char* net = toy::net) {
    auto created =
        Trainer::create(*graph_from_json(net), config, std::move(data), pool, device.access());
    EXPECT_TRUE(created) << created.error().text();
    trainer = *std::move(created);
  }
  ~Session() {
    trainer.reset();
    device.finish();  // what was on its way finds nobody
    EXPECT_EQ(device.buffers(), 0u);
    EXPECT_EQ(device.recordings(), 0u);
    EXPECT_EQ(device.complaints, 0);
  }

  // The next result, with up to `ahead` batches on their way and one answer at a time.
  StepResult next(int ahead = 3) {
    StepResult end;
    end.kind = Kind::finished;
    for (;;) {
      const auto result = trainer->step(ahead);
      EXPECT_TRUE(result) << result.error().text();
      if (!result) return end;
      if (result->kind != Kind::pending) return *result;
      EXPECT_GT(device.waiting(), 0u) << "pending, and nothing is on its way";
      device.finish(1);
    }
  }
  void pull() {
    bool done = false;
    trainer->pull([&] { done = true; }, /*hold=*/true);
    device.finish();
    EXPECT_TRUE(done);
  }

  std::vector<StepResult> all(int ahead = 3) {
    std::vector<StepResult> out;
    for (StepResult r = next(ahead); r.kind != Kind::finished; r = next(ahead)) out.push_back(r);
    return out;
  }
};

// Equal, or both not a number, as what is learnt of a net that has overflowed.
inline void expect_same(double a, double b, std::size_t i) {
  EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << i << ": " << a << ", " << b;
}

inline void expect_same(const std::vector<StepResult>& a, const std::vector<StepResult>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].kind, b[i].kind) << i;
    EXPECT_EQ(a[i].step, b[i].step) << i;
    EXPECT_EQ(a[i].epoch, b[i].epoch) << i;
    EXPECT_EQ(a[i].samples, b[i].samples) << i;
    expect_same(a[i].loss, b[i].loss, i);
    expect_same(a[i].accuracy, b[i].accuracy, i);
    EXPECT_EQ(a[i].learning_rate, b[i].learning_rate) << i;
    ASSERT_EQ(a[i].epoch_done.has_value(), b[i].epoch_done.has_value()) << i;
    if (a[i].epoch_done) {
      expect_same(a[i].epoch_done->loss, b[i].epoch_done->loss, i);
      expect_same(a[i].epoch_done->val_loss, b[i].epoch_done->val_loss, i);
      EXPECT_EQ(a[i].epoch_done->step, b[i].epoch_done->step) << i;
    }
  }
}

}  // namespace convolab::gpu_session
