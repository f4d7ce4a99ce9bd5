// Benchmark: how many pictures a second a network trains on and answers for, measured through the
// same code that trains. Shared by `convolab bench`, tests/bench and the page.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "model/executor.hpp"
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

// What this machine can do at most with a backend's instructions and one thread, in GFLOP/s: the
// median of loops of multiply-adds on registers, over about so many seconds.
double measure_ceiling(const Backend& backend, double seconds);

// The smallest step of the clock: in a browser it may be longer than much that is measured.
double clock_tick();
// What is usual of times that were measured with such a clock: the median, or, of what a coarse
// clock shows as 0 or 1 tick, the mean without interruptions. Needs one at least.
double usual_seconds(const std::vector<double>& seconds, double tick);
// The multiply-adds of one sample in this step; 0 for steps that are not matrix products.
std::int64_t step_multiply_adds(const Graph& graph, const Step& step);

struct StepTime {
  std::string kernel;  // "conv2d_forward", or of a fused step "conv2d_forward + relu"
  std::string layer, phase;
  std::string result;  // the buffer it writes: "conv1", "d_conv1.weight" …
  std::string fused;   // the other layer that a fused step covers, or ""
  double seconds = 0;  // of one run of the step, as it usually is
  double gflops = 0;   // 2 · multiply-adds / time; 0 where that is not what the step does
};

// The time of every step of a training plan, on random pictures and with weights of its own, so
// that a run in progress notices nothing but the time that is taken.
class TrainingProfile {
 public:
  // `graph` and `pool` must outlive it. Of the options, the configuration counts.
  static Expected<TrainingProfile> create(const Graph& graph, const BenchmarkOptions& options,
                                          ThreadPool& pool);

  const TrainConfig& config() const { return config_; }

  // Runs steps for about so long, one at least, and goes on where it stopped.
  void measure(double seconds);
  // How often every step has been measured. The first round, which brings memory and instructions
  // near, does not count.
  int rounds() const;
  // In the plan's order; needs a round.
  std::vector<StepTime> times() const;

 private:
  TrainingProfile(const Graph& graph, const BenchmarkOptions& options,
                  std::unique_ptr<ModelState> state, Executor executor);

  const Graph* graph_;
  TrainConfig config_;
  std::unique_ptr<ModelState> state_;
  Executor executor_;
  std::vector<std::vector<double>> seconds_;  // of every step, in every round
  std::size_t next_ = 0;
};

// The same at once, for options.seconds and three rounds at least.
Expected<std::vector<StepTime>> profile_training(const Graph& graph,
                                                 const BenchmarkOptions& options, ThreadPool& pool);

}  // namespace convolab
