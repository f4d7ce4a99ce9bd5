// relu: PyTorch's nn.ReLU.
#include "layers/elementwise.hpp"

namespace convolab {
namespace {

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  return make_activation(context.inputs[0], Activation::relu);
}

}  // namespace

extern const LayerType relu_layer = {
    "relu", "relu", "Lets positive values through and turns negative ones into 0.", 1, 1, {}, make};

}  // namespace convolab
