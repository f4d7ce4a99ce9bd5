// leaky_relu: PyTorch's nn.LeakyReLU.
#include "layers/elementwise.hpp"

namespace convolab {
namespace {

constexpr AttributeInfo attributes[] = {
    {"negative_slope", AttributeKind::number, "0.01", 0, 1,
     "What negative values are multiplied by."},
};

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  return make_activation(context.inputs[0], Activation::leaky_relu,
                         static_cast<float>(context.attributes.number("negative_slope")));
}

}  // namespace

extern const LayerType leaky_relu_layer = {
    "leaky_relu", "leaky_relu", "Lets positive values through and shrinks negative ones.", 1, 1,
    attributes,   make};

}  // namespace convolab
