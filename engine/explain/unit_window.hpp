// Where the windows of convolutions and pools lie over what they read.
#pragma once

#include <optional>

#include "model/plan.hpp"

namespace convolab {

// The window of one unit, in the places of the layer's unpadded input.
struct UnitWindow {
  int y = 0, x = 0;           // top left; negative inside the border
  int height = 1, width = 1;  // of the kernel: how many taps
  int stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  int first_channel = 0, channels = 1;

  double centre_y() const { return y + dilation_h * (height - 1) / 2.0; }
  double centre_x() const { return x + dilation_w * (width - 1) / 2.0; }
};

// The window of the unit at (channel, row, column); none for layers that slide no window.
std::optional<UnitWindow> window_of(const Plan& plan, int layer, int channel, int row, int column);

// A layer of one input that changes every element by itself: an activation, batch norm with fixed
// statistics, or a view such as flatten.
bool is_pointwise(const Graph& graph, const Plan& plan, int layer);

// The first layer at or below `layer` that is not pointwise, or the lowest of the chain.
int base_layer(const Graph& graph, const Plan& plan, int layer);

// Of the units of `channel` of `layer`, the one whose window is centred nearest on a place of what
// its base layer reads: `source` is an element of that value, of which only row and column count.
// None when the layer's output or what is read is not a picture. Errors: numbers out of range.
Expected<std::optional<std::int64_t>> unit_over(const Graph& graph, const Plan& plan, int layer,
                                                int channel, std::int64_t source);

// Refuses a layer or an element of its output that is not there.
Status check_unit(const Graph& graph, int layer, std::int64_t element);

}  // namespace convolab
