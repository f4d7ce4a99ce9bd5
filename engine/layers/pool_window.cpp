#include "layers/pool_window.hpp"

#include <algorithm>

namespace convolab {
namespace {

// ceil_mode: one more window per axis where pixels are left over, unless it would start in the
// padding behind the image.
int ceil_output(int floor_output, int size, int before, int after, int stride, int extent) {
  const int left_over = size + before + after - extent - (floor_output - 1) * stride;
  return left_over > 0 && floor_output * stride < size + before ? floor_output + 1 : floor_output;
}

}  // namespace

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
  const auto size = window_output(context.name, pool.in.shape, pool.view, pool.declared);
  if (!size) return tl::unexpected(size.error());
  auto [out_h, out_w] = *size;
  if (given.flag("ceil_mode")) {
    const int extent_h = dilation_h * (kernel[0] - 1) + 1;
    const int extent_w = dilation_w * (kernel[1] - 1) + 1;
    out_h = ceil_output(out_h, pool.in.shape[1], pad[0], pad[0], stride[0], extent_h);
    out_w = ceil_output(out_w, pool.in.shape[2], pad[1], pad[1], stride[1], extent_w);
    const int needed_h = (out_h - 1) * stride[0] + extent_h - pool.in.height();
    const int needed_w = (out_w - 1) * stride[1] + extent_w - pool.in.width();
    pool.in.padding.bottom += std::max(0, needed_h);
    pool.in.padding.right += std::max(0, needed_w);
  }
  pool.out = Shape{pool.in.shape[0], out_h, out_w};
  return pool;
}

}  // namespace convolab
