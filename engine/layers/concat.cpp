// concat: inputs stacked along the channels (torch.cat with dim=1).
#include "layers/layer.hpp"

namespace convolab {
namespace {

class Concat : public Layer {
 public:
  std::vector<Shape> in;
  Shape out;

  Shape output() const override { return out; }
  void forward(StepEmitter& emitter) const override {
    std::int64_t at = 0;
    for (int i = 0; i < static_cast<int>(in.size()); ++i) {
      const std::int64_t run = in[static_cast<std::size_t>(i)].elements() * emitter.batch();
      emitter.emit(Kernel::copy, CopyArgs{run, 0, at, Write::overwrite}, {emitter.input(i)},
                   {emitter.output()});
      at += run;
    }
  }
  void backward(StepEmitter& emitter) const override {
    std::int64_t at = 0;
    for (int i = 0; i < static_cast<int>(in.size()); ++i) {
      const std::int64_t run = in[static_cast<std::size_t>(i)].elements() * emitter.batch();
      if (const GradientTarget d_x = emitter.d_input(i))
        emitter.emit(Kernel::copy, CopyArgs{run, at, 0, d_x.write}, {emitter.d_output()}, {d_x.id});
      at += run;
    }
  }
};

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  const Shape& first = context.inputs[0];
  std::vector<int> sizes = first.sizes();
  std::int64_t channels = 0;
  for (const Shape& shape : context.inputs) {
    const bool fits = shape.rank() == first.rank() &&
                      (first.rank() == 1 || (shape[1] == first[1] && shape[2] == first[2]));
    if (!fits)
      return fail(ErrorCode::invalid_spec, context.name,
                  "stacks channels of pictures of one size, but has " + first.text() + " and " +
                      shape.text() + "; give the branches the same height and width");
    channels += shape[0];
  }
  if (channels > (1 << 30))
    return fail(ErrorCode::invalid_spec, context.name,
                "stacks " + std::to_string(channels) + " channels, more than 2³⁰");
  sizes[0] = static_cast<int>(channels);
  auto layer = std::make_unique<Concat>();
  layer->in.assign(context.inputs.begin(), context.inputs.end());
  layer->out = Shape(std::move(sizes));
  return layer;
}

}  // namespace

extern const LayerType concat_layer = {
    "concat", "concat", "Stacks the channels of its inputs.", 2, 64, {}, make};

}  // namespace convolab
