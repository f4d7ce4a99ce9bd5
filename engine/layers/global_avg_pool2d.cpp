// global_avg_pool2d: the mean of each map, one feature per channel
// (PyTorch: nn.AdaptiveAvgPool2d(1) and nn.Flatten).
#include "layers/adaptive_avg_pool2d.hpp"

namespace convolab {
namespace {

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  if (auto status = expect_image(context); !status) return tl::unexpected(status.error());
  const Shape& input = context.inputs[0];
  return make_adaptive_avg_pool2d(input, 1, 1, Shape{input[0]});
}

}  // namespace

extern const LayerType global_avg_pool2d_layer = {
    "global_avg_pool2d",
    "pool",
    "Averages each map to a single number, whatever its size.",
    1,
    1,
    {},
    make};

}  // namespace convolab
