#include "probe/figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "train/snapshot.hpp"

namespace convolab::probe {
namespace {

// Σ value(i)², in floats many side by side, which a compiler makes vectors of: watching a run must
// not slow it down. Long sums, and squares that floats do not hold well, are doubles'.
template <class Value>
double squares(std::size_t count, const Value& value) {
  constexpr std::size_t lanes = 64, block = 16 * lanes;
  double all = 0;
  for (std::size_t begin = 0; begin < count; begin += block) {
    const std::size_t end = std::min(count, begin + block);
    std::array<float, lanes> sums{};
    std::size_t i = begin;
    for (; i + lanes <= end; i += lanes)
      for (std::size_t k = 0; k < lanes; ++k) sums[k] += value(i + k) * value(i + k);
    double sum = 0;
    for (const float each : sums) sum += each;
    if (!(sum > 1e-25 && sum < 1e25)) {
      sum = 0;
      i = begin;
    }
    for (; i < end; ++i) sum += static_cast<double>(value(i)) * value(i);
    all += sum;
  }
  return all;
}

double squares(std::span<const float> values) {
  const float* v = values.data();
  return squares(values.size(), [v](std::size_t i) { return v[i]; });
}

double squares_between(std::span<const float> before, std::span<const float> after) {
  const float *a = before.data(), *b = after.data();
  return squares(before.size(), [a, b](std::size_t i) { return b[i] - a[i]; });
}

bool any_not_zero(const float* values, std::size_t count) {
  std::uint32_t any = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, values + i, sizeof bits);
    any |= bits << 1;  // without the sign
  }
  return any != 0;
}

// The share of units, of `batch` values each, that are 0 for all of them. Few values at a time, as
// most units show soon that they are alive; and not one, as nobody could guess which.
double dead_share(std::span<const float> values, std::size_t batch) {
  constexpr std::size_t some = 8;
  const std::size_t units = values.size() / batch;
  std::size_t dead = 0;
  for (std::size_t unit = 0; unit < units; ++unit) {
    const float* first = values.data() + unit * batch;
    bool alive = false;
    std::size_t n = 0;
    for (; !alive && n + some <= batch; n += some) alive = any_not_zero(first + n, some);
    dead += !alive && !any_not_zero(first + n, batch - n);
  }
  return static_cast<double>(dead) / static_cast<double>(units);
}

}  // namespace

Statistics statistics_of(std::span<const float> values) {
  Statistics out;
  Histogram histogram = make_histogram({}, values, histogram_bins);
  out.elements = static_cast<std::int64_t>(values.size());
  out.low = histogram.low;
  out.high = histogram.high;
  out.histogram = std::move(histogram.counts);
  double all = 0, squared = 0;
  std::int64_t finite = 0;
  for (const float value : values) {
    out.zeros += value == 0.0f;
    if (!std::isfinite(value)) continue;
    ++finite;
    all += value;
    squared += static_cast<double>(value) * value;
  }
  out.not_finite = out.elements - finite;
  out.mean = finite > 0 ? all / static_cast<double>(finite) : 0;
  out.norm = std::sqrt(squared);
  return out;
}

Point point_of(const Graph& graph, const Executor& executor, const Stepper& stepper,
               const StepResult& result) {
  const Plan& plan = executor.plan();
  const std::size_t layers = graph.layers().size();
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  Point out;
  out.step = result.step;
  out.loss = result.loss;
  out.accuracy = result.accuracy;
  out.rate = result.learning_rate;
  out.gradient.assign(layers, none);
  out.update.assign(layers, none);
  std::vector<double> gradient(layers, 0), change(layers, 0), size(layers, 0);
  for (std::size_t i = 0; i < graph.parameters().size(); ++i) {
    if (plan.d_parameters[i] == no_buffer) continue;
    const auto layer = static_cast<std::size_t>(graph.parameters()[i].layer);
    const auto before = stepper.kept(static_cast<int>(i)),
               after = executor.data(plan.parameters[i]);
    gradient[layer] += squares(executor.data(plan.d_parameters[i]));
    out.gradient[layer] = std::sqrt(gradient[layer]);
    if (before.size() != after.size()) continue;
    change[layer] += squares_between(before, after);
    size[layer] += squares(before);
    if (size[layer] > 0) out.update[layer] = std::sqrt(change[layer] / size[layer]);
  }
  return out;
}

std::vector<double> dead_units(const Graph& graph, const Executor& executor) {
  const Plan& plan = executor.plan();
  std::vector<double> out(graph.layers().size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < out.size(); ++i)
    if (graph.layers()[i].type->name == "relu" && plan.values[i + 1] != no_buffer)
      out[i] = dead_share(executor.data(plan.values[i + 1]),
                          static_cast<std::size_t>(plan.options.batch));
  return out;
}

BatchLook batch_of(const Trainer& trainer, const Executor& executor, std::span<const int> pictures,
                   std::int64_t most, bool answered, bool counted) {
  const Graph& graph = trainer.graph();
  const Plan& plan = executor.plan();
  const auto batch = static_cast<std::size_t>(plan.options.batch);
  const std::size_t count =
      std::min({pictures.size(), batch, static_cast<std::size_t>(std::max<std::int64_t>(0, most))});
  BatchLook out;
  out.step = trainer.steps_done();
  out.shape = graph.spec().input.sizes();
  const auto input = executor.data(plan.input());
  const auto output = executor.data(plan.output());
  const auto losses = executor.data(plan.losses);
  const std::size_t elements = input.size() / batch, classes = output.size() / batch;
  const bool shares = graph.layers().back().type->name == "softmax";
  for (std::size_t n = 0; n < count; ++n) {
    out.indices.push_back(pictures[n]);
    out.labels.push_back(trainer.dataset().train.label(pictures[n]));
    for (std::size_t i = 0; i < elements; ++i) out.values.push_back(input[i * batch + n]);
    if (counted) out.losses.push_back(losses[n]);
    if (!answered) continue;
    std::size_t best = 0;
    for (std::size_t c = 1; c < classes; ++c)
      if (output[c * batch + n] > output[best * batch + n]) best = c;
    double all = 0;
    for (std::size_t c = 0; c < classes; ++c)
      all += std::exp(static_cast<double>(output[c * batch + n]) -
                      static_cast<double>(output[best * batch + n]));
    out.answers.push_back(static_cast<int>(best));
    out.confidences.push_back(shares ? output[best * batch + n] : static_cast<float>(1 / all));
  }
  return out;
}

}  // namespace convolab::probe
