// Benchmark: how many pictures a second a network trains on and answers for, measured through the
// same code that trains. Shared by `convolab bench`, tests/bench and the page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "model/graph.hpp"
#include "train/config.hpp"

namespace convolab {

struct BenchmarkOptions {
  TrainConfig config;  // its batch_size, backend, optimizer, loss and seed count
  double seconds = 2;  // measured time of one figure
  int repeats = 9;     // the figure is the median of so many shares of that time
};

// A network to measure: its name in tables, in the zoo, and the optimiser it trains with.
struct BenchmarkNet {
  std::string_view name;   // "net-u"
  std::string_view model;  // "model-2"
  OptimizerConfig optimizer;
};
// The nets of the speed tables: net-u, net-l and net-v.
const std::vector<BenchmarkNet>& benchmark_nets();

// Median images/s of training steps (batch taken, forward, backward, update) on random pictures.
Expected<double> benchmark_training(const Graph& graph, const BenchmarkOptions& options,
                                    ThreadPool& pool);
// Median images/s of forward passes in eval mode, the copy of the batch into the plan included.
Expected<double> benchmark_inference(const Graph& graph, const BenchmarkOptions& options,
                                     ThreadPool& pool);

struct StepTime {
  std::string kernel, layer, phase;
  std::string result;  // the buffer it writes: "conv1", "d_conv1.weight" …
  double seconds = 0;  // median of one run of the step
  double gflops = 0;   // 2 · multiply-adds / time; 0 where that is not what the step does
};
// The time of every step of a training plan, in the plan's order.
Expected<std::vector<StepTime>> profile_training(const Graph& graph,
                                                 const BenchmarkOptions& options, ThreadPool& pool);

}  // namespace convolab
