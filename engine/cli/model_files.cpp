#include "cli/model_files.hpp"

#include <filesystem>

#include "cli/files.hpp"
#include "io/safetensors.hpp"
#include "io/weights.hpp"
#include "model/zoo.hpp"

namespace convolab::cli {
namespace {

namespace fs = std::filesystem;

Expected<Spec> parse_spec_file(const fs::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  auto spec = parse_spec(as_text(*bytes));
  if (!spec) {
    Error error = spec.error();
    error.where = path.string() + (error.where.empty() ? "" : ": " + error.where);
    return tl::unexpected(error);
  }
  return spec;
}

}  // namespace

Expected<Graph> load_model(const std::string& model, const std::string& init) {
  Expected<Spec> spec;
  std::string place;
  if (const ZooEntry* entry = find_in_zoo(model)) {
    spec = parse_spec(entry->spec);
  } else {
    std::error_code ignored;
    fs::path path = model;
    if (fs::is_directory(path, ignored)) path /= model_file;
    if (!fs::exists(path, ignored)) {
      std::string known;
      for (const ZooEntry& each : zoo())
        known += (known.empty() ? "" : ", ") + std::string(each.name);
      return fail(ErrorCode::not_found, model,
                  "there is no such model; give a spec file, a saved folder, or one of " + known);
    }
    spec = parse_spec_file(path);
    place = path.string();
  }
  if (!spec) return tl::unexpected(spec.error());
  if (!init.empty()) spec->init = init;
  auto graph = make_graph(*std::move(spec));
  if (!graph && !place.empty()) {
    Error error = graph.error();
    error.where = place + (error.where.empty() ? "" : ": " + error.where);
    return tl::unexpected(error);
  }
  return graph;
}

bool is_saved_folder(const std::string& model) {
  std::error_code ignored;
  return !find_in_zoo(model) && fs::exists(fs::path(model) / weights_file, ignored);
}

Expected<std::vector<NamedTensor>> load_tensors(const std::string& path) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return read_safetensors(*bytes, path);
}

Expected<ModelState> load_state(const Graph& graph, const std::string& weights,
                                std::uint64_t seed) {
  ModelState state(graph, seed);
  if (weights.empty()) return state;
  const auto tensors = load_tensors(weights);
  if (!tensors) return tl::unexpected(tensors.error());
  if (auto status = load_weights(graph, *tensors, weights, state); !status)
    return tl::unexpected(status.error());
  return state;
}

}  // namespace convolab::cli
