// A Markdown table of the figures that `convolab bench` gives; this one also runs under node.
#include <cstdio>
#include <cstdlib>

#include "bench.hpp"
#include "model/backend.hpp"
#include "model/zoo.hpp"
#include "train/benchmark.hpp"

namespace convolab::bench {
namespace {

int complain(const Error& error) {
  std::fprintf(stderr, "convolab_bench: %s\n", error.text().c_str());
  return 2;
}

int measure(BenchmarkOptions options, ThreadPool& pool) {
  const auto backend = find_backend(options.config.backend);
  if (!backend) return complain(backend.error());
  std::printf("%s, threads: %d, batch %d; images/s, medians of %d runs\n\n",
              std::string((*backend)->name).c_str(), pool.threads(), options.config.batch_size,
              options.repeats);
  std::printf("| net   | training | inference |\n| ----- | -------: | --------: |\n");
  for (const BenchmarkNet& net : benchmark_nets()) {
    const auto graph = graph_from_json(find_in_zoo(net.model)->spec);
    if (!graph) return complain(graph.error());
    options.config.optimizer = net.optimizer;
    const auto train = benchmark_training(*graph, options, pool);
    if (!train) return complain(train.error());
    const auto infer = benchmark_inference(*graph, options, pool);
    if (!infer) return complain(infer.error());
    std::printf("| %-5s | %8.0f | %9.0f |\n", std::string(net.name).c_str(), *train, *infer);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int nets(const Arguments& arguments) {
  BenchmarkOptions options;
  options.config.batch_size = 64;
  int threads = 1;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const std::string &name = arguments[i], &value = arguments[i + 1];
    if (name == "--batch") options.config.batch_size = std::atoi(value.c_str());
    if (name == "--backend") options.config.backend = value;
    if (name == "--threads") threads = std::atoi(value.c_str());
    if (name == "--seconds") options.seconds = std::atof(value.c_str());
  }
  ThreadPool pool(threads);
  return measure(options, pool);
}

}  // namespace convolab::bench
