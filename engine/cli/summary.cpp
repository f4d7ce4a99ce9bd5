// convolab summary: a network's layers, shapes and costs.
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/model_files.hpp"
#include "cli/text.hpp"

namespace convolab::cli {
namespace {

struct Options {
  std::string model;
  bool json = false;
};

std::string field_text(const ReceptiveField& field) {
  return std::to_string(field.height) + "×" + std::to_string(field.width);
}

void print(const Graph& graph) {
  const Shape& input = graph.spec().input;
  std::vector<std::vector<std::string>> rows = {
      {"layer", "type", "output", "parameters", "multiply-adds", "memory", "receptive field"},
      {"input", "", input.text(), "", "", "", ""}};
  std::int64_t memory = 0;  // of the layers, as in summary_json
  for (const GraphLayer& node : graph.layers()) {
    rows.push_back({node.name, std::string(node.type->name), node.layer->output().text(),
                    grouped(node.parameters), grouped(node.multiply_adds), kibibytes(node.memory),
                    field_text(node.receptive_field)});
    memory += node.memory;
  }
  rows.push_back({"total", "", "", grouped(graph.trainable_parameters()),
                  grouped(graph.multiply_adds()), kibibytes(memory), ""});
  if (!graph.spec().name.empty()) std::printf("%s\n\n", graph.spec().name.c_str());
  std::fputs(table(rows, {true, true, true, false, false, false, false}).c_str(), stdout);
  std::printf("\nMultiply-adds and memory are those of one picture's forward pass.\n");
}

}  // namespace

void add_summary(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("summary", "Show a network's layers, shapes, parameters and costs");
  command
      ->add_option("--model,model", options->model,
                   "A name of the zoo, a spec file, or a saved folder")
      ->required()
      ->type_name("MODEL");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer("Example:\n  convolab summary --model lenet-5");
  command->callback([options, &action] {
    action = [options]() -> Expected<int> {
      const auto graph = load_model(options->model);
      if (!graph) return tl::unexpected(graph.error());
      if (options->json)
        std::printf("%s\n", summary_json(*graph).c_str());
      else
        print(*graph);
      return exit_done;
    };
  });
}

}  // namespace convolab::cli
