// The inspector and a real probe: what one says the other understands, on a small network in
// training.
#include <gtest/gtest.h>

#include <cmath>

#include "../probe/session.hpp"
#include "inspector/stage.hpp"

namespace convolab::inspector {
namespace {

using Kind = probe::Command::Kind;

// A host in miniature: it passes commands on, takes batches and hands reports over.
struct Conversation {
  probe::Session session;
  Stage stage{{1280, 1000}};

  // The inspector's commands, then so many batches.
  void exchange(int batches = 0) {
    for (const probe::Command& command : stage.commands()) {
      session.probe->handle(command);
      if (command.kind == Kind::step_batch) session.advance();
    }
    session.train(batches);
    stage.inspector.take(session.probe->report());
    stage.frames(3);
  }
  void show(ViewId view) {
    stage.inspector.layout().splits = {0.12f, 0.88f, 0.5f};
    stage.inspector.layout().show(view);
    stage.frames(3);
    exchange();
  }
};

TEST(Conversation, EveryBufferOfABatchIsDrawn) {
  Conversation talk;
  talk.exchange();
  ASSERT_FALSE(talk.stage.desk().network.buffers.empty());
  talk.show(ViewId::tensor);
  int drawn = 0;
  for (const probe::BufferRow& row : talk.stage.desk().network.buffers) {
    talk.stage.desk().select_buffer(row.name);
    talk.stage.frames();
    talk.exchange(1);
    const auto look = talk.stage.desk().looks.find(row.name);
    if (look == talk.stage.desk().looks.end()) continue;
    ++drawn;
    EXPECT_TRUE(talk.stage.has("##maps")) << row.name << " " << row.role;
    const probe::Look& of = look->second;
    const HeatMaps maps = talk.stage.desk().tensor.slices.maps_of(of.values.data());
    // The last cell of the last slice is the last number, so that nothing is beyond.
    Slices slices = talk.stage.desk().tensor.slices;
    for (std::size_t axis = 0; axis < slices.shape.size(); ++axis)
      slices.at[axis] = slices.shape[axis] - 1;
    EXPECT_EQ(slices.index(slices.at), static_cast<std::int64_t>(of.values.size()) - 1);
    EXPECT_TRUE(maps.has(slices.cell(maps))) << row.name;
  }
  EXPECT_GT(drawn, 20);
}

TEST(Conversation, KeysStepThroughABatchAndBack) {
  Conversation talk;
  talk.exchange();
  talk.stage.press('N');
  talk.stage.press('N');
  talk.exchange();
  EXPECT_TRUE(talk.stage.desk().run.in_batch);
  EXPECT_EQ(talk.stage.desk().run.next, 2);
  talk.stage.press('B');
  talk.exchange();
  EXPECT_EQ(talk.stage.desk().run.next, 1);
  talk.stage.click("Finish batch");
  talk.exchange();
  EXPECT_FALSE(talk.stage.desk().run.in_batch);
  EXPECT_EQ(talk.stage.desk().run.step, 1u);
}

TEST(Conversation, TrainingFillsItsCurves) {
  Conversation talk;
  talk.exchange();
  talk.show(ViewId::training);
  talk.exchange(6);
  const auto& points = talk.stage.desk().points;
  ASSERT_GE(points.size(), 5u);
  for (const probe::Point& point : points) {
    EXPECT_TRUE(std::isfinite(point.loss));
    EXPECT_EQ(point.gradient.size(), talk.stage.desk().network.layers.size());
  }
}

TEST(Conversation, TheTimeMachineRecordsWhileTrainingGoesOn) {
  Conversation talk;
  talk.exchange();
  talk.show(ViewId::time_machine);
  talk.stage.type("##every", "2");
  talk.stage.click("Record every");
  talk.exchange();
  talk.exchange(8);
  const auto& frames = talk.stage.desk().recording.frames();
  ASSERT_GE(frames.size(), 4u);
  EXPECT_TRUE(talk.stage.has("##filters"));
  const std::string name = talk.stage.desk().machine.tensor;
  EXPECT_FALSE(name.empty());
  // It is the newest moment that is seen, with the weights as they are.
  for (const probe::Frame::Tensor& tensor : frames.back().tensors)
    EXPECT_EQ(tensor.values.empty(), tensor.shape.empty()) << tensor.name;
}

TEST(Conversation, TheBatchInFlightHasItsAnswers) {
  Conversation talk;
  talk.exchange();
  talk.show(ViewId::data);
  talk.exchange(2);
  ASSERT_TRUE(talk.stage.desk().batch);
  const probe::BatchLook& batch = *talk.stage.desk().batch;
  EXPECT_EQ(batch.labels.size(), 16u);
  EXPECT_EQ(batch.answers.size(), 16u);
  EXPECT_TRUE(talk.stage.has("picture", 15));
}

TEST(Conversation, ALearningRateArrives) {
  Conversation talk;
  talk.exchange();
  talk.stage.type("##rate", "0.05");
  talk.exchange();
  EXPECT_FLOAT_EQ(talk.stage.desk().run.base_rate, 0.05f);
}

}  // namespace
}  // namespace convolab::inspector
