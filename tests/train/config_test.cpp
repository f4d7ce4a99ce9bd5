#include "train/config.hpp"

#include <gtest/gtest.h>

namespace convolab {
namespace {

TEST(TrainConfig, EmptyDocumentGivesTheDefaults) {
  const auto config = parse_train_config("{}");
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->batch_size, 32);
  EXPECT_EQ(config->optimizer.kind, OptimizerConfig::Kind::adam);
  EXPECT_EQ(config->schedule.kind, ScheduleConfig::Kind::cosine);
  EXPECT_FALSE(config->augment.any());
  EXPECT_TRUE(config->fuse);
}

TEST(TrainConfig, RoundTripKeepsEverySetting) {
  const char* documents[] = {
      R"({"batch_size": 7, "epochs": 3, "seed": 9007199254740991, "loss": "mse", "backend": "reference",
          "optimizer": {"type": "sgd", "lr": 0.5, "momentum": 0.5, "nesterov": true, "weight_decay": 0.25},
          "schedule": {"type": "step", "step_size": 2, "gamma": 0.5, "warmup_steps": 4},
          "augment": {"shift": 2, "rotate": 8, "scale": 0.125}, "fuse": false})",
      R"({"optimizer": {"type": "rmsprop", "alpha": 0.5, "eps": 0.25, "momentum": 0.5}})",
      R"({"optimizer": {"type": "adamw", "betas": [0.5, 0.75], "eps": 0.5}})"};
  for (const char* document : documents) {
    const auto first = parse_train_config(document);
    ASSERT_TRUE(first) << first.error().text();
    const auto second = parse_train_config(train_config_to_json(*first));
    ASSERT_TRUE(second) << second.error().text();
    EXPECT_EQ(train_config_to_json(*first), train_config_to_json(*second));
    EXPECT_EQ(first->optimizer, second->optimizer);
    EXPECT_EQ(first->schedule, second->schedule);
    EXPECT_EQ(first->augment, second->augment);
    EXPECT_EQ(first->seed, second->seed);
    EXPECT_EQ(first->fuse, second->fuse);
  }
}

TEST(TrainConfig, WritesNumbersAsTheyWereGiven) {
  const std::string json = train_config_to_json(
      *parse_train_config(R"({"optimizer": {"lr": 0.003}, "augment": {"scale": 0.15}})"));
  EXPECT_NE(json.find("\"lr\":0.003,"), std::string::npos) << json;
  EXPECT_NE(json.find("\"scale\":0.15}"), std::string::npos) << json;
}

TEST(TrainConfig, AdamWDecaysByDefaultAsInPyTorch) {
  EXPECT_FLOAT_EQ(parse_train_config(R"({"optimizer": {"type": "adamw"}})")->optimizer.weight_decay,
                  0.01f);
  EXPECT_FLOAT_EQ(parse_train_config(R"({"optimizer": {"type": "adam"}})")->optimizer.weight_decay,
                  0.0f);
}

TEST(TrainConfig, BadSettingsAreRefusedWithWhatWasExpected) {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "must be a JSON object"},
      {"{", "must be a JSON object"},
      {R"({"batchsize": 3})", "unknown entry \"batchsize\"; known are batch_size"},
      {R"({"batch_size": 0})", "\"batch_size\" is 0; it must be a whole number from 1 to 65536"},
      {R"({"epochs": 2.5})", "\"epochs\" is 2.5; it must be a whole number"},
      {R"({"seed": -1})", "\"seed\" is -1"},
      {R"({"loss": "hinge"})", "it must be one of cross_entropy, mse"},
      {R"({"optimizer": {"type": "adagrad"}})", "it must be one of sgd, rmsprop, adam, adamw"},
      {R"({"optimizer": {"lr": "fast"}})", "\"lr\" is \"fast\"; it must be a number"},
      {R"({"optimizer": {"betas": [0.9]}})", "\"betas\" must be two numbers"},
      {R"({"optimizer": {"type": "sgd", "nesterov": true}})", "Nesterov needs a momentum above 0"},
      {R"({"optimizer": {"type": "adam", "momentum": 0.9}})",
       "\"momentum\" is no setting of adam; it has lr, weight_decay, betas, eps"},
      {R"({"schedule": {"type": "linear"}})", "it must be one of constant, step, cosine"},
      {R"({"augment": {"scale": 0.95}})", "\"scale\" is 0.95"},
      {R"({"fuse": 1})", "\"fuse\" must be true or false"},
      {R"({"augment": 3})", "must be a JSON object"},
  };
  for (const auto& [document, expected] : cases) {
    const auto config = parse_train_config(document);
    ASSERT_FALSE(config) << document;
    EXPECT_NE(config.error().text().find(expected), std::string::npos)
        << document << " gave: " << config.error().text();
  }
}

TEST(Schedule, WarmUpRisesToTheRateAndCosineFallsToZero) {
  const ScheduleConfig cosine{ScheduleConfig::Kind::cosine, 5, 0.5f, 10};
  EXPECT_FLOAT_EQ(scheduled_rate(cosine, 1.0f, 0, 50, 110), 0.1f);
  EXPECT_FLOAT_EQ(scheduled_rate(cosine, 1.0f, 9, 50, 110), 1.0f);
  EXPECT_FLOAT_EQ(scheduled_rate(cosine, 1.0f, 10, 50, 110), 1.0f);
  EXPECT_NEAR(scheduled_rate(cosine, 1.0f, 60, 50, 110), 0.5f, 1e-6f);
  EXPECT_NEAR(scheduled_rate(cosine, 1.0f, 110, 50, 110), 0.0f, 1e-6f);
  EXPECT_NEAR(scheduled_rate(cosine, 1.0f, 1000, 50, 110), 0.0f, 1e-6f);
}

TEST(Schedule, StepMultipliesByGammaEveryStepSizeEpochs) {
  const ScheduleConfig step{ScheduleConfig::Kind::step, 2, 0.1f, 0};
  EXPECT_FLOAT_EQ(scheduled_rate(step, 1.0f, 19, 10, 100), 1.0f);
  EXPECT_FLOAT_EQ(scheduled_rate(step, 1.0f, 20, 10, 100), 0.1f);
  EXPECT_FLOAT_EQ(scheduled_rate(step, 1.0f, 40, 10, 100), 0.01f);
  const ScheduleConfig constant{ScheduleConfig::Kind::constant, 2, 0.1f, 0};
  EXPECT_FLOAT_EQ(scheduled_rate(constant, 0.3f, 99, 10, 100), 0.3f);
}

}  // namespace
}  // namespace convolab
