// One figure for `npm run bench`, which asks for many and interleaves them with others' figures.
#include <cstdio>
#include <cstdlib>
#include <map>

#include "bench.hpp"
#include "train/benchmark.hpp"

namespace convolab::bench {
namespace {

// Images/s of a network, training or inference.
Expected<double> figure(std::map<std::string, std::string>& options) {
  const auto graph = graph_from_json(options["--spec"]);
  if (!graph) return tl::unexpected(graph.error());
  auto config = parse_train_config(options["--config"]);
  if (!config) return tl::unexpected(config.error());
  BenchmarkOptions asked;
  asked.config = *std::move(config);
  asked.seconds = std::atof(options["--seconds"].c_str());
  asked.repeats = 1;
  ThreadPool pool(std::atoi(options["--threads"].c_str()));
  return options["--what"] == "train" ? benchmark_training(*graph, asked, pool)
                                      : benchmark_inference(*graph, asked, pool);
}

}  // namespace

int speed(const Arguments& arguments) {
  std::map<std::string, std::string> options = {{"--what", "infer"},
                                                {"--config", "{}"},
                                                {"--spec", "{}"},
                                                {"--seconds", "0.3"},
                                                {"--threads", "1"}};
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2)
    options[arguments[i]] = arguments[i + 1];
  const auto found = figure(options);
  if (!found) {
    std::fprintf(stderr, "%s\n", found.error().text().c_str());
    return 2;
  }
  std::printf("%.3f\n", *found);
  return 0;
}

}  // namespace convolab::bench
