// The commands of the program. Each adds its subcommand with its options, and sets `action` to what
// is to be done when that subcommand was chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/data_files.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "train/config.hpp"

namespace convolab::cli {

// Exit codes: 0 done; 1 training stopped by NaN or infinity; 2 bad arguments, files or specs;
// 130 training ended by Ctrl-C, what was trained is saved.
inline constexpr int exit_done = 0, exit_not_finite = 1, exit_refused = 2, exit_interrupted = 130;

// Returns the exit code, or the error that becomes one line on stderr.
using Action = std::function<Expected<int>()>;

void add_train(CLI::App& app, Action& action);
void add_eval(CLI::App& app, Action& action);
void add_run(CLI::App& app, Action& action);
void add_summary(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_models(CLI::App& app, Action& action);
void add_layers(CLI::App& app, Action& action);

// --backend and --threads, which most commands share.
struct EngineOptions {
  std::string backend = "simd";
  std::optional<int> threads;  // default: one per core, up to 8
};
void add_engine_options(CLI::App& command, EngineOptions& options);
// Errors: a number of threads out of range.
Expected<std::unique_ptr<ThreadPool>> make_pool(const EngineOptions& options);

// A TrainConfig from the JSON document that a command made of its options: errors name the option
// ("--batch-size is 0; …"), which is the document's entry with dashes.
Expected<TrainConfig> config_of_options(const std::string& json);

// --data-dir and --pictures.
struct DataOptions {
  std::string folder;
  std::string pictures = "fit";
};
void add_data_options(CLI::App& command, DataOptions& options);
// What load_data is to load.
DataSource data_source(const std::string& data, const DataOptions& options);

}  // namespace convolab::cli
