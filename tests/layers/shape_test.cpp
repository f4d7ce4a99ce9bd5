// What a layer makes of its input: shape, parameters, multiply-adds and receptive field, one row a
// setting. The figures are PyTorch's and textbooks', not ours.
#include <nlohmann/json.hpp>

#include "model/net.hpp"

namespace convolab {
namespace {

struct Row {
  const char* what;
  Shape input;
  const char* layer;
  Shape output;
  std::int64_t parameters;
  std::int64_t multiply_adds;
  int field_h, field_w;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

class LayerShape : public testing::TestWithParam<Row> {};

TEST_P(LayerShape, ParametersMultiplyAddsAndReceptiveField) {
  const Row& row = GetParam();
  const std::string input = nlohmann::json(row.input.sizes()).dump();
  const Graph graph = testing_nets::graph(input, row.layer);
  EXPECT_EQ(graph.shape(graph.output()).text(), row.output.text());
  EXPECT_EQ(graph.trainable_parameters(), row.parameters);
  EXPECT_EQ(graph.multiply_adds(), row.multiply_adds);
  const GraphLayer& last = graph.layers().back();
  EXPECT_EQ(last.receptive_field.height, row.field_h);
  EXPECT_EQ(last.receptive_field.width, row.field_w);
  EXPECT_EQ(last.memory, row.output.elements() * 4);
}

const Row rows[] = {
    {"conv2d_32_kernels_5x5_same",
     {3, 100, 100},
     R"({"type": "conv2d", "out_channels": 32, "kernel_size": 5, "padding": "same"})",
     {32, 100, 100},
     2432,
     24000000,
     5,
     5},
    {"conv2d_32_kernels_5x5_valid",
     {3, 100, 100},
     R"({"type": "conv2d", "out_channels": 32, "kernel_size": 5, "padding": "valid"})",
     {32, 96, 96},
     2432,
     22118400,
     5,
     5},
    {"conv2d_32_kernels_5x5_padding_2_stride_2",
     {3, 100, 100},
     R"({"type": "conv2d", "out_channels": 32, "kernel_size": 5, "padding": 2, "stride": 2})",
     {32, 50, 50},
     2432,
     6000000,
     5,
     5},
    {"conv2d_rectangular",
     {2, 7, 9},
     R"({"type": "conv2d", "out_channels": 3, "kernel_size": [2, 5], "stride": [3, 1], "bias": false})",
     {3, 2, 5},
     60,
     600,
     2,
     5},
    {"conv2d_dilated",
     {1, 9, 9},
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3, "dilation": [4, 2]})",
     {1, 1, 5},
     10,
     45,
     9,
     5},
    {"conv2d_uneven_padding",
     {1, 4, 4},
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3, "padding": [1, 2, 0, 3]})",
     {1, 5, 5},
     10,
     225,
     3,
     3},
    {"conv2d_same_even_kernel",
     {1, 5, 6},
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": [4, 2], "padding": "same"})",
     {1, 5, 6},
     9,
     240,
     4,
     2},
    {"conv2d_groups",
     {4, 5, 5},
     R"({"type": "conv2d", "out_channels": 6, "kernel_size": 3, "groups": 2})",
     {6, 3, 3},
     114,
     972,
     3,
     3},
    {"conv2d_depthwise",
     {8, 5, 5},
     R"({"type": "conv2d", "out_channels": 8, "kernel_size": 3, "groups": 8, "padding": 1})",
     {8, 5, 5},
     80,
     1800,
     3,
     3},
    {"max_pool2d_floor",
     {2, 7, 8},
     R"({"type": "max_pool2d", "kernel_size": 2})",
     {2, 3, 4},
     0,
     0,
     2,
     2},
    {"max_pool2d_ceil",
     {2, 7, 8},
     R"({"type": "max_pool2d", "kernel_size": 2, "ceil_mode": true})",
     {2, 4, 4},
     0,
     0,
     2,
     2},
    {"max_pool2d_ceil_drops_a_window_in_the_padding",
     {1, 5, 5},
     R"({"type": "max_pool2d", "kernel_size": 2, "stride": 3, "padding": 1, "ceil_mode": true})",
     {1, 2, 2},
     0,
     0,
     2,
     2},
    {"max_pool2d_ceil_kernel_beyond_input",
     {1, 3, 3},
     R"({"type": "max_pool2d", "kernel_size": 4, "ceil_mode": true})",
     {1, 1, 1},
     0,
     0,
     4,
     4},
    {"max_pool2d_dilated",
     {1, 7, 7},
     R"({"type": "max_pool2d", "kernel_size": 3, "stride": 1, "dilation": 2})",
     {1, 3, 3},
     0,
     0,
     5,
     5},
    {"avg_pool2d_overlapping",
     {2, 7, 7},
     R"({"type": "avg_pool2d", "kernel_size": 3, "stride": 2, "padding": 1})",
     {2, 4, 4},
     0,
     0,
     3,
     3},
    {"adaptive_avg_pool2d_uneven",
     {2, 7, 5},
     R"({"type": "adaptive_avg_pool2d", "output_size": [3, 4]})",
     {2, 3, 4},
     0,
     0,
     3,
     2},
    {"adaptive_avg_pool2d_one",
     {2, 7, 5},
     R"({"type": "adaptive_avg_pool2d", "output_size": 1})",
     {2, 1, 1},
     0,
     0,
     7,
     5},
    {"global_avg_pool2d", {6, 7, 5}, R"({"type": "global_avg_pool2d"})", {6}, 0, 0, 7, 5},
    {"linear", {7}, R"({"type": "linear", "out_features": 4})", {4}, 32, 28, 7, 1},
    {"linear_no_bias",
     {7},
     R"({"type": "linear", "out_features": 4, "bias": false})",
     {4},
     28,
     28,
     7,
     1},
    {"relu", {2, 3, 4}, R"({"type": "relu"})", {2, 3, 4}, 0, 0, 1, 1},
    {"leaky_relu", {5}, R"({"type": "leaky_relu"})", {5}, 0, 0, 1, 1},
    {"tanh", {5}, R"({"type": "tanh"})", {5}, 0, 0, 1, 1},
    {"sigmoid", {1, 1, 1}, R"({"type": "sigmoid"})", {1, 1, 1}, 0, 0, 1, 1},
    {"softmax_sees_all_features", {5}, R"({"type": "softmax"})", {5}, 0, 0, 5, 1},
    {"softmax_of_each_pixel", {5, 2, 2}, R"({"type": "softmax"})", {5, 2, 2}, 0, 0, 1, 1},
    {"batch_norm2d", {5, 2, 2}, R"({"type": "batch_norm2d"})", {5, 2, 2}, 10, 0, 1, 1},
    {"batch_norm2d_no_affine",
     {5, 2, 2},
     R"({"type": "batch_norm2d", "affine": false})",
     {5, 2, 2},
     0,
     0,
     1,
     1},
    {"dropout", {5, 2, 2}, R"({"type": "dropout"})", {5, 2, 2}, 0, 0, 1, 1},
    {"flatten", {5, 2, 3}, R"({"type": "flatten"})", {30}, 0, 0, 1, 1},
    {"add",
     {5, 2, 3},
     R"({"type": "add", "inputs": ["input", "input", "input"]})",
     {5, 2, 3},
     0,
     0,
     1,
     1},
    {"concat",
     {5, 2, 3},
     R"({"type": "concat", "inputs": ["input", "input", "input"]})",
     {15, 2, 3},
     0,
     0,
     1,
     1},
    {"concat_features",
     {5},
     R"({"type": "concat", "inputs": ["input", "input"]})",
     {10},
     0,
     0,
     1,
     1},
    {"two_3x3_see_5x5",
     {1, 9, 9},
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3},
        {"type": "conv2d", "out_channels": 1, "kernel_size": 3})",
     {1, 5, 5},
     20,
     666,
     5,
     5},
    {"three_3x3_see_7x7",
     {1, 9, 9},
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3},
        {"type": "conv2d", "out_channels": 1, "kernel_size": 3},
        {"type": "conv2d", "out_channels": 1, "kernel_size": 3})",
     {1, 3, 3},
     30,
     747,
     7,
     7},
    {"conv_after_pool_sees_twice_as_far",
     {1, 12, 12},
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 5},
        {"type": "max_pool2d", "kernel_size": 2},
        {"type": "conv2d", "out_channels": 1, "kernel_size": 3})",
     {1, 2, 2},
     36,
     1636,
     10,
     10},
    {"branches_keep_the_larger_field",
     {1, 9, 9},
     R"({"type": "conv2d", "name": "a", "out_channels": 1, "kernel_size": 5, "padding": 2},
        {"type": "conv2d", "name": "b", "out_channels": 1, "kernel_size": [1, 7],
         "padding": [0, 3], "inputs": ["input"]},
        {"type": "add", "inputs": ["a", "b"]})",
     {1, 9, 9},
     34,
     2592,
     5,
     7},
    {"linear_sees_the_whole_picture",
     {1, 6, 4},
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3}, {"type": "flatten"},
        {"type": "linear", "out_features": 2})",
     {2},
     28,
     88,
     6,
     4},
};

INSTANTIATE_TEST_SUITE_P(Layers, LayerShape, testing::ValuesIn(rows),
                         [](const auto& info) { return std::string(info.param.what); });

TEST(LayerParameters, AreNamedAsInAStateDict) {
  const Graph graph = testing_nets::graph("[2, 6, 6]", R"(
      {"type": "conv2d", "name": "c1", "out_channels": 4, "kernel_size": [3, 2], "groups": 2},
      {"type": "batch_norm2d", "name": "bn"},
      {"type": "batch_norm2d", "name": "bare", "affine": false},
      {"type": "conv2d", "name": "c2", "out_channels": 1, "kernel_size": 1, "bias": false},
      {"type": "flatten"}, {"type": "linear", "name": "fc", "out_features": 3})");
  const std::pair<const char*, Shape> expected[] = {{"c1.weight", {4, 1, 3, 2}},
                                                    {"c1.bias", {4}},
                                                    {"bn.weight", {4}},
                                                    {"bn.bias", {4}},
                                                    {"bn.running_mean", {4}},
                                                    {"bn.running_var", {4}},
                                                    {"bare.running_mean", {4}},
                                                    {"bare.running_var", {4}},
                                                    {"c2.weight", {1, 4, 1, 1}},
                                                    {"fc.weight", {3, 20}},
                                                    {"fc.bias", {3}}};
  ASSERT_EQ(graph.parameters().size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(graph.parameters()[i].name, expected[i].first);
    EXPECT_EQ(graph.parameters()[i].shape.text(), expected[i].second.text());
    EXPECT_EQ(graph.find_parameter(expected[i].first), static_cast<int>(i));
  }
  EXPECT_EQ(graph.find_parameter("c2.bias"), -1);
}

// Every entry of layers.inc can be told about: the help and the page's palette read these.
TEST(LayerTypes, DescribeThemselvesAndTheirAttributes) {
  for (const LayerType* type : layer_types()) {
    EXPECT_EQ(find_layer_type(type->name), type);
    EXPECT_FALSE(type->short_name.empty()) << type->name;
    EXPECT_TRUE(type->help.ends_with(".")) << type->name << ": help is one sentence";
    EXPECT_LE(type->min_inputs, type->max_inputs);
    for (const AttributeInfo& attribute : type->attributes) {
      EXPECT_TRUE(attribute.help.ends_with(".")) << type->name << "." << attribute.name;
      EXPECT_FALSE(nlohmann::json::parse(attribute.fallback.empty() ? "0" : attribute.fallback,
                                         nullptr, false)
                       .is_discarded())
          << type->name << "." << attribute.name << ": default " << attribute.fallback;
    }
  }
  EXPECT_EQ(find_layer_type("conv3d"), nullptr);
}

}  // namespace
}  // namespace convolab
