// How Winograd's algorithm cuts the tiles of a layer into blocks: some rows of some columns of some
// images, as many as the caches hold transformed.
#pragma once

#include "kernels/winograd.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

inline constexpr int most_products = 36;  // of a tile
// Blocks are dealt out to so many tasks, each with memory of its own.
inline constexpr std::int64_t most_tasks = CONVOLAB_THREADS ? 8 : 1;

static constexpr std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
static constexpr std::int64_t most(std::int64_t a, std::int64_t b) { return a > b ? a : b; }
static constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// One block.
struct Place {
  std::int64_t row, column, image;     // its first: tiles, and an image
  std::int64_t rows, columns, images;  // and how many
};

struct Blocks {
  // Of at most most_images images, and about as many tiles as let `channels` of them, transformed,
  // stay in the second cache, but at least `fewest`.
  Blocks(const WinogradArgs& a, std::int64_t channels, std::int64_t most_images,
         std::int64_t fewest = 32)
      : batch(a.batch),
        tiles_h(divide_up(a.out_h(), a.tile)),
        tiles_w(divide_up(a.out_w(), a.tile)) {
    const std::int64_t wanted = most(fewest, least((128 * 1024) / (a.products() * channels), 128));
    images = least(a.batch, least(wanted, most_images));
    columns = most(1, least(tiles_w, wanted / images));
    rows = columns < tiles_w ? 1 : most(1, least(tiles_h, wanted / (images * columns)));
    across = divide_up(tiles_w, columns);
    down = divide_up(tiles_h, rows);
    deep = divide_up(a.batch, images);
  }
  std::int64_t count() const { return across * down * deep; }
  std::int64_t positions() const { return rows * columns * images; }  // of one block
  std::int64_t tasks() const { return least(most_tasks, count()); }

  Place place(std::int64_t i) const {
    const std::int64_t row = i / deep / across * rows, column = i / deep % across * columns;
    const std::int64_t image = i % deep * images;
    return {row,
            column,
            image,
            least(rows, tiles_h - row),
            least(columns, tiles_w - column),
            least(images, batch - image)};
  }

  std::int64_t batch, tiles_h, tiles_w;
  std::int64_t rows, columns, images;  // of a block, unless it is the last
  std::int64_t across, down, deep;     // how many blocks
};

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
