#include "layers/elementwise.hpp"

namespace convolab {
namespace {

class Elementwise : public Layer {
 public:
  Shape shape;
  Activation kind = Activation::relu;
  float negative_slope = 0.0f;

  Shape output() const override { return shape; }
  FusedActivation activation() const override { return {kind, negative_slope}; }

  void forward(StepEmitter& emitter) const override {
    emitter.emit(Kernel::activation_forward, args(emitter, Write::overwrite), {emitter.input(0)},
                 {emitter.output()});
  }
  void backward(StepEmitter& emitter) const override {
    if (const GradientTarget d_x = emitter.d_input(0))
      emitter.emit(Kernel::activation_backward, args(emitter, d_x.write),
                   {emitter.output(), emitter.d_output()}, {d_x.id});
  }

 private:
  ActivationArgs args(const StepEmitter& emitter, Write write) const {
    return {shape.elements() * emitter.batch(), kind, negative_slope, write};
  }
};

}  // namespace

std::unique_ptr<Layer> make_activation(const Shape& shape, Activation kind, float negative_slope) {
  auto layer = std::make_unique<Elementwise>();
  layer->shape = shape;
  layer->kind = kind;
  layer->negative_slope = negative_slope;
  return layer;
}

}  // namespace convolab
