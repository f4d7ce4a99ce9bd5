#include "io/weights.hpp"

#include <algorithm>

namespace convolab {
namespace {

// "a, b, c and 4 more".
std::string list_names(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 6;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), shown); ++i)
    out += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > shown) out += " and " + std::to_string(names.size() - shown) + " more";
  return out;
}

}  // namespace

Status load_weights(const Graph& graph, std::span<const NamedTensor> tensors,
                    const std::string& where, ModelState& state) {
  const auto& parameters = graph.parameters();
  std::vector<const Tensor*> found(parameters.size(), nullptr);
  std::vector<std::string> missing, unexpected, mismatched;
  for (const NamedTensor& each : tensors) {
    if (each.name.ends_with(".num_batches_tracked")) continue;
    const int i = graph.find_parameter(each.name);
    if (i < 0 && each.name.starts_with("optimizer/")) continue;
    if (i < 0) {
      unexpected.push_back(each.name);
      continue;
    }
    const Parameter& parameter = parameters[static_cast<std::size_t>(i)];
    found[static_cast<std::size_t>(i)] = &each.tensor;
    if (each.tensor.shape != parameter.shape)
      mismatched.push_back(each.name + " is " + each.tensor.shape.text() + " instead of " +
                           parameter.shape.text());
  }
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (!found[i]) missing.push_back(parameters[i].name);

  std::string problems;
  const auto add = [&](const char* what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    problems += (problems.empty() ? "" : "; ") + std::string(what) + " " + list_names(names);
  };
  add("missing:", missing);
  add("not in the network:", unexpected);
  add("other shapes:", mismatched);
  if (!problems.empty())
    return fail(ErrorCode::shape_mismatch, where,
                "these weights are not this network's; " + problems);

  for (std::size_t i = 0; i < parameters.size(); ++i)
    std::copy(found[i]->data.begin(), found[i]->data.end(),
              state.values(static_cast<int>(i)).begin());
  return {};
}

std::vector<NamedTensor> take_weights(const Graph& graph, const ModelState& state) {
  std::vector<NamedTensor> out;
  for (std::size_t i = 0; i < graph.parameters().size(); ++i) {
    const Parameter& parameter = graph.parameters()[i];
    const auto values = state.values(static_cast<int>(i));
    out.push_back({parameter.name,
                   Tensor(parameter.shape, std::vector<float>(values.begin(), values.end()))});
  }
  return out;
}

}  // namespace convolab
