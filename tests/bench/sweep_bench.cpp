// Sweeps: convolutions along every axis from a few centres, and where they are slower than their
// neighbours.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>

#include "bench.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "model/backend.hpp"

namespace convolab::bench {

namespace {

// A layer of a sweep: as many channels out as in, "same" padding done before.
struct Point {
  int batch, channels, image, kernel, stride = 1, dilation = 1, groups = 1;

  Conv2dArgs args() const {
    const int reach = dilation * (kernel - 1), in = image + reach;
    const int out = (in - reach - 1) / stride + 1;
    return {.batch = batch,
            .in_channels = channels,
            .in_h = in,
            .in_w = in,
            .out_channels = channels,
            .out_h = out,
            .out_w = out,
            .kernel_h = kernel,
            .kernel_w = kernel,
            .stride_h = stride,
            .stride_w = stride,
            .dilation_h = dilation,
            .dilation_w = dilation,
            .groups = groups};
  }
};

struct Centre {
  const char* name;
  Point point;
};
constexpr Centre centres[] = {
    {"3x3, batch 16", {16, 16, 28, 3}},
    {"3x3, batch 1", {1, 32, 28, 3}},
    {"1x1, batch 1", {1, 64, 28, 1}},
    {"depthwise, batch 1", {1, 64, 56, 3, 1, 1, 64}},
    {"depthwise, batch 16", {16, 16, 28, 3, 1, 1, 16}},
};

struct Axis {
  const char* name;
  int Point::*member;
  std::vector<int> values;
};
const std::vector<Axis>& axes() {
  static const std::vector<Axis> all = {
      {"batch", &Point::batch, {1, 2, 3, 4, 6, 8, 13, 16, 32, 64, 100, 256, 1000}},
      {"channels", &Point::channels, {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256}},
      {"image", &Point::image, {8, 10, 14, 16, 20, 28, 32, 56, 64, 112, 224}},
      {"kernel", &Point::kernel, {1, 2, 3, 4, 5, 7, 9, 11}},
      {"stride", &Point::stride, {1, 2, 3, 4}},
      {"dilation", &Point::dilation, {1, 2, 3, 4}},
      {"groups", &Point::groups, {1, 2, 4, 8, 16, 32, 64}},
  };
  return all;
}

struct Sizes {
  double x, weight, y, multiply_adds;
};
Sizes sizes_of(const Conv2dArgs& a) {
  const double taps = double(a.in_channels) / a.groups * a.kernel_h * a.kernel_w;
  const double y = double(a.out_channels) * a.out_h * a.out_w * a.batch;
  return {double(a.in_channels) * a.in_h * a.in_w * a.batch, a.out_channels * taps, y, y * taps};
}

// The thread's own time where there is such a clock.
double processor_seconds() {
#ifdef CLOCK_THREAD_CPUTIME_ID
  timespec now{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0)
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
#endif
  return now_in_seconds();
}

// The least time of several calls, after some that let the compiler behind wasm wake up. Calls in
// which somebody else had the processor do not count, unless there are no others. (What the
// thread's clock says of these is no measure: on a machine that is shared it runs short at times.)
double least_time(const std::function<void()>& run) {
  double least = 1e9, interrupted = 1e9, total = 0.0;
  for (int calls = 0, whole = 0; (whole < 4 && calls < 20) || (total < 0.012 && calls < 400);
       ++calls) {
    const double processor = processor_seconds(), before = now_in_seconds();
    run();
    const double passed = now_in_seconds() - before;
    const bool alone = processor_seconds() - processor > 0.98 * passed - 1e-6;
    total += passed;
    whole += alone;
    double& kept = alone ? least : interrupted;
    kept = std::min(kept, passed);
  }
  return least < 1e9 ? least : interrupted;
}

// What a cliff is measured by: a machine that multiplies and adds at its ceiling, touches every
// float of its operands at the speed of a copy, and takes a microsecond to begin.
struct Machine {
  double operations = 0.0;  // per second
  // Seconds for a float of 4^(i+5) that are copied together: less in a cache than beyond.
  std::vector<double> float_times;

  double time(const Sizes& s) const {
    const double floats = s.x + s.weight + s.y;
    std::size_t i = 0;
    while (i + 1 < float_times.size() && std::pow(4.0, double(i + 5)) < floats) ++i;
    return 1e-6 + 2.0 * s.multiply_adds / operations + floats * float_times[i];
  }
};

Machine machine_of(const Backend& backend) {
  Machine machine;
  constexpr std::int64_t rounds = 20'000;
  float out[16];
  std::int64_t each_round = 0;
  std::vector<double> times(41);
  for (double& each : times) each = least_time([&] { each_round = backend.ceiling(rounds, out); });
  std::nth_element(times.begin(), times.begin() + 20, times.end());
  machine.operations = 2.0 * static_cast<double>(each_round * rounds) / times[20];
  for (int log = 10; log <= 24; log += 2) {
    const std::size_t half = std::size_t{1} << (log - 1);
    std::vector<float> from(half, 1.0f), to(half);
    const double copy = least_time([&] { std::copy(from.begin(), from.end(), to.begin()); });
    machine.float_times.push_back(copy / (2.0 * static_cast<double>(half)));
  }
  return machine;
}

struct Row {
  std::string centre, axis, name;
  int value = 0;
  Kernel kernel{};
  Conv2dArgs args;
  Sizes sizes{};
  double expected = 0.0;  // time that the machine above takes
  double time = 1e9;
  double gflops = 0.0, share = 0.0;
  double cliff = 0.0;  // times as slow per multiply-add as a neighbour, where that is a cliff
};

class Sweep {
 public:
  Sweep(const Backend& backend, ThreadPool& pool)
      : backend_(backend), pool_(pool), machine_(machine_of(backend)) {}

  const Machine& machine() const { return machine_; }
  const std::vector<Row>& rows() const { return rows_; }

  // All axes from all centres, of the kernels whose "centre, kernel by axis" has `only` in it.
  // Twice: what was measured while the compiler behind wasm still slept, or somebody else had the
  // memory, is measured again. And what looks like a cliff then, in turns with its neighbours.
  void run(const std::string& only) {
    for (const Centre& centre : centres)
      for (const Axis& axis : axes())
        if (centre.point.groups == 1 || axis.member != &Point::groups) add(centre, axis, only);
    reserve();
    for (int again = 0; again < 2; ++again)
      for (Row& row : rows_) measure(row);
    constexpr int turns = 7;
    for (int turn = 0; turn < turns; ++turn)
      for (std::size_t i = 0; i < rows_.size(); ++i)
        for (const std::size_t j : {i - 1, i + 1})
          if (side_by_side(i, j) && cliff_between(i, j) > 1.4) {
            measure(rows_[j]);
            measure(rows_[i]);
          }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      Row& row = rows_[i];
      row.gflops = 2e-9 * row.sizes.multiply_adds / row.time;
      row.share = 1e9 * row.gflops / machine_.operations;
      for (const std::size_t j : {i - 1, i + 1})
        if (side_by_side(i, j) && cliff_between(i, j) > 1.5)
          row.cliff = std::max(row.cliff, cliff_between(i, j));
    }
  }

 private:
  void add(const Centre& centre, const Axis& axis, const std::string& only) {
    const struct {
      const char* name;
      Kernel kernel;
    } kernels[] = {{"forward", Kernel::conv2d_forward},
                   {"d_x", Kernel::conv2d_backward_input},
                   {"d_weight", Kernel::conv2d_backward_weight}};
    for (const auto& [name, kernel] : kernels) {
      const std::string what = std::string(centre.name) + ", " + name + " by " + axis.name;
      if (what.find(only) == std::string::npos) continue;
      for (const int value : axis.values) {
        Point p = centre.point;
        p.*axis.member = value;
        // Depthwise stays so when its channels change.
        if (centre.point.groups > 1 && axis.member == &Point::channels) p.groups = p.channels;
        if (p.channels % p.groups != 0) continue;
        const Conv2dArgs a = p.args();
        const Sizes s = sizes_of(a);
        if (s.multiply_adds > 1.5e8 || s.x + s.y > 1.2e7) continue;  // for the time it takes
        rows_.push_back({centre.name, axis.name, name, value, kernel, a, s, machine_.time(s)});
      }
    }
  }

  // Memory for the largest row, as a network has it: one block, in which every operand begins at a
  // whole number of cache lines.
  static std::size_t lines_of(double floats) {
    return (static_cast<std::size_t>(floats) + 15) / 16 * 16;
  }
  Step step_of(const Row& row) const {
    Step step;
    step.kernel = row.kernel;
    step.args = row.args;
    return step;
  }
  std::size_t operands_of(const Row& row) const {
    return lines_of(row.sizes.x) + lines_of(row.sizes.weight) + lines_of(row.args.out_channels) +
           lines_of(row.sizes.y);
  }
  void reserve() {
    std::size_t most = 16;
    for (const Row& row : rows_)
      most = std::max(most, operands_of(row) + lines_of(double(backend_.scratch(step_of(row)))));
    memory_.reset(static_cast<float*>(std::aligned_alloc(64, most * sizeof(float))));
  }

  void measure(Row& row) {
    const Sizes& s = row.sizes;
    float* x = memory_.get();
    float* weight = x + lines_of(s.x);
    float* bias = weight + lines_of(s.weight);
    float* y = bias + lines_of(row.args.out_channels);
    Rng rng(1, Stream::test);
    std::generate(x, x + operands_of(row), [&] { return rng.uniform(-1.0f, 1.0f); });
    const Step step = step_of(row);
    RunContext context;
    context.pool = &pool_;
    context.scratch = x + operands_of(row);
    std::vector<void*> operands = {x, weight, bias, y};
    if (row.kernel == Kernel::conv2d_backward_input) operands = {y, weight, x};
    if (row.kernel == Kernel::conv2d_backward_weight) operands = {x, y, weight};
    const KernelFunction run = backend_.run[static_cast<std::size_t>(row.kernel)];
    row.time = std::min(row.time, least_time([&] { run(context, step, operands.data()); }));
  }

  // Whether there is a row j (behind the last one's or before the first's there is none), and it is
  // of the same axis as row i.
  bool side_by_side(std::size_t i, std::size_t j) const {
    return j < rows_.size() && rows_[i].centre == rows_[j].centre &&
           rows_[i].axis == rows_[j].axis && rows_[i].kernel == rows_[j].kernel;
  }
  // A cliff takes over 1.5 times a neighbour's time for a multiply-add where the machine above
  // would not: what has less work for the data it touches is slower by right.
  double cliff_between(std::size_t i, std::size_t j) const {
    const double work = rows_[i].sizes.multiply_adds / rows_[j].sizes.multiply_adds;
    const double ratio = rows_[i].time / rows_[j].time / work;
    const double by_right = rows_[i].expected / rows_[j].expected / work;
    return ratio / std::max(1.0, by_right);
  }

  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  const Backend& backend_;
  ThreadPool& pool_;
  Machine machine_;
  std::unique_ptr<float[], Free> memory_;
  std::vector<Row> rows_;
};

void print_json(const Sweep& sweep, std::string_view backend) {
  std::printf("{\"backend\": \"%.*s\", \"ceiling\": %.1f, \"rows\": [\n",
              static_cast<int>(backend.size()), backend.data(), sweep.machine().operations * 1e-9);
  const char* comma = "";
  for (const Row& r : sweep.rows()) {
    std::printf(
        "%s {\"centre\": \"%s\", \"axis\": \"%s\", \"kernel\": \"%s\", \"value\": %d, "
        "\"gflops\": %.2f, \"share\": %.3f, \"cliff\": %.2f}",
        comma, r.centre.c_str(), r.axis.c_str(), r.name.c_str(), r.value, r.gflops, r.share,
        r.cliff);
    comma = ",\n";
  }
  std::printf("\n]}\n");
}

void print_text(const Sweep& sweep) {
  std::string before;
  std::vector<Row> cliffs;
  for (const Row& r : sweep.rows()) {
    const std::string here = r.centre + ", " + r.name + " by " + r.axis;
    if (here != before) std::printf("\n%s (GFLOP/s)\n ", here.c_str());
    before = here;
    std::printf(" %d: %.1f%s", r.value, r.gflops, r.cliff > 0.0 ? "!" : "");
    if (r.cliff > 0.0) cliffs.push_back(r);
  }
  std::sort(cliffs.begin(), cliffs.end(),
            [](const Row& a, const Row& b) { return a.cliff > b.cliff; });
  std::printf("\n\n%zu cliffs among %zu points; ceiling %.1f GFLOP/s\n", cliffs.size(),
              sweep.rows().size(), sweep.machine().operations * 1e-9);
  for (const Row& r : cliffs)
    std::printf("  %.2f x  %s, %s, %s %d (%.1f GFLOP/s)\n", r.cliff, r.centre.c_str(),
                r.name.c_str(), r.axis.c_str(), r.value, r.gflops);
}

}  // namespace

int sweep(const Arguments& arguments) {
  const auto has = [&](const char* name) {
    return std::find(arguments.begin(), arguments.end(), name) != arguments.end();
  };
  const auto value = [&](const char* name, const char* otherwise) -> std::string {
    const auto named = std::find(arguments.begin(), arguments.end(), name);
    return named != arguments.end() && named + 1 != arguments.end() ? *(named + 1) : otherwise;
  };
  const auto backend = find_backend(value("--backend", "simd"));
  if (!backend) {
    std::printf("%s\n", backend.error().text().c_str());
    return 2;
  }
  ThreadPool pool(1);
  Sweep sweep(**backend, pool);
  sweep.run(value("--only", ""));
  if (has("--json"))
    print_json(sweep, (*backend)->name);
  else
    print_text(sweep);
  return 0;
}

}  // namespace convolab::bench
