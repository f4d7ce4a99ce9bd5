// A layer that cannot be built says which layer, which rule, which numbers, and what to do.
#include "model/net.hpp"

namespace convolab {
namespace {

struct Row {
  const char* what;
  const char* input;
  const char* layer;
  const char* message;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

class LayerError : public testing::TestWithParam<Row> {};

TEST_P(LayerError, NamesLayerRuleAndNumbers) {
  const Row& row = GetParam();
  EXPECT_EQ(testing_nets::refusal(testing_nets::spec(row.input, row.layer)), row.message);
}

const Row rows[] = {
    // conv2d
    {"conv2d_kernel_does_not_fit", "[1, 3, 3]",
     R"({"type": "conv2d", "name": "conv2", "out_channels": 1, "kernel_size": 5})",
     "conv2: kernel 5×5 does not fit the padded input 3×3; use padding ≥ 1 or a smaller kernel"},
    {"conv2d_dilated_kernel_does_not_fit", "[1, 7, 4]",
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3, "dilation": 2, "padding": [1, 0]})",
     "conv1: kernel 3×3 (with dilation 2×2 it spans 5×5) does not fit the padded input 9×4; use "
     "padding ≥ 1 or a smaller kernel"},
    {"conv2d_needs_an_image", "[12]", R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3})",
     "conv1: needs an image (channels × height × width), but its input is 12; put it before "
     "flatten and linear layers"},
    {"conv2d_groups", "[4, 5, 5]",
     R"({"type": "conv2d", "out_channels": 6, "kernel_size": 3, "groups": 4})",
     "conv1: groups 4 must divide both the 4 input channels and the 6 output channels"},
    {"conv2d_same_with_stride", "[1, 5, 5]",
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3, "padding": "same", "stride": 2})",
     "conv1: padding \"same\" needs stride 1, but stride is 2×2; give the padding as numbers"},
    {"conv2d_reflect_limit", "[1, 3, 5]",
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3, "padding": 3,
         "padding_mode": "reflect"})",
     "conv1: reflect padding of 3 needs an input height of at least 4, but it is 3; use padding ≤ "
     "2"},
    {"conv2d_circular_limit", "[1, 5, 2]",
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3, "padding": [0, 0, 1, 3],
         "padding_mode": "circular"})",
     "conv1: circular padding of 3 needs an input width of at least 3, but it is 2; use padding ≤ "
     "2"},
    {"conv2d_padding_mode", "[1, 5, 5]",
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3, "padding_mode": "mirror"})",
     "conv1: padding_mode is \"mirror\"; it must be one of zeros, reflect, replicate, circular"},
    {"conv2d_two_words_are_no_choice", "[1, 5, 5]",
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3, "padding_mode": "zeros reflect"})",
     "conv1: padding_mode is \"zeros reflect\"; it must be one of zeros, reflect, replicate, "
     "circular"},
    {"conv2d_missing_kernel_size", "[1, 5, 5]", R"({"type": "conv2d", "out_channels": 1})",
     "conv1: kernel_size is missing; it must be a whole number from 1 to 1024, or two of them for "
     "height and width"},
    {"conv2d_fraction", "[1, 5, 5]", R"({"type": "conv2d", "out_channels": 1.5, "kernel_size": 3})",
     "conv1: out_channels is 1.5; it must be a whole number from 1 to 65536"},
    {"conv2d_zero_kernel", "[1, 5, 5]",
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": [3, 0]})",
     "conv1: kernel_size is [3,0]; it must be a whole number from 1 to 1024, or two of them for "
     "height and width"},
    {"conv2d_three_paddings", "[1, 5, 5]",
     R"({"type": "conv2d", "out_channels": 1, "kernel_size": 3, "padding": [1, 1, 1]})",
     "conv1: padding is [1,1,1]; it must be a whole number from 0 to 1024, [height, width], [top, "
     "bottom, left, right], \"same\" or \"valid\""},
    {"conv2d_unknown_attribute", "[1, 5, 5]",
     R"({"type": "conv2d", "out_channels": 1, "kernel": 3})",
     "conv1: unknown attribute \"kernel\"; known are out_channels, kernel_size, stride, padding, "
     "dilation, groups, bias, padding_mode, init"},
    {"conv2d_too_many_weights", "[65536, 1, 1]",
     R"({"type": "conv2d", "out_channels": 65536, "kernel_size": 1})",
     "conv1: 4294967296 weights are more than 2²⁸ (1 GiB); use fewer channels, a smaller kernel or "
     "groups"},
    {"conv2d_too_much_padding", "[4096, 1, 1]",
     R"({"type": "conv2d", "out_channels": 4096, "kernel_size": 1, "groups": 4096,
         "padding": 1024})",
     "conv1: its padded input 4096×2049×2049 has more than 2³¹ numbers; use less padding or "
     "smaller pictures"},
    // linear
    {"linear_needs_features", "[2, 3, 3]", R"({"type": "linear", "out_features": 3})",
     "linear1: needs a flat list of features, but its input is 2×3×3; put a flatten layer before "
     "it"},
    {"linear_too_many_weights", "[64, 128, 128]",
     R"({"type": "flatten"}, {"type": "linear", "name": "big", "out_features": 1000000})",
     "big: with its 1048577000000 parameters the network has more than 2²⁸ (1 GiB); use fewer "
     "units or channels, or pool the input first"},
    {"linear_bias_is_a_flag", "[2]", R"({"type": "linear", "out_features": 3, "bias": 1})",
     "linear1: bias is 1; it must be true or false"},
    {"linear_init", "[2]", R"({"type": "linear", "out_features": 3, "init": "zeros"})",
     "linear1: init is \"zeros\"; it must be one of pytorch, he_normal, he_uniform, xavier_normal, "
     "xavier_uniform"},
    // pools
    {"max_pool2d_padding_beyond_half", "[1, 5, 5]",
     R"({"type": "max_pool2d", "kernel_size": [2, 3], "padding": 2})",
     "pool1: padding 2×2 is more than half of the kernel 2×3; use padding ≤ 1×1"},
    {"max_pool2d_kernel_does_not_fit", "[1, 1, 3]", R"({"type": "max_pool2d", "kernel_size": 2})",
     "pool1: kernel 2×2 does not fit the padded input 1×3; use padding ≥ 1 or a smaller kernel"},
    {"max_pool2d_window_of_padding", "[1, 1, 4]",
     R"({"type": "max_pool2d", "kernel_size": 2, "padding": 1, "dilation": 2})",
     "pool1: with dilation 2 and padding 1 a window steps over all 1 pixels of the input's height; "
     "use a smaller dilation or no padding"},
    {"avg_pool2d_has_no_dilation", "[1, 5, 5]",
     R"({"type": "avg_pool2d", "kernel_size": 2, "dilation": 2})",
     "pool1: unknown attribute \"dilation\"; known are kernel_size, stride, padding, ceil_mode, "
     "count_include_pad, divisor_override"},
    {"avg_pool2d_ceil_mode_beyond_a_stride", "[1, 2, 5]",
     R"({"type": "avg_pool2d", "kernel_size": 5, "stride": 2, "ceil_mode": true})",
     "pool1: kernel 5×5 does not fit the padded input 3×6; use padding ≥ 2 or a smaller kernel"},
    {"adaptive_avg_pool2d_needs_a_size", "[1, 5, 5]", R"({"type": "adaptive_avg_pool2d"})",
     "pool1: output_size is missing; it must be a whole number from 1 to 65536, or two of them for "
     "height and width"},
    {"adaptive_avg_pool2d_too_large", "[1, 5, 5]",
     R"({"type": "adaptive_avg_pool2d", "output_size": 65536})",
     "pool1: its output 1×65536×65536 has more than 2³¹ numbers"},
    {"global_avg_pool2d_needs_an_image", "[4]", R"({"type": "global_avg_pool2d"})",
     "pool1: needs an image (channels × height × width), but its input is 4; put it before flatten "
     "and linear layers"},
    // the rest
    {"relu_has_no_attributes", "[4]", R"({"type": "relu", "inplace": true})",
     "relu1: unknown attribute \"inplace\"; this layer has none"},
    {"leaky_relu_slope", "[4]", R"({"type": "leaky_relu", "negative_slope": -0.5})",
     "leaky_relu1: negative_slope is -0.5; it must be a number from 0 to 1"},
    {"dropout_probability", "[4]", R"({"type": "dropout", "p": 1.5})",
     "dropout1: p is 1.5; it must be a number from 0 to 1"},
    {"batch_norm2d_needs_an_image", "[4]", R"({"type": "batch_norm2d"})",
     "norm1: needs an image (channels × height × width), but its input is 4; put it before flatten "
     "and linear layers"},
    {"flatten_too_long", "[2, 32768, 32768]", R"({"type": "flatten"})",
     "flatten1: 2147483648 features are more than 2³⁰; pool the input first"},
    {"add_shapes", "[2, 4, 4]",
     R"({"type": "max_pool2d", "kernel_size": 2}, {"type": "add", "inputs": ["input", "pool1"]})",
     "add1: adds inputs of one shape, but has 2×4×4 and 2×2×2; bring them to one shape first, as "
     "with a 1×1 conv2d"},
    {"add_needs_two", "[2, 4, 4]", R"({"type": "add"})",
     "add1: add takes 2 to 16 inputs, but has 1; name them in \"inputs\""},
    {"concat_sizes", "[2, 4, 4]",
     R"({"type": "max_pool2d", "kernel_size": 2},
        {"type": "concat", "inputs": ["input", "pool1"]})",
     "concat1: stacks channels of pictures of one size, but has 2×4×4 and 2×2×2; give the branches "
     "the same height and width"},
    {"concat_image_and_features", "[2, 4, 4]",
     R"({"type": "flatten"}, {"type": "concat", "inputs": ["input", "flatten1"]})",
     "concat1: stacks channels of pictures of one size, but has 2×4×4 and 32; give the branches "
     "the same height and width"},
    {"concat_too_many_channels", "[1, 32768, 32768]",
     R"({"type": "flatten"}, {"type": "concat", "inputs": ["flatten1", "flatten1"]})",
     "concat1: stacks 2147483648 channels, more than 2³⁰"},
    {"relu_takes_one", "[4]", R"({"type": "relu", "inputs": ["input", "input"]})",
     "relu1: relu takes 1 input, but has 2; bring them together with add or concat first"},
    {"input_too_large", "[65536, 65536, 65536]", R"({"type": "relu"})",
     "input: a sample of 65536×65536×65536 has more than 2³¹ numbers; use smaller pictures"},
};

INSTANTIATE_TEST_SUITE_P(Layers, LayerError, testing::ValuesIn(rows),
                         [](const auto& info) { return std::string(info.param.what); });

}  // namespace
}  // namespace convolab
