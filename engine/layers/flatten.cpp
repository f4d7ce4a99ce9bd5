// flatten: PyTorch's nn.Flatten.
#include "layers/layer.hpp"

namespace convolab {
namespace {

class Flatten : public Layer {
 public:
  Shape out;

  Shape output() const override { return out; }
  bool is_view(bool) const override { return true; }
  void forward(StepEmitter&) const override {}
  void backward(StepEmitter&) const override {}
};

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  const std::int64_t features = context.inputs[0].elements();
  if (features > (1 << 30))
    return fail(ErrorCode::invalid_spec, context.name,
                std::to_string(features) + " features are more than 2³⁰; pool the input first");
  auto layer = std::make_unique<Flatten>();
  layer->out = Shape{static_cast<int>(features)};
  return layer;
}

}  // namespace

extern const LayerType flatten_layer = {
    "flatten", "flatten", "Lays all maps out as one list of features.", 1, 1, {}, make};

}  // namespace convolab
