// The window of a max or average pool: PyTorch's defaults, padding limit and ceil_mode.
#pragma once

#include "layers/padded_window.hpp"

namespace convolab {

struct PoolWindow {
  PaddedInput in;    // with ceil_mode's overhang in its bottom and right padding
  Padding declared;  // without it
  Window view;
  Shape out;
};

// Reads kernel_size, stride, padding and ceil_mode of `context`.
Expected<PoolWindow> make_pool_window(const LayerContext& context, int dilation_h, int dilation_w);

}  // namespace convolab
