#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "bench.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "model/backend.hpp"

namespace convolab::bench {

namespace {

// One call, its operands by name, and what it computes: multiply-adds counted as two operations, or
// for kernels that only pass over memory, the bytes they touch.
struct Work {
  std::string label;
  Step step;
  std::vector<std::string> operands;
  double operations = 0.0;
};

// A net as the list of kernel calls of one training step, written layer by layer.
struct Net {
  explicit Net(int images) : batch(images) {}

  int batch;
  int channels = 0, h = 0, w = 0;
  std::string x = "x";
  int layers = 0;
  bool learns = false;  // weights before this layer need the gradient of its input
  std::map<std::string, std::vector<float>> memory;
  std::vector<Work> forward, backward, updates;

  std::vector<float>& buffer(const std::string& name, std::int64_t elements) {
    return memory.try_emplace(name, static_cast<std::size_t>(elements), 0.0f).first->second;
  }
  void work(std::vector<Work>& list, std::string label, Kernel kernel, KernelArgs args,
            std::vector<std::string> operands, double operations = 0.0) {
    Work each{std::move(label), {}, std::move(operands), operations};
    each.step.kernel = kernel;
    each.step.args = std::move(args);
    list.push_back(std::move(each));
  }
  std::int64_t volume() const { return std::int64_t{channels} * h * w * batch; }

  void input(int in_channels, int size) {
    channels = in_channels;
    h = w = size;
    x = layers == 0 ? "x" : next() + " input";
    both(x);
  }

  void update(const std::string& weight, std::int64_t elements) {
    for (const char* suffix : {"", ".d", ".m", ".v"}) buffer(weight + suffix, elements);
    work(updates, "adam " + weight, Kernel::adam_update, AdamArgs{.elements = elements},
         {weight + ".d", weight, weight + ".m", weight + ".v"});
  }

  void pad(int border) {
    const Pad2dArgs a = {.batch = batch,
                         .channels = channels,
                         .in_h = h,
                         .in_w = w,
                         .top = border,
                         .bottom = border,
                         .left = border,
                         .right = border};
    const std::string y = next();
    h += 2 * border;
    w += 2 * border;
    both(y);
    work(forward, y + " pad", Kernel::pad2d_forward, a, {x, y});
    if (learns) work(backward, y + " pad d_x", Kernel::pad2d_backward, a, {y + ".d", "", x + ".d"});
    x = y;
  }

  void conv(int out, int kernel, int groups = 1) {
    Conv2dArgs a = {.batch = batch,
                    .in_channels = channels,
                    .in_h = h,
                    .in_w = w,
                    .out_channels = out,
                    .out_h = h - kernel + 1,
                    .out_w = w - kernel + 1,
                    .kernel_h = kernel,
                    .kernel_w = kernel,
                    .groups = groups};
    const std::string y = next(), weight = y + ".weight", bias = y + ".bias";
    update(weight, std::int64_t{out} * channels / groups * kernel * kernel);
    update(bias, out);
    const double taps = double(channels) / groups * kernel * kernel;
    channels = out;
    h = a.out_h;
    w = a.out_w;
    const double operations = 2.0 * taps * double(volume());
    both(y);
    const std::string name = y + " conv " + std::to_string(kernel) + "x" + std::to_string(kernel) +
                             " " + std::to_string(a.in_channels) + "->" + std::to_string(out);
    work(forward, name, Kernel::conv2d_forward, a, {x, weight, bias, y}, operations);
    work(backward, name + " d_bias", Kernel::conv2d_backward_bias, a, {y + ".d", bias + ".d"});
    work(backward, name + " d_weight", Kernel::conv2d_backward_weight, a,
         {x, y + ".d", weight + ".d"}, operations);
    if (learns)
      work(backward, name + " d_x", Kernel::conv2d_backward_input, a, {y + ".d", weight, x + ".d"},
           operations);
    learns = true;
    x = y;
  }

  void relu() {
    const ActivationArgs a = {.elements = volume()};
    const std::string y = next();
    both(y);
    work(forward, y + " relu", Kernel::activation_forward, a, {x, y});
    work(backward, y + " relu d_x", Kernel::activation_backward, a, {y, y + ".d", x + ".d"});
    x = y;
  }

  void pool() {
    const MaxPool2dArgs a = {.batch = batch,
                             .channels = channels,
                             .in_h = h,
                             .in_w = w,
                             .out_h = h / 2,
                             .out_w = w / 2,
                             .kernel_h = 2,
                             .kernel_w = 2,
                             .stride_h = 2,
                             .stride_w = 2};
    const std::string y = next();
    h /= 2;
    w /= 2;
    both(y);
    buffer(y + ".switches", volume());
    work(forward, y + " pool", Kernel::max_pool2d_forward, a, {x, y, y + ".switches"});
    work(backward, y + " pool d_x", Kernel::max_pool2d_backward, a,
         {y + ".d", y + ".switches", "", x + ".d"});
    x = y;
  }

  void linear(int out) {
    const int in = channels * h * w;
    const LinearArgs a = {.batch = batch, .in_features = in, .out_features = out};
    const std::string y = next(), weight = y + ".weight", bias = y + ".bias";
    update(weight, std::int64_t{in} * out);
    update(bias, out);
    channels = out;
    h = w = 1;
    both(y);
    const double operations = 2.0 * in * double(volume());
    const std::string name = y + " linear " + std::to_string(in) + "->" + std::to_string(out);
    work(forward, name, Kernel::linear_forward, a, {x, weight, bias, y}, operations);
    work(backward, name + " d_bias", Kernel::linear_backward_bias, a, {y + ".d", bias + ".d"});
    work(backward, name + " d_weight", Kernel::linear_backward_weight, a,
         {x, y + ".d", weight + ".d"}, operations);
    work(backward, name + " d_x", Kernel::linear_backward_input, a, {y + ".d", weight, x + ".d"},
         operations);
    x = y;
  }

  void loss() {
    const CrossEntropyArgs a = {.classes = channels, .batch = batch};
    buffer("labels", batch);
    buffer("losses", batch);
    buffer("metrics", 2);
    work(forward, "loss", Kernel::cross_entropy_forward, a, {x, "labels", "losses"});
    work(forward, "metrics", Kernel::metrics, MetricsArgs{.classes = channels, .batch = batch},
         {x, "labels", "losses", "metrics"});
    work(backward, "loss d_x", Kernel::cross_entropy_backward, a, {x, "labels", x + ".d"});
  }

 private:
  std::string next() { return std::to_string(++layers); }
  void both(const std::string& y) {
    buffer(y, volume());
    buffer(y + ".d", volume());
  }
};

// conv 5×5 1→8 relu pool 2, conv 3×3 8→16 relu pool 2, linear 400→10; 28×28×1
void net_u(Net& net) {
  net.input(1, 28);
  net.conv(8, 5), net.relu(), net.pool();
  net.conv(16, 3), net.relu(), net.pool();
  net.linear(10);
}

// conv 5×5 1→6 pad 2 relu pool 2, conv 5×5 6→16 relu pool 2, 400-120-84-10; 28×28×1
void net_l(Net& net) {
  net.input(1, 28);
  net.pad(2), net.conv(6, 5), net.relu(), net.pool();
  net.conv(16, 5), net.relu(), net.pool();
  net.linear(120), net.relu(), net.linear(84), net.relu(), net.linear(10);
}

// [conv 3×3 32 same relu]×2 pool 2 [conv 3×3 64 same relu]×2 pool 2, 4096-128-10; 32×32×3
void net_v(Net& net) {
  net.input(3, 32);
  for (const int channels : {32, 64}) {
    for (int i = 0; i < 2; ++i) net.pad(1), net.conv(channels, 3), net.relu();
    net.pool();
  }
  net.linear(128), net.relu(), net.linear(10);
}

// Not a net: single layers of well-known ones, out of 56², 28², 14², 24² and 56² pixels. For
// batch 1.
void net_s(Net& net) {
  net.learns = true;
  net.input(64, 58), net.conv(64, 3);
  net.input(128, 30), net.conv(128, 3);
  net.input(256, 14), net.conv(256, 1);
  net.input(8, 28), net.conv(16, 5);
  net.input(64, 58), net.conv(64, 3, 64);
}

// The median time of a call, in seconds.
double time_of(const Backend& backend, const RunContext& context, const Work& work, Net& net) {
  std::vector<void*> operands;
  for (const std::string& name : work.operands)
    operands.push_back(name.empty() ? nullptr : net.memory.at(name).data());
  const KernelFunction run = backend.run[static_cast<std::size_t>(work.step.kernel)];
  std::vector<double> times;
  const double start = now_in_seconds();
  while (times.size() < 5 || (now_in_seconds() - start < 0.25 && times.size() < 2000)) {
    const double before = now_in_seconds();
    run(context, work.step, operands.data());
    times.push_back(now_in_seconds() - before);
  }
  std::nth_element(times.begin(), times.begin() + static_cast<long>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

void bench_net(const char* name, void (*build)(Net&), int batch, const Backend& backend,
               ThreadPool& pool, const std::string& only) {
  Net net(batch);
  build(net);
  net.loss();
  Rng rng(1, Stream::test);
  for (auto& [buffer, values] : net.memory)
    if (buffer != "labels" && buffer.find("switches") == std::string::npos)
      for (float& each : values) each = 0.1f * rng.uniform(-1.0f, 1.0f);
  std::vector<Work> all = net.forward;
  all.insert(all.end(), net.backward.rbegin(), net.backward.rend());
  all.insert(all.end(), net.updates.begin(), net.updates.end());

  std::int64_t scratch_floats = 0;
  for (const Work& work : all)
    scratch_floats = std::max(scratch_floats, backend.scratch(work.step));
  std::vector<float> scratch(static_cast<std::size_t>(scratch_floats));
  RunContext context;
  context.pool = &pool;
  context.scratch = scratch.data();
  context.learning_rate = 1e-6f;

  const std::string who(backend.name);
  std::printf("\nnet %s, batch %d, %s, %d thread(s)\n", name, batch, who.c_str(), pool.threads());
  double total = 0.0, operations = 0.0;
  for (const Work& work : all) {
    if (work.label.find(only) == std::string::npos) continue;
    const double seconds = time_of(backend, context, work, net);
    total += seconds;
    operations += work.operations;
    std::printf("  %-34s %9.1f us", work.label.c_str(), seconds * 1e6);
    if (work.operations > 0.0) std::printf("  %6.1f GFLOP/s", work.operations / seconds * 1e-9);
    std::printf("\n");
  }
  std::printf("  %-34s %9.1f us  %6.1f GFLOP/s, %.0f images/s\n", "all", total * 1e6,
              operations / total * 1e-9, batch / total);
}

std::string option(const Arguments& arguments, const std::string& name, const char* otherwise) {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i)
    if (arguments[i] == name) return arguments[i + 1];
  return otherwise;
}

}  // namespace

int kernels(const Arguments& arguments) {
  const std::string net = option(arguments, "--net", "ULV");
  const std::string only = option(arguments, "--only", "");
  const int batch = std::atoi(option(arguments, "--batch", "64").c_str());
  ThreadPool pool(std::atoi(option(arguments, "--threads", "1").c_str()));
  const auto backend = find_backend(option(arguments, "--backend", "simd"));
  if (!backend) {
    std::printf("%s\n", backend.error().text().c_str());
    return 2;
  }
  const struct {
    const char* name;
    void (*build)(Net&);
  } nets[] = {{"U", &net_u}, {"L", &net_l}, {"V", &net_v}, {"S", &net_s}};
  for (const auto& each : nets)
    if (net.find(each.name) != std::string::npos)
      bench_net(each.name, each.build, batch, **backend, pool, only);
  return 0;
}

}  // namespace convolab::bench
