// convolab bench: images per second, and the time of every plan step.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/model_files.hpp"
#include "cli/profile.hpp"
#include "cli/text.hpp"
#include "model/backend.hpp"
#include "train/benchmark.hpp"

namespace convolab::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string model;
  std::optional<std::string> optimizer;
  int batch = 64;
  double seconds = 2;
  bool steps = false, json = false, no_fuse = false;
  EngineOptions engine = {.backend = "simd", .threads = 1};
};

struct Job {
  std::string name;
  Graph graph;
  BenchmarkOptions options;
};

Expected<Job> make_job(const Options& options, const std::string& name) {
  std::string model = name;
  OptimizerConfig optimizer;
  for (const BenchmarkNet& net : benchmark_nets())
    if (net.name == name) {
      model = net.model;
      optimizer = net.optimizer;
    }
  auto graph = load_model(model);
  if (!graph) return tl::unexpected(graph.error());
  Json json = {{"batch_size", options.batch}, {"backend", options.engine.backend}};
  if (options.optimizer) json["optimizer"] = {{"type", *options.optimizer}};
  auto config = config_of_options(json.dump());
  if (!config) return tl::unexpected(config.error());
  if (!options.optimizer) config->optimizer = optimizer;
  config->fuse = !options.no_fuse;
  if (auto backend = find_backend(config->backend); !backend)
    return tl::unexpected(backend.error());
  return Job{name, *std::move(graph), {.config = *config, .seconds = options.seconds}};
}

Expected<int> print_speeds(const Options& options, const std::vector<Job>& jobs, ThreadPool& pool) {
  std::vector<std::vector<std::string>> rows = {{"net", "batch", "training", "inference", ""}};
  Json list = Json::array();
  for (const Job& job : jobs) {
    const auto train = benchmark_training(job.graph, job.options, pool);
    if (!train) return tl::unexpected(train.error());
    const auto infer = benchmark_inference(job.graph, job.options, pool);
    if (!infer) return tl::unexpected(infer.error());
    rows.push_back({job.name, std::to_string(options.batch),
                    grouped(static_cast<std::int64_t>(*train)),
                    grouped(static_cast<std::int64_t>(*infer)), "images/s"});
    for (const auto& [suite, median] : {std::pair{"train", *train}, {"infer", *infer}})
      list.push_back({{"suite", suite},
                      {"net", job.name},
                      {"batch", options.batch},
                      {"runtime", "native"},
                      {"who", "convolab"},
                      {"backend", (*find_backend(options.engine.backend))->name},
                      {"threads", pool.threads()},
                      {"median", median},
                      {"unit", "images/s"}});
  }
  if (options.json)
    std::printf("%s\n", list.dump().c_str());
  else
    std::fputs(table(rows, {true, false, false, false, true}).c_str(), stdout);
  return exit_done;
}

Expected<int> print_steps(const Options& options, const std::vector<Job>& jobs, ThreadPool& pool) {
  Json list = Json::array();
  const double ceiling =
      measure_ceiling(**find_backend(options.engine.backend), std::min(0.5, options.seconds));
  for (const Job& job : jobs) {
    const auto profile = take_profile(job.name, job.graph, job.options, ceiling, pool);
    if (!profile) return tl::unexpected(profile.error());
    if (options.json)
      list.push_back(profile_json(*profile));
    else
      print_profile(*profile);
  }
  if (options.json) std::printf("%s\n", list.dump().c_str());
  return exit_done;
}

Expected<int> bench(const Options& options) {
  if (!(options.seconds >= 0.01 && options.seconds <= 3600))
    return fail(ErrorCode::invalid_argument, "--seconds",
                "it is " + fixed(options.seconds, 3) + "; it must be from 0.01 to 3600");
  const auto pool = make_pool(options.engine);
  if (!pool) return tl::unexpected(pool.error());
  std::vector<std::string> names = {options.model};
  if (options.model.empty()) {
    names.clear();
    for (const BenchmarkNet& net : benchmark_nets()) names.emplace_back(net.name);
  }
  std::vector<Job> jobs;
  for (const std::string& name : names) {
    auto job = make_job(options, name);
    if (!job) return tl::unexpected(job.error());
    jobs.push_back(*std::move(job));
  }
  return options.steps ? print_steps(options, jobs, **pool) : print_speeds(options, jobs, **pool);
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("bench", "Measure images per second, on random pictures");
  command
      ->add_option("--model", options->model,
                   "net-u, net-l, net-v, a name of the zoo, a spec file, or a saved folder "
                   "(default: the first three)")
      ->type_name("MODEL");
  command->add_option("--batch-size,--batch", options->batch, "Pictures in a step (default 64)")
      ->type_name("N");
  command
      ->add_option("--optimizer", options->optimizer,
                   "sgd, rmsprop, adam or adamw (default adam; net-l: sgd with momentum)")
      ->type_name("NAME");
  command->add_option("--seconds", options->seconds, "Measured time of each figure (default 2)")
      ->type_name("X");
  command->add_flag("--steps", options->steps,
                    "The time of every step of the training plan instead");
  command->add_flag("--no-fuse", options->no_fuse,
                    "A plan step for every layer, none that does what two layers say");
  add_engine_options(*command, options->engine);
  command->get_option("--threads")->description("Threads (default 1)");
  command->add_flag("--json", options->json, "Print one JSON list");
  command->footer(
      "Figures are medians of nine runs.\nExamples:\n  convolab bench\n"
      "  convolab bench --model net-u --batch 64 --steps");
  command->callback([options, &action] { action = [options] { return bench(*options); }; });
}

}  // namespace convolab::cli
