#include "gpu/programs.hpp"

#include <utility>

#include "gpu/product.hpp"

namespace convolab::gpu {

namespace {

template <class Args>
const Args& args(const Step& step) {
  return *std::get_if<Args>(&step.args);
}

// An invocation for each output of a pool, and backward for each input.
template <class Args>
void add_pool(ProgramWriter& out, std::string_view entry_point, const Args& a, bool forward) {
  const std::int64_t positions =
      forward ? std::int64_t{a.out_h} * a.out_w : std::int64_t{a.in_h} * a.in_w;
  out.for_each("pool2d", entry_point, positions * a.channels * a.batch);
}

void add_max_backward(ProgramWriter& out, const MaxPool2dArgs& a) {
  const bool once = a.dilation_h == 1 && a.dilation_w == 1 && a.stride_h == a.kernel_h &&
                    a.stride_w == a.kernel_w && a.in_h == a.out_h * a.kernel_h &&
                    a.in_w == a.out_w * a.kernel_w;
  add_pool(out, once ? "max_backward_once" : "max_backward", a, once);
}

// Two elements share a draw.
void add_dropout(ProgramWriter& out, std::string_view entry_point, const DropoutArgs& a) {
  // As the CPU computes it, so that what stays has the same bits too.
  out.constant("scale", a.p >= 1.0f ? 0.0 : static_cast<double>(1.0f / (1.0f - a.p)));
  out.for_each("dropout", entry_point, divided_up(a.elements, 2));
}

void add_optimizer(ProgramWriter& out, const Step& step) {
  if (step.kernel == Kernel::sgd_update)
    out.for_each("optimizer", "sgd", args<SgdArgs>(step).elements);
  else if (step.kernel == Kernel::rmsprop_update)
    out.for_each("optimizer", "rmsprop", args<RmsPropArgs>(step).elements);
  else
    out.for_each("optimizer", "adam", args<AdamArgs>(step).elements);
}

// Losses: an invocation for each sample, or for each element of the gradient.
void add_loss(ProgramWriter& out, const Step& step) {
  switch (step.kernel) {
    case Kernel::cross_entropy_forward:
      return out.for_each("loss", "cross_entropy_forward", args<CrossEntropyArgs>(step).batch);
    case Kernel::cross_entropy_backward:
      return out.for_each("loss", "cross_entropy_backward", args<CrossEntropyArgs>(step).batch);
    case Kernel::mse_forward: return out.for_each("loss", "mse_forward", args<MseArgs>(step).batch);
    case Kernel::mse_backward: {
      const auto& a = args<MseArgs>(step);
      return out.for_each("loss", "mse_backward", std::int64_t{a.features} * a.batch);
    }
    default: return out.for_each_team("loss", "metrics", 1);
  }
}

void add_image(ProgramWriter& out, const Step& step) {
  const auto* pad = std::get_if<Pad2dArgs>(&step.args);
  switch (step.kernel) {
    case Kernel::pad2d_forward:
      return out.for_each("pad2d", "forward",
                          std::int64_t{pad->channels} * pad->out_h() * pad->out_w() * pad->batch);
    case Kernel::pad2d_backward:
      return out.for_each("pad2d", "backward",
                          std::int64_t{pad->channels} * pad->in_h * pad->in_w * pad->batch);
    case Kernel::max_pool2d_forward:
      return add_pool(out, "max_forward", args<MaxPool2dArgs>(step), true);
    case Kernel::max_pool2d_backward: return add_max_backward(out, args<MaxPool2dArgs>(step));
    case Kernel::avg_pool2d_forward:
      return add_pool(out, "avg_forward", args<AvgPool2dArgs>(step), true);
    case Kernel::avg_pool2d_backward:
      return add_pool(out, "avg_backward", args<AvgPool2dArgs>(step), false);
    case Kernel::adaptive_avg_pool2d_forward:
      return add_pool(out, "adaptive_forward", args<AdaptiveAvgPool2dArgs>(step), true);
    default: return add_pool(out, "adaptive_backward", args<AdaptiveAvgPool2dArgs>(step), false);
  }
}

void add(ProgramWriter& out, const Step& step) {
  switch (step.kernel) {
    case Kernel::pad2d_forward:
    case Kernel::pad2d_backward:
    case Kernel::max_pool2d_forward:
    case Kernel::max_pool2d_backward:
    case Kernel::avg_pool2d_forward:
    case Kernel::avg_pool2d_backward:
    case Kernel::adaptive_avg_pool2d_forward:
    case Kernel::adaptive_avg_pool2d_backward: return add_image(out, step);
    case Kernel::conv2d_forward: return add_conv2d(out, args<Conv2dArgs>(step), Product::forward);
    case Kernel::conv2d_backward_input:
      return add_conv2d(out, args<Conv2dArgs>(step), Product::backward_input);
    case Kernel::conv2d_backward_weight:
      return add_conv2d(out, args<Conv2dArgs>(step), Product::backward_weight);
    case Kernel::conv2d_backward_bias:
      return out.for_each_team("conv2d", "backward_bias", args<Conv2dArgs>(step).out_channels);
    case Kernel::linear_forward: return add_linear(out, args<LinearArgs>(step), Product::forward);
    case Kernel::linear_backward_input:
      return add_linear(out, args<LinearArgs>(step), Product::backward_input);
    case Kernel::linear_backward_weight:
      return add_linear(out, args<LinearArgs>(step), Product::backward_weight);
    case Kernel::linear_backward_bias:
      return out.for_each("linear", "backward_bias", args<LinearArgs>(step).out_features);
    case Kernel::activation_forward:
      return out.for_each("activation", "forward", args<ActivationArgs>(step).elements);
    case Kernel::activation_backward:
      return out.for_each("activation", "backward", args<ActivationArgs>(step).elements);
    case Kernel::softmax_forward:
      return out.for_each("softmax", "forward", args<SoftmaxArgs>(step).inner);
    case Kernel::softmax_backward:
      return out.for_each("softmax", "backward", args<SoftmaxArgs>(step).inner);
    case Kernel::batch_norm2d_forward:
      return out.for_each_team("batch_norm2d", "forward", args<BatchNorm2dArgs>(step).channels);
    case Kernel::batch_norm2d_forward_eval:
      return out.for_each_team("batch_norm2d", "forward_eval",
                               args<BatchNorm2dArgs>(step).channels);
    case Kernel::batch_norm2d_backward:
      return out.for_each_team("batch_norm2d", "backward", args<BatchNorm2dArgs>(step).channels);
    case Kernel::batch_norm2d_backward_eval:
      return out.for_each_team("batch_norm2d", "backward_eval",
                               args<BatchNorm2dArgs>(step).channels);
    case Kernel::dropout_forward: return add_dropout(out, "forward", args<DropoutArgs>(step));
    case Kernel::dropout_backward: return add_dropout(out, "backward", args<DropoutArgs>(step));
    case Kernel::copy: return out.for_each("copy", "copy", args<CopyArgs>(step).elements);
    case Kernel::cross_entropy_forward:
    case Kernel::cross_entropy_backward:
    case Kernel::mse_forward:
    case Kernel::mse_backward:
    case Kernel::metrics: return add_loss(out, step);
    case Kernel::sgd_update:
    case Kernel::rmsprop_update:
    case Kernel::adam_update: return add_optimizer(out, step);
  }
}

}  // namespace

Expected<Program> program_of(const Step& step, const Limits& limits) {
  ProgramWriter out(step, limits);
  add(out, step);
  return std::move(out).finish();
}

}  // namespace convolab::gpu
