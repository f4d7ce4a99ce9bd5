// max_pool2d: PyTorch's nn.MaxPool2d.
#include <limits>

#include "layers/pool_window.hpp"

namespace convolab {
namespace {

constexpr AttributeInfo attributes[] = {
    {"kernel_size", AttributeKind::pair, "", 1, 1024, "Height and width of the window."},
    {"stride", AttributeKind::pair, "1", 1, 1024,
     "Steps between windows; kernel_size if not given."},
    {"padding", AttributeKind::pair, "0", 0, 512,
     "Border that never wins, at most half the kernel."},
    {"dilation", AttributeKind::pair, "1", 1, 1024, "Distance between the pixels of a window."},
    {"ceil_mode", AttributeKind::flag, "false", 0, 1,
     "Whether a window that hangs over the edge still counts."},
};

class MaxPool2d : public Layer {
 public:
  PoolWindow pool;

  Shape output() const override { return pool.out; }
  Window window() const override { return pool.view; }
  bool takes_relu() const override { return true; }

  void forward(StepEmitter& emitter) const override {
    const BufferId x = pool.in.forward(emitter);
    emitter.emit(Kernel::max_pool2d_forward, args(emitter, Write::overwrite), {x},
                 {emitter.output(), switches(emitter)});
  }

  void backward(StepEmitter& emitter) const override {
    pool.in.backward(emitter, [&](GradientTarget d_x) {
      const bool through_relu = emitter.passes_relu() && !pool.in.has_border();
      emitter.emit(
          Kernel::max_pool2d_backward, args(emitter, d_x.write),
          {emitter.d_output(), switches(emitter), through_relu ? emitter.output() : no_buffer},
          {d_x.id});
    });
  }

 private:
  BufferId switches(StepEmitter& emitter) const {
    return emitter.own("switches", pool.out.elements() * emitter.batch());
  }
  MaxPool2dArgs args(const StepEmitter& emitter, Write write) const {
    const Window& v = pool.view;
    return {emitter.batch(),
            pool.out[0],
            pool.in.height(),
            pool.in.width(),
            pool.out[1],
            pool.out[2],
            v.kernel_h,
            v.kernel_w,
            v.stride_h,
            v.stride_w,
            v.dilation_h,
            v.dilation_w,
            write};
  }
};

// A dilated window with padding may have a tap on either side of a small image and none inside; its
// maximum would be -infinity.
Status check_taps(const LayerContext& context, const char* axis, int size, int pad, int kernel,
                  int stride, int dilation, int out) {
  const auto meets_image = [&](int start) {
    for (int u = 0; u < kernel; ++u)
      if (start + u * dilation >= 0 && start + u * dilation < size) return true;
    return false;
  };
  for (int i = 0; i < out; ++i)
    if (!meets_image(i * stride - pad))
      return fail(ErrorCode::invalid_spec, context.name,
                  "with dilation " + std::to_string(dilation) + " and padding " +
                      std::to_string(pad) + " a window steps over all " + std::to_string(size) +
                      " pixels of the input's " + axis + "; use a smaller dilation or no padding");
  return {};
}

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  const auto [dilation_h, dilation_w] = context.attributes.pair("dilation");
  auto pool = make_pool_window(context, dilation_h, dilation_w);
  if (!pool) return tl::unexpected(pool.error());
  const Window& v = pool->view;
  const Padding& pad = pool->declared;
  const Shape &in = pool->in.shape, &out = pool->out;
  if (auto status =
          check_taps(context, "height", in[1], pad.top, v.kernel_h, v.stride_h, dilation_h, out[1]);
      !status)
    return tl::unexpected(status.error());
  if (auto status =
          check_taps(context, "width", in[2], pad.left, v.kernel_w, v.stride_w, dilation_w, out[2]);
      !status)
    return tl::unexpected(status.error());
  auto layer = std::make_unique<MaxPool2d>();
  layer->pool = *std::move(pool);
  layer->pool.in.value = -std::numeric_limits<float>::infinity();
  return layer;
}

}  // namespace

extern const LayerType max_pool2d_layer = {
    "max_pool2d", "pool", "Keeps the largest value of each window.", 1, 1, attributes, make};

}  // namespace convolab
