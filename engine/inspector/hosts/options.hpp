// What `convolab-inspector` is told on its command line.
#pragma once

#include <optional>
#include <string>

#include "cli/commands.hpp"

namespace convolab::inspector {

struct Options {
  std::string model = "lenet-5", data = "digits";
  std::optional<std::int64_t> batch_size, epochs, seed;
  std::optional<std::string> optimizer, schedule, loss;
  std::optional<double> lr;
  bool augment = false, fuse = true;
  cli::DataOptions files;
  cli::EngineOptions engine;

  // How it looks; what is not given is as it was the last time.
  std::optional<bool> dark;
  std::optional<float> scale;
  std::optional<int> width, height;  // units of design
  std::string view;                  // to begin with; empty: as the last time

  // Drawn without a window, and written as a picture.
  int frames = 0;  // 0: a window
  std::string screenshot;
  int steps = 0;          // training batches before
  std::optional<int> at;  // then into the next batch, to before this step of its plan
  int record = 0;         // a moment for the time machine every so many steps
  std::string selected;   // a buffer or a layer
};

// Sets `done` to an exit code where there is nothing left to do (--help, or a mistake, which has
// been told).
Options parse_options(int argc, char** argv, std::optional<int>& done);

// The options as the trainer takes them. Errors name the option.
Expected<TrainConfig> train_config(const Options& options);

}  // namespace convolab::inspector
