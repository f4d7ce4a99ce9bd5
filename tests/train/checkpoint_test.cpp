// Going on from a checkpoint is the run that was never interrupted; anything else is refused.
#include "train/checkpoint.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "io/safetensors.hpp"
#include "toy.hpp"
#include "train/trainer.hpp"

namespace convolab {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Kind = OptimizerConfig::Kind;

TrainConfig settings(Kind optimizer = Kind::adam) {
  TrainConfig config;
  config.batch_size = 16;
  config.epochs = 3;
  config.seed = 4;
  config.learning_rate = 0.01f;
  config.augment = {0.5f, 5.0f, 0.05f};
  config.optimizer.kind = optimizer;
  if (optimizer == Kind::sgd) config.optimizer.momentum = 0.9f;
  return config;
}

bool same(std::span<const float> a, std::span<const float> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

struct Training {
  ThreadPool pool;
  std::shared_ptr<Dataset> data = toy::dataset();
  std::unique_ptr<Trainer> trainer;

  explicit Training(TrainConfig config = settings(), const char* net = toy::net) {
    auto graph = graph_from_json(net);
    EXPECT_TRUE(graph) << graph.error().text();
    auto created = Trainer::create(*std::move(graph), std::move(config), data, pool);
    EXPECT_TRUE(created) << created.error().text();
    trainer = *std::move(created);
  }
  StepResult step() {
    const auto done = trainer->step();
    EXPECT_TRUE(done) << done.error().text();
    return done ? *done : StepResult();
  }
  void steps(int count) {
    for (int i = 0; i < count; ++i) step();
  }
  // All that the rest of the run says: of every batch its kind, loss and accuracy; of every epoch
  // its figures; and the weights at the end.
  std::vector<double> rest() {
    std::vector<double> out;
    for (StepResult r = step(); r.kind != StepResult::Kind::finished; r = step()) {
      out.insert(out.end(), {static_cast<double>(r.kind), static_cast<double>(r.step), r.loss,
                             r.accuracy, static_cast<double>(r.learning_rate)});
      if (const auto& e = r.epoch_done)
        out.insert(out.end(), {static_cast<double>(e->epoch), static_cast<double>(e->step), e->loss,
                               e->accuracy, e->val_loss, e->val_accuracy});
    }
    for (const NamedTensor& each : take_weights(trainer->graph(), trainer->state()))
      out.insert(out.end(), each.tensor.data.begin(), each.tensor.data.end());
    return out;
  }
  std::string refusal(const Bytes& file) {
    const auto status = trainer->restore(file);
    return status ? "accepted" : status.error().text();
  }
};

// An epoch of the toy data is 7 training batches and 1 of validation; of 3 epochs, these calls of
// step() end in the middle of an epoch, before its validation, after it, and at the very end.
constexpr int places[] = {0, 3, 7, 8, 12, 24};

TEST(Checkpoint, GoingOnIsTheSameBitsAsNeverStopping) {
  for (const Kind optimizer : {Kind::adam, Kind::sgd, Kind::rmsprop})
    for (const int place : places) {
      Training first(settings(optimizer));
      first.steps(place);
      const Bytes file = first.trainer->checkpoint();
      EXPECT_EQ(first.trainer->checkpoint(), file) << "saving changes nothing";
      const std::size_t epochs = first.trainer->history().size();
      const std::vector<double> expected = first.rest();

      TrainConfig other_seed = settings(optimizer);
      other_seed.seed = 99;
      Training second(other_seed);
      second.steps(5);  // whatever it had done before is over
      ASSERT_TRUE(second.trainer->restore(file)) << second.refusal(file);
      EXPECT_EQ(second.trainer->history().size(), epochs);
      EXPECT_EQ(second.trainer->config().seed, 4u);
      EXPECT_EQ(second.trainer->checkpoint(), [&] {
        Training third(settings(optimizer));
        EXPECT_TRUE(third.trainer->restore(file));
        return third.trainer->checkpoint();
      }()) << "what is restored does not depend on what was there";
      EXPECT_EQ(second.rest(), expected) << "interrupted after " << place << " calls";
    }
}

TEST(Checkpoint, MoreEpochsGoOnAfterTheLast) {
  Training first;
  first.rest();
  const Bytes file = first.trainer->checkpoint();
  TrainConfig longer = settings();
  longer.epochs = 4;
  ASSERT_TRUE(first.trainer->configure(longer));
  Training second(longer);
  ASSERT_TRUE(second.trainer->restore(file));
  EXPECT_EQ(second.trainer->epoch(), 3);
  EXPECT_EQ(second.rest(), first.rest());
  EXPECT_EQ(second.trainer->history().size(), 4u);
}

TEST(Checkpoint, IsAFileOfWeightsToEverybodyElse) {
  Training run;
  run.steps(3);
  const Bytes file = run.trainer->checkpoint();
  const auto tensors = read_safetensors(file, "run.safetensors");
  ASSERT_TRUE(tensors) << tensors.error().text();
  EXPECT_EQ(tensors->front().name, "c1.weight");
  ModelState other(run.trainer->graph(), 77);
  const auto loaded = load_weights(run.trainer->graph(), *tensors, "run.safetensors", other);
  ASSERT_TRUE(loaded) << loaded.error().text();
  for (int i = 0; i < static_cast<int>(run.trainer->graph().parameters().size()); ++i)
    EXPECT_TRUE(same(other.values(i), run.trainer->state().values(i)));
}

TEST(Checkpoint, AnotherOptimizerStartsWithoutMemory) {
  Training first;
  first.steps(10);
  const Bytes file = first.trainer->checkpoint();
  Training second(settings(Kind::sgd));
  ASSERT_TRUE(second.trainer->restore(file));
  EXPECT_EQ(second.trainer->steps_done(), first.trainer->steps_done());
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(same(second.trainer->state().values(i), first.trainer->state().values(i)));
    for (const float memory : second.trainer->state().slot(i, 0)) EXPECT_EQ(memory, 0.0f);
  }
  // As if the optimiser had been changed in the middle of the run.
  ASSERT_TRUE(first.trainer->configure(settings(Kind::sgd)));
  EXPECT_EQ(second.rest(), first.rest());
}

TEST(Checkpoint, TakesAwayWhatHadStoppedTheRun) {
  Training run;
  run.steps(2);
  const Bytes file = run.trainer->checkpoint();
  run.trainer->state().values(0)[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(run.trainer->step());
  ASSERT_TRUE(run.trainer->restore(file));
  EXPECT_EQ(run.step().step, 3u);
}

TEST(Checkpoint, RefusesAnotherNetworkByItsFirstParameterThatDoesNotFit) {
  Training run;
  const Bytes file = run.trainer->checkpoint();
  std::string wider = toy::net;
  wider.replace(wider.find("\"out_channels\": 4"), 17, "\"out_channels\": 5");
  Training other(settings(), wider.c_str());
  const Bytes before = other.trainer->checkpoint();
  EXPECT_EQ(other.refusal(file),
            "checkpoint: it is of another network: c1.weight is 4×1×3×3, but here it is 5×1×3×3");
  EXPECT_EQ(other.trainer->checkpoint(), before) << "nothing changed";
  std::string renamed = toy::net;
  renamed.replace(renamed.find("\"name\": \"out\""), 13, "\"name\": \"end\"");
  EXPECT_EQ(Training(settings(), renamed.c_str()).refusal(file),
            "checkpoint: it is of another network: it has no end.weight");
  std::string plain = toy::net;
  plain.replace(plain.find("{\"type\": \"batch_norm2d\"}, "), 26, "");
  EXPECT_EQ(Training(settings(), plain.c_str()).refusal(file),
            "checkpoint: it is of another network: here there is no norm1.weight");
}

TEST(Checkpoint, RefusesOtherData) {
  Training run;
  const Bytes file = run.trainer->checkpoint();
  Training other;
  other.data->name = "dots";
  EXPECT_EQ(other.refusal(file),
            "checkpoint: it is of a run on bars (100 pictures to train on, 30 to validate), but "
            "the data here are dots (100 pictures to train on, 30 to validate)");
}

// The file with one text replaced by another of the same length.
Bytes with(Bytes file, const std::string& from, const std::string& to) {
  const auto at = std::search(file.begin(), file.end(), from.begin(), from.end());
  EXPECT_NE(at, file.end()) << from;
  EXPECT_EQ(from.size(), to.size());
  std::copy(to.begin(), to.end(), at);
  return file;
}

TEST(Checkpoint, RefusesOtherVersionsAndDamage) {
  Training run;
  run.steps(9);
  const Bytes file = run.trainer->checkpoint();
  EXPECT_EQ(run.refusal(with(file, R"(convolab_checkpoint":"2")", R"(convolab_checkpoint":"3")")),
            "checkpoint: it is a checkpoint of version 3, but this Convolab reads version 2");
  EXPECT_NE(run.refusal(with(file, R"(\"step\":8)", R"(\"step\":7)")).find("checksum"),
            std::string::npos);
  Bytes flipped = file;
  flipped[file.size() - 100] ^= 1;
  EXPECT_NE(run.refusal(flipped).find("checksum"), std::string::npos);
  const Bytes weights = write_safetensors(take_weights(run.trainer->graph(), run.trainer->state()));
  EXPECT_NE(run.refusal(weights).find("this is not a checkpoint"), std::string::npos);
  EXPECT_NE(run.refusal({}).find("0 bytes in all"), std::string::npos);
  EXPECT_EQ(run.trainer->checkpoint(), file) << "nothing changed";
}

TEST(Checkpoint, RefusesAProgressThatCannotBe) {
  Checkpoint good;
  good.spec = toy::net;
  good.config = "{}";
  good.progress.dataset = "bars";
  good.progress.training_pictures = 100;
  good.progress.validation_pictures = 30;
  good.progress.current.epoch = 1;
  Training run;
  good.tensors = take_weights(run.trainer->graph(), run.trainer->state());
  const auto refusal = [&](auto change) {
    Checkpoint bad = good;
    change(bad);
    return run.refusal(write_checkpoint(bad));
  };
  EXPECT_EQ(refusal([](Checkpoint&) {}),
            "checkpoint: the optimiser's memory of c1.weight is missing or has another shape");
  EXPECT_EQ(refusal([](Checkpoint& c) { c.progress.position = 130; }),
            "checkpoint: it stands at picture 130 of an epoch of 130");
  for (const int epoch : {0, 3})
    EXPECT_NE(refusal([&](Checkpoint& c) { c.progress.current.epoch = epoch; }).find("incomplete"),
              std::string::npos);
  EXPECT_NE(refusal([](Checkpoint& c) { c.progress.history.resize(1); }).find("incomplete"),
            std::string::npos);
  EXPECT_NE(refusal([](Checkpoint& c) { c.config = "{"; }), "accepted");
}

TEST(Checkpoint, AnyCutOrFlippedFileIsRefusedOrHarmless) {
  Training run;
  run.steps(9);
  const Bytes file = run.trainer->checkpoint();
  std::uint64_t header = 0;
  std::memcpy(&header, file.data(), sizeof header);
  const std::size_t data = 8 + static_cast<std::size_t>(header);
  for (std::size_t size = 0; size < file.size(); size += size < data ? 7 : 41)
    ASSERT_FALSE(run.trainer->restore({file.data(), size})) << size << " bytes";
  for (std::size_t at = 0; at < data; ++at) {
    Bytes bad = file;
    bad[at] = static_cast<std::uint8_t>(bad[at] ^ (1u << at % 8));
    (void)run.trainer->restore(bad);  // a letter of the spec may change unseen
  }
  ASSERT_TRUE(run.trainer->restore(file));
  EXPECT_EQ(run.trainer->checkpoint(), file);
}

}  // namespace
}  // namespace convolab
