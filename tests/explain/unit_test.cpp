// A unit's story holds for every element of every kind of layer, and its places are the right ones.
#include "explain/unit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "golden/golden_net.hpp"
#include "model/net.hpp"

namespace convolab {
namespace {

using Rule = Explanation::Rule;

// A net that has looked at one picture.
struct Looked {
  Looked(Graph g, std::optional<std::vector<float>> picture = {})
      : graph(std::move(g)), state(graph, 5) {
    // Running statistics that are not 0 and 1.
    for (std::size_t i = 0; i < graph.parameters().size(); ++i)
      if (!graph.parameters()[i].trainable())
        for (float& value : state.values(static_cast<int>(i))) value += 0.25f;
    auto plan = make_plan(graph, {});
    EXPECT_TRUE(plan) << plan.error().text();
    executor = *Executor::create(*std::move(plan), reference_backend(), state, pool);
    const Tensor random = testing_nets::random_tensor(graph.spec().input, 1);
    look(picture ? *picture : random.data);
  }
  void look(const std::vector<float>& picture) {
    const auto input = executor->data(executor->plan().input());
    std::copy(picture.begin(), picture.end(), input.begin());
    executor->run({});
  }
  int layer(const char* name) const {
    const int found = graph.find_layer(name);
    EXPECT_GE(found, 0) << name;
    return found;
  }
  ValueId value(const char* name) const { return layer(name) + 1; }
  double at(ValueId value, std::int64_t element) const {
    const BufferId id = executor->plan().values[static_cast<std::size_t>(value)];
    return static_cast<double>(
        std::as_const(*executor).data(id)[static_cast<std::size_t>(element)]);
  }
  UnitExplanation unit(int layer, std::int64_t element) const {
    auto why = explain_unit(graph, *executor, layer, element);
    EXPECT_TRUE(why) << why.error().text();
    return why ? *std::move(why) : UnitExplanation{{UnitStage()}, 0};
  }
  UnitExplanation unit(const char* name, std::int64_t element) const {
    return unit(layer(name), element);
  }
  std::optional<std::int64_t> over(const char* name, int channel, std::int64_t source) const {
    const auto found = unit_over(graph, executor->plan(), layer(name), channel, source);
    EXPECT_TRUE(found) << found.error().text();
    return found ? *found : std::nullopt;
  }

  Graph graph;
  ModelState state;
  ThreadPool pool;
  std::optional<Executor> executor;
};

Looked net(const std::string& input, const std::string& layers) {
  return Looked(testing_nets::graph(input, layers));
}

void check_terms(const Looked& net, const UnitStage& stage) {
  for (const UnitTerm& term : stage.terms) {
    if (term.value >= 0) {
      EXPECT_EQ(term.x, net.at(term.value, term.element));
    } else {
      EXPECT_EQ(term.element, -1) << "a border has no element";
    }
    if (stage.weight_parameter >= 0) {
      const auto weights = std::as_const(net.state).values(stage.weight_parameter);
      EXPECT_EQ(term.weight,
                static_cast<double>(weights[static_cast<std::size_t>(term.weight_element)]));
    }
    if (stage.rule == Rule::sum) {
      EXPECT_EQ(term.product, term.weight * term.x);
    }
  }
}

void check_value(const Looked& net, const UnitStage& stage) {
  EXPECT_EQ(stage.value, net.at(stage.layer + 1, stage.element));
  const std::string_view type =
      net.graph.layers()[static_cast<std::size_t>(stage.layer)].type->name;
  double size = std::abs(stage.constant), products = 0.0;
  for (const UnitTerm& term : stage.terms) {
    size += std::abs(term.product);
    products += term.product;
  }
  const double bias = stage.bias ? stage.bias->value : 0.0;
  switch (stage.rule) {
    case Rule::sum:
      EXPECT_NEAR(stage.sum, stage.constant + products, 1e-12 * size);
      EXPECT_NEAR(stage.value, stage.sum + bias, 1e-5 * (size + std::abs(bias)) + 1e-12);
      break;
    case Rule::maximum:
      ASSERT_GE(stage.winner, 0);
      EXPECT_EQ(stage.value, stage.terms[static_cast<std::size_t>(stage.winner)].x);
      EXPECT_EQ(stage.sum, stage.value);
      break;
    case Rule::function:
      ASSERT_FALSE(stage.terms.empty());
      if (type == "softmax") {
        double own = 0.0;
        for (const UnitTerm& term : stage.terms)
          if (term.element == stage.element) own = term.product;
        EXPECT_NEAR(stage.value, own / stage.sum, 1e-5 * stage.value);
      } else if (type != "batch_norm2d") {
        ASSERT_EQ(stage.terms.size(), 1u) << "an activation looks at one number";
      }
  }
}

// Explains every element (of large values a spread of them) of every layer.
void check_all(const Looked& net, std::set<std::string_view>& types) {
  for (int layer = 0; layer < static_cast<int>(net.graph.layers().size()); ++layer) {
    const std::int64_t elements = net.graph.shape(layer + 1).elements();
    for (std::int64_t e = 0; e<elements; e += elements> 300 ? elements / 47 : 1) {
      const UnitExplanation why = net.unit(layer, e);
      const UnitStage& asked = why.stages[static_cast<std::size_t>(why.selected)];
      EXPECT_EQ(asked.layer, layer);
      EXPECT_EQ(asked.element, e);
      for (const UnitStage& stage : why.stages) {
        check_terms(net, stage);
        check_value(net, stage);
        types.insert(net.graph.layers()[static_cast<std::size_t>(stage.layer)].type->name);
      }
      ASSERT_FALSE(testing::Test::HasFailure())
          << net.graph.layers()[static_cast<std::size_t>(layer)].name << ", element " << e;
    }
  }
}

TEST(Unit, HoldsForEveryElementOfEveryGoldenLayerAndNet) {
  std::set<std::string_view> types;
  for (const char* group : {"layers", "nets"})
    for (const golden::Case& c : golden::read_cases(group)) {
      auto graph = graph_from_json(c.spec);
      ASSERT_TRUE(graph) << graph.error().text();
      const auto sample = static_cast<std::ptrdiff_t>(graph->spec().input.elements());
      const std::vector<float>& batch = c["input"].data;
      Looked looked(*std::move(graph), std::vector<float>(batch.begin(), batch.begin() + sample));
      ASSERT_TRUE(golden::load(c, looked.graph, looked.state));
      looked.look(std::vector<float>(batch.begin(), batch.begin() + sample));
      check_all(looked, types);
      ASSERT_FALSE(HasFailure()) << c.name;
    }
  for (const LayerType* type : layer_types())
    EXPECT_TRUE(types.contains(type->name)) << type->name << " was never explained";
}

TEST(Unit, BranchesAndResidualsToo) {
  std::set<std::string_view> types;
  check_all(net("[2, 6, 6]", testing_nets::branches), types);
  check_all(net("[1, 28, 28]", testing_nets::lenet_5), types);
}

TEST(Unit, BeginsWhereElementsMeetAndGoesOnUpToWhereTheyMeetAgain) {
  const Looked lenet = net("[1, 28, 28]", testing_nets::lenet_5);
  const UnitExplanation conv = lenet.unit("c1", 30), tanh = lenet.unit("tanh1", 30);
  ASSERT_EQ(conv.stages.size(), 2u) << "the convolution and its tanh, but not the pool";
  EXPECT_EQ(conv.stages[1].layer, lenet.layer("tanh1"));
  EXPECT_EQ(conv.selected, 0);
  ASSERT_EQ(tanh.stages.size(), 2u);
  EXPECT_EQ(tanh.selected, 1);
  EXPECT_EQ(tanh.stages[0].layer, lenet.layer("c1"));
  EXPECT_EQ(tanh.stages[1].terms[0].value, lenet.value("c1"));
  EXPECT_EQ(tanh.stages[1].terms[0].element, 30);

  const Looked branched = net("[2, 6, 6]", testing_nets::branches);
  EXPECT_EQ(branched.unit("stem", 7).stages.size(), 3u) << "stem, norm, relu";
  EXPECT_EQ(branched.unit("r0", 7).selected, 2);
  EXPECT_EQ(branched.unit("a", 7).stages.size(), 1u) << "an add mixes";
  EXPECT_EQ(branched.unit("p", 7).stages.size(), 1u) << "two layers read the pool";
  const UnitExplanation sum = branched.unit("sum", 7);
  EXPECT_EQ(sum.stages.size(), 2u) << "add, leaky relu; dropout at the end shows nothing new";
  const UnitExplanation dropped = branched.unit("d", 7);
  ASSERT_EQ(dropped.stages.size(), 3u) << "but it is there when asked about";
  EXPECT_EQ(dropped.selected, 2);
  EXPECT_EQ(dropped.stages[2].value, dropped.stages[1].value);
}

TEST(Unit, AResidualSumHasATermOfEveryBranch) {
  const Looked looked = net("[2, 6, 6]", testing_nets::branches);
  const UnitStage stage = looked.unit("sum", 40).stages[0];
  ASSERT_EQ(stage.terms.size(), 3u);
  const ValueId from[] = {looked.value("a"), looked.value("p"), looked.value("r0")};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(stage.terms[i].value, from[i]);
    EXPECT_EQ(stage.terms[i].element, 40);
  }
  EXPECT_FALSE(stage.weighted);
  const UnitStage stacked = looked.unit("cat", 36 * 4 + 5).stages[0];  // the pool's first channel
  ASSERT_EQ(stacked.terms.size(), 1u);
  EXPECT_EQ(stacked.terms[0].value, looked.value("p"));
  EXPECT_EQ(stacked.terms[0].element, 5);
}

TEST(Unit, LinearLooksThroughFlattenAndDropoutAtTheMaps) {
  const Looked looked = net("[1, 5, 5]", R"(
      {"type": "conv2d", "name": "c", "out_channels": 2, "kernel_size": 3},
      {"type": "flatten"}, {"type": "dropout"}, {"type": "linear", "name": "l", "out_features": 3})");
  const UnitStage stage = looked.unit("l", 1).stages[0];
  ASSERT_EQ(stage.terms.size(), 18u);
  for (std::size_t i = 0; i < 18; ++i) {
    EXPECT_EQ(stage.terms[i].value, looked.value("c"));
    EXPECT_EQ(stage.terms[i].element, static_cast<std::int64_t>(i));
    EXPECT_EQ(stage.terms[i].weight_element, static_cast<std::int64_t>(18 + i));
  }
  ASSERT_TRUE(stage.bias);
  EXPECT_EQ(looked.graph.parameters()[static_cast<std::size_t>(stage.bias->parameter)].name,
            "l.bias");
  EXPECT_EQ(stage.bias->element, 1);
  EXPECT_FALSE(stage.window);
}

// The source elements of the corner unit of a padded 3×3 convolution over a 3×3 picture.
std::vector<std::int64_t> corner(const char* mode) {
  const Looked looked = net("[1, 3, 3]", R"({"type": "conv2d", "name": "c", "out_channels": 1,
      "kernel_size": 3, "padding": 1, "padding_mode": ")" +
                                             std::string(mode) + R"("})");
  const UnitStage stage = looked.unit("c", 0).stages[0];
  EXPECT_EQ(stage.window->y, -1);
  EXPECT_EQ(stage.window->x, -1);
  std::vector<std::int64_t> out;
  for (const UnitTerm& term : stage.terms) {
    EXPECT_EQ(term.value, term.element < 0 ? -1 : 0);
    if (term.element < 0) {
      EXPECT_EQ(term.x, 0.0);
    }
    out.push_back(term.element);
  }
  return out;
}

TEST(Unit, ABorderIsTracedToWhatItCopies) {
  using List = std::vector<std::int64_t>;
  EXPECT_EQ(corner("zeros"), (List{-1, -1, -1, -1, 0, 1, -1, 3, 4}));
  EXPECT_EQ(corner("reflect"), (List{4, 3, 4, 1, 0, 1, 4, 3, 4}));
  EXPECT_EQ(corner("replicate"), (List{0, 0, 1, 0, 0, 1, 3, 3, 4}));
  EXPECT_EQ(corner("circular"), (List{8, 6, 7, 2, 0, 1, 5, 3, 4}));
}

TEST(Unit, AMaxPoolLeavesItsBorderOutAndNamesTheWinner) {
  Looked looked = net("[1, 2, 2]", R"({"type": "max_pool2d", "name": "p", "kernel_size": 3,
      "stride": 1, "padding": 1})");
  looked.look({-4, -3, -3, -9});
  const UnitStage stage = looked.unit("p", 0).stages[0];
  ASSERT_EQ(stage.terms.size(), 4u);
  EXPECT_EQ(stage.rule, Rule::maximum);
  EXPECT_EQ(stage.winner, 1) << "the first of equals";
  EXPECT_EQ(stage.sum, -3.0);
  EXPECT_EQ(stage.window->height, 3);
}

TEST(Unit, WindowsKnowStrideDilationAndGroups) {
  const Looked looked = net("[4, 9, 9]", R"({"type": "conv2d", "name": "c", "out_channels": 6,
      "kernel_size": [2, 3], "stride": [2, 1], "dilation": [3, 2], "padding": [2, 1],
      "groups": 2})");
  // Channel 4 belongs to the second group; unit (4, 1, 2).
  const Shape& shape = looked.graph.shape(1);
  const std::int64_t element = (4 * shape[1] + 1) * shape[2] + 2;
  const UnitStage stage = looked.unit("c", element).stages[0];
  ASSERT_TRUE(stage.window);
  EXPECT_EQ(stage.window->y, 0) << "1·2 − 2";
  EXPECT_EQ(stage.window->x, 1) << "2·1 − 1";
  EXPECT_EQ(stage.window->height, 2);
  EXPECT_EQ(stage.window->width, 3);
  EXPECT_EQ(stage.window->stride_h, 2);
  EXPECT_EQ(stage.window->dilation_w, 2);
  EXPECT_EQ(stage.window->first_channel, 2);
  EXPECT_EQ(stage.window->channels, 2);
  ASSERT_EQ(stage.terms.size(), 12u);
  std::size_t t = 0;
  for (std::int64_t c = 2; c < 4; ++c)
    for (std::int64_t u = 0; u < 2; ++u)
      for (std::int64_t v = 0; v < 3; ++v)
        EXPECT_EQ(stage.terms[t++].element, (c * 9 + 3 * u) * 9 + 1 + 2 * v);
}

TEST(Unit, BatchNormSaysItsNumbers) {
  const Looked looked = net("[2, 3, 3]", R"({"type": "batch_norm2d", "name": "n"})");
  const UnitStage stage = looked.unit("n", 12).stages[0];
  EXPECT_EQ(stage.parameters.at("weight"), 1.0);
  EXPECT_EQ(stage.parameters.at("bias"), 0.0);
  EXPECT_EQ(stage.parameters.at("running_mean"), 0.25);
  EXPECT_EQ(stage.parameters.at("running_var"), 1.25);
  ASSERT_EQ(stage.terms.size(), 1u);
  EXPECT_NEAR(stage.terms[0].weight, 1.0 / std::sqrt(1.25 + 1e-5), 1e-9);
  EXPECT_NEAR(stage.constant, -0.25 * stage.terms[0].weight, 1e-9);
  EXPECT_EQ(stage.weight_parameter, -1) << "the factor is no parameter";
}

TEST(UnitOver, TheNearestCentreWins) {
  const Looked looked = net("[1, 28, 28]", testing_nets::lenet_5);
  const auto place = [](int row, int column, int width) {
    return std::int64_t{row} * width + column;
  };
  // A padded 5×5 convolution: every unit is centred on its own place, and so is its tanh.
  EXPECT_EQ(looked.over("c1", 3, place(7, 9, 28)), 3 * 784 + 7 * 28 + 9);
  EXPECT_EQ(looked.over("tanh1", 3, place(27, 0, 28)), 3 * 784 + 27 * 28);
  // The pool: two rows each.
  EXPECT_EQ(looked.over("pool1", 2, place(7, 9, 28)), 2 * 196 + 3 * 14 + 4);
  EXPECT_EQ(looked.over("pool1", 2, 5 * 784 + place(6, 8, 28)), 2 * 196 + 3 * 14 + 4)
      << "the source's channel does not matter";
  // Without a border: the edge belongs to the unit that is nearest.
  EXPECT_EQ(looked.over("c3", 0, place(0, 13, 14)), 9);
  EXPECT_EQ(looked.over("c3", 0, place(5, 6, 14)), 3 * 10 + 4);
  // No picture, no place.
  EXPECT_EQ(looked.over("flatten1", 0, 0), std::nullopt);
  EXPECT_EQ(looked.over("f6", 0, 0), std::nullopt);
}

TEST(UnitOver, StridesCellsAndSums) {
  const Looked looked = net("[1, 9, 9]", R"(
      {"type": "conv2d", "name": "c", "out_channels": 2, "kernel_size": 3, "stride": 3},
      {"type": "adaptive_avg_pool2d", "name": "g", "output_size": 2},
      {"type": "add", "name": "s", "inputs": ["g", "g"]},
      {"type": "global_avg_pool2d", "name": "all"})");
  EXPECT_EQ(looked.over("c", 1, 9 * 5 + 8), 9 + 3 + 2) << "rows 3 to 5, columns 6 to 8";
  EXPECT_EQ(looked.over("g", 0, 2 * 3 + 2), 3) << "cells of rows 0 to 1 and 1 to 2";
  EXPECT_EQ(looked.over("g", 0, 3 + 1), 0) << "the middle is as near to all: the first";
  EXPECT_EQ(looked.over("s", 1, 2), 4 + 2) << "an add: the same place";
  EXPECT_EQ(looked.over("all", 1, 2), std::nullopt);
}

TEST(Unit, NumbersThatAreNotThereAreRefused) {
  const Looked looked = net("[1, 28, 28]", testing_nets::lenet_5);
  const auto refused = [&](int layer, std::int64_t element) {
    const auto why = explain_unit(looked.graph, *looked.executor, layer, element);
    return why ? "accepted" : why.error().text();
  };
  EXPECT_EQ(refused(12, 0), "layer: there is no layer 12; this network has 12, counted from 0");
  EXPECT_EQ(refused(-1, 0), "layer: there is no layer -1; this network has 12, counted from 0");
  EXPECT_EQ(refused(0, 4704),
            "c1: there is no element 4704; its output 6×28×28 has 4704, counted from 0");
  EXPECT_EQ(refused(0, -1),
            "c1: there is no element -1; its output 6×28×28 has 4704, counted from 0");
  const auto over = [&](int layer, int channel, std::int64_t source) {
    const auto found = unit_over(looked.graph, looked.executor->plan(), layer, channel, source);
    return found ? "accepted" : found.error().text();
  };
  EXPECT_EQ(over(0, 6, 0), "c1: there is no channel 6; its output 6×28×28 has 6, counted from 0");
  EXPECT_EQ(over(1, 0, 784), "c1: it reads 1×28×28, which has no element 784");
  EXPECT_EQ(over(99, 0, 0), "layer: there is no layer 99; this network has 12, counted from 0");
}

TEST(Unit, AsJsonForThePage) {
  Looked looked = net("[1, 2, 2]", R"({"type": "conv2d", "name": "c", "out_channels": 1,
      "kernel_size": 2}, {"type": "relu", "name": "r"})");
  const std::vector<float> weights = {1, 10, 100, 1000};
  std::copy(weights.begin(), weights.end(), looked.state.values(0).begin());
  looked.state.values(1)[0] = -0.5f;
  looked.look({1, 2, 3, 4});
  const auto said = nlohmann::json::parse(unit_json(looked.graph, looked.unit("c", 0)));
  EXPECT_EQ(said, nlohmann::json::parse(R"({"selected": 0, "stages": [
      {"layer": 0, "name": "c", "type": "conv2d", "element": 0, "place": [0, 0, 0],
       "value": 4320.5, "rule": "sum", "constant": 0.0,
       "sources": {"value": [0, 0, 0, 0], "element": [0, 1, 2, 3]},
       "x": [1.0, 2.0, 3.0, 4.0], "weights": [1.0, 10.0, 100.0, 1000.0],
       "weight_elements": [0, 1, 2, 3], "weight_parameter": "c.weight",
       "products": [1.0, 20.0, 300.0, 4000.0], "sum": 4321.0,
       "bias": {"parameter": "c.bias", "element": 0, "value": -0.5}, "winner": null,
       "window": {"y": 0, "x": 0, "height": 2, "width": 2, "stride": [1, 1], "dilation": [1, 1],
                  "channels": [0, 1]}},
      {"layer": 1, "name": "r", "type": "relu", "element": 0, "place": [0, 0, 0],
       "value": 4320.5, "rule": "function", "constant": 0.0,
       "sources": {"value": [1], "element": [0]}, "x": [4320.5], "weights": null,
       "weight_elements": null, "weight_parameter": null, "products": [4320.5], "sum": 4320.5,
       "bias": null, "winner": null, "window": null}]})"));
}

}  // namespace
}  // namespace convolab
