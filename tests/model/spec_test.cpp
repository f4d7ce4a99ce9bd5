// parse_spec: the form of a document. What it means is checked by make_graph.
#include "model/spec.hpp"

#include <gtest/gtest.h>

namespace convolab {
namespace {

struct Row {
  const char* what;
  const char* document;
  const char* message;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

class MalformedSpec : public testing::TestWithParam<Row> {};

TEST_P(MalformedSpec, SaysWhatWasExpected) {
  const auto spec = parse_spec(GetParam().document);
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().code, ErrorCode::invalid_spec);
  EXPECT_EQ(spec.error().text(), GetParam().message);
}

#define INPUT_RULE                                                                      \
  "spec: \"input\" must list the sizes of one sample, as [channels, height, width] or " \
  "[features], each from 1 to 65536"
#define TYPE_RULE ": a layer is an object with a \"type\", such as {\"type\": \"relu\"}"
#define INPUTS_RULE ": \"inputs\" must list the names of earlier layers, or \"input\""

const Row rows[] = {
    {"empty_text", "", "spec: this is not valid JSON"},
    {"cut_off", R"({"input": [1, 28, 28], "layers": [{"type": )", "spec: this is not valid JSON"},
    {"not_utf8", "{\"name\": \"\xff\"}", "spec: this is not valid JSON"},
    {"a_list", "[]", "spec: a network is a JSON object with \"input\" and \"layers\""},
    {"a_number", "7", "spec: a network is a JSON object with \"input\" and \"layers\""},
    {"unknown_entry", R"({"input": [4], "layer": []})",
     "spec: unknown entry \"layer\"; known are name, input, init and layers"},
    {"name_is_no_text", R"({"name": 5, "input": [4], "layers": [{"type": "relu"}]})",
     "spec: \"name\" must be a text"},
    {"init_is_no_text", R"({"init": null, "input": [4], "layers": [{"type": "relu"}]})",
     "spec: \"init\" must be a text"},
    {"no_input", R"({"layers": [{"type": "relu"}]})", INPUT_RULE},
    {"input_is_a_number", R"({"input": 784, "layers": [{"type": "relu"}]})", INPUT_RULE},
    {"input_of_two_sizes", R"({"input": [28, 28], "layers": [{"type": "relu"}]})", INPUT_RULE},
    {"input_of_four_sizes", R"({"input": [1, 1, 28, 28], "layers": []})", INPUT_RULE},
    {"input_of_size_0", R"({"input": [1, 0, 28], "layers": []})", INPUT_RULE},
    {"input_of_negative_size", R"({"input": [-1], "layers": []})", INPUT_RULE},
    {"input_of_a_fraction", R"({"input": [1.5], "layers": []})", INPUT_RULE},
    {"input_of_a_text", R"({"input": ["1"], "layers": []})", INPUT_RULE},
    {"input_beyond_64_bits", R"({"input": [18446744073709551615], "layers": []})", INPUT_RULE},
    {"no_layers", R"({"input": [4]})", "spec: \"layers\" must list at least one layer"},
    {"empty_layers", R"({"input": [4], "layers": []})",
     "spec: \"layers\" must list at least one layer"},
    {"layers_is_an_object", R"({"input": [4], "layers": {"type": "relu"}})",
     "spec: \"layers\" must list at least one layer"},
    {"layer_is_a_text", R"({"input": [4], "layers": [{"type": "relu"}, "relu"]})",
     "layer 2" TYPE_RULE},
    {"layer_without_type", R"({"input": [4], "layers": [{"name": "a"}]})", "layer 1" TYPE_RULE},
    {"type_is_a_number", R"({"input": [4], "layers": [{"type": 3}]})", "layer 1" TYPE_RULE},
    {"name_of_a_layer_is_a_number", R"({"input": [4], "layers": [{"type": "relu", "name": 1}]})",
     "layer 1: \"name\" must be a text of at least one character"},
    {"name_of_a_layer_is_empty", R"({"input": [4], "layers": [{"type": "relu", "name": ""}]})",
     "layer 1: \"name\" must be a text of at least one character"},
    {"name_is_input", R"({"input": [4], "layers": [{"type": "relu", "name": "input"}]})",
     "layer 1: the name \"input\" is the picture's own"},
    {"two_of_a_name",
     R"({"input": [4], "layers": [{"type": "relu", "name": "a"}, {"type": "tanh", "name": "a"}]})",
     "a: two layers have this name; every layer needs its own"},
    {"inputs_is_a_text", R"({"input": [4], "layers": [{"type": "relu", "inputs": "input"}]})",
     "layer 1" INPUTS_RULE},
    {"inputs_is_empty", R"({"input": [4], "layers": [{"type": "relu", "inputs": []}]})",
     "layer 1" INPUTS_RULE},
    {"inputs_of_numbers", R"({"input": [4], "layers": [{"type": "relu", "inputs": [0]}]})",
     "layer 1: \"inputs\" must list names, but has 0"},
};

INSTANTIATE_TEST_SUITE_P(Spec, MalformedSpec, testing::ValuesIn(rows),
                         [](const auto& info) { return std::string(info.param.what); });

TEST(Spec, ReadsAChain) {
  const auto spec = parse_spec(R"({"name": "tiny", "input": [1, 28, 28], "init": "he_normal",
      "layers": [{"type": "conv2d", "name": "c1", "out_channels": 6, "kernel_size": 5},
                 {"type": "relu"}]})");
  ASSERT_TRUE(spec) << spec.error().text();
  EXPECT_EQ(spec->name, "tiny");
  EXPECT_EQ(spec->input, (Shape{1, 28, 28}));
  EXPECT_EQ(spec->init, "he_normal");
  ASSERT_EQ(spec->layers.size(), 2u);
  EXPECT_EQ(spec->layers[0].type, "conv2d");
  EXPECT_EQ(spec->layers[0].name, "c1");
  EXPECT_EQ(spec->layers[0].attributes.dump(), R"({"out_channels":6,"kernel_size":5})")
      << "in the order they were given";
  EXPECT_TRUE(spec->layers[1].inputs.empty());
}

TEST(Spec, NameAndInitHaveDefaults) {
  const auto spec = parse_spec(R"({"input": [4], "layers": [{"type": "relu"}]})");
  ASSERT_TRUE(spec) << spec.error().text();
  EXPECT_EQ(spec->name, "");
  EXPECT_EQ(spec->init, "pytorch");
}

TEST(Spec, NamesLayersByTypeAndCounterAroundTakenNames) {
  const auto spec = parse_spec(R"({"input": [1, 9, 9], "layers": [
      {"type": "conv2d"}, {"type": "relu"}, {"type": "conv2d", "name": "conv2"},
      {"type": "conv2d"}, {"type": "max_pool2d"}, {"type": "avg_pool2d"}, {"type": "mystery"}]})");
  ASSERT_TRUE(spec) << spec.error().text();
  std::string names;
  for (const LayerSpec& layer : spec->layers) names += layer.name + " ";
  EXPECT_EQ(names, "conv1 relu1 conv2 conv3 pool1 pool2 mystery1 ");
}

TEST(Spec, WritesAndReadsTheSameNetwork) {
  const char* documents[] = {
      R"({"name":"x","input":[1,9,9],"init":"he_uniform","layers":[{"type":"conv2d","name":"c","kernel_size":[3,5],"out_channels":2,"padding":"same"},{"type":"relu","name":"r"},{"type":"add","name":"s","inputs":["r","c"]}]})",
      R"({"input":[7],"layers":[{"type":"leaky_relu","name":"a.b","negative_slope":0.25}]})"};
  for (const char* document : documents) {
    const auto spec = parse_spec(document);
    ASSERT_TRUE(spec) << spec.error().text();
    EXPECT_EQ(spec_to_json(*spec), document);
  }
  const auto unnamed = parse_spec(R"({"layers": [{"type": "relu"}], "input": [7]})");
  EXPECT_EQ(spec_to_json(*unnamed), R"({"input":[7],"layers":[{"type":"relu","name":"relu1"}]})");
}

}  // namespace
}  // namespace convolab
