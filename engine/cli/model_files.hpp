// Networks by name: from the zoo, from a spec file, or from a folder that `train --save` made.
#pragma once

#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/tensor.hpp"
#include "model/graph.hpp"
#include "model/state.hpp"

namespace convolab::cli {

// The files of a saved folder.
inline constexpr const char* model_file = "model.json";
inline constexpr const char* weights_file = "weights.safetensors";
inline constexpr const char* training_file = "training.json";

// `model`: a name of the zoo, a JSON file, or a saved folder. `init`, when not empty, replaces the
// spec's initialiser.
Expected<Graph> load_model(const std::string& model, const std::string& init = "");

// Whether `model` is a folder with weights beside its spec.
bool is_saved_folder(const std::string& model);

Expected<std::vector<NamedTensor>> load_tensors(const std::string& path);

// Initial weights of `seed`, then those of the file `weights` where given.
Expected<ModelState> load_state(const Graph& graph, const std::string& weights, std::uint64_t seed);

}  // namespace convolab::cli
