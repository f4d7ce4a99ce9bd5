#include "data/augment.hpp"

#include <cmath>
#include <numbers>

#include "core/rng.hpp"

namespace convolab {
namespace {

// A pixel's value, 0 outside the picture.
float pixel(std::span<const std::uint8_t> plane, int height, int width, int row, int column) {
  if (row < 0 || row >= height || column < 0 || column >= width) return 0.0f;
  return static_cast<float>(plane[static_cast<std::size_t>(row * width + column)]);
}

}  // namespace

void augment_image(const AugmentConfig& config, std::uint64_t seed, std::uint32_t epoch,
                   std::uint32_t index, const Shape& shape, std::span<const std::uint8_t> image,
                   float* out, std::int64_t stride) {
  // Four draws of one sample in one epoch, each -1 … 1.
  const auto draw = [&](std::uint64_t i) {
    const Random2x32 bits =
        random_bits(seed, Stream::augment, epoch, (std::uint64_t{index} << 2) | i);
    return 2.0f * to_uniform(bits.a) - 1.0f;
  };
  const float shift_x = config.shift * draw(0), shift_y = config.shift * draw(1);
  const float angle = config.rotate * draw(2) * std::numbers::pi_v<float> / 180.0f;
  const float scale = 1.0f + config.scale * draw(3);

  // Output pixel p comes from R(−angle)·(p − centre − shift)/scale + centre of the input.
  const int channels = shape[0], height = shape[1], width = shape[2];
  const float centre_x = 0.5f * static_cast<float>(width - 1);
  const float centre_y = 0.5f * static_cast<float>(height - 1);
  const float cosine = std::cos(angle) / scale, sine = std::sin(angle) / scale;
  const auto plane_bytes = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  for (int i = 0; i < height; ++i)
    for (int j = 0; j < width; ++j) {
      const float dx = static_cast<float>(j) - centre_x - shift_x;
      const float dy = static_cast<float>(i) - centre_y - shift_y;
      const float x = cosine * dx + sine * dy + centre_x;
      const float y = cosine * dy - sine * dx + centre_y;
      const float floor_x = std::floor(x), floor_y = std::floor(y);
      const int column = static_cast<int>(floor_x), row = static_cast<int>(floor_y);
      const float u = x - floor_x, v = y - floor_y;
      for (int c = 0; c < channels; ++c) {
        const auto plane = image.subspan(static_cast<std::size_t>(c) * plane_bytes, plane_bytes);
        const float above = (1.0f - u) * pixel(plane, height, width, row, column) +
                            u * pixel(plane, height, width, row, column + 1);
        const float below = (1.0f - u) * pixel(plane, height, width, row + 1, column) +
                            u * pixel(plane, height, width, row + 1, column + 1);
        const std::int64_t at = (std::int64_t{c} * height + i) * width + j;
        out[at * stride] = ((1.0f - v) * above + v * below) * (1.0f / 255.0f);
      }
    }
}

}  // namespace convolab
