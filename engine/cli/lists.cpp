// convolab models, convolab layers: what there is to choose from.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/text.hpp"
#include "layers/catalogue.hpp"
#include "model/graph.hpp"
#include "model/zoo.hpp"

namespace convolab::cli {
namespace {

using Json = nlohmann::ordered_json;

Expected<int> print_models(bool json) {
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows = {{"name", "title", "input", "parameters"}};
  for (const ZooEntry& entry : zoo()) {
    const auto graph = graph_from_json(entry.spec);
    if (!graph) return tl::unexpected(graph.error());
    const Shape& input = graph->spec().input;
    rows.push_back({std::string(entry.name), std::string(entry.title), input.text(),
                    grouped(graph->trainable_parameters())});
    list.push_back({{"name", entry.name},
                    {"title", entry.title},
                    {"input", input.sizes()},
                    {"parameters", graph->trainable_parameters()},
                    {"spec", Json::parse(entry.spec)}});
  }
  if (json)
    std::printf("%s\n", list.dump().c_str());
  else
    std::fputs(table(rows, {true, true, true, false}).c_str(), stdout);
  return exit_done;
}

Expected<int> print_layers(bool json) {
  if (json) {
    std::printf("%s\n", layer_types_json().c_str());
    return exit_done;
  }
  for (const LayerType* type : layer_types()) {
    std::vector<std::vector<std::string>> rows = {{"    attribute", "kind", "default", ""}};
    for (const AttributeInfo& info : type->attributes)
      rows.push_back({"    " + std::string(info.name), std::string(kind_name(info.kind)),
                      info.fallback.empty() ? "required" : std::string(info.fallback),
                      std::string(info.help)});
    std::printf("%s  %s\n", std::string(type->name).c_str(), std::string(type->help).c_str());
    const std::string text = table(rows, {true, true, true, true});
    // Without its head: the columns speak for themselves.
    if (rows.size() > 1)
      std::fputs(text.c_str() + text.find('\n', text.find('\n') + 1) + 1, stdout);
    std::printf("\n");
  }
  return exit_done;
}

void add_list(CLI::App& app, Action& action, const char* name, const char* help,
              Expected<int> (*print)(bool json)) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand(name, help);
  command->add_flag("--json", *json, "Print one JSON list");
  command->callback([json, print, &action] { action = [json, print] { return print(*json); }; });
}

}  // namespace

void add_models(CLI::App& app, Action& action) {
  add_list(app, action, "models", "List the networks that come with Convolab", print_models);
}

void add_layers(CLI::App& app, Action& action) {
  add_list(app, action, "layers", "List the layer types and their attributes", print_layers);
}

}  // namespace convolab::cli
