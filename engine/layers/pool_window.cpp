#include "layers/pool_window.hpp"

#include <algorithm>

namespace convolab {
Expected<PoolWindow> make_pool_window(const LayerContext& context, int dilation_h, int dilation_w) {
  if (auto status = expect_image(context); !status) return tl::unexpected(status.error());
  const Attributes& given = context.attributes;
  const auto kernel = given.pair("kernel_size");
  const auto stride = given.given("stride") ? given.pair("stride") : kernel;
  const auto pad = given.pair("padding");
  if (pad[0] > kernel[0] / 2 || pad[1] > kernel[1] / 2)
    return fail(ErrorCode::invalid_spec, context.name,
                "padding " + Shape{pad[0], pad[1]}.text() + " is more than half of the kernel " +
                    Shape{kernel[0], kernel[1]}.text() + "; use padding ≤ " +
                    Shape{kernel[0] / 2, kernel[1] / 2}.text());
  PoolWindow pool;
  pool.view = {kernel[0], kernel[1], stride[0], stride[1], dilation_h, dilation_w};
  pool.declared = {pad[0], pad[0], pad[1], pad[1], false};
  pool.in.shape = context.inputs[0];
  pool.in.padding = pool.declared;
  // ceil_mode: the last window may hang over the padded edge by less than a stride, but it must
  // start in the image or in the padding before it.
  const bool ceil_mode = given.flag("ceil_mode");
  Padding roomy = pool.declared;
  roomy.bottom += ceil_mode ? stride[0] - 1 : 0;
  roomy.right += ceil_mode ? stride[1] - 1 : 0;
  const auto size = window_output(context.name, pool.in.shape, pool.view, roomy);
  if (!size) return tl::unexpected(size.error());
  auto [out_h, out_w] = *size;
  if (ceil_mode) {
    if ((out_h - 1) * stride[0] >= pool.in.shape[1] + pad[0]) --out_h;
    if ((out_w - 1) * stride[1] >= pool.in.shape[2] + pad[1]) --out_w;
    const int extent_h = dilation_h * (kernel[0] - 1) + 1;
    const int extent_w = dilation_w * (kernel[1] - 1) + 1;
    const int needed_h = (out_h - 1) * stride[0] + extent_h - pool.in.height();
    const int needed_w = (out_w - 1) * stride[1] + extent_w - pool.in.width();
    pool.in.padding.bottom += std::max(0, needed_h);
    pool.in.padding.right += std::max(0, needed_w);
  }
  pool.out = Shape{pool.in.shape[0], out_h, out_w};
  return pool;
}

}  // namespace convolab
