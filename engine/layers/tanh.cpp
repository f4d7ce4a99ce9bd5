// tanh: PyTorch's nn.Tanh.
#include "layers/elementwise.hpp"

namespace convolab {
namespace {

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  return make_activation(context.inputs[0], Activation::tanh);
}

}  // namespace

extern const LayerType tanh_layer = {
    "tanh", "tanh", "Squashes every value into the range from -1 to 1.", 1, 1, {}, make};

}  // namespace convolab
