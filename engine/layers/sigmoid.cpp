// sigmoid: PyTorch's nn.Sigmoid.
#include "layers/elementwise.hpp"

namespace convolab {
namespace {

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  return make_activation(context.inputs[0], Activation::sigmoid);
}

}  // namespace

extern const LayerType sigmoid_layer = {
    "sigmoid", "sigmoid", "Squashes every value into the range from 0 to 1.", 1, 1, {}, make};

}  // namespace convolab
