// Training with fused steps and without is the same to the last bit, for every net of the zoo.
#include <gtest/gtest.h>

#include "core/rng.hpp"
#include "model/zoo.hpp"
#include "train/trainer.hpp"

namespace convolab {
namespace {

std::shared_ptr<Dataset> random_pictures(const Graph& graph, int count) {
  const int classes = graph.shape(graph.output())[0];
  Rng rng(4, Stream::test);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(graph.spec().input.elements() * count)),
      labels(static_cast<std::size_t>(count));
  for (auto& value : pixels) value = static_cast<std::uint8_t>(rng.below(256));
  for (auto& label : labels)
    label = static_cast<std::uint8_t>(rng.below(static_cast<std::uint32_t>(classes)));
  std::vector<std::string> names(static_cast<std::size_t>(classes), "a class");
  ImageSet train(graph.spec().input, classes, {count}),
      validation(graph.spec().input, classes, {count});
  EXPECT_TRUE(train.add_part(0, pixels, labels));
  EXPECT_TRUE(validation.add_part(0, pixels, labels));
  return std::make_shared<Dataset>(
      Dataset{"random pictures", std::move(names), std::move(train), std::move(validation)});
}

// The losses of training and validation, in order: an epoch is three steps, a batch of 4 pictures,
// one of 2, which fills no vector, and the validation of all.
std::vector<double> losses(const ZooEntry& entry, const std::string& backend, bool fuse,
                           int steps) {
  auto graph = graph_from_json(entry.spec);
  const auto data = random_pictures(*graph, 6);
  TrainConfig config;
  config.batch_size = 4;
  config.epochs = 100;
  config.backend = backend;
  config.fuse = fuse;
  ThreadPool pool(1);
  auto trainer = Trainer::create(*std::move(graph), config, data, pool);
  EXPECT_TRUE(trainer) << trainer.error().text();
  std::vector<double> out;
  for (int i = 0; i < steps; ++i) {
    const auto result = (*trainer)->step();
    EXPECT_TRUE(result) << result.error().text();
    out.push_back(result->loss);
  }
  return out;
}

TEST(FusedTraining, IsTheSameToTheLastBit) {
  for (const ZooEntry& entry : zoo())
    for (const std::string& backend : backend_names()) {
      // The reference takes its time: for the large nets one epoch must do.
      const bool slow =
          backend == "reference" && graph_from_json(entry.spec)->multiply_adds() > 1'000'000;
      const int steps = slow ? 3 : 6;
      EXPECT_EQ(losses(entry, backend, true, steps), losses(entry, backend, false, steps))
          << entry.name << " on " << backend;
    }
}

TEST(FusedTraining, CanBeSwitchedInARunInProgress) {
  const auto run = [](bool switches) {
    auto graph = graph_from_json(find_in_zoo("model-2")->spec);
    const auto data = random_pictures(*graph, 10);
    TrainConfig config;
    config.batch_size = 4;
    ThreadPool pool(1);
    auto trainer = Trainer::create(*std::move(graph), config, data, pool);
    std::vector<double> out;
    for (int i = 0; i < 8; ++i) {
      config.fuse = !switches || i % 2 == 0;
      EXPECT_TRUE((*trainer)->configure(config));
      out.push_back((*trainer)->step()->loss);
    }
    return out;
  };
  EXPECT_EQ(run(true), run(false));
}

}  // namespace
}  // namespace convolab
