#include "model/fusion.hpp"

namespace convolab {
namespace {

// Of every value: the layer that alone reads it, or -1.
std::vector<int> only_readers(const Graph& graph) {
  constexpr int several = -2;
  std::vector<int> readers(static_cast<std::size_t>(graph.values()), -1);
  for (std::size_t i = 0; i < graph.layers().size(); ++i)
    for (const ValueId input : graph.layers()[i].inputs) {
      int& reader = readers[static_cast<std::size_t>(input)];
      reader = reader == -1 ? static_cast<int>(i) : several;
    }
  for (int& reader : readers) reader = reader == several ? -1 : reader;
  return readers;
}

}  // namespace

Fusion no_fusion(const Graph& graph) {
  return {std::vector<int>(graph.layers().size(), -1), std::vector<int>(graph.layers().size(), -1)};
}

Fusion find_fusion(const Graph& graph, bool training) {
  Fusion out = no_fusion(graph);
  const std::vector<int> readers = only_readers(graph);
  const auto layer = [&](int i) -> const GraphLayer& {
    return graph.layers()[static_cast<std::size_t>(i)];
  };
  const auto reader_of = [&](int i) { return readers[static_cast<std::size_t>(i) + 1]; };
  for (int i = 0; i < static_cast<int>(graph.layers().size()); ++i) {
    const int above = reader_of(i);
    if (above < 0 || layer(i).layer->is_view(training)) continue;
    const Activation kind = layer(above).layer->activation().kind;
    if (kind == Activation::none) continue;
    if (layer(i).layer->takes_activation())
      out.activation_above[static_cast<std::size_t>(i)] = above;
    // Layer i, a relu that nobody else reads, and one window on top of it.
    const int top = reader_of(above);
    if (kind == Activation::relu && top >= 0 && layer(top).layer->takes_relu())
      out.relu_below[static_cast<std::size_t>(top)] = above;
  }
  return out;
}

}  // namespace convolab
