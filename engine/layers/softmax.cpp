// softmax: PyTorch's nn.Softmax(dim=1), over features or channels.
#include "layers/layer.hpp"

namespace convolab {
namespace {

class Softmax : public Layer {
 public:
  Shape shape;

  Shape output() const override { return shape; }
  Window window() const override {
    Window w;
    w.global = shape.rank() == 1;
    return w;
  }
  void forward(StepEmitter& emitter) const override {
    emitter.emit(Kernel::softmax_forward, args(emitter, Write::overwrite), {emitter.input(0)},
                 {emitter.output()});
  }
  void backward(StepEmitter& emitter) const override {
    if (const GradientTarget d_x = emitter.d_input(0))
      emitter.emit(Kernel::softmax_backward, args(emitter, d_x.write),
                   {emitter.output(), emitter.d_output()}, {d_x.id});
  }

 private:
  SoftmaxArgs args(const StepEmitter& emitter, Write write) const {
    return {shape[0], shape.elements() / shape[0] * emitter.batch(), write};
  }
};

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  auto layer = std::make_unique<Softmax>();
  layer->shape = context.inputs[0];
  return layer;
}

}  // namespace

extern const LayerType softmax_layer = {
    "softmax", "softmax", "Turns the channels' values into shares that sum to 1.", 1, 1, {}, make};

}  // namespace convolab
