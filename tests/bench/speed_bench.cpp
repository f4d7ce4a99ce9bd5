// One figure for `npm run bench`, which asks for many and interleaves them with others' figures.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include "bench.hpp"
#include "train/benchmark.hpp"

namespace convolab::bench {
namespace {

// A figure of this program's memory in MB, "VmRSS" now or "VmHWM" at most; 0 where /proc is not.
double memory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == name + ":") {
      double kib = 0;
      status >> kib;
      return kib * 1024 / 1e6;
    }
  return 0;
}

// Images/s of a network, training or inference; or the MB that training it takes.
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
  const std::string& what = options["--what"];
  if (what == "infer") return benchmark_inference(*graph, asked, pool);
  const double before = memory("VmRSS");
  const auto rate = benchmark_training(*graph, asked, pool);
  if (!rate || what == "train") return rate;
  return memory("VmHWM") - before;
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
