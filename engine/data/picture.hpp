// Picture: from any photograph, drawing or scan to what a dataset's pictures look like. Integers
// only, so that every build gives the same bytes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/error.hpp"
#include "core/shape.hpp"

namespace convolab {

// Pixels as pictures come: row by row, the channels of a pixel side by side.
struct Picture {
  int width = 0, height = 0;
  int channels = 1;  // 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
  std::span<const std::uint8_t> pixels;
};

enum class PictureMode {
  fit,  // a photograph: the largest centred part of the wanted aspect, reduced by area average
  like_mnist  // a digit: ink found, made bright on black, scaled into a box, centred by mass
};

// The picture as `shape` (1 or 3 channels, height, width), channels × height × width bytes.
// Errors: no pixels, a wrong number of them, sizes or channels out of range.
Expected<std::vector<std::uint8_t>> prepare_picture(const Picture& picture, const Shape& shape,
                                                    PictureMode mode);

// MNIST's layout of a grey picture with its ink bright on black, into a field of rows × columns:
// the algorithm of web/data/README.md, bit for bit. Without ink the field stays black.
// width and height at most 8192.
std::vector<std::uint8_t> like_mnist(std::span<const std::uint8_t> grey, int width, int height,
                                     int columns = 28, int rows = 28);

}  // namespace convolab
