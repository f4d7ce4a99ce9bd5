// The runner: commands go in from one thread, reports come out to it, whatever the other one does.
#include "inspector/hosts/runner.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "model/spec.hpp"

namespace convolab::inspector {
namespace {

using probe::Command;
using Kind = probe::Command::Kind;
using probe::State;

// A small network on pictures that are all noise.
std::unique_ptr<Trainer> small_trainer(ThreadPool& pool, int epochs) {
  auto spec = parse_spec(R"({"input": [1, 6, 6], "layers": [
      {"type": "conv2d", "name": "c", "out_channels": 3, "kernel_size": 3}, {"type": "relu"},
      {"type": "flatten"}, {"type": "linear", "name": "out", "out_features": 2}]})");
  auto graph = make_graph(*std::move(spec));
  constexpr int count = 80;
  std::vector<std::uint8_t> pixels(count * 36), labels(count);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(i * i * 31 % 251);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i % 2);
  auto data = split_dataset("noise", {1, 6, 6}, {"a", "b"}, pixels, labels, 0.2, 1);
  TrainConfig config;
  config.batch_size = 8;
  config.epochs = epochs;
  return *Trainer::create(*std::move(graph), config, std::make_shared<Dataset>(*std::move(data)),
                          pool);
}

// The window's side: waits for a report that says so.
class Listener {
 public:
  explicit Listener(Trainer& trainer, ThreadPool& pool)
      : runner_(trainer, pool, [this] {
          const std::lock_guard lock(mutex_);
          told_ = true;
          wake_.notify_all();
        }) {}

  void send(Command command) { runner_.send({std::move(command)}); }

  template <class Wanted>
  probe::Report wait_for(Wanted wanted) {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return told_; });
        told_ = false;
      }
      auto report = runner_.take();
      if (report && wanted(*report)) return *std::move(report);
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool told_ = false;
  Runner runner_;  // last: its thread calls what is above
};

TEST(Runner, TellsOfTheNetworkAtOnceAndThenWaits) {
  ThreadPool pool;
  const auto trainer = small_trainer(pool, 2);
  Listener window(*trainer, pool);
  const probe::Report report = window.wait_for([](const auto& r) { return r.network.has_value(); });
  EXPECT_EQ(report.network->layers.size(), 4u);
  EXPECT_EQ(report.run.state, State::paused);
  EXPECT_EQ(report.run.step, 0u);
}

TEST(Runner, TrainsToTheEndWhileReportsAreTaken) {
  ThreadPool pool;
  const auto trainer = small_trainer(pool, 3);
  Listener window(*trainer, pool);
  window.send({.kind = Kind::start});
  const auto done = window.wait_for([](const auto& r) { return r.run.state == State::finished; });
  EXPECT_EQ(done.run.step, 3u * 8u);
  window.send({.kind = Kind::restart, .count = 1});
  window.wait_for([](const auto& r) { return r.run.state == State::paused && r.run.step == 0; });
}

TEST(Runner, StopsInTheMiddleOfABatchAndGoesOn) {
  ThreadPool pool;
  const auto trainer = small_trainer(pool, 2);
  Listener window(*trainer, pool);
  window.send({.kind = Kind::breakpoints,
               .breakpoints = {{.kind = probe::Breakpoint::Kind::phase, .name = "backward"}}});
  window.send({.kind = Kind::start});
  auto held = window.wait_for([](const auto& r) { return !r.run.held.empty(); });
  EXPECT_EQ(held.run.state, State::paused);
  EXPECT_TRUE(held.run.in_batch);
  EXPECT_EQ(held.run.step, 0u);
  window.send({.kind = Kind::step_plan, .count = -1});
  const auto back = window.wait_for([&](const auto& r) { return r.run.next == held.run.next - 1; });
  EXPECT_TRUE(back.run.in_batch);
  window.send({.kind = Kind::breakpoints});
  window.send({.kind = Kind::step_batch});
  const auto after = window.wait_for([](const auto& r) { return r.run.step == 1; });
  EXPECT_FALSE(after.run.in_batch);
  EXPECT_EQ(after.run.state, State::paused);
}

TEST(Runner, StepsOfThePlanPauseARunThatGoesOn) {
  ThreadPool pool(2);
  const auto trainer = small_trainer(pool, 100'000);
  Listener window(*trainer, pool);
  window.send({.kind = Kind::start});
  window.wait_for([](const auto& r) { return r.run.step > 3; });
  window.send({.kind = Kind::step_plan, .count = 1});
  const auto report = window.wait_for([](const auto& r) { return r.run.in_batch; });
  EXPECT_EQ(report.run.state, State::paused);
  EXPECT_EQ(report.run.next, 1);
  // It ends with the window, whatever it is doing.
  window.send({.kind = Kind::start});
  window.wait_for([](const auto& r) { return r.run.state == State::running; });
}

}  // namespace
}  // namespace convolab::inspector
