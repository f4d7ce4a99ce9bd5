#include "train/trainer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "toy.hpp"

namespace convolab {
namespace {

struct Session {
  ThreadPool pool;
  std::unique_ptr<Trainer> trainer;

  explicit Session(TrainConfig config, std::shared_ptr<Dataset> data = toy::dataset(),
                   const char* net = toy::net, int threads = 1)
      : pool(threads) {
    auto graph = graph_from_json(net);
    EXPECT_TRUE(graph) << graph.error().text();
    auto created = Trainer::create(*std::move(graph), config, std::move(data), pool);
    EXPECT_TRUE(created) << created.error().text();
    trainer = *std::move(created);
  }

  StepResult step() {
    auto result = trainer->step();
    EXPECT_TRUE(result) << result.error().text();
    return result ? *result : StepResult{};
  }

  // The losses of the next training steps.
  std::vector<double> losses(int count) {
    std::vector<double> out;
    while (static_cast<int>(out.size()) < count) {
      const StepResult result = step();
      if (result.kind == StepResult::Kind::finished) break;
      if (result.kind == StepResult::Kind::trained) out.push_back(result.loss);
    }
    return out;
  }
};

TrainConfig small() {
  TrainConfig config;
  config.batch_size = 16;
  config.epochs = 6;
  config.learning_rate = 0.01f;
  config.augment = {0.5f, 5.0f, 0.05f};
  return config;
}

TEST(Trainer, LearnsToTellBarsApart) {
  Session run(small());
  std::vector<EpochMetrics> epochs;
  for (StepResult r = run.step(); r.kind != StepResult::Kind::finished; r = run.step())
    if (r.epoch_done) epochs.push_back(*r.epoch_done);
  ASSERT_EQ(epochs.size(), 6u);
  EXPECT_EQ(epochs[5].epoch, 6);
  EXPECT_LT(epochs[5].val_loss, epochs[0].val_loss);
  EXPECT_GE(epochs[5].val_accuracy, 0.95);
  EXPECT_EQ(run.trainer->steps_done(), 6u * 7u) << "100 pictures in batches of 16 are 7 steps";
  EXPECT_EQ(run.step().kind, StepResult::Kind::finished) << "nothing happens after the last epoch";
}

TEST(Trainer, AnEpochShowsEveryPictureOnce) {
  Session run(small());
  int trained = 0, validated = 0;
  for (;;) {
    const StepResult r = run.step();
    (r.kind == StepResult::Kind::trained ? trained : validated) += r.samples;
    if (r.epoch_done) break;
  }
  EXPECT_EQ(trained, 100);
  EXPECT_EQ(validated, 30);
}

TEST(Trainer, SameSeedGivesTheSameBitsWithAnyNumberOfThreads) {
  const std::vector<double> one = Session(small()).losses(30);
  for (const int threads : {1, 2, 4})
    EXPECT_EQ(Session(small(), toy::dataset(), toy::net, threads).losses(30), one)
        << threads << " threads";
  TrainConfig other = small();
  other.seed = 2;
  EXPECT_NE(Session(other).losses(30), one) << "another seed is another run";
}

TEST(Trainer, BackendsAgreeOnTheLossCurve) {
  TrainConfig reference = small();
  reference.backend = "reference";
  const std::vector<double> expected = Session(reference).losses(20),
                            fast = Session(small()).losses(20);
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(fast[i], expected[i], 1e-3 * (1 + static_cast<double>(i))) << "step " << i + 1;
}

TEST(Trainer, LookingAndEvaluatingBetweenStepsChangesNothing) {
  const std::vector<double> expected = Session(small()).losses(20);
  Session run(small());
  const std::vector<std::uint8_t> picture(64, 90);
  std::vector<double> losses;
  while (losses.size() < 20) {
    const StepResult r = run.step();
    if (r.kind == StepResult::Kind::trained) losses.push_back(r.loss);
    ASSERT_TRUE(run.trainer->snapshot(picture, {true, {"c1.weight", "out.bias"}, true, 8}));
    ASSERT_TRUE(run.trainer->evaluate(Split::validation));
  }
  EXPECT_EQ(losses, expected);
}

TEST(Trainer, WaitsForPartsAndThenTakesTheSameBatches) {
  const std::vector<double> expected = Session(small()).losses(14);
  auto data = toy::dataset(1, false);
  Session run(small(), data);
  std::vector<double> losses = run.losses(2);  // 32 of the first part's 40 pictures
  EXPECT_EQ(run.step().kind, StepResult::Kind::waiting_for_data);
  EXPECT_EQ(run.step().kind, StepResult::Kind::waiting_for_data);
  const auto full = toy::dataset();
  const auto give = [&](Split split, int part) {
    const ImageSet& from = full->split(split);
    std::vector<std::uint8_t> pixels, labels;
    for (int i = from.part_begin(part); i < from.part_begin(part + 1); ++i) {
      pixels.insert(pixels.end(), from.image(i).begin(), from.image(i).end());
      labels.push_back(static_cast<std::uint8_t>(from.label(i)));
    }
    ASSERT_TRUE(data->split(split).add_part(part, pixels, labels));
  };
  give(Split::train, 2);
  EXPECT_EQ(run.step().kind, StepResult::Kind::waiting_for_data) << "part 2 is still missing";
  give(Split::train, 1);
  give(Split::validation, 0);
  for (const double loss : run.losses(12)) losses.push_back(loss);
  EXPECT_EQ(losses, expected);
}

TEST(Trainer, RestartIsTheSameRunAgain) {
  Session run(small());
  const std::vector<double> first = run.losses(10);
  run.trainer->restart(run.trainer->config().seed);
  EXPECT_EQ(run.trainer->steps_done(), 0u);
  EXPECT_TRUE(run.trainer->history().empty());
  EXPECT_EQ(run.losses(10), first);
}

TEST(Trainer, MoreEpochsContinueAFinishedRun) {
  TrainConfig config = small();
  config.epochs = 1;
  Session run(config);
  run.losses(100);
  EXPECT_EQ(run.step().kind, StepResult::Kind::finished);
  config.epochs = 2;
  ASSERT_TRUE(run.trainer->configure(config));
  EXPECT_EQ(run.losses(100).size(), 7u);
  EXPECT_EQ(run.trainer->history().size(), 2u);
}

TEST(Trainer, SettingsChangeWhileTraining) {
  Session run(small());
  run.losses(3);
  const auto weights = run.trainer->state().values(0);
  const std::vector<float> before(weights.begin(), weights.end());
  TrainConfig config = small();
  config.batch_size = 7;
  config.optimizer.kind = OptimizerConfig::Kind::sgd;
  config.optimizer.momentum = 0.9f;
  ASSERT_TRUE(run.trainer->configure(config));
  const auto after = run.trainer->state().values(0);
  EXPECT_EQ(before, std::vector<float>(after.begin(), after.end())) << "weights stay";
  EXPECT_EQ(run.step().samples, 7);
  config.seed = 99;
  EXPECT_FALSE(run.trainer->configure(config));
  config.seed = 1;
  config.backend = "abacus";
  const auto refused = run.trainer->configure(config);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("abacus"), std::string::npos);
  EXPECT_EQ(run.step().samples, 7) << "training goes on after a refusal";
}

TEST(Trainer, NotFiniteStopsAndNamesTheLayerAndACause) {
  TrainConfig config = small();
  config.optimizer.kind = OptimizerConfig::Kind::sgd;
  config.learning_rate = 900.0f;
  config.schedule.kind = ScheduleConfig::Kind::constant;
  Session run(config, toy::dataset(), R"({"input": [1, 8, 8], "layers": [{"type": "flatten"},
      {"type": "linear", "name": "wide", "out_features": 30}, {"type": "relu"},
      {"type": "linear", "name": "deep", "out_features": 30}, {"type": "relu"},
      {"type": "linear", "name": "out", "out_features": 2}]})");
  for (int i = 0; i < 200; ++i) {
    const auto result = run.trainer->step();
    if (result) continue;
    EXPECT_EQ(result.error().code, ErrorCode::not_finite);
    const std::string text = result.error().text();
    EXPECT_NE(text.find("NaN or infinity"), std::string::npos) << text;
    EXPECT_NE(text.find("learning rate of 900"), std::string::npos) << text;
    EXPECT_GE(run.trainer->graph().find_layer(result.error().where), 0) << text;
    EXPECT_FALSE(run.trainer->step()) << "training stays stopped";
    run.trainer->restart(1);
    EXPECT_TRUE(run.trainer->step()) << "until restart";
    return;
  }
  FAIL() << "a learning rate of 900 should have overflowed within 200 steps";
}

TEST(Trainer, PlantedNaNIsFoundInItsLayer) {
  Session run(small());
  run.losses(1);
  run.trainer->state().values(run.trainer->graph().find_parameter("out.weight"))[3] = NAN;
  const auto result = run.trainer->step();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().where, "out");
  EXPECT_NE(result.error().message.find("out.weight"), std::string::npos);
}

TEST(Trainer, RefusesANetworkThatDoesNotFitTheData) {
  ThreadPool pool;
  const auto create = [&](const char* net) {
    return Trainer::create(*graph_from_json(net), small(), toy::dataset(), pool).error().text();
  };
  EXPECT_EQ(create(R"({"input": [1, 9, 8], "layers": [{"type": "global_avg_pool2d"}]})"),
            "bars: its pictures are 1×8×8, but the network takes 1×9×8; change the network's "
            "\"input\"");
  EXPECT_EQ(create(R"({"input": [1, 8, 8], "layers": [{"type": "flatten"},
                      {"type": "linear", "name": "out", "out_features": 3}]})"),
            "out: the network ends with 3, but bars has 2 classes; end with a linear layer of 2 "
            "features");
}

TEST(Trainer, ConfusionCountsEveryPicture) {
  Session run(small());
  run.losses(42);
  const auto evaluation = run.trainer->evaluate(Split::validation);
  ASSERT_TRUE(evaluation) << evaluation.error().text();
  int total = 0, right = 0;
  for (int t = 0; t < 2; ++t)
    for (int a = 0; a < 2; ++a) {
      const int count = evaluation->confusion[static_cast<std::size_t>(2 * t + a)];
      total += count;
      if (t == a) right += count;
    }
  EXPECT_EQ(total, 30);
  EXPECT_DOUBLE_EQ(evaluation->accuracy, right / 30.0);
  EXPECT_EQ(evaluation->predictions.size(), 30u);
  for (const float confidence : evaluation->confidences) EXPECT_GE(confidence, 0.5f);
  Session partial(small(), toy::dataset(1, false));
  EXPECT_FALSE(partial.trainer->evaluate(Split::validation)) << "the pictures have not arrived";
}

TEST(Trainer, SnapshotHoldsWhatWasAskedFor) {
  Session run(small());
  run.losses(2);
  const std::vector<std::uint8_t> picture(64, 51);
  const auto all = run.trainer->snapshot(picture, {true, {"out.weight", "c1.weight"}, true, 10});
  ASSERT_TRUE(all) << all.error().text();
  EXPECT_EQ(all->step, 2u);
  EXPECT_FLOAT_EQ(all->picture.data[5], 0.2f);
  ASSERT_EQ(all->activations.size(), 7u);
  EXPECT_EQ(all->activations[0].name, "c1");
  EXPECT_EQ(all->activations[0].tensor.shape, (Shape{4, 8, 8}));
  ASSERT_EQ(all->parameters.size(), 2u) << "those that were named, in that order";
  EXPECT_EQ(all->parameters[0].name, "out.weight");
  EXPECT_EQ(all->parameters[1].tensor.shape, (Shape{4, 1, 3, 3}));
  EXPECT_EQ(all->gradients.size(), 6u) << "running statistics have no gradient";
  ASSERT_EQ(all->histograms.size(), 8u);
  int counted = 0;
  for (const int count : all->histograms[0].counts) counted += count;
  EXPECT_EQ(counted, 36);
  ASSERT_EQ(all->probabilities.size(), 2u);
  EXPECT_NEAR(all->probabilities[0] + all->probabilities[1], 1.0f, 1e-6f);
  const auto none = run.trainer->snapshot(picture, {false, {}, false, 0});
  EXPECT_EQ(none->version, all->version + 1);
  EXPECT_TRUE(none->activations.empty() && none->parameters.empty() && none->gradients.empty());
  EXPECT_FALSE(run.trainer->snapshot(std::vector<std::uint8_t>(63, 0), {}));
  const auto unknown = run.trainer->snapshot(picture, {true, {"c9.weight"}, false, 0});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().where, "c9.weight");
  EXPECT_NE(unknown.error().message.find("c1.weight, c1.bias"), std::string::npos);
}

TEST(Trainer, OneWeightIsSetByHand) {
  Session run(small());
  const std::vector<std::uint8_t> picture(64, 51);
  const auto before = run.trainer->snapshot(picture, {true, {"out.bias"}, false, 0});
  const auto old = run.trainer->set_parameter("out.bias", 1, 3.5f);
  ASSERT_TRUE(old) << old.error().text();
  EXPECT_EQ(*old, before->parameters[0].tensor.data[1]);
  const auto after = run.trainer->snapshot(picture, {true, {"out.bias"}, false, 0});
  EXPECT_EQ(after->parameters[0].tensor.data[1], 3.5f);
  EXPECT_EQ(after->parameters[0].tensor.data[0], before->parameters[0].tensor.data[0]);
  EXPECT_NEAR(after->activations.back().tensor.data[1] - before->activations.back().tensor.data[1],
              3.5f - *old, 1e-5f)
      << "the next picture is seen with it";
}

TEST(Trainer, AWeightSetByHandIsRefusedWithTheReason) {
  Session run(small());
  const auto message = [&](const char* name, std::int64_t element, float value) {
    const auto done = run.trainer->set_parameter(name, element, value);
    return done ? "accepted" : done.error().text();
  };
  EXPECT_EQ(message("out.bias", 2, 0.0f),
            "out.bias: there is no element 2; it has 2, counted from 0");
  EXPECT_EQ(message("out.bias", -1, 0.0f),
            "out.bias: there is no element -1; it has 2, counted from 0");
  EXPECT_EQ(message("out.bias", 0, NAN), "out.bias: a weight must be a finite number");
  EXPECT_EQ(message("norm1.running_var", 0, -1.0f),
            "norm1.running_var: a variance cannot be -1; give 0 or more");
  EXPECT_EQ(message("norm1.running_var", 0, 0.0f), "accepted");
  EXPECT_NE(message("other", 0, 0.0f).find("there is no such parameter"), std::string::npos);
}

TEST(Histogram, CountsIntoEqualBins) {
  const std::vector<float> values = {0.0f, 0.1f, 0.5f, 1.0f, NAN, 0.99f};
  const Histogram h = make_histogram("w", values, 2);
  EXPECT_EQ(h.low, 0.0f);
  EXPECT_EQ(h.high, 1.0f);
  EXPECT_EQ(h.counts, (std::vector<int>{2, 3}));
  EXPECT_EQ(make_histogram("w", std::vector<float>{3.0f, 3.0f}, 3).counts,
            (std::vector<int>{2, 0, 0}));
}

}  // namespace
}  // namespace convolab
