// LeNet-5 in the middle of a run, written down by hand: what a probe would say of it, with numbers
// that look like a network's and are the same every time.
#include <algorithm>
#include <cmath>
#include <limits>

#include "inspector/stage.hpp"

namespace convolab::inspector {
namespace {

constexpr int batch = 8;

struct Row {
  const char* name;
  const char* type;
  std::vector<int> output;
  std::vector<int> weight;  // none of a layer without parameters
};

std::vector<Row> lenet() {
  return {
      {"c1", "conv2d", {6, 28, 28}, {6, 1, 5, 5}}, {"relu1", "relu", {6, 28, 28}, {}},
      {"s2", "max_pool2d", {6, 14, 14}, {}},       {"c3", "conv2d", {16, 10, 10}, {16, 6, 5, 5}},
      {"relu3", "relu", {16, 10, 10}, {}},         {"s4", "max_pool2d", {16, 5, 5}, {}},
      {"c5", "linear", {120}, {120, 400}},         {"f6", "linear", {84}, {84, 120}},
      {"output", "linear", {10}, {10, 84}}};
}

std::int64_t product(const std::vector<int>& shape) {
  std::int64_t count = 1;
  for (const int size : shape) count *= size;
  return count;
}

// Numbers of both signs, some of them 0.
std::vector<float> numbers(std::int64_t count, float size) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto t = static_cast<float>(i);
    values[i] = i % 7 == 3 ? 0.0f : size * std::sin(t * 0.37f) * std::cos(t * 0.011f);
  }
  return values;
}

struct Maker {
  probe::Network network;

  int buffer(const std::string& name, const char* role, int layer, std::vector<int> shape,
             bool in_state = false) {
    probe::BufferRow row{.name = name, .role = role, .layer = layer, .shape = std::move(shape)};
    row.elements = product(row.shape);
    if (!in_state) {
      row.offset = network.arena;
      network.arena += row.elements;
    }
    network.buffers.push_back(row);
    return static_cast<int>(network.buffers.size()) - 1;
  }

  void step(const std::string& title, int layer, const char* phase, std::vector<int> reads,
            std::vector<int> writes, double work = 0) {
    const auto at = static_cast<int>(network.steps.size());
    for (const auto* ids : {&reads, &writes})
      for (const int id : *ids) {
        if (id < 0) continue;
        probe::BufferRow& row = network.buffers[static_cast<std::size_t>(id)];
        if (row.first < 0) row.first = at;
        row.last = at;
      }
    network.steps.push_back({.title = title,
                             .layer = layer,
                             .phase = phase,
                             .args = {{"channels", 6}, {"stride", 1}},
                             .reads = std::move(reads),
                             .writes = std::move(writes),
                             .work = work});
  }
};

std::vector<int> of_batch(const std::vector<int>& shape) {
  return shape.size() == 3 ? std::vector{shape[0], shape[1], shape[2], batch}
                           : std::vector{shape[0], batch};
}

probe::Network sample_network() {
  Maker make;
  probe::Network& n = make.network;
  n.name = "LeNet-5", n.dataset = "digits", n.backend = "simd:avx2";
  n.input = {1, 28, 28}, n.batch = batch, n.threads = 2;
  for (int digit = 0; digit < 10; ++digit) n.classes.push_back(std::to_string(digit));
  const auto rows = lenet();
  const auto count = static_cast<int>(rows.size());
  std::vector<int> values = {make.buffer("input", "input", -1, {1, 28, 28, batch})};
  std::vector<int> weights, d_weights, d_values;
  for (int i = 0; i < count; ++i) {
    const Row& row = rows[static_cast<std::size_t>(i)];
    probe::LayerRow layer{.name = row.name, .type = row.type, .output = row.output};
    layer.inputs = {i == 0 ? "input" : rows[static_cast<std::size_t>(i) - 1].name};
    const std::string weight = layer.name + ".weight";
    if (!row.weight.empty()) {
      layer.attributes = "out_channels " + std::to_string(row.weight[0]);
      layer.parameters = product(row.weight) + row.weight[0];
      layer.multiply_adds = product(row.weight) * (row.output.size() == 3 ? 100 : 1);
      layer.tensors = {weight, layer.name + ".bias"};
    }
    n.layers.push_back(layer);
    weights.push_back(row.weight.empty() ? -1
                                         : make.buffer(weight, "parameter", i, row.weight, true));
    if (!row.weight.empty())
      make.buffer(layer.name + ".bias", "parameter", i, {row.weight[0]}, true);
    d_weights.push_back(
        row.weight.empty() ? -1 : make.buffer("d_" + weight, "d_parameter", i, row.weight));
    values.push_back(make.buffer(row.name, "activation", i, of_batch(row.output)));
  }
  const int labels = make.buffer("labels", "labels", -1, {batch});
  const int loss = make.buffer("loss", "loss", -1, {batch});
  for (int i = count; i-- > 0;)
    d_values.insert(d_values.begin(),
                    make.buffer(std::string("d_") + rows[static_cast<std::size_t>(i)].name,
                                "gradient", i, of_batch(rows[static_cast<std::size_t>(i)].output)));
  const auto work = [&](int i) {
    return 2.0 * batch * static_cast<double>(n.layers[static_cast<std::size_t>(i)].multiply_adds);
  };
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    make.step(n.layers[at].type + "_forward", i, "forward", {values[at], weights[at]},
              {values[at + 1]}, work(i));
  }
  n.steps[0].title += " + relu";
  n.steps[0].fused = 1;
  make.step("cross_entropy", -1, "loss", {values.back(), labels}, {loss, d_values.back()});
  for (int i = count; i-- > 0;) {
    const auto at = static_cast<std::size_t>(i);
    make.step(n.layers[at].type + "_backward", i, "backward", {d_values[at], values[at]},
              {i > 0 ? d_values[at - 1] : -1, d_weights[at]}, 2 * work(i));
  }
  for (int i = 0; i < count; ++i)
    if (const auto at = static_cast<std::size_t>(i); weights[at] >= 0)
      make.step("adam", i, "update", {d_weights[at]}, {weights[at]});
  n.parameters = 61'706 * 12;
  return n;
}

probe::Look look_at(const probe::BufferRow& row, std::uint64_t step) {
  probe::Look look{.buffer = row.name, .step = step, .shape = row.shape};
  look.values = numbers(row.elements, 0.3f);
  if (row.name == "c1") look.values[5] = std::numeric_limits<float>::quiet_NaN();
  probe::Statistics& s = look.statistics;
  s.elements = row.elements;
  s.histogram.assign(40, 0);
  double sum = 0, squares = 0;
  for (const float v : look.values) {
    if (!std::isfinite(v)) {
      ++s.not_finite;
      continue;
    }
    if (v == 0) ++s.zeros;
    s.low = std::min<double>(s.low, v), s.high = std::max<double>(s.high, v);
    sum += v, squares += double{v} * v;
    ++s.histogram[static_cast<std::size_t>((v / 0.3f * 0.499f + 0.5f) * 40)];
  }
  s.mean = sum / static_cast<double>(row.elements - s.not_finite), s.norm = std::sqrt(squares);
  return look;
}

probe::Point point_at(std::uint64_t step, std::size_t layers) {
  const double t = static_cast<double>(step);
  const double none = std::numeric_limits<double>::quiet_NaN();
  probe::Point point{.step = step,
                     .loss = 2.3 * std::exp(-t / 60) + 0.05 * std::sin(t),
                     .accuracy = 1 - 0.9 * std::exp(-t / 60),
                     .rate = 1e-3};
  for (std::size_t i = 0; i < layers; ++i) {
    const bool has = i == 0 || i == 3 || i >= 6;
    const double k = static_cast<double>(i + 1);
    point.gradient.push_back(has ? std::exp(-t / 80) / k : none);
    point.update.push_back(has ? 2e-3 * std::exp(-t / 200) / k : none);
    point.dead.push_back(i == 1 || i == 4 ? 0.02 * k : none);
  }
  return point;
}

probe::BatchLook sample_batch() {
  probe::BatchLook look{.step = 120, .shape = {1, 28, 28}};
  for (int i = 0; i < batch; ++i) {
    look.indices.push_back(100 + 7 * i);
    look.labels.push_back(i % 10);
    look.answers.push_back(i == 3 ? 8 : i % 10);
    look.confidences.push_back(0.95f - 0.1f * static_cast<float>(i));
    look.losses.push_back(i == 3 ? 2.5f : 0.05f + 0.1f * static_cast<float>(i));
  }
  look.values = numbers(batch * 28 * 28, 0.5f);
  for (float& v : look.values) v += 0.5f;
  return look;
}

}  // namespace

probe::Report sample_report() {
  probe::Report report;
  report.number = 1;
  report.network = sample_network();
  const probe::Network& network = *report.network;
  report.run = {.state = probe::State::paused,
                .step = 120,
                .epoch = 2,
                .epochs = 5,
                .steps_per_epoch = 80,
                .seed = 1,
                .loss = 0.31,
                .accuracy = 0.9,
                .rate = 1e-3f,
                .base_rate = 1e-3f,
                .pictures_per_second = 12'400};
  for (const char* name : {"c1", "c1.weight", "d_c1.weight", "c5.weight", "output.bias", "input"})
    for (const probe::BufferRow& row : network.buffers)
      if (row.name == name) report.looks.push_back(look_at(row, report.run.step));
  for (std::uint64_t step = 1; step <= report.run.step; ++step)
    report.points.push_back(point_at(step, network.layers.size()));
  probe::Times& times = report.times.emplace();
  times.ceiling = 100;
  double clock = 0;
  for (std::size_t i = 0; i < network.steps.size(); ++i) {
    times.seconds.push_back(20e-6 + 5e-6 * static_cast<double>(i % 5));
    for (int thread = 0; thread < 2; ++thread)
      times.spans.push_back({thread, static_cast<int>(i), clock, clock + times.seconds.back()});
    clock += times.seconds.back() + 1e-6;
  }
  report.batch = sample_batch();
  for (std::uint64_t step = 0; step <= report.run.step; step += 20) {
    const float size = 0.1f + 0.002f * static_cast<float>(step);
    report.frames.push_back({.step = step,
                             .loss = 2.3 * std::exp(-static_cast<double>(step) / 60),
                             .tensors = {{"c1.weight", {6, 1, 5, 5}, numbers(150, size)},
                                         {"c1.bias", {6}, numbers(6, size)},
                                         {"c5.weight", {120, 400}, numbers(48'000, size)}}});
  }
  return report;
}

}  // namespace convolab::inspector
