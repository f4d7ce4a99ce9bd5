#include "cli/profile.hpp"

#include <algorithm>
#include <cstdio>

#include "cli/text.hpp"

namespace convolab::cli {
namespace {

double sum_of(const std::vector<StepTime>& steps) {
  double sum = 0;
  for (const StepTime& step : steps) sum += step.seconds;
  return sum;
}

}  // namespace

Expected<Profile> take_profile(const std::string& name, const Graph& graph,
                               const BenchmarkOptions& options, double ceiling, ThreadPool& pool) {
  auto steps = profile_training(graph, options, pool);
  if (!steps) return tl::unexpected(steps.error());
  return Profile{name, options.config.batch_size, ceiling * pool.threads(), *std::move(steps)};
}

void print_profile(const Profile& profile) {
  const double sum = sum_of(profile.steps);
  std::vector<StepTime> steps = profile.steps;
  std::stable_sort(steps.begin(), steps.end(),
                   [](const StepTime& a, const StepTime& b) { return a.seconds > b.seconds; });
  std::vector<std::vector<std::string>> rows = {
      {"kernel", "writes", "phase", "µs", "share", "GFLOP/s", "of ceiling"}};
  for (const StepTime& step : steps) {
    const bool products = step.gflops > 0;
    rows.push_back({step.kernel, step.result, step.phase, fixed(step.seconds * 1e6, 1),
                    percent(step.seconds / sum), products ? fixed(step.gflops, 1) : "",
                    products ? percent(step.gflops / profile.ceiling) : ""});
  }
  std::printf("%s, batch %d: %s µs a training step, %s images/s; ceiling %s GFLOP/s\n\n",
              profile.name.c_str(), profile.batch, fixed(sum * 1e6, 1).c_str(),
              grouped(static_cast<std::int64_t>(profile.batch / sum)).c_str(),
              fixed(profile.ceiling, 1).c_str());
  std::printf("%s\n", table(rows, {true, true, true, false, false, false, false}).c_str());
}

nlohmann::ordered_json profile_json(const Profile& profile) {
  const double sum = sum_of(profile.steps);
  auto steps = nlohmann::ordered_json::array();
  for (const StepTime& step : profile.steps)
    steps.push_back({{"layer", step.layer},
                     {"kernel", step.kernel},
                     {"fused", step.fused},
                     {"writes", step.result},
                     {"phase", step.phase},
                     {"seconds", step.seconds},
                     {"share", step.seconds / sum},
                     {"gflops", step.gflops},
                     {"of_ceiling", step.gflops / profile.ceiling}});
  return {{"net", profile.name},
          {"batch", profile.batch},
          {"ceiling_gflops", profile.ceiling},
          {"steps", std::move(steps)}};
}

}  // namespace convolab::cli
