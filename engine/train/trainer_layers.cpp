// What is done to one layer of a trainer's network by hand.
#include <algorithm>
#include <cmath>

#include "core/rng.hpp"
#include "train/trainer.hpp"

namespace convolab {

Expected<int> Trainer::layer_with_parameters(const std::string& name) const {
  const int layer = graph_.find_layer(name);
  if (layer < 0) return fail(ErrorCode::not_found, name, "there is no such layer");
  if (graph_.layers()[static_cast<std::size_t>(layer)].parameters == 0)
    return fail(ErrorCode::invalid_argument, name, "this layer has no parameters");
  return layer;
}

Status Trainer::perturb_layer(const std::string& name, double share, std::uint64_t seed) {
  const auto layer = layer_with_parameters(name);
  if (!layer) return tl::unexpected(layer.error());
  if (!std::isfinite(share) || share < 0)
    return fail(ErrorCode::invalid_argument, name,
                "noise is measured in shares of a parameter's root mean square: 0 or more");
  back_to_known();
  for (std::size_t i = 0; i < graph_.parameters().size(); ++i) {
    const Parameter& p = graph_.parameters()[i];
    if (p.layer != *layer || !p.trainable()) continue;
    const auto values = state_.values(static_cast<int>(i));
    double squares = 0;
    for (const float value : values) squares += static_cast<double>(value) * value;
    const double deviation = share * std::sqrt(squares / static_cast<double>(values.size()));
    Rng rng(seed, Stream::perturb, static_cast<std::uint32_t>(i));
    for (float& value : values) value += static_cast<float>(deviation) * rng.normal();
  }
  state_changed();
  return {};
}

Status Trainer::reset_layer(const std::string& name, std::uint64_t seed) {
  const auto layer = layer_with_parameters(name);
  if (!layer) return tl::unexpected(layer.error());
  back_to_known();
  for (std::size_t i = 0; i < graph_.parameters().size(); ++i) {
    const Parameter& p = graph_.parameters()[i];
    if (p.layer != *layer) continue;
    const auto number = static_cast<int>(i);
    initialise_parameter(p, static_cast<std::uint32_t>(i), seed, state_.values(number));
    for (int slot = 0; slot < state_.slots(); ++slot) {
      const auto memory = state_.slot(number, slot);
      std::fill(memory.begin(), memory.end(), 0.0f);
    }
  }
  state_changed();
  return {};
}

}  // namespace convolab
