// convolab eval: how well trained weights answer.
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/data_files.hpp"
#include "cli/evaluation.hpp"
#include "cli/files.hpp"
#include "cli/model_files.hpp"
#include "cli/text.hpp"

namespace convolab::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string model, weights, data, split = "validation", loss = "cross_entropy";
  bool json = false;
  DataOptions files;
  EngineOptions engine;
};

// What was not said, a saved folder says: its weights, and the data it was trained on.
Status complete(Options& options) {
  if (is_saved_folder(options.model)) {
    const std::filesystem::path folder = options.model;
    if (options.weights.empty()) options.weights = (folder / weights_file).string();
    if (options.data.empty()) {
      const auto text = read_file(folder / training_file);
      const Json record =
          text ? Json::parse(as_text(*text), nullptr, /*allow_exceptions=*/false) : Json();
      if (record.is_object() && record.contains("data") && record["data"].is_string())
        options.data = record["data"].get<std::string>();
    }
  }
  if (options.weights.empty())
    return fail(ErrorCode::invalid_argument, "eval",
                "give --weights, or as --model a folder that convolab train --save made");
  if (options.data.empty()) options.data = "digits";
  return {};
}

Expected<int> evaluate(Options options) {
  if (auto status = complete(options); !status) return tl::unexpected(status.error());
  auto graph = load_model(options.model);
  if (!graph) return tl::unexpected(graph.error());
  auto state = load_state(*graph, options.weights, 1);
  if (!state) return tl::unexpected(state.error());
  const auto pool = make_pool(options.engine);
  if (!pool) return tl::unexpected(pool.error());
  auto data = load_data(data_source(options.data, options.files), graph->spec().input);
  if (!data) return tl::unexpected(data.error());
  const auto dataset = std::make_shared<Dataset>(*std::move(data));
  const auto config =
      config_of_options(Json{{"backend", options.engine.backend}, {"loss", options.loss}}.dump());
  if (!config) return tl::unexpected(config.error());
  const auto trainer = Trainer::create(*std::move(graph), *config, dataset, **pool);
  if (!trainer) return tl::unexpected(trainer.error());
  (*trainer)->state() = *std::move(state);
  const auto result =
      (*trainer)->evaluate(options.split == "train" ? Split::train : Split::validation);
  if (!result) return tl::unexpected(result.error());
  if (options.json)
    std::printf("%s\n", evaluation_json(*result, *dataset).dump().c_str());
  else
    std::fputs(evaluation_text(*result, *dataset).c_str(), stdout);
  return exit_done;
}

}  // namespace

Json evaluation_json(const Evaluation& evaluation, const Dataset& dataset) {
  const auto classes = static_cast<std::size_t>(evaluation.classes);
  Json rows = Json::array();
  for (std::size_t c = 0; c < classes; ++c) {
    const auto first = evaluation.confusion.begin() + static_cast<std::ptrdiff_t>(c * classes);
    rows.push_back(std::vector<int>(first, first + evaluation.classes));
  }
  return {{"loss", evaluation.loss},
          {"accuracy", evaluation.accuracy},
          {"classes", dataset.classes},
          {"confusion", std::move(rows)}};
}

std::string evaluation_text(const Evaluation& evaluation, const Dataset& dataset) {
  const auto classes = static_cast<std::size_t>(evaluation.classes);
  int pictures = 0;
  for (const int count : evaluation.confusion) pictures += count;
  std::string out = "loss " + fixed(evaluation.loss, 4) + ", accuracy " +
                    percent(evaluation.accuracy) + " of " + grouped(pictures) +
                    " pictures\n\nRows are the true classes, columns the answers.\n\n";
  std::vector<std::vector<std::string>> rows = {{""}};
  std::vector<bool> left(classes + 1, false);
  left[0] = true;
  for (std::size_t r = 0; r < classes; ++r) {
    rows[0].push_back(dataset.classes[r]);
    rows.push_back({dataset.classes[r]});
    for (std::size_t c = 0; c < classes; ++c) {
      const int count = evaluation.confusion[r * classes + c];
      rows.back().push_back(count == 0 ? "·" : std::to_string(count));
    }
  }
  return out + table(rows, left);
}

void add_eval(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("eval", "Measure loss, accuracy and confusion of trained weights");
  command
      ->add_option("--model", options->model, "A saved folder, a name of the zoo, or a spec file")
      ->required()
      ->type_name("MODEL");
  command
      ->add_option("--weights", options->weights,
                   "Safetensors with the names of a PyTorch state_dict (default: the folder's)")
      ->type_name("FILE");
  command
      ->add_option("--data", options->data,
                   "As for train (default: what the saved folder was trained on, or digits)")
      ->type_name("DATA");
  command->add_option("--split", options->split, "validation or train (default validation)")
      ->type_name("SPLIT")
      ->check(CLI::IsMember({"validation", "train"}));
  command->add_option("--loss", options->loss, "cross_entropy or mse (default cross_entropy)")
      ->type_name("NAME");
  add_data_options(*command, options->files);
  add_engine_options(*command, options->engine);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer("Example:\n  convolab eval --model out/ --data digits");
  command->callback([options, &action] { action = [options] { return evaluate(*options); }; });
}

}  // namespace convolab::cli
