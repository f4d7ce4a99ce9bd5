// add: the sum of two or more inputs of one shape; the skip connection of residual networks.
#include "layers/layer.hpp"

namespace convolab {
namespace {

class Add : public Layer {
 public:
  Shape shape;
  int inputs = 2;

  Shape output() const override { return shape; }
  void forward(StepEmitter& emitter) const override {
    for (int i = 0; i < inputs; ++i)
      emitter.emit(Kernel::copy, args(emitter, i == 0 ? Write::overwrite : Write::accumulate),
                   {emitter.input(i)}, {emitter.output()});
  }
  void backward(StepEmitter& emitter) const override {
    for (int i = 0; i < inputs; ++i)
      if (const GradientTarget d_x = emitter.d_input(i))
        emitter.emit(Kernel::copy, args(emitter, d_x.write), {emitter.d_output()}, {d_x.id});
  }

 private:
  CopyArgs args(const StepEmitter& emitter, Write write) const {
    return {shape.elements() * emitter.batch(), 0, 0, write};
  }
};

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  for (const Shape& shape : context.inputs)
    if (shape != context.inputs[0])
      return fail(ErrorCode::invalid_spec, context.name,
                  "adds inputs of one shape, but has " + context.inputs[0].text() + " and " +
                      shape.text() + "; bring them to one shape first, as with a 1×1 conv2d");
  auto layer = std::make_unique<Add>();
  layer->shape = context.inputs[0];
  layer->inputs = static_cast<int>(context.inputs.size());
  return layer;
}

}  // namespace

extern const LayerType add_layer = {"add", "add", "Adds its inputs, value by value.", 2, 16,
                                    {},    make};

}  // namespace convolab
