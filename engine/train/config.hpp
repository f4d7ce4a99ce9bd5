// How to train: one structure, with a JSON form that the command line, the page and saved runs
// share:
//
//   {"batch_size": 32, "epochs": 5, "seed": 1, "loss": "cross_entropy", "backend": "simd",
//    "optimizer": {"type": "adam", "lr": 0.004, "betas": [0.9, 0.999], "eps": 1e-8,
//                  "weight_decay": 0},
//    "schedule": {"type": "cosine", "warmup_steps": 0},
//    "augment": {"shift": 1, "rotate": 15, "scale": 0.15}, "fuse": true, "frozen": ["c1"]}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "data/augment.hpp"
#include "model/plan.hpp"

namespace convolab {

struct ScheduleConfig {
  // constant: lr. step: lr · gamma^⌊epoch/step_size⌋. cosine: from lr to 0 over all steps, half a
  // cosine. Each after a linear warm-up over warmup_steps.
  enum class Kind { constant, step, cosine } kind = Kind::cosine;
  int step_size = 5;  // epochs
  float gamma = 0.5f;
  int warmup_steps = 0;
  friend bool operator==(const ScheduleConfig&, const ScheduleConfig&) = default;
};

// The rate of training step `step` (counted from 0) of `total` steps, `per_epoch` an epoch.
float scheduled_rate(const ScheduleConfig& schedule, float learning_rate, std::int64_t step,
                     std::int64_t per_epoch, std::int64_t total);

struct TrainConfig {
  int batch_size = 32;
  int epochs = 5;
  std::uint64_t seed = 1;
  Loss loss = Loss::cross_entropy;
  std::string backend = "simd";
  float learning_rate = 0.004f;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;
  AugmentConfig augment;
  bool fuse = true;                 // one plan step where it does what two would, to the same bits
  std::vector<std::string> frozen;  // layers whose parameters the optimiser leaves alone
};

// Missing entries take the defaults above; unknown names and values out of range are refused with
// what was expected.
Expected<TrainConfig> parse_train_config(std::string_view json);
std::string train_config_to_json(const TrainConfig& config);

}  // namespace convolab
