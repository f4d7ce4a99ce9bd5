// One golden case of layers.json or nets.json: a spec, what goes in, and what PyTorch gives.
#pragma once

#include "golden/golden.hpp"
#include "model/executor.hpp"

namespace convolab::golden {

struct Case {
  std::string name;  // "conv2d/same_3x3"
  std::string spec;
  bool training = false;
  std::map<std::string, Tensor> tensors;  // "input", "layer.weight", "output", "grad.input" …

  const Tensor& operator[](const std::string& key) const { return tensors.at(key); }
  bool has(const std::string& key) const { return tensors.contains(key); }
};

// group: "layers" or "nets".
inline std::vector<Case> read_cases(const std::string& group) {
  const auto document = read_json(group + ".json");
  const auto tensors = read_safetensors(group + ".safetensors");
  std::vector<Case> cases;
  if (!document.is_object()) return cases;
  for (const auto& entry : document["cases"]) {
    Case c{
        entry["name"].get<std::string>(), entry["spec"].dump(), entry["training"].get<bool>(), {}};
    const std::string prefix = c.name + "#";
    for (auto it = tensors.lower_bound(prefix);
         it != tensors.end() && it->first.starts_with(prefix); ++it)
      c.tensors.emplace(it->first.substr(prefix.size()), it->second);
    cases.push_back(std::move(c));
  }
  return cases;
}

inline void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

// The case's parameters copied into `state`; fails when names or shapes are not PyTorch's.
inline testing::AssertionResult load(const Case& c, const Graph& graph, ModelState& state) {
  std::size_t given = 0;
  for (const auto& [name, tensor] : c.tensors)
    given += name.find('.') != std::string::npos && !name.starts_with("grad.") &&
             !name.starts_with("after.");
  if (given != graph.parameters().size())
    return testing::AssertionFailure() << "PyTorch's state_dict has " << given << " tensors, ours "
                                       << graph.parameters().size();
  for (std::size_t i = 0; i < graph.parameters().size(); ++i) {
    const Parameter& p = graph.parameters()[i];
    if (!c.has(p.name))
      return testing::AssertionFailure() << "PyTorch's state_dict has no " << p.name;
    if (c[p.name].shape != p.shape)
      return testing::AssertionFailure() << p.name << " is " << p.shape.text()
                                         << ", but PyTorch's is " << c[p.name].shape.text();
    const std::vector<float>& values = c[p.name].data;
    std::copy(values.begin(), values.end(), state.values(static_cast<int>(i)).begin());
  }
  return testing::AssertionSuccess();
}

// Runs the case forward and backward on a backend and compares everything that PyTorch gave.
inline void expect_equals_pytorch(const Case& c, const std::string& backend_name, int threads) {
  auto graph = graph_from_json(c.spec);
  ASSERT_TRUE(graph) << graph.error().text();
  ModelState state(*graph, 1);
  ASSERT_TRUE(load(c, *graph, state));
  const auto backend = find_backend(backend_name);
  ASSERT_TRUE(backend) << backend.error().text();
  ThreadPool pool(threads);
  const auto result =
      run_network(*graph, state, **backend, pool, c["input"], &c["grad_output"], c.training);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(equals_pytorch("output", c["output"], result->output));
  EXPECT_TRUE(equals_pytorch("grad.input", c["grad.input"], result->d_input));
  for (std::size_t i = 0; i < graph->parameters().size(); ++i) {
    const Parameter& p = graph->parameters()[i];
    if (p.trainable()) {
      EXPECT_TRUE(equals_pytorch("grad." + p.name, c["grad." + p.name], result->d_parameters[i]));
      continue;
    }
    EXPECT_TRUE(result->d_parameters[i].data.empty()) << p.name << " is not trained";
    const auto now = state.values(static_cast<int>(i));
    const std::string after = c.training ? "after." + p.name : p.name;
    EXPECT_TRUE(equals_pytorch(after, c[after],
                               Tensor(p.shape, std::vector<float>(now.begin(), now.end()))));
  }
}

}  // namespace convolab::golden
