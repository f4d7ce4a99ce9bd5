// batch_norm2d: PyTorch's nn.BatchNorm2d.
#include "layers/layer.hpp"

namespace convolab {
namespace {

constexpr AttributeInfo attributes[] = {
    {"eps", AttributeKind::number, "1e-5", 0, 1,
     "Added to the variance, so that nothing divides by 0."},
    {"momentum", AttributeKind::number, "0.1", 0, 1,
     "Share of a new batch in the running statistics."},
    {"affine", AttributeKind::flag, "true", 0, 1,
     "Whether a weight and a bias per channel are learnt."},
    {"track_running_stats", AttributeKind::flag, "true", 0, 1,
     "Whether evaluation uses the statistics of training instead of the batch's own."},
};

class BatchNorm2d : public Layer {
 public:
  Shape shape;
  float eps = 1e-5f, momentum = 0.1f;
  bool affine = true, track = true;

  Shape output() const override { return shape; }

  std::vector<ParameterInfo> parameters() const override {
    const Shape channels{shape[0]};
    std::vector<ParameterInfo> list;
    if (affine) {
      list.push_back({"weight", channels, ParameterRole::scale, 1, 1});
      list.push_back({"bias", channels, ParameterRole::shift, 1, 1});
    }
    if (track) {
      list.push_back({"running_mean", channels, ParameterRole::running_mean, 1, 1});
      list.push_back({"running_var", channels, ParameterRole::running_variance, 1, 1});
    }
    return list;
  }

  void forward(StepEmitter& emitter) const override {
    const BufferId weight = emitter.parameter("weight"), bias = emitter.parameter("bias");
    const BufferId running_mean = emitter.parameter("running_mean");
    const BufferId running_var = emitter.parameter("running_var");
    if (uses_batch(emitter))
      emitter.emit(
          Kernel::batch_norm2d_forward, args(emitter, Write::overwrite),
          {emitter.input(0), weight, bias},
          {emitter.output(), mean(emitter), inverse_std(emitter), running_mean, running_var});
    else
      emitter.emit(Kernel::batch_norm2d_forward_eval, args(emitter, Write::overwrite),
                   {emitter.input(0), weight, bias, running_mean, running_var},
                   {emitter.output(), mean(emitter), inverse_std(emitter)});
  }

  void backward(StepEmitter& emitter) const override {
    const GradientTarget d_x = emitter.d_input(0);
    const BufferId d_weight = emitter.d_parameter("weight");
    const BufferId d_bias = emitter.d_parameter("bias");
    if (!d_x && d_weight == no_buffer && d_bias == no_buffer) return;
    emitter.emit(
        uses_batch(emitter) ? Kernel::batch_norm2d_backward : Kernel::batch_norm2d_backward_eval,
        args(emitter, d_x.write),
        {emitter.input(0), emitter.parameter("weight"), mean(emitter), inverse_std(emitter),
         emitter.d_output()},
        {d_x.id, d_weight, d_bias});
  }

 private:
  bool uses_batch(const StepEmitter& emitter) const { return emitter.training() || !track; }
  BufferId mean(StepEmitter& emitter) const { return emitter.own("mean", shape[0]); }
  BufferId inverse_std(StepEmitter& emitter) const { return emitter.own("inverse_std", shape[0]); }
  BatchNorm2dArgs args(const StepEmitter& emitter, Write write) const {
    return {shape[0], std::int64_t{shape[1]} * shape[2] * emitter.batch(), eps, momentum, write};
  }
};

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  if (auto status = expect_image(context); !status) return tl::unexpected(status.error());
  auto layer = std::make_unique<BatchNorm2d>();
  layer->shape = context.inputs[0];
  layer->eps = static_cast<float>(context.attributes.number("eps"));
  layer->momentum = static_cast<float>(context.attributes.number("momentum"));
  layer->affine = context.attributes.flag("affine");
  layer->track = context.attributes.flag("track_running_stats");
  return layer;
}

}  // namespace

extern const LayerType batch_norm2d_layer = {
    "batch_norm2d",
    "norm",
    "Shifts and scales every channel to mean 0 and variance 1 of the batch.",
    1,
    1,
    attributes,
    make};

}  // namespace convolab
