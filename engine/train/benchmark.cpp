#include "train/benchmark.hpp"

#include <algorithm>
#include <chrono>

#include "core/rng.hpp"
#include "train/trainer.hpp"

namespace convolab {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Repeats `run`, which does `images` pictures, and returns the median images/s. The first runs are
// not counted: they bring memory and instructions near, and let a browser optimise.
template <class Run>
Expected<double> measure(const BenchmarkOptions& options, double images, Run run) {
  const int repeats = std::max(1, options.repeats);
  const double share = options.seconds / repeats;
  std::vector<double> rates;
  for (int repeat = -1; repeat < repeats; ++repeat) {
    const auto start = Clock::now();
    double runs = 0, passed = 0;
    do {
      if (Status status = run(); !status) return tl::unexpected(status.error());
      ++runs;
      passed = since(start);
    } while (passed < share);
    if (repeat >= 0) rates.push_back(runs * images / passed);
  }
  return median(std::move(rates));
}

// Random pictures with random labels, enough for a few batches.
Expected<std::shared_ptr<Dataset>> random_dataset(const Graph& graph, int batch) {
  const Shape& output = graph.shape(graph.output());
  if (output.rank() != 1 || output[0] > 256)
    return fail(ErrorCode::invalid_spec, graph.layers().back().name,
                "the network ends with " + output.text() +
                    ", but only nets that end with up to 256 class scores can be measured");
  const int count = batch * 8;
  const auto pixels = static_cast<std::size_t>(graph.spec().input.elements() * count);
  Rng rng(1, Stream::test);
  std::vector<std::uint8_t> bytes(pixels), labels(static_cast<std::size_t>(count));
  for (auto& value : bytes) value = static_cast<std::uint8_t>(rng.bits() >> 24);
  for (auto& label : labels)
    label = static_cast<std::uint8_t>(rng.below(static_cast<std::uint32_t>(output[0])));
  std::vector<std::string> names;
  for (int c = 0; c < output[0]; ++c) names.push_back(std::to_string(c));
  ImageSet train(graph.spec().input, output[0], {count});
  (void)train.add_part(0, bytes, labels);  // made to fit
  return std::make_shared<Dataset>(Dataset{"random pictures", std::move(names), std::move(train),
                                           ImageSet(graph.spec().input, output[0], {})});
}

}  // namespace

double clock_tick() {
  double tick = 1;
  for (int i = 0; i < 5; ++i) {
    const auto start = Clock::now();
    double passed = 0;
    while (passed == 0) passed = since(start);
    tick = std::min(tick, passed);
  }
  return tick;
}

double usual_seconds(const std::vector<double>& seconds, double tick) {
  const double middle = median(seconds);
  if (middle > 20 * tick) return middle;
  double sum = 0, count = 0;
  for (const double each : seconds)
    if (each <= middle + 4 * tick) {
      sum += each;
      ++count;
    }
  return sum / count;
}

std::int64_t step_multiply_adds(const Graph& graph, const Step& step) {
  switch (step.kernel) {
    case Kernel::conv2d_forward:
    case Kernel::conv2d_backward_input:
    case Kernel::conv2d_backward_weight:
    case Kernel::linear_forward:
    case Kernel::linear_backward_input:
    case Kernel::linear_backward_weight:
      return graph.layers()[static_cast<std::size_t>(step.layer)].multiply_adds;
    default: return 0;
  }
}

const std::vector<BenchmarkNet>& benchmark_nets() {
  static const std::vector<BenchmarkNet> nets = {
      {"net-u", "model-2", {}},
      {"net-l", "lenet-5", {.kind = OptimizerConfig::Kind::sgd, .momentum = 0.9f}},
      {"net-v", "net-v", {}}};
  return nets;
}

Expected<double> benchmark_training(const Graph& graph, const BenchmarkOptions& options,
                                    ThreadPool& pool) {
  auto data = random_dataset(graph, options.config.batch_size);
  if (!data) return tl::unexpected(data.error());
  auto copy = make_graph(graph.spec());
  if (!copy) return tl::unexpected(copy.error());
  TrainConfig config = options.config;
  config.epochs = 100000;        // it never ends by itself
  config.learning_rate = 1e-5f;  // nor diverges, whatever the net
  auto trainer = Trainer::create(*std::move(copy), config, *data, pool);
  if (!trainer) return tl::unexpected(trainer.error());
  return measure(options, config.batch_size, [&]() -> Status {
    const auto done = (*trainer)->step();
    return done ? Status() : tl::unexpected(done.error());
  });
}

Expected<double> benchmark_inference(const Graph& graph, const BenchmarkOptions& options,
                                     ThreadPool& pool) {
  const int batch = options.config.batch_size;
  const auto backend = find_backend(options.config.backend);
  if (!backend) return tl::unexpected(backend.error());
  ModelState state(graph, options.config.seed);
  auto plan = make_plan(
      graph, {.batch = batch, .optimizer = {}, .share_memory = true, .fuse = options.config.fuse});
  if (!plan) return tl::unexpected(plan.error());
  auto executor = Executor::create(*std::move(plan), **backend, state, pool);
  if (!executor) return tl::unexpected(executor.error());
  const std::int64_t features = graph.spec().input.elements();
  std::vector<float> pictures(static_cast<std::size_t>(features * batch));
  Rng rng(1, Stream::test);
  for (float& value : pictures) value = rng.uniform();
  const BufferId input = executor->plan().input();
  return measure(options, batch, [&]() -> Status {
    batch_to_innermost(pictures.data(), batch, features, executor->data(input).data());
    executor->run({});
    return {};
  });
}

double measure_ceiling(const Backend& backend, double seconds) {
  constexpr int repeats = 9;
  float out[16];
  std::vector<double> rates;
  std::int64_t rounds = 1 << 12;
  for (int repeat = -1; repeat < repeats;) {
    const auto start = Clock::now();
    const std::int64_t each = backend.ceiling(rounds, out);
    const double passed = since(start);
    // A call is one share of the time; until it is, clocks are too coarse for it.
    if (passed < seconds / (2 * repeats) && rounds < (std::int64_t{1} << 40)) {
      rounds *= 2;
      continue;
    }
    if (repeat >= 0) rates.push_back(2e-9 * static_cast<double>(each * rounds) / passed);
    ++repeat;
  }
  return median(std::move(rates));
}

TrainingProfile::TrainingProfile(const Graph& graph, const BenchmarkOptions& options,
                                 std::unique_ptr<ModelState> state, Executor executor)
    : graph_(&graph),
      config_(options.config),
      state_(std::move(state)),
      executor_(std::move(executor)),
      seconds_(executor_.plan().steps.size()) {}

Expected<TrainingProfile> TrainingProfile::create(const Graph& graph,
                                                  const BenchmarkOptions& options,
                                                  ThreadPool& pool) {
  const TrainConfig& config = options.config;
  const auto backend = find_backend(config.backend);
  if (!backend) return tl::unexpected(backend.error());
  auto state = std::make_unique<ModelState>(graph, config.seed);
  state->reset_optimizer(config.optimizer.slots());
  PlanOptions plan_options;
  plan_options.batch = config.batch_size;
  plan_options.training = plan_options.backward = true;
  plan_options.loss = config.loss;
  plan_options.optimizer = config.optimizer;
  plan_options.fuse = config.fuse;
  auto plan = make_plan(graph, plan_options);
  if (!plan) return tl::unexpected(plan.error());
  auto executor = Executor::create(*std::move(plan), **backend, *state, pool);
  if (!executor) return tl::unexpected(executor.error());
  Rng rng(1, Stream::test);
  for (float& value : executor->data(executor->plan().input())) value = rng.uniform();
  return TrainingProfile(graph, options, std::move(state), *std::move(executor));
}

void TrainingProfile::measure(double seconds) {
  const auto start = Clock::now();
  do {
    const int step = static_cast<int>(next_);
    const auto begin = Clock::now();
    executor_.run_steps(step, step + 1, {.learning_rate = 1e-5f, .seed = config_.seed});
    seconds_[next_].push_back(since(begin));
    next_ = (next_ + 1) % seconds_.size();
  } while (since(start) < seconds);
}

int TrainingProfile::rounds() const { return static_cast<int>(seconds_.back().size()) - 1; }

std::vector<StepTime> TrainingProfile::times() const {
  const auto layer_name = [&](int layer) {
    return graph_->layers()[static_cast<std::size_t>(layer)].name;
  };
  const double tick = clock_tick();
  std::vector<StepTime> out;
  for (std::size_t s = 0; s < seconds_.size(); ++s) {
    const Step& step = executor_.plan().steps[s];
    const double time = usual_seconds({seconds_[s].begin() + 1, seconds_[s].end()}, tick);
    const auto work =
        2.0 * static_cast<double>(step_multiply_adds(*graph_, step)) * config_.batch_size;
    out.push_back(
        {step_title(*graph_, step),
         step.layer < 0 ? std::string(loss_name(config_.loss)) : layer_name(step.layer),
         std::string(phase_name(step.phase)), executor_.plan().buffer(step.writes.front()).name,
         step.fused < 0 ? "" : layer_name(step.fused), time, time > 0 ? work / time * 1e-9 : 0.0});
  }
  return out;
}

Expected<std::vector<StepTime>> profile_training(const Graph& graph,
                                                 const BenchmarkOptions& options,
                                                 ThreadPool& pool) {
  auto profile = TrainingProfile::create(graph, options, pool);
  if (!profile) return tl::unexpected(profile.error());
  profile->measure(options.seconds);
  while (profile->rounds() < 2) profile->measure(0);
  return profile->times();
}

}  // namespace convolab
