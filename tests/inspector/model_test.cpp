// The model's view: what can be done to a layer, and that nothing is lost by one click.
#include <gtest/gtest.h>

#include "inspector/stage.hpp"

namespace convolab::inspector {
namespace {

using probe::Command;
using Kind = probe::Command::Kind;

struct Model : Stage {
  Model() : Stage({680, 900}) {
    show(ViewId::model, sample_report());
    commands();
  }
};

TEST(Model, ARowSelectsItsLayerAndItsOutput) {
  Model stage;
  stage.click("s2");
  EXPECT_EQ(stage.desk().selection.layer, "s2");
  EXPECT_EQ(stage.desk().selection.buffer, "s2");
  EXPECT_FALSE(stage.has("Frozen"));  // it has no parameters
}

TEST(Model, ALayerIsFrozenAndThawed) {
  Model stage;
  stage.click("c3");
  stage.click("Frozen");
  auto all = stage.commands();
  const Command* freeze = Stage::find(all, Kind::freeze);
  ASSERT_NE(freeze, nullptr);
  EXPECT_EQ(freeze->name, "c3");
  EXPECT_TRUE(freeze->on);

  probe::Report report = sample_report();
  report.network->layers[3].frozen = true;  // the engine agrees
  stage.inspector.take(report);
  stage.frames();
  stage.click("Frozen");
  all = stage.commands();
  freeze = Stage::find(all, Kind::freeze);
  ASSERT_NE(freeze, nullptr);
  EXPECT_FALSE(freeze->on);
}

TEST(Model, NoiseHasASizeAndASeedThatIsAnotherTheNextTime) {
  Model stage;
  stage.click("c1");
  for (const std::int64_t seed : {1, 2}) {
    stage.click("Perturb …");
    EXPECT_EQ(Stage::find(stage.commands(), Kind::perturb), nullptr);
    stage.click("Add noise");
    const auto all = stage.commands();
    const Command* perturb = Stage::find(all, Kind::perturb);
    ASSERT_NE(perturb, nullptr);
    EXPECT_EQ(perturb->name, "c1");
    EXPECT_DOUBLE_EQ(perturb->value, 0.1);
    EXPECT_EQ(perturb->count, seed);
  }
}

TEST(Model, AResetAsksFirst) {
  Model stage;
  stage.click("c1");
  stage.click("Reset …");
  stage.click("Cancel");
  EXPECT_EQ(Stage::find(stage.commands(), Kind::reset_layer), nullptr);
  EXPECT_FALSE(stage.has("Reset the layer"));
  stage.click("Reset …");
  stage.type("seed", "42");
  stage.click("Reset the layer");
  const auto all = stage.commands();
  const Command* reset = Stage::find(all, Kind::reset_layer);
  ASSERT_NE(reset, nullptr);
  EXPECT_EQ(reset->name, "c1");
  EXPECT_EQ(reset->count, 42);
}

TEST(Model, AParameterIsSelectedByItsName) {
  Model stage;
  stage.click("f6");
  stage.click("f6.bias");
  EXPECT_EQ(stage.desk().selection.buffer, "f6.bias");
}

}  // namespace
}  // namespace convolab::inspector
