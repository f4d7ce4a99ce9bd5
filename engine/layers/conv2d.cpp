// conv2d: PyTorch's nn.Conv2d.
#include <algorithm>

#include "layers/padded_window.hpp"

namespace convolab {
namespace {

constexpr AttributeInfo attributes[] = {
    {"out_channels", AttributeKind::integer, "", 1, max_size,
     "How many kernels, and so output maps."},
    {"kernel_size", AttributeKind::pair, "", 1, 1024, "Height and width of the window."},
    {"stride", AttributeKind::pair, "1", 1, 1024, "Steps between windows."},
    {"padding", AttributeKind::padding, "0", 0, 1024, "Border added around the input."},
    {"dilation", AttributeKind::pair, "1", 1, 1024, "Distance between the taps of a kernel."},
    {"groups", AttributeKind::integer, "1", 1, max_size,
     "Splits the channels into groups that do not see each other."},
    {"bias", AttributeKind::flag, "true", 0, 1, "Whether a learnt number is added to each map."},
    {"padding_mode", AttributeKind::choice, "\"zeros\"", 0, 0, "What the border is made of.",
     "zeros reflect replicate circular"},
    {"init", AttributeKind::choice, "\"pytorch\"", 0, 0, "How the weights start.", initialisers},
};

PaddingMode padding_mode(const std::string& name) {
  if (name == "reflect") return PaddingMode::reflect;
  if (name == "replicate") return PaddingMode::replicate;
  if (name == "circular") return PaddingMode::circular;
  return PaddingMode::zeros;
}

class Conv2d : public Layer {
 public:
  PaddedInput in;
  Shape out;
  Window view;
  int groups = 1;
  bool bias = true;

  Shape output() const override { return out; }
  Window window() const override { return view; }

  std::vector<ParameterInfo> parameters() const override {
    const int taps = view.kernel_h * view.kernel_w;
    const int fan_in = in.shape[0] / groups * taps, fan_out = out[0] * taps;
    std::vector<ParameterInfo> list = {
        {"weight", Shape{out[0], in.shape[0] / groups, view.kernel_h, view.kernel_w},
         ParameterRole::weight, fan_in, fan_out}};
    if (bias) list.push_back({"bias", Shape{out[0]}, ParameterRole::bias, fan_in, fan_out});
    return list;
  }

  std::int64_t multiply_adds() const override {
    return out.elements() * (in.shape[0] / groups) * view.kernel_h * view.kernel_w;
  }

  bool takes_activation() const override { return true; }
  bool takes_relu() const override { return in.has_border(); }

  void forward(StepEmitter& emitter) const override {
    const BufferId x = in.forward(emitter);
    Conv2dArgs a = args(emitter);
    a.activation = emitter.fused_activation().kind;
    a.negative_slope = emitter.fused_activation().negative_slope;
    emitter.emit(Kernel::conv2d_forward, a,
                 {x, emitter.parameter("weight"), emitter.parameter("bias")}, {emitter.output()});
  }

  void backward(StepEmitter& emitter) const override {
    const BufferId d_y = emitter.d_output();
    if (const BufferId d_bias = emitter.d_parameter("bias"); d_bias != no_buffer)
      emitter.emit(Kernel::conv2d_backward_bias, args(emitter), {d_y}, {d_bias});
    if (const BufferId d_weight = emitter.d_parameter("weight"); d_weight != no_buffer)
      emitter.emit(Kernel::conv2d_backward_weight, args(emitter), {in.padded(emitter), d_y},
                   {d_weight});
    in.backward(emitter, [&](GradientTarget d_x) {
      Conv2dArgs a = args(emitter);
      a.write = d_x.write;
      emitter.emit(Kernel::conv2d_backward_input, a, {d_y, emitter.parameter("weight")}, {d_x.id});
    });
  }

 private:
  Conv2dArgs args(const StepEmitter& emitter) const {
    Conv2dArgs a;
    a.batch = emitter.batch();
    a.in_channels = in.shape[0];
    a.in_h = in.height();
    a.in_w = in.width();
    a.out_channels = out[0];
    a.out_h = out[1];
    a.out_w = out[2];
    a.kernel_h = view.kernel_h;
    a.kernel_w = view.kernel_w;
    a.stride_h = view.stride_h;
    a.stride_w = view.stride_w;
    a.dilation_h = view.dilation_h;
    a.dilation_w = view.dilation_w;
    a.groups = groups;
    return a;
  }
};

// Each mode can only copy what is there: reflect skips the edge pixel, circular does not.
Status check_border(const LayerContext& context, const PaddedInput& in) {
  const auto check = [&](int pad, int size, const char* axis) -> Status {
    const bool reflect = in.mode == PaddingMode::reflect;
    const int limit = reflect ? size - 1 : size;
    if ((reflect || in.mode == PaddingMode::circular) && pad > limit)
      return fail(ErrorCode::invalid_spec, context.name,
                  context.attributes.choice("padding_mode") + " padding of " + std::to_string(pad) +
                      " needs an input " + axis + " of at least " +
                      std::to_string(reflect ? pad + 1 : pad) + ", but it is " +
                      std::to_string(size) + "; use padding ≤ " + std::to_string(limit));
    return {};
  };
  const Padding& p = in.padding;
  if (auto status = check(std::max(p.top, p.bottom), in.shape[1], "height"); !status) return status;
  return check(std::max(p.left, p.right), in.shape[2], "width");
}

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  if (auto status = expect_image(context); !status) return tl::unexpected(status.error());
  const Attributes& given = context.attributes;
  auto layer = std::make_unique<Conv2d>();
  const auto [kernel_h, kernel_w] = given.pair("kernel_size");
  const auto [stride_h, stride_w] = given.pair("stride");
  const auto [dilation_h, dilation_w] = given.pair("dilation");
  layer->view = {kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w};
  layer->groups = given.integer("groups");
  layer->bias = given.flag("bias");
  const int channels = context.inputs[0][0], out_channels = given.integer("out_channels");
  if (channels % layer->groups != 0 || out_channels % layer->groups != 0)
    return fail(ErrorCode::invalid_spec, context.name,
                "groups " + std::to_string(layer->groups) + " must divide both the " +
                    std::to_string(channels) + " input channels and the " +
                    std::to_string(out_channels) + " output channels");
  if (given.padding("padding").same && (stride_h != 1 || stride_w != 1))
    return fail(ErrorCode::invalid_spec, context.name,
                "padding \"same\" needs stride 1, but stride is " +
                    Shape{stride_h, stride_w}.text() + "; give the padding as numbers");
  const std::int64_t weights =
      std::int64_t{out_channels} * (channels / layer->groups) * kernel_h * kernel_w;
  if (weights > max_parameters)
    return fail(ErrorCode::invalid_spec, context.name,
                std::to_string(weights) +
                    " weights are more than 2²⁸ (1 GiB); use fewer "
                    "channels, a smaller kernel or groups");
  layer->in.shape = context.inputs[0];
  layer->in.padding = resolve_same(given.padding("padding"), layer->view);
  layer->in.mode = padding_mode(given.choice("padding_mode"));
  if (auto status = check_border(context, layer->in); !status)
    return tl::unexpected(status.error());
  const auto size = window_output(context.name, layer->in.shape, layer->view, layer->in.padding);
  if (!size) return tl::unexpected(size.error());
  layer->out = Shape{out_channels, (*size)[0], (*size)[1]};
  return layer;
}

}  // namespace

extern const LayerType conv2d_layer = {
    "conv2d", "conv", "Slides a bank of small kernels over the picture and adds up the products.",
    1,        1,      attributes,
    make};

}  // namespace convolab
