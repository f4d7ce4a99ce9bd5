// linear: PyTorch's nn.Linear.
#include "layers/layer.hpp"

namespace convolab {
namespace {

constexpr AttributeInfo attributes[] = {
    {"out_features", AttributeKind::integer, "", 1, 1 << 20, "How many units."},
    {"bias", AttributeKind::flag, "true", 0, 1, "Whether a learnt number is added to each unit."},
    {"init", AttributeKind::choice, "\"pytorch\"", 0, 0, "How the weights start.", initialisers},
};

class Linear : public Layer {
 public:
  int in_features = 1, out_features = 1;
  bool bias = true;

  Shape output() const override { return Shape{out_features}; }
  Window window() const override {
    Window w;
    w.global = true;
    return w;
  }
  std::vector<ParameterInfo> parameters() const override {
    std::vector<ParameterInfo> list = {{"weight", Shape{out_features, in_features},
                                        ParameterRole::weight, in_features, out_features}};
    if (bias)
      list.push_back({"bias", Shape{out_features}, ParameterRole::bias, in_features, out_features});
    return list;
  }
  std::int64_t multiply_adds() const override { return std::int64_t{in_features} * out_features; }

  bool takes_activation() const override { return true; }

  void forward(StepEmitter& emitter) const override {
    LinearArgs a = args(emitter);
    a.activation = emitter.fused_activation().kind;
    a.negative_slope = emitter.fused_activation().negative_slope;
    emitter.emit(Kernel::linear_forward, a,
                 {emitter.input(0), emitter.parameter("weight"), emitter.parameter("bias")},
                 {emitter.output()});
  }

  void backward(StepEmitter& emitter) const override {
    const BufferId d_y = emitter.d_output();
    if (const BufferId d_bias = emitter.d_parameter("bias"); d_bias != no_buffer)
      emitter.emit(Kernel::linear_backward_bias, args(emitter), {d_y}, {d_bias});
    if (const BufferId d_weight = emitter.d_parameter("weight"); d_weight != no_buffer)
      emitter.emit(Kernel::linear_backward_weight, args(emitter), {emitter.input(0), d_y},
                   {d_weight});
    if (const GradientTarget d_x = emitter.d_input(0)) {
      LinearArgs a = args(emitter);
      a.write = d_x.write;
      emitter.emit(Kernel::linear_backward_input, a, {d_y, emitter.parameter("weight")}, {d_x.id});
    }
  }

 private:
  LinearArgs args(const StepEmitter& emitter) const {
    LinearArgs a;
    a.batch = emitter.batch();
    a.in_features = in_features;
    a.out_features = out_features;
    return a;
  }
};

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  const Shape& input = context.inputs[0];
  if (input.rank() != 1)
    return fail(ErrorCode::invalid_spec, context.name,
                "needs a flat list of features, but its input is " + input.text() +
                    "; put a flatten layer before it");
  auto layer = std::make_unique<Linear>();
  layer->in_features = input[0];
  layer->out_features = context.attributes.integer("out_features");
  layer->bias = context.attributes.flag("bias");
  return layer;
}

}  // namespace

extern const LayerType linear_layer = {
    "linear",   "linear", "Every unit sums all inputs, each times a weight of its own.", 1, 1,
    attributes, make};

}  // namespace convolab
