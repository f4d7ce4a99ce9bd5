// What is done to single layers: frozen, perturbed, reset.
#include <cmath>
#include <limits>

#include "session.hpp"

namespace convolab::probe {
namespace {

using Kind = Command::Kind;

TEST(Layers, AFrozenOneStaysAndTheOthersMoveAsWithoutIt) {
  // One batch: afterwards the others' gradients differ, because what is below has moved.
  Session plain, frozen;
  const Report report = frozen.tell({.kind = Kind::freeze, .name = "c1", .on = true});
  EXPECT_TRUE(report.message.empty()) << report.message;
  ASSERT_TRUE(report.network) << "another plan";
  EXPECT_TRUE(report.network->layers[0].frozen);
  for (const StepRow& step : report.network->steps)
    EXPECT_FALSE(step.phase == "update" && step.layer == 0) << step.title;
  const auto before = frozen.values("c1.weight"), bias = frozen.values("c1.bias");
  plain.advance();
  frozen.advance();
  EXPECT_EQ(frozen.values("c1.weight"), before);
  EXPECT_EQ(frozen.values("c1.bias"), bias);
  EXPECT_NE(plain.values("c1.weight"), before);
  for (const char* name : {"out.weight", "out.bias"})
    EXPECT_EQ(frozen.values(name), plain.values(name)) << name;
  // The gradient is there all the same.
  const Report look = frozen.tell({.kind = Kind::watch, .names = {"d_c1.weight"}, .count = 1000});
  ASSERT_EQ(look.looks.size(), 1u);
  EXPECT_GT(look.looks[0].statistics.norm, 0);

  frozen.train(10);
  EXPECT_EQ(frozen.values("c1.weight"), before);
  EXPECT_FALSE(
      frozen.tell({.kind = Kind::freeze, .name = "c1", .on = false}).network->layers[0].frozen);
  frozen.advance();
  EXPECT_NE(frozen.values("c1.weight"), before);
}

TEST(Layers, FreezingKeepsWeightsAndTheOptimisersMemory) {
  Session plain, frozen;
  plain.train(5);
  frozen.train(5);
  frozen.tell({.kind = Kind::freeze, .name = "c1", .on = true});
  frozen.tell({.kind = Kind::freeze, .name = "c1", .on = false});
  plain.train(5);
  frozen.train(5);
  EXPECT_EQ(frozen.bits(), plain.bits());
}

TEST(Layers, AnUnknownOneCannotBeFrozen) {
  Session session;
  session.train(1);
  const Report report = session.tell({.kind = Kind::freeze, .name = "c9", .on = true});
  EXPECT_NE(report.message.find("c9"), std::string::npos);
  EXPECT_TRUE(session.trainer->config().frozen.empty());
  EXPECT_EQ(session.advance().kind, StepResult::Kind::trained);
}

TEST(Layers, FrozenOnesArePartOfTheSettings) {
  TrainConfig config;
  EXPECT_EQ(train_config_to_json(config).find("frozen"), std::string::npos);
  config.frozen = {"c1", "out"};
  const auto read = parse_train_config(train_config_to_json(config));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->frozen, config.frozen);
  for (const char* json :
       {R"({"frozen": "c1"})", R"({"frozen": [1]})", R"({"frozen": {"a": "b"}})"})
    EXPECT_FALSE(parse_train_config(json)) << json;
  ThreadPool pool(1);
  config.frozen = {"c9"};
  const auto refused = Trainer::create(*graph_from_json(toy::net), config, toy::dataset(), pool);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "c9");
}

TEST(Layers, NoiseIsAsLargeAsWasAsked) {
  Session session(small(), 1, toy::dataset(), R"({"input": [1, 8, 8], "layers": [
      {"type": "flatten"}, {"type": "linear", "name": "wide", "out_features": 300},
      {"type": "linear", "name": "out", "out_features": 2}]})");
  const auto before = session.values("wide.weight"), other = session.values("out.weight");
  const Report report =
      session.tell({.kind = Kind::perturb, .name = "wide", .count = 7, .value = 0.1});
  EXPECT_TRUE(report.message.empty()) << report.message;
  const auto after = session.values("wide.weight");
  double squares = 0, change = 0, mean = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const double moved = static_cast<double>(after[i]) - static_cast<double>(before[i]);
    squares += static_cast<double>(before[i]) * before[i];
    change += moved * moved;
    mean += moved;
  }
  // 19,200 draws: the deviation is known to 0.5 %, the mean to 1/√19,200 of it.
  const auto count = static_cast<double>(before.size());
  const double deviation = 0.1 * std::sqrt(squares / count);
  EXPECT_NEAR(std::sqrt(change / count), deviation, 0.02 * deviation);
  EXPECT_NEAR(mean / count, 0, 4 * deviation / std::sqrt(count));
  EXPECT_EQ(session.values("out.weight"), other);

  Session again(small(), 1, toy::dataset(), R"({"input": [1, 8, 8], "layers": [
      {"type": "flatten"}, {"type": "linear", "name": "wide", "out_features": 300},
      {"type": "linear", "name": "out", "out_features": 2}]})");
  ASSERT_TRUE(again.trainer->perturb_layer("wide", 0.1, 7));
  EXPECT_EQ(again.values("wide.weight"), after) << "the seed decides";
  ASSERT_TRUE(again.trainer->perturb_layer("wide", 0.0, 8));
  EXPECT_EQ(again.values("wide.weight"), after);
}

TEST(Layers, AResetOneIsAFreshNetworks) {
  Session session;
  session.train(10);
  const auto kept = session.values("out.weight");
  EXPECT_TRUE(session.tell({.kind = Kind::reset_layer, .name = "c1", .count = 5}).message.empty());
  TrainConfig config = small();
  config.seed = 5;
  Session fresh(config);
  EXPECT_EQ(session.values("c1.weight"), fresh.values("c1.weight"));
  EXPECT_EQ(session.values("c1.bias"), fresh.values("c1.bias"));
  EXPECT_EQ(session.values("out.weight"), kept);
  ModelState& state = session.trainer->state();
  for (int slot = 0; slot < 2; ++slot) {
    for (const float value : state.slot(session.trainer->graph().find_parameter("c1.weight"), slot))
      EXPECT_EQ(value, 0.0f);
    EXPECT_NE(state.slot(session.trainer->graph().find_parameter("out.weight"), slot)[0], 0.0f);
  }
  // Running statistics are the layer's too.
  const std::string norm = session.trainer->graph().layers()[1].name;
  EXPECT_NE(session.values(norm + ".running_mean"), fresh.values(norm + ".running_mean"));
  ASSERT_TRUE(session.trainer->reset_layer(norm, 5));
  EXPECT_EQ(session.values(norm + ".running_mean"), fresh.values(norm + ".running_mean"));
  EXPECT_EQ(session.values(norm + ".running_var"), fresh.values(norm + ".running_var"));
}

TEST(Layers, RefusalsSayWhy) {
  Session session;
  const auto bits = session.bits();
  Trainer& trainer = *session.trainer;
  EXPECT_EQ(trainer.perturb_layer("c9", 0.1, 1).error().code, ErrorCode::not_found);
  EXPECT_EQ(trainer.reset_layer("c9", 1).error().code, ErrorCode::not_found);
  const std::string relu = trainer.graph().layers()[2].name;
  EXPECT_EQ(trainer.perturb_layer(relu, 0.1, 1).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(trainer.reset_layer(relu, 1).error().code, ErrorCode::invalid_argument);
  for (const double share :
       {-0.1, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    EXPECT_EQ(trainer.perturb_layer("c1", share, 1).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(session.bits(), bits);
  EXPECT_FALSE(session.tell({.kind = Kind::rate, .value = -1}).message.empty());
  EXPECT_FALSE(session.tell({.kind = Kind::restart, .count = -1}).message.empty());
  EXPECT_FALSE(session.tell({.kind = Kind::record, .names = {"c9"}, .count = 1}).message.empty());
  EXPECT_EQ(session.bits(), bits);
}

TEST(Layers, ABatchAtWorkIsLeftFirst) {
  const auto run = [](bool in_batch, const Command& command) {
    Session session;
    session.train(3);
    if (in_batch) session.probe->handle({.kind = Kind::run_to, .count = 1000});
    const Report report = session.tell(command);
    EXPECT_TRUE(report.message.empty()) << report.message;
    EXPECT_FALSE(report.run.in_batch);
    session.train(4);
    return session.bits();
  };
  for (const Command& command :
       {Command{.kind = Kind::perturb, .name = "c1", .count = 3, .value = 0.5},
        Command{.kind = Kind::reset_layer, .name = "out", .count = 3},
        Command{.kind = Kind::freeze, .name = "out", .on = true}, Command{.kind = Kind::fuse},
        Command{.kind = Kind::restart, .count = 9}})
    EXPECT_EQ(run(true, command), run(false, command)) << to_json(command);
}

}  // namespace
}  // namespace convolab::probe
