// adaptive_avg_pool2d: PyTorch's nn.AdaptiveAvgPool2d.
#include "layers/adaptive_avg_pool2d.hpp"

#include <algorithm>

namespace convolab {
namespace {

constexpr AttributeInfo attributes[] = {
    {"output_size", AttributeKind::pair, "", 1, max_size, "Height and width of the result."},
};

class AdaptiveAvgPool2d : public Layer {
 public:
  Shape in, out;
  int out_h = 1, out_w = 1;

  Shape output() const override { return out; }
  // Cells of an uneven grid differ in size; the largest one is what a unit sees at most.
  Window window() const override {
    const auto largest_cell = [](int size, int cells) {
      int largest = 1;
      for (int i = 0; i < cells; ++i)
        largest = std::max(largest, adaptive_cell(i, size, cells).size());
      return largest;
    };
    Window w;
    w.global = out_h == 1 && out_w == 1;
    w.stride_h = std::max(1, in[1] / out_h);
    w.stride_w = std::max(1, in[2] / out_w);
    w.kernel_h = largest_cell(in[1], out_h);
    w.kernel_w = largest_cell(in[2], out_w);
    return w;
  }

  void forward(StepEmitter& emitter) const override {
    emitter.emit(Kernel::adaptive_avg_pool2d_forward, args(emitter, Write::overwrite),
                 {emitter.input(0)}, {emitter.output()});
  }
  void backward(StepEmitter& emitter) const override {
    if (const GradientTarget d_x = emitter.d_input(0))
      emitter.emit(Kernel::adaptive_avg_pool2d_backward, args(emitter, d_x.write),
                   {emitter.d_output()}, {d_x.id});
  }

 private:
  AdaptiveAvgPool2dArgs args(const StepEmitter& emitter, Write write) const {
    return {emitter.batch(), in[0], in[1], in[2], out_h, out_w, write};
  }
};

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  if (auto status = expect_image(context); !status) return tl::unexpected(status.error());
  const auto [out_h, out_w] = context.attributes.pair("output_size");
  const Shape& input = context.inputs[0];
  return make_adaptive_avg_pool2d(input, out_h, out_w, Shape{input[0], out_h, out_w});
}

}  // namespace

std::unique_ptr<Layer> make_adaptive_avg_pool2d(const Shape& input, int out_h, int out_w,
                                                const Shape& out) {
  auto layer = std::make_unique<AdaptiveAvgPool2d>();
  layer->in = input;
  layer->out = out;
  layer->out_h = out_h;
  layer->out_w = out_w;
  return layer;
}

extern const LayerType adaptive_avg_pool2d_layer = {
    "adaptive_avg_pool2d",
    "pool",
    "Averages the picture down to a grid of a given size.",
    1,
    1,
    attributes,
    make};

}  // namespace convolab
