// That the benchmark measures at all; how fast is nobody's test.
#include "train/benchmark.hpp"

#include <gtest/gtest.h>

#include "model/zoo.hpp"

namespace convolab {
namespace {

TEST(Benchmark, MeasuresEveryNet) {
  ThreadPool pool(1);
  for (const BenchmarkNet& net : benchmark_nets()) {
    ASSERT_NE(find_in_zoo(net.model), nullptr) << net.name;
    const auto graph = graph_from_json(find_in_zoo(net.model)->spec);
    ASSERT_TRUE(graph);
    BenchmarkOptions options;
    options.config.batch_size = 2;
    options.config.optimizer = net.optimizer;
    options.seconds = 0;
    options.repeats = 1;
    const auto train = benchmark_training(*graph, options, pool);
    const auto infer = benchmark_inference(*graph, options, pool);
    ASSERT_TRUE(train && infer);
    EXPECT_GT(*train, 0);
    EXPECT_GT(*infer, 0);
    const auto steps = profile_training(*graph, options, pool);
    ASSERT_TRUE(steps);
    EXPECT_EQ(steps->back().phase, "update");
    EXPECT_GT(steps->size(), graph->layers().size());
  }
}

TEST(Benchmark, RefusesNetsWithoutScores) {
  const auto graph = graph_from_json(R"({"input": [1, 4, 4], "layers": [{"type": "relu"}]})");
  ThreadPool pool(1);
  const auto result = benchmark_training(*graph, {}, pool);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_spec);
}

}  // namespace
}  // namespace convolab
