// ModelState: the numbers that outlive a plan: parameters, running statistics, and the optimiser's
// memory. Plans of any batch size and mode share one state.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/tensor.hpp"
#include "model/graph.hpp"

namespace convolab {

// The optimisers' settings, with PyTorch's names and defaults.
struct OptimizerConfig {
  enum class Kind { sgd, rmsprop, adam, adamw } kind = Kind::adam;
  float momentum = 0.0f;               // sgd, rmsprop
  bool nesterov = false;               // sgd
  float weight_decay = 0.0f;           // all; decoupled in adamw
  float alpha = 0.99f;                 // rmsprop
  float beta1 = 0.9f, beta2 = 0.999f;  // adam, adamw
  float eps = 1e-8f;                   // rmsprop, adam, adamw

  // How many numbers the optimiser remembers for each weight: 0, 1 or 2.
  int slots() const;
  friend bool operator==(const OptimizerConfig&, const OptimizerConfig&) = default;
};

class ModelState {
 public:
  // Parameters initialised by their initialisers from `seed`; no optimiser memory yet.
  ModelState(const Graph& graph, std::uint64_t seed);

  // Parameter i of the graph.
  std::span<float> values(int parameter);
  std::span<const float> values(int parameter) const;
  // The optimiser's slot 0 or 1 of parameter i.
  std::span<float> slot(int parameter, int slot);
  std::span<const float> slot(int parameter, int slot) const;

  // Makes room for an optimiser's memory, all zeros; forgets the one before.
  void reset_optimizer(int slots);
  int slots() const { return slots_; }

  // Draws all parameters again.
  void initialise(const Graph& graph, std::uint64_t seed);

 private:
  std::vector<std::size_t> offsets_, sizes_;  // of every parameter, in numbers
  std::vector<float> values_;
  std::vector<std::vector<float>> memory_;
  int slots_ = 0;
};

// Fills one parameter as its initialiser says:
//   pytorch        weight and bias uniform in ±1/√fan_in (nn.Conv2d and nn.Linear)
//   he_normal      N(0, 2/fan_in); he_uniform: ±√(6/fan_in); bias 0   (He et al. 2015)
//   xavier_normal  N(0, 2/(fan_in+fan_out)); xavier_uniform: ±√(6/(fan_in+fan_out)); bias 0
//                                                                     (Glorot & Bengio 2010)
void initialise_parameter(const Parameter& parameter, std::uint32_t number, std::uint64_t seed,
                          std::span<float> values);

}  // namespace convolab
