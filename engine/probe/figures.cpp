#include "probe/figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "train/snapshot.hpp"

namespace convolab::probe {
namespace {

// Σ term(i), as eight sums side by side that need not wait for each other.
template <class Term>
double sum(std::size_t count, const Term& term) {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= count; i += sums.size())
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += term(i + k);
  for (; i < count; ++i) sums[0] += term(i);
  double all = 0;
  for (const double each : sums) all += each;
  return all;
}

double squares(std::span<const float> values) {
  return sum(values.size(), [&](std::size_t i) {
    const double value = values[i];
    return value * value;
  });
}

double squares_between(std::span<const float> a, std::span<const float> b) {
  return sum(a.size(), [&](std::size_t i) {
    const double change = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    return change * change;
  });
}

// The share of units, of `batch` values each, that are 0 for all of them.
double dead_share(std::span<const float> values, std::size_t batch) {
  const std::size_t units = values.size() / batch;
  std::size_t dead = 0;
  for (std::size_t unit = 0; unit < units; ++unit) {
    const float* first = values.data() + unit * batch;
    dead += std::find_if(first, first + batch, [](float v) { return v != 0.0f; }) == first + batch;
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
  out.dead.assign(layers, none);
  std::vector<double> gradient(layers, 0), change(layers, 0), size(layers, 0);
  for (std::size_t i = 0; i < graph.parameters().size(); ++i) {
    if (plan.d_parameters[i] == no_buffer) continue;
    const auto layer = static_cast<std::size_t>(graph.parameters()[i].layer);
    const auto before = stepper.kept(static_cast<int>(i)),
               after = executor.data(plan.parameters[i]);
    gradient[layer] += squares(executor.data(plan.d_parameters[i]));
    out.gradient[layer] = std::sqrt(gradient[layer]);
    if (before.size() != after.size()) continue;
    change[layer] += squares_between(after, before);
    size[layer] += squares(before);
    if (size[layer] > 0) out.update[layer] = std::sqrt(change[layer] / size[layer]);
  }
  for (std::size_t i = 0; i < layers; ++i)
    if (graph.layers()[i].type->name == "relu" && plan.values[i + 1] != no_buffer)
      out.dead[i] = dead_share(executor.data(plan.values[i + 1]),
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
