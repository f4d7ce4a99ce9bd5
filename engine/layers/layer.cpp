#include "layers/layer.hpp"

namespace convolab {

#define CONVOLAB_LAYER(name) extern const LayerType name##_layer;
#include "layers/layers.inc"
#undef CONVOLAB_LAYER

std::span<const LayerType* const> layer_types() {
  static const LayerType* const types[] = {
#define CONVOLAB_LAYER(name) &name##_layer,
#include "layers/layers.inc"
#undef CONVOLAB_LAYER
  };
  return types;
}

const LayerType* find_layer_type(std::string_view name) {
  for (const LayerType* type : layer_types())
    if (type->name == name) return type;
  return nullptr;
}

Status expect_image(const LayerContext& context) {
  if (context.inputs[0].rank() == 3) return {};
  return fail(ErrorCode::invalid_spec, context.name,
              "needs an image (channels × height × width), but its input is " +
                  context.inputs[0].text() + "; put it before flatten and linear layers");
}

Expected<std::array<int, 2>> window_output(const std::string& layer, const Shape& input,
                                           const Window& w, const Padding& padding) {
  const int padded_h = input[1] + padding.top + padding.bottom;
  const int padded_w = input[2] + padding.left + padding.right;
  const auto extent_h = std::int64_t{w.dilation_h} * (w.kernel_h - 1) + 1;
  const auto extent_w = std::int64_t{w.dilation_w} * (w.kernel_w - 1) + 1;
  if (extent_h > padded_h || extent_w > padded_w) {
    const auto needed = std::max((extent_h - input[1] + 1) / 2, (extent_w - input[2] + 1) / 2);
    const bool dilated = w.dilation_h > 1 || w.dilation_w > 1;
    return fail(ErrorCode::invalid_spec, layer,
                "kernel " + Shape{w.kernel_h, w.kernel_w}.text() +
                    (dilated ? " (with dilation " + Shape{w.dilation_h, w.dilation_w}.text() +
                                   " it spans " + std::to_string(extent_h) + "×" +
                                   std::to_string(extent_w) + ")"
                             : "") +
                    " does not fit the padded input " + Shape{padded_h, padded_w}.text() +
                    "; use padding ≥ " + std::to_string(needed) + " or a smaller kernel");
  }
  if (std::int64_t{input[0]} * padded_h * padded_w > max_elements)
    return fail(ErrorCode::invalid_spec, layer,
                "its padded input " + Shape{input[0], padded_h, padded_w}.text() +
                    " has more than 2³¹ numbers; use less padding or smaller pictures");
  return std::array{static_cast<int>((padded_h - extent_h) / w.stride_h) + 1,
                    static_cast<int>((padded_w - extent_w) / w.stride_w) + 1};
}

Padding resolve_same(const Padding& padding, const Window& w) {
  if (!padding.same) return padding;
  const int total_h = w.dilation_h * (w.kernel_h - 1), total_w = w.dilation_w * (w.kernel_w - 1);
  return {total_h / 2, total_h - total_h / 2, total_w / 2, total_w - total_w / 2, true};
}

}  // namespace convolab
