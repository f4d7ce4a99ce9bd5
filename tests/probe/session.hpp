// A small network in training, for the probe's tests.
#pragma once

#include <gtest/gtest.h>

#include "../train/toy.hpp"
#include "probe/probe.hpp"

namespace convolab::probe {

inline TrainConfig small() {
  TrainConfig config;
  config.batch_size = 16;
  config.epochs = 4;
  config.learning_rate = 0.01f;
  config.augment = {0.5f, 5.0f, 0.05f};
  return config;
}

// toy::net has dropout and batch norm: replaying a batch has to bring back masks and statistics.
struct Session {
  ThreadPool pool;
  std::unique_ptr<Trainer> trainer;
  std::unique_ptr<Probe> probe;

  explicit Session(TrainConfig config = small(), int threads = 1,
                   std::shared_ptr<Dataset> data = toy::dataset(), const char* net = toy::net)
      : pool(threads) {
    auto graph = graph_from_json(net);
    auto created = Trainer::create(*std::move(graph), config, std::move(data), pool);
    EXPECT_TRUE(created) << created.error().text();
    trainer = *std::move(created);
    probe = std::make_unique<Probe>(*trainer, pool);
  }

  // A command, and the report that follows.
  Report tell(const Command& command) {
    probe->handle(command);
    return probe->report();
  }
  StepResult advance() {
    auto result = probe->advance();
    EXPECT_TRUE(result) << result.error().text();
    return result ? *result : StepResult{};
  }
  void train(int batches) {
    for (int i = 0; i < batches; ++i) advance();
  }
  std::vector<float> values(const std::string& parameter) const {
    const auto found = trainer->state().values(trainer->graph().find_parameter(parameter));
    return {found.begin(), found.end()};
  }
  // The whole run, to the last bit.
  std::vector<std::uint8_t> bits() const { return trainer->checkpoint(); }
};

// The losses of the next batches, of both splits.
template <class Step>
std::vector<double> losses(int batches, const Step& step) {
  std::vector<double> out;
  for (int i = 0; i < batches; ++i) out.push_back(step().loss);
  return out;
}

}  // namespace convolab::probe
