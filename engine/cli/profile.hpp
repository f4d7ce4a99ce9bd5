// The time of every step of a training plan, as a table or as JSON; of `bench --steps` and
// `train --profile`.
#pragma once

#include <nlohmann/json.hpp>

#include "train/benchmark.hpp"

namespace convolab::cli {

struct Profile {
  std::string name;  // of the network
  int batch = 1;
  double ceiling = 0;  // GFLOP/s, of all threads
  std::vector<StepTime> steps;
};

// `ceiling`: of one thread; see measure_ceiling().
Expected<Profile> take_profile(const std::string& name, const Graph& graph,
                               const BenchmarkOptions& options, double ceiling, ThreadPool& pool);

// The slowest first, with the sum on top.
void print_profile(const Profile& profile);
nlohmann::ordered_json profile_json(const Profile& profile);

}  // namespace convolab::cli
