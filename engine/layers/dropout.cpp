// dropout: PyTorch's nn.Dropout.
#include "layers/layer.hpp"

namespace convolab {
namespace {

constexpr AttributeInfo attributes[] = {
    {"p", AttributeKind::number, "0.5", 0, 1,
     "Probability that a value is dropped while training."},
};

class Dropout : public Layer {
 public:
  Shape shape;
  float p = 0.5f;

  Shape output() const override { return shape; }
  bool is_view(bool training) const override { return !training || p == 0.0f; }
  void forward(StepEmitter& emitter) const override {
    emitter.emit(Kernel::dropout_forward, args(emitter, Write::overwrite), {emitter.input(0)},
                 {emitter.output()});
  }
  void backward(StepEmitter& emitter) const override {
    if (const GradientTarget d_x = emitter.d_input(0))
      emitter.emit(Kernel::dropout_backward, args(emitter, d_x.write), {emitter.d_output()},
                   {d_x.id});
  }

 private:
  DropoutArgs args(const StepEmitter& emitter, Write write) const {
    return {shape.elements() * emitter.batch(), p, emitter.layer_number(), write};
  }
};

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  auto layer = std::make_unique<Dropout>();
  layer->shape = context.inputs[0];
  layer->p = static_cast<float>(context.attributes.number("p"));
  return layer;
}

}  // namespace

extern const LayerType dropout_layer = {
    "dropout", "dropout", "Drops values at random while training, so that none is relied upon.",
    1,         1,         attributes,
    make};

}  // namespace convolab
