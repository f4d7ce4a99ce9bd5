// convolab run: a network's output, and its gradients, for given numbers.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/model_files.hpp"
#include "cli/text.hpp"
#include "io/safetensors.hpp"
#include "model/executor.hpp"

namespace convolab::cli {
namespace {

struct Options {
  std::string model, weights, input, output, grad_output;
  std::uint64_t seed = 1;
  bool eval = false, json = false;
  EngineOptions engine;
};

// The tensor of that name in a file.
Expected<Tensor> load_tensor(const std::string& path, const std::string& name) {
  auto tensors = load_tensors(path);
  if (!tensors) return tl::unexpected(tensors.error());
  std::vector<std::string> names;
  for (NamedTensor& each : *tensors) {
    if (each.name == name) return std::move(each.tensor);
    names.push_back(each.name);
  }
  return fail(ErrorCode::not_found, path,
              "expected a tensor named \"" + name + "\", found " +
                  (names.empty() ? "none at all" : joined(names)));
}

Expected<int> run(const Options& options) {
  const auto graph = load_model(options.model);
  if (!graph) return tl::unexpected(graph.error());
  std::string weights = options.weights;
  if (weights.empty() && is_saved_folder(options.model))
    weights = (std::filesystem::path(options.model) / weights_file).string();
  auto state = load_state(*graph, weights, options.seed);
  if (!state) return tl::unexpected(state.error());
  const auto backend = find_backend(options.engine.backend);
  if (!backend) return tl::unexpected(backend.error());
  const auto pool = make_pool(options.engine);
  if (!pool) return tl::unexpected(pool.error());
  const auto input = load_tensor(options.input, "input");
  if (!input) return tl::unexpected(input.error());
  Expected<Tensor> gradient;
  const bool backward = !options.grad_output.empty();
  if (backward) gradient = load_tensor(options.grad_output, "grad_output");
  if (!gradient) return tl::unexpected(gradient.error());

  auto result = run_network(*graph, *state, **backend, **pool, *input,
                            backward ? &*gradient : nullptr, /*training=*/!options.eval);
  if (!result) return tl::unexpected(result.error());
  const Shape shape = result->output.shape;
  std::vector<NamedTensor> out;
  out.push_back({"output", std::move(result->output)});
  if (backward) {
    out.push_back({"grad.input", std::move(result->d_input)});
    for (std::size_t i = 0; i < graph->parameters().size(); ++i)
      if (graph->parameters()[i].trainable())
        out.push_back({"grad." + graph->parameters()[i].name, std::move(result->d_parameters[i])});
  }
  if (auto status = write_file(options.output, write_safetensors(out)); !status)
    return tl::unexpected(status.error());
  std::vector<std::string> names;
  for (const NamedTensor& each : out) names.push_back(each.name);
  if (options.json)
    std::printf("%s\n", nlohmann::ordered_json{{"output", shape.sizes()},
                                               {"backend", (*backend)->name},
                                               {"mode", options.eval ? "eval" : "train"},
                                               {"tensors", names}}
                            .dump()
                            .c_str());
  else
    std::printf(
        "%s: output %s%s\n", options.output.c_str(), shape.text().c_str(),
        backward ? (" and " + std::to_string(names.size() - 1) + " gradients").c_str() : "");
  return exit_done;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "run", "Compute a network's output, and its gradients, for the numbers of a file");
  command
      ->add_option("--model", options->model, "A name of the zoo, a spec file, or a saved folder")
      ->required()
      ->type_name("MODEL");
  command
      ->add_option("--weights", options->weights,
                   "Safetensors with the names of a PyTorch state_dict (default: initial weights "
                   "of --seed)")
      ->type_name("FILE");
  command->add_option("--input", options->input, "Safetensors with the tensor \"input\", N×C×H×W")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--output", options->output,
                   "Safetensors to write: \"output\" and, with --grad-output, \"grad.input\" and "
                   "\"grad.<parameter>\"")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--grad-output", options->grad_output,
                   "Safetensors with the tensor \"grad_output\", of the output's shape")
      ->type_name("FILE");
  command->add_flag(
      "--eval", options->eval,
      "As PyTorch's module.eval(). Without it the net runs as module.train(): dropout "
      "drops, batch norm uses the batch's statistics");
  command->add_option("--seed", options->seed, "Of the initial weights (default 1)")
      ->type_name("N");
  add_engine_options(*command, options->engine);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer(
      "Example:\n  convolab run --model m.json --weights w.safetensors --input x.safetensors "
      "--output y.safetensors --grad-output g.safetensors");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace convolab::cli
