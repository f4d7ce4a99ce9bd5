// The layer behind adaptive_avg_pool2d and global_avg_pool2d.
#pragma once

#include "layers/layer.hpp"

namespace convolab {

// Averages `input` (channels, height, width) down to `out`, which may be (channels, h, w) or, for a
// 1×1 grid, flat (channels).
std::unique_ptr<Layer> make_adaptive_avg_pool2d(const Shape& input, int out_h, int out_w,
                                                const Shape& out);

}  // namespace convolab
