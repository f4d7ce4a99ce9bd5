#include "data/picture.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "data/paper.hpp"

namespace convolab {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int max_side = 8192;  // 64-bit sums suffice below

std::size_t area(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {  // b > 0
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

// Which source pixels a target pixel is the weighted mean of.
struct Window {
  int first = 0;
  std::vector<std::int64_t> weights;
  std::int64_t sum = 0;
};

// Triangle filter from m to n pixels: the weight of source i in target j is
// max(0, 2·max(m, n) − |(2i+1)·n − (2j+1)·m|). Bilinear when it enlarges.
std::vector<Window> triangle(int m, int n) {
  std::vector<Window> out(static_cast<std::size_t>(n));
  const std::int64_t reach = 2 * std::max(m, n);
  for (std::int64_t j = 0; j < n; ++j) {
    Window& window = out[static_cast<std::size_t>(j)];
    for (std::int64_t i = 0; i < m; ++i) {
      const std::int64_t weight = reach - std::abs((2 * i + 1) * n - (2 * j + 1) * m);
      if (weight <= 0) continue;
      if (window.weights.empty()) window.first = static_cast<int>(i);
      window.weights.push_back(weight);
      window.sum += weight;
    }
  }
  return out;
}

// Area average from m to n ≤ m pixels: the overlap of source i, [i·n, (i+1)·n), with target j,
// [j·m, (j+1)·m).
std::vector<Window> box(int m, int n) {
  std::vector<Window> out(static_cast<std::size_t>(n));
  for (std::int64_t j = 0; j < n; ++j) {
    Window& window = out[static_cast<std::size_t>(j)];
    window.first = static_cast<int>(j * m / n);
    for (std::int64_t i = window.first; i < m && i * n < (j + 1) * m; ++i)
      window.weights.push_back(std::min((i + 1) * n, (j + 1) * m) - std::max(i * n, j * m));
    window.sum = m;
  }
  return out;
}

// A rectangle of a plane of bytes.
struct View {
  const std::uint8_t* first;
  int stride;
  int width, height;
};

// out[y][x] = (2·Σ A[y][i]·B[x][k]·in[i][k] + norm) // (2·norm), norm = ΣA[y]·ΣB[x].
Bytes resample(const View& in, const std::vector<Window>& rows,
               const std::vector<Window>& columns) {
  Bytes out;
  out.reserve(rows.size() * columns.size());
  std::vector<std::int64_t> line(static_cast<std::size_t>(in.width));
  for (const Window& row : rows) {
    std::fill(line.begin(), line.end(), 0);
    for (std::size_t i = 0; i < row.weights.size(); ++i) {
      const std::uint8_t* source =
          in.first + (static_cast<std::ptrdiff_t>(i) + row.first) * in.stride;
      for (std::size_t k = 0; k < line.size(); ++k) line[k] += row.weights[i] * source[k];
    }
    for (const Window& column : columns) {
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < column.weights.size(); ++k)
        sum += column.weights[k] * line[static_cast<std::size_t>(column.first) + k];
      const std::int64_t norm = row.sum * column.sum;
      out.push_back(static_cast<std::uint8_t>((2 * sum + norm) / (2 * norm)));
    }
  }
  return out;
}

// ITU-R 601 luma, in 16-bit fixed point.
std::uint8_t luma(int r, int g, int b) {
  return static_cast<std::uint8_t>((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);
}

// One plane (grey) or three (RGB), transparent parts laid over `paper`.
Bytes planes_of(const Picture& p, int planes, int paper) {
  const std::size_t size = area(p.width, p.height), channels = static_cast<std::size_t>(p.channels);
  Bytes out(size * static_cast<std::size_t>(planes));
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint8_t* pixel = p.pixels.data() + i * channels;
    const bool colour = channels >= 3;
    const int alpha = channels % 2 == 0 ? pixel[channels - 1] : 255;
    const auto over = [&](int value) {
      return (2 * (value * alpha + paper * (255 - alpha)) + 255) / 510;
    };
    const int r = over(pixel[0]), g = over(pixel[colour ? 1 : 0]), b = over(pixel[colour ? 2 : 0]);
    if (planes == 1) {
      out[i] = colour ? luma(r, g, b) : static_cast<std::uint8_t>(r);
    } else {
      out[i] = static_cast<std::uint8_t>(r);
      out[size + i] = static_cast<std::uint8_t>(g);
      out[2 * size + i] = static_cast<std::uint8_t>(b);
    }
  }
  return out;
}

// What to lay a transparent drawing on: black under bright ink, white under dark ink.
int paper_for(const Picture& p) {
  if (p.channels % 2 == 1) return 255;
  const auto channels = static_cast<std::size_t>(p.channels);
  std::int64_t bright = 0, alphas = 0;
  for (std::size_t i = 0; i < area(p.width, p.height); ++i) {
    const std::uint8_t* pixel = p.pixels.data() + i * channels;
    const int value = channels == 4 ? luma(pixel[0], pixel[1], pixel[2]) : pixel[0];
    bright += value * pixel[channels - 1];
    alphas += pixel[channels - 1];
  }
  return 2 * bright > 255 * alphas ? 0 : 255;
}

Bytes fit(const Bytes& planes, const Picture& p, const Shape& shape) {
  const std::int64_t w = p.width, h = p.height, to_w = shape[2], to_h = shape[1];
  // The largest centred rectangle of the wanted aspect, rounded half up.
  const int cut_w =
      static_cast<int>(std::clamp((2 * h * to_w + to_h) / (2 * to_h), std::int64_t{1}, w));
  const int cut_h =
      static_cast<int>(std::clamp((2 * w * to_h + to_w) / (2 * to_w), std::int64_t{1}, h));
  const int left = (p.width - cut_w) / 2, top = (p.height - cut_h) / 2;
  const auto windows = [](int m, int n) { return n <= m ? box(m, n) : triangle(m, n); };
  const auto rows = windows(cut_h, shape[1]), columns = windows(cut_w, shape[2]);
  Bytes out;
  for (int c = 0; c < shape[0]; ++c) {
    const std::uint8_t* plane =
        planes.data() + area(p.width, p.height) * static_cast<std::size_t>(c);
    const Bytes one =
        resample({plane + area(p.width, top) + left, p.width, cut_w, cut_h}, rows, columns);
    out.insert(out.end(), one.begin(), one.end());
  }
  return out;
}

Status check(const Picture& p, const Shape& shape) {
  const auto bad = [](std::string message) {
    return fail(ErrorCode::invalid_argument, "picture", std::move(message));
  };
  if (p.width < 1 || p.height < 1 || p.width > max_side || p.height > max_side)
    return bad("it is " + std::to_string(p.width) + "×" + std::to_string(p.height) +
               " pixels; each side must be from 1 to " + std::to_string(max_side));
  if (p.channels < 1 || p.channels > 4)
    return bad("it has " + std::to_string(p.channels) + " channels; 1 to 4 are understood");
  const std::size_t bytes = area(p.width, p.height) * static_cast<std::size_t>(p.channels);
  if (p.pixels.size() != bytes)
    return bad("expected " + std::to_string(bytes) + " bytes, found " +
               std::to_string(p.pixels.size()));
  if (shape.rank() != 3 || (shape[0] != 1 && shape[0] != 3))
    return bad("pictures can be made for networks that take 1 or 3 channels, not " + shape.text());
  return {};
}

}  // namespace

std::vector<std::uint8_t> like_mnist(std::span<const std::uint8_t> grey, int width, int height,
                                     int columns, int rows) {
  Bytes field(area(columns, rows), 0);
  int left = width, right = -1, top = height, bottom = -1;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      if (grey[area(width, y) + static_cast<std::size_t>(x)] < least_ink) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = y;
    }
  if (right < 0) return field;

  const int w = right - left + 1, h = bottom - top + 1, longer = std::max(w, h);
  const int side = std::max(1, std::min(columns, rows) * 20 / 28);
  const int new_w = std::max(1, (2 * side * w + longer) / (2 * longer));
  const int new_h = std::max(1, (2 * side * h + longer) / (2 * longer));
  const View cut{grey.data() + area(width, top) + left, width, w, h};
  const Bytes out = resample(cut, triangle(h, new_h), triangle(w, new_w));

  std::int64_t mass = 0, mass_x = 0, mass_y = 0;
  for (int y = 0; y < new_h; ++y)
    for (int x = 0; x < new_w; ++x) {
      const int value = out[area(new_w, y) + static_cast<std::size_t>(x)];
      mass += value;
      mass_x += x * value;
      mass_y += y * value;
    }
  // The centre of mass lies at mass_x / mass + ½; the field's centre at columns / 2.
  const auto place = [&](int size, std::int64_t moment, int room) {
    const std::int64_t at =
        floor_divide(size * mass - 2 * moment, 2 * std::max(mass, std::int64_t{1}));
    return static_cast<int>(std::clamp(at, std::int64_t{0}, std::int64_t{room}));
  };
  const int to_left = place(columns, mass_x, columns - new_w);
  const int to_top = place(rows, mass_y, rows - new_h);
  for (int y = 0; y < new_h; ++y)
    std::copy_n(out.begin() + static_cast<std::ptrdiff_t>(area(new_w, y)), new_w,
                field.begin() + static_cast<std::ptrdiff_t>(area(columns, to_top + y)) + to_left);
  return field;
}

Expected<std::vector<std::uint8_t>> prepare_picture(const Picture& picture, const Shape& shape,
                                                    PictureMode mode) {
  if (auto status = check(picture, shape); !status) return tl::unexpected(status.error());
  if (mode == PictureMode::fit) return fit(planes_of(picture, shape[0], 255), picture, shape);
  Bytes grey = planes_of(picture, 1, paper_for(picture));
  put_on_black(grey, picture.width, picture.height);
  const Bytes field = like_mnist(grey, picture.width, picture.height, shape[2], shape[1]);
  Bytes out;
  for (int c = 0; c < shape[0]; ++c) out.insert(out.end(), field.begin(), field.end());
  return out;
}

}  // namespace convolab
