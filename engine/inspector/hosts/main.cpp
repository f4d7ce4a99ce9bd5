// convolab-inspector: the inspector on the desktop, in a window or without one.
#include <cstdio>
#include <exception>

#include "cli/data_files.hpp"
#include "cli/model_files.hpp"
#include "inspector/hosts/options.hpp"
#include "inspector/hosts/picture.hpp"
#include "inspector/hosts/window.hpp"
#include "io/weights.hpp"
#include "train/trainer.hpp"

namespace {

using namespace convolab;
using inspector::Options;

// There is nothing to draw with: no display, or no OpenGL.
constexpr int exit_no_display = 3;

int complain(const std::string& message, int code) {
  std::fprintf(stderr, "convolab-inspector: %s\n", message.c_str());
  return code;
}

// A saved folder brings the weights that were learnt.
Status load_learnt(const std::string& model, Trainer& trainer) {
  if (!cli::is_saved_folder(model)) return {};
  const std::string file = model + "/" + cli::weights_file;
  const auto tensors = cli::load_tensors(file);
  if (!tensors) return tl::unexpected(tensors.error());
  return load_weights(trainer.graph(), *tensors, file, trainer.state());
}

Status open(const Options& options) {
  auto config = inspector::train_config(options);
  if (!config) return tl::unexpected(config.error());
  const auto pool = cli::make_pool(options.engine);
  if (!pool) return tl::unexpected(pool.error());
  auto graph = cli::load_model(options.model);
  if (!graph) return tl::unexpected(graph.error());
  auto data = cli::load_data(cli::data_source(options.data, options.files), graph->spec().input);
  if (!data) return tl::unexpected(data.error());
  auto trainer = Trainer::create(*std::move(graph), *std::move(config),
                                 std::make_shared<Dataset>(*std::move(data)), **pool);
  if (!trainer) return tl::unexpected(trainer.error());
  if (auto status = load_learnt(options.model, **trainer); !status) return status;
  if (options.frames > 0) return draw_picture(options, **trainer, **pool);
  return open_window(options, **trainer, **pool);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::optional<int> done;
    const Options options = inspector::parse_options(argc, argv, done);
    if (done) return *done;
    const auto status = open(options);
    if (status) return cli::exit_done;
    const bool blind = status.error().code == ErrorCode::unsupported;
    return complain(status.error().text(), blind ? exit_no_display : cli::exit_refused);
  } catch (const std::exception& error) {  // memory ran out, or a file vanished while listed
    return complain(error.what(), cli::exit_refused);
  }
}
