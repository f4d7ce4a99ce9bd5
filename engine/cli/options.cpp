#include <algorithm>
#include <thread>

#include "cli/commands.hpp"
#include "model/backend.hpp"

namespace convolab::cli {

void add_engine_options(CLI::App& command, EngineOptions& options) {
  std::string names;
  for (const std::string& name : backend_names()) names += (names.empty() ? "" : ", ") + name;
  command.add_option("--backend", options.backend, "Kernels: " + names + " (default simd)")
      ->type_name("NAME");
  command
      .add_option("--threads", options.threads,
                  "Threads; the results are the same for any number (default: one per core, at "
                  "most 8)")
      ->type_name("N");
}

Expected<TrainConfig> config_of_options(const std::string& json) {
  auto config = parse_train_config(json);
  if (config) return config;
  const Error& error = config.error();
  const std::size_t end = error.message.find('"', 1);
  if (error.message[0] != '"' || end == std::string::npos) return config;
  std::string name = error.message.substr(1, end - 1);
  if (name == "type") name = error.where;
  std::replace(name.begin(), name.end(), '_', '-');
  return fail(error.code, "", "--" + name + error.message.substr(end + 1));
}

Expected<std::unique_ptr<ThreadPool>> make_pool(const EngineOptions& options) {
  const int cores = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 8);
  const int threads = options.threads.value_or(cores);
  if (threads < 1 || threads > 256)
    return fail(ErrorCode::invalid_argument, "--threads",
                "it is " + std::to_string(threads) + "; it must be from 1 to 256");
  return std::make_unique<ThreadPool>(threads);
}

void add_data_options(CLI::App& command, DataOptions& options) {
  command
      .add_option(
          "--data-dir", options.folder,
          "Where the built-in datasets are (default: $CONVOLAB_DATA, or beside the program)")
      ->type_name("DIR");
  command
      .add_option("--pictures", options.pictures,
                  "How a folder of pictures is brought to the network's input: fit (photos) or "
                  "like_mnist (digits) (default fit)")
      ->type_name("MODE")
      ->check(CLI::IsMember({"fit", "like_mnist"}));
}

DataSource data_source(const std::string& data, const DataOptions& options) {
  const bool like_mnist = options.pictures == "like_mnist";
  return {data, options.folder, like_mnist ? PictureMode::like_mnist : PictureMode::fit};
}

}  // namespace convolab::cli
