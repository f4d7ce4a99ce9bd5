// The layer behind relu, leaky_relu, tanh and sigmoid.
#pragma once

#include "layers/layer.hpp"

namespace convolab {

std::unique_ptr<Layer> make_activation(const Shape& shape, Activation kind,
                                       float negative_slope = 0.0f);

}  // namespace convolab
