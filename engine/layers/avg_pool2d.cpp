// avg_pool2d: PyTorch's nn.AvgPool2d.
#include "layers/pool_window.hpp"

namespace convolab {
namespace {

constexpr AttributeInfo attributes[] = {
    {"kernel_size", AttributeKind::pair, "", 1, 1024, "Height and width of the window."},
    {"stride", AttributeKind::pair, "1", 1, 1024,
     "Steps between windows; kernel_size if not given."},
    {"padding", AttributeKind::pair, "0", 0, 512, "Border of zeros, at most half the kernel."},
    {"ceil_mode", AttributeKind::flag, "false", 0, 1,
     "Whether a window that hangs over the edge still counts."},
    {"count_include_pad", AttributeKind::flag, "true", 0, 1,
     "Whether the border's zeros count in the average."},
    {"divisor_override", AttributeKind::integer, "0", 0, 1 << 20,
     "Divides every sum by this instead of the window's size; 0 for not."},
};

class AvgPool2d : public Layer {
 public:
  PoolWindow pool;
  bool count_include_pad = true;
  int divisor_override = 0;

  Shape output() const override { return pool.out; }
  Window window() const override { return pool.view; }
  bool takes_relu() const override { return pool.in.has_border(); }

  void forward(StepEmitter& emitter) const override {
    const BufferId x = pool.in.forward(emitter);
    emitter.emit(Kernel::avg_pool2d_forward, args(emitter, Write::overwrite), {x},
                 {emitter.output()});
  }

  void backward(StepEmitter& emitter) const override {
    pool.in.backward(emitter, [&](GradientTarget d_x) {
      emitter.emit(Kernel::avg_pool2d_backward, args(emitter, d_x.write), {emitter.d_output()},
                   {d_x.id});
    });
  }

 private:
  AvgPool2dArgs args(const StepEmitter& emitter, Write write) const {
    AvgPool2dArgs a;
    a.batch = emitter.batch();
    a.channels = pool.out[0];
    a.in_h = pool.in.height();
    a.in_w = pool.in.width();
    a.out_h = pool.out[1];
    a.out_w = pool.out[2];
    a.kernel_h = pool.view.kernel_h;
    a.kernel_w = pool.view.kernel_w;
    a.stride_h = pool.view.stride_h;
    a.stride_w = pool.view.stride_w;
    a.pad_top = pool.declared.top;
    a.pad_left = pool.declared.left;
    a.image_h = pool.in.shape[1];
    a.image_w = pool.in.shape[2];
    a.pad_bottom = pool.declared.bottom;
    a.pad_right = pool.declared.right;
    a.count_include_pad = count_include_pad;
    a.divisor_override = divisor_override;
    a.write = write;
    return a;
  }
};

Expected<std::unique_ptr<Layer>> make(const LayerContext& context) {
  auto pool = make_pool_window(context, 1, 1);
  if (!pool) return tl::unexpected(pool.error());
  auto layer = std::make_unique<AvgPool2d>();
  layer->pool = *std::move(pool);
  layer->count_include_pad = context.attributes.flag("count_include_pad");
  layer->divisor_override = context.attributes.integer("divisor_override");
  return layer;
}

}  // namespace

extern const LayerType avg_pool2d_layer = {
    "avg_pool2d", "pool", "Averages the values of each window.", 1, 1, attributes, make};

}  // namespace convolab
