#include "model/state.hpp"

#include <algorithm>
#include <cmath>

#include "core/rng.hpp"

namespace convolab {

int OptimizerConfig::slots() const {
  switch (kind) {
    case Kind::sgd: return momentum != 0.0f ? 1 : 0;
    case Kind::rmsprop: return momentum != 0.0f ? 2 : 1;
    case Kind::adam:
    case Kind::adamw: return 2;
  }
  return 0;
}

void initialise_parameter(const Parameter& p, std::uint32_t number, std::uint64_t seed,
                          std::span<float> values) {
  switch (p.role) {
    case ParameterRole::scale:
    case ParameterRole::running_variance: std::fill(values.begin(), values.end(), 1.0f); return;
    case ParameterRole::shift:
    case ParameterRole::running_mean: std::fill(values.begin(), values.end(), 0.0f); return;
    case ParameterRole::weight:
    case ParameterRole::bias: break;
  }
  const bool is_bias = p.role == ParameterRole::bias;
  if (is_bias && p.init != "pytorch") {
    std::fill(values.begin(), values.end(), 0.0f);
    return;
  }
  const double in = std::max(1, p.fan_in), out = std::max(1, p.fan_out);
  const bool normal = p.init == "he_normal" || p.init == "xavier_normal";
  double variance = 1.0 / (3.0 * in);  // of the uniform ±1/√fan_in
  if (p.init == "he_normal" || p.init == "he_uniform") variance = 2.0 / in;
  if (p.init == "xavier_normal" || p.init == "xavier_uniform") variance = 2.0 / (in + out);
  const float deviation = static_cast<float>(std::sqrt(variance));
  const float bound = static_cast<float>(std::sqrt(3.0 * variance));
  Rng rng(seed, Stream::init, number);
  for (float& value : values)
    value = normal ? deviation * rng.normal() : rng.uniform(-bound, bound);
}

ModelState::ModelState(const Graph& graph, std::uint64_t seed) {
  // Every parameter begins on a cache line.
  std::size_t at = 0;
  for (const Parameter& p : graph.parameters()) {
    offsets_.push_back(at);
    sizes_.push_back(static_cast<std::size_t>(p.shape.elements()));
    at += (sizes_.back() + 15) / 16 * 16;
  }
  values_.assign(at, 0.0f);
  initialise(graph, seed);
}

void ModelState::initialise(const Graph& graph, std::uint64_t seed) {
  for (std::size_t i = 0; i < graph.parameters().size(); ++i)
    initialise_parameter(graph.parameters()[i], static_cast<std::uint32_t>(i), seed,
                         values(static_cast<int>(i)));
}

std::span<float> ModelState::values(int parameter) {
  const auto i = static_cast<std::size_t>(parameter);
  return {values_.data() + offsets_[i], sizes_[i]};
}

std::span<const float> ModelState::values(int parameter) const {
  const auto i = static_cast<std::size_t>(parameter);
  return {values_.data() + offsets_[i], sizes_[i]};
}

std::span<float> ModelState::slot(int parameter, int slot) {
  const auto i = static_cast<std::size_t>(parameter);
  return {memory_[static_cast<std::size_t>(slot)].data() + offsets_[i], sizes_[i]};
}

std::span<const float> ModelState::slot(int parameter, int slot) const {
  const auto i = static_cast<std::size_t>(parameter);
  return {memory_[static_cast<std::size_t>(slot)].data() + offsets_[i], sizes_[i]};
}

void ModelState::reset_optimizer(int slots) {
  slots_ = slots;
  memory_.assign(static_cast<std::size_t>(slots), std::vector<float>(values_.size(), 0.0f));
}

}  // namespace convolab
