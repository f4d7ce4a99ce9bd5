#include "data/paper.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace convolab {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::size_t area(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

// The value that `share` of a thousand are below; the values are reordered.
int quantile(Bytes& values, std::size_t share = 500) {
  const std::size_t at = std::min(values.size() - 1, values.size() * share / 1000);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(at);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Bytes frame_of(const Bytes& grey, int width, int height) {
  Bytes frame;
  const auto at = [&](int y, int x) { return grey[area(width, y) + static_cast<std::size_t>(x)]; };
  for (int x = 0; x < width; ++x) frame.insert(frame.end(), {at(0, x), at(height - 1, x)});
  for (int y = 1; y + 1 < height; ++y) frame.insert(frame.end(), {at(y, 0), at(y, width - 1)});
  return frame;
}

// How far each pixel differs from its paper, on the side on which most of the difference is: ink
// may be the darker or the brighter of the two.
template <class Paper>
void keep_ink(Bytes& grey, const Paper& paper) {
  constexpr int noise = 16;
  std::int64_t brighter = 0, darker = 0;
  for (std::size_t i = 0; i < grey.size(); ++i) {
    const int difference = grey[i] - paper(i);
    brighter += std::max(0, difference - noise);
    darker += std::max(0, -difference - noise);
  }
  for (std::size_t i = 0; i < grey.size(); ++i) {
    const int difference = grey[i] - paper(i);
    grey[i] = static_cast<std::uint8_t>(std::max(0, darker > brighter ? -difference : difference));
  }
}

// The paper of a photograph: medians of cells, each then the median of the cells around it, so that
// strokes disappear, and in between from cell to cell.
class LocalPaper {
 public:
  LocalPaper(const Bytes& grey, int width, int height)
      : width_(width),
        cell_(std::max(1, std::min(width, height) / 16)),
        columns_((width + cell_ - 1) / cell_),
        rows_((height + cell_ - 1) / cell_) {
    Bytes medians;
    for (int row = 0; row < rows_; ++row)
      for (int column = 0; column < columns_; ++column)
        medians.push_back(median_of(
            grey, width, {column * cell_, row * cell_},
            {std::min(width, (column + 1) * cell_), std::min(height, (row + 1) * cell_)}));
    for (int row = 0; row < rows_; ++row)
      for (int column = 0; column < columns_; ++column)
        levels_.push_back(
            median_of(medians, columns_, {std::max(0, column - reach), std::max(0, row - reach)},
                      {std::min(columns_, column + reach + 1), std::min(rows_, row + reach + 1)}));
  }

  int operator()(std::size_t i) const {
    const int x = static_cast<int>(i % static_cast<std::size_t>(width_));
    const int y = static_cast<int>(i / static_cast<std::size_t>(width_));
    const Between across = between(x, columns_), down = between(y, rows_);
    const int whole = 2 * cell_;
    const auto mix = [&](int row) {
      return level(row, across.cell) * (whole - across.part) +
             level(row, std::min(across.cell + 1, columns_ - 1)) * across.part;
    };
    const std::int64_t sum = std::int64_t{mix(down.cell)} * (whole - down.part) +
                             std::int64_t{mix(std::min(down.cell + 1, rows_ - 1))} * down.part;
    return static_cast<int>(sum / (std::int64_t{whole} * whole));
  }

 private:
  static constexpr int reach = 2;  // cells to each side
  struct At {
    int x, y;
  };
  struct Between {
    int cell, part;  // how much of the next one is in it, of 2 · cell_
  };

  static std::uint8_t median_of(const Bytes& from, int stride, At first, At end) {
    Bytes values;
    for (int y = first.y; y < end.y; ++y)
      for (int x = first.x; x < end.x; ++x)
        values.push_back(from[area(stride, y) + static_cast<std::size_t>(x)]);
    return static_cast<std::uint8_t>(quantile(values));
  }

  // Counted in half pixels from the middle of the first cell, to stay whole.
  Between between(int at, int count) const {
    const int halves = std::clamp(2 * at + 1 - cell_, 0, 2 * cell_ * (count - 1));
    return {halves / (2 * cell_), halves % (2 * cell_)};
  }

  int level(int row, int column) const {
    return levels_[area(columns_, row) + static_cast<std::size_t>(column)];
  }

  int width_, cell_, columns_, rows_;
  Bytes levels_;
};

struct Blob {
  std::vector<std::size_t> pixels;
  bool at_edge = false;
};

// The blob of ink around a pixel, which it takes out of `open`.
Blob blob_at(std::size_t start, std::vector<bool>& open, int width, int height) {
  Blob blob;
  std::vector<std::size_t> todo{start};
  open[start] = false;
  while (!todo.empty()) {
    const std::size_t at = todo.back();
    todo.pop_back();
    blob.pixels.push_back(at);
    const int x = static_cast<int>(at % static_cast<std::size_t>(width));
    const int y = static_cast<int>(at / static_cast<std::size_t>(width));
    if (x == 0 || y == 0 || x == width - 1 || y == height - 1) blob.at_edge = true;
    for (int v = std::max(0, y - 1); v <= std::min(height - 1, y + 1); ++v)
      for (int u = std::max(0, x - 1); u <= std::min(width - 1, x + 1); ++u) {
        const std::size_t next = area(width, v) + static_cast<std::size_t>(u);
        if (!open[next]) continue;
        open[next] = false;
        todo.push_back(next);
      }
  }
  return blob;
}

// Wipes away what is no part of a digit: specks, and what comes in from beyond the photograph's
// edge (a table, a thumb), unless all ink does.
void keep_blobs(Bytes& ink, int width, int height) {
  std::vector<bool> open(ink.size());
  for (std::size_t i = 0; i < ink.size(); ++i) open[i] = ink[i] > 0;
  std::vector<Blob> blobs;
  for (std::size_t i = 0; i < ink.size(); ++i)
    if (open[i]) blobs.push_back(blob_at(i, open, width, height));
  std::size_t largest = 0;
  for (const Blob& blob : blobs)
    if (!blob.at_edge) largest = std::max(largest, blob.pixels.size());
  const bool inside = largest * 1000 >= ink.size();  // a speck is no digit
  if (!inside)
    for (const Blob& blob : blobs) largest = std::max(largest, blob.pixels.size());
  for (const Blob& blob : blobs) {
    if (blob.pixels.size() * 20 >= largest && !(inside && blob.at_edge)) continue;
    for (const std::size_t at : blob.pixels) ink[at] = 0;
  }
}

// The largest value up to `reach` steps to either side, along rows (step 1) or columns.
void widen(Bytes& ink, std::size_t lines, std::size_t length, std::size_t line, std::size_t step,
           std::size_t reach) {
  Bytes before(length);
  for (std::size_t i = 0; i < lines; ++i) {
    for (std::size_t k = 0; k < length; ++k) before[k] = ink[i * line + k * step];
    for (std::size_t k = 0; k < length; ++k) {
      const auto first = before.begin() + static_cast<std::ptrdiff_t>(k - std::min(k, reach));
      const auto end =
          before.begin() + static_cast<std::ptrdiff_t>(std::min(length, k + reach + 1));
      ink[i * line + k * step] = *std::max_element(first, end);
    }
  }
}

// A ballpoint's line is a hair beside the strokes that digits are learnt from, which are about a
// ninth of the digit's size: it is widened to that.
void thicken(Bytes& ink, int width, int height) {
  std::int64_t all = 0, rim = 0;
  int left = width, right = -1, top = height, bottom = -1;
  const auto at = [&](int y, int x) { return ink[area(width, y) + static_cast<std::size_t>(x)]; };
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      if (at(y, x) == 0) continue;
      ++all;
      rim += x == 0 || y == 0 || x == width - 1 || y == height - 1 || at(y, x - 1) == 0 ||
             at(y, x + 1) == 0 || at(y - 1, x) == 0 || at(y + 1, x) == 0;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = y;
    }
  if (all == 0) return;
  const std::int64_t stroke = 2 * all / rim;  // as wide as area and rim say
  const std::int64_t reach = (std::max(right - left, bottom - top) / 9 - stroke) / 2;
  if (reach < 1) return;
  const auto w = static_cast<std::size_t>(width), h = static_cast<std::size_t>(height);
  widen(ink, h, w, w, 1, static_cast<std::size_t>(reach));
  widen(ink, w, h, 1, w, static_cast<std::size_t>(reach));
}

void even(Bytes& grey, int paper) {
  keep_ink(grey, [paper](std::size_t) { return paper; });
  const int brightest = *std::max_element(grey.begin(), grey.end());
  // On black or white the ink keeps its grey; on anything else it is stretched to full white.
  if (paper < least_ink || 255 - paper < least_ink || brightest < least_ink) return;
  for (std::uint8_t& value : grey) value = static_cast<std::uint8_t>(value * 255 / brightest);
}

void photographed(Bytes& grey, int width, int height) {
  keep_ink(grey, LocalPaper(grey, width, height));
  Bytes sorted = grey;
  const int full = quantile(sorted, 998);
  if (full < least_ink) return std::fill(grey.begin(), grey.end(), std::uint8_t{0});
  for (std::uint8_t& value : grey)
    value = value * 5 < full * 2 ? std::uint8_t{0}
                                 : static_cast<std::uint8_t>(std::min(255, value * 255 / full));
  keep_blobs(grey, width, height);
  thicken(grey, width, height);
}

}  // namespace

void put_on_black(Bytes& grey, int width, int height) {
  Bytes frame = frame_of(grey, width, height);
  const int paper = quantile(frame);
  const auto same = std::count(frame.begin(), frame.end(), static_cast<std::uint8_t>(paper));
  // Only what was drawn by a program has a frame of one colour (and some ink that crosses it).
  if (static_cast<std::size_t>(same) * 4 >= frame.size() * 3)
    even(grey, paper);
  else
    photographed(grey, width, height);
}

}  // namespace convolab
