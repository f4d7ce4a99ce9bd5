// make_graph: wiring, shapes and figures of whole networks.
#include "model/graph.hpp"

#include <nlohmann/json.hpp>

#include "model/net.hpp"

namespace convolab {
namespace {

using testing_nets::graph;
using testing_nets::refusal;
using testing_nets::spec;

TEST(Graph, CountsTheParametersOfKnownNetworks) {
  EXPECT_EQ(graph("[1, 28, 28]", testing_nets::lenet_5).trainable_parameters(), 61706);
  EXPECT_EQ(graph("[1, 28, 28]", testing_nets::model_1).trainable_parameters(), 178110);
  EXPECT_EQ(graph("[1, 28, 28]", testing_nets::model_2).trainable_parameters(), 5386);
}

TEST(Graph, InfersTheShapesOfLeNet5) {
  const Graph net = graph("[1, 28, 28]", testing_nets::lenet_5);
  std::string shapes;
  for (ValueId v = 0; v < net.values(); ++v) shapes += net.shape(v).text() + " ";
  EXPECT_EQ(shapes,
            "1×28×28 6×28×28 6×28×28 6×14×14 16×10×10 16×10×10 16×5×5 400 120 120 84 84 10 ");
}

TEST(Graph, ReceptiveFieldsOfLeNet5) {
  const Graph net = graph("[1, 28, 28]", testing_nets::lenet_5);
  const auto field = [&](int layer) {
    const ReceptiveField& f = net.layers()[static_cast<std::size_t>(layer)].receptive_field;
    return std::to_string(f.height) + "×" + std::to_string(f.width) + " every " +
           std::to_string(f.jump_h);
  };
  EXPECT_EQ(field(0), "5×5 every 1");
  EXPECT_EQ(field(2), "6×6 every 2");
  EXPECT_EQ(field(3), "14×14 every 2");
  EXPECT_EQ(field(5), "16×16 every 4");
  EXPECT_EQ(field(7), "28×28 every 28");
}

TEST(Graph, StridesWithoutEndDoNotOverflowTheReceptiveField) {
  std::string layers;
  for (int i = 0; i < 8; ++i)
    layers += R"({"type": "max_pool2d", "kernel_size": 1, "stride": 1024},)";
  const Graph net = graph("[1, 4, 4]", layers + R"({"type": "conv2d", "out_channels": 1,
      "kernel_size": 1001, "padding": 500})");
  EXPECT_EQ(net.layers().back().receptive_field.height, 1 << 30);
}

TEST(Graph, WiresBranches) {
  const Graph net = graph("[2, 6, 6]", testing_nets::branches);
  const int sum = net.find_layer("sum"), cat = net.find_layer("cat");
  ASSERT_GE(sum, 0);
  const auto value = [&](const char* name) { return net.find_layer(name) + 1; };
  EXPECT_EQ(net.layers()[static_cast<std::size_t>(sum)].inputs,
            (std::vector<ValueId>{value("a"), value("p"), value("r0")}));
  EXPECT_EQ(net.layers()[static_cast<std::size_t>(cat)].inputs,
            (std::vector<ValueId>{value("d"), value("p")}));
  EXPECT_EQ(net.shape(value("cat")), (Shape{8, 6, 6}));
  EXPECT_EQ(net.find_layer("nobody"), -1);
}

TEST(Graph, AnInputMustBeALayerBefore) {
  EXPECT_EQ(refusal(spec("[4]", R"({"type": "relu"}, {"type": "tanh", "inputs": ["sigmoid1"]},
                                   {"type": "sigmoid"})")),
            "tanh1: its input \"sigmoid1\" is not a layer before it; those are input, relu1");
  EXPECT_EQ(refusal(spec("[4]", R"({"type": "relu", "name": "a", "inputs": ["a"]})")),
            "a: its input \"a\" is not a layer before it; those are input");
}

TEST(Graph, NoLayerEndsInNothing) {
  EXPECT_EQ(refusal(spec("[4]", R"({"type": "relu"}, {"type": "tanh", "inputs": ["input"]})")),
            "relu1: no later layer reads its output; name it in a later layer's \"inputs\" or "
            "remove it");
}

TEST(Graph, UnknownLayerTypeIsRefusedWithTheKnown) {
  EXPECT_EQ(refusal(spec("[4]", R"({"type": "conv3d"})")),
            "conv3d1: there is no layer type \"conv3d\"; known are conv2d, linear, max_pool2d, "
            "avg_pool2d, adaptive_avg_pool2d, global_avg_pool2d, relu, leaky_relu, tanh, sigmoid, "
            "softmax, batch_norm2d, dropout, flatten, add, concat");
}

TEST(Graph, InitialiserOfTheNetworkAndOfALayer) {
  const auto net = graph_from_json(R"({"input": [3], "init": "he_normal", "layers": [
      {"type": "linear", "out_features": 2},
      {"type": "linear", "out_features": 2, "init": "xavier_uniform"}]})");
  ASSERT_TRUE(net) << net.error().text();
  EXPECT_EQ(net->parameters()[0].init, "he_normal");
  EXPECT_EQ(net->parameters()[2].init, "xavier_uniform");
  for (const char* init : {"zeros", "", "he_normal he_uniform"})
    EXPECT_EQ(refusal(R"({"input": [3], "init": ")" + std::string(init) +
                      R"(", "layers": [{"type": "relu"}]})"),
              "spec: unknown init \"" + std::string(init) +
                  "\"; known are pytorch he_normal he_uniform xavier_normal xavier_uniform");
}

TEST(Graph, SummaryHoldsTheFiguresOfEveryLayer) {
  const Graph net = graph("[1, 28, 28]", testing_nets::lenet_5);
  const auto summary = nlohmann::json::parse(summary_json(net));
  EXPECT_EQ(summary["parameters"], 61706);
  EXPECT_EQ(summary["multiply_adds"], 416520);
  ASSERT_EQ(summary["layers"].size(), 12u);
  const auto& c3 = summary["layers"][3];
  EXPECT_EQ(c3["name"], "c3");
  EXPECT_EQ(c3["type"], "conv2d");
  EXPECT_EQ(c3["inputs"].dump(), R"(["pool1"])");
  EXPECT_EQ(c3["output"].dump(), "[16,10,10]");
  EXPECT_EQ(c3["parameters"], 2416);
  EXPECT_EQ(c3["multiply_adds"], 240000);
  EXPECT_EQ(c3["memory"], 6400);
  EXPECT_EQ(c3["receptive_field"].dump(), R"({"height":14,"width":14})");
  EXPECT_EQ(summary["layers"][0]["inputs"].dump(), R"(["input"])");
  std::int64_t memory = 0;
  for (const auto& layer : summary["layers"]) memory += layer["memory"].get<std::int64_t>();
  EXPECT_EQ(summary["memory"], memory);
}

}  // namespace
}  // namespace convolab
