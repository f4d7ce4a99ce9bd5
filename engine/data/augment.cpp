#include "data/augment.hpp"

#include <cmath>
#include <numbers>

#include "core/rng.hpp"

namespace convolab {
namespace {

// One channel of a picture, of which everything outside is 0.
struct Plane {
  const std::uint8_t* pixels;
  int height, width;

  float at(int row, int column) const {
    if (row < 0 || row >= height || column < 0 || column >= width) return 0.0f;
    return static_cast<float>(pixels[row * width + column]);
  }

  // Bilinear between (row, column) and its neighbours below and to the right.
  float between(int row, int column, float u, float v) const {
    float above[2], below[2];
    if (row >= 0 && row + 1 < height && column >= 0 && column + 1 < width) {
      const std::uint8_t* corner = pixels + row * width + column;
      for (int i = 0; i < 2; ++i) {
        above[i] = static_cast<float>(corner[i]);
        below[i] = static_cast<float>(corner[width + i]);
      }
    } else {
      if (row < -1 || row >= height || column < -1 || column >= width) return 0.0f;
      for (int i = 0; i < 2; ++i) {
        above[i] = at(row, column + i);
        below[i] = at(row + 1, column + i);
      }
    }
    return (1.0f - v) * ((1.0f - u) * above[0] + u * above[1]) +
           v * ((1.0f - u) * below[0] + u * below[1]);
  }
};

// ⌊x⌋ of a number that fits an int; without SSE4.1, std::floor is a call.
int floor_of(float x) {
  const int whole = static_cast<int>(x);
  return static_cast<float>(whole) > x ? whole - 1 : whole;
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
      const int column = floor_of(x), row = floor_of(y);
      const float u = x - static_cast<float>(column), v = y - static_cast<float>(row);
      for (int c = 0; c < channels; ++c) {
        const Plane plane = {image.data() + static_cast<std::size_t>(c) * plane_bytes, height,
                             width};
        const std::int64_t at = (std::int64_t{c} * height + i) * width + j;
        out[at * stride] = plane.between(row, column, u, v) * (1.0f / 255.0f);
      }
    }
}

}  // namespace convolab
