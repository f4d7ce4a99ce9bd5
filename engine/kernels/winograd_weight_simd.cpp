#include "kernels/correlate.hpp"
#include "kernels/simd_vector.hpp"
#include "kernels/tasks.hpp"
#include "kernels/winograd_blocks.hpp"

// The weights' gradient by Winograd's algorithm. Its sums run over tiles and images, so x and d_y
// are first turned round, a block at a time, until the channels stand side by side: then a batch of
// any size fills the vectors, and the sums are 16 correlations whose taps are the tiles, whose run
// are the channels of x, and that nothing need be added across lanes for.
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

constexpr int products = 16;
constexpr std::int64_t whole(std::int64_t channels) { return divide_up(channels, lanes) * lanes; }

// Few images to a block, and so many columns: tiles overlap, and less is turned round twice.
Blocks blocks_of(const WinogradArgs& a) {
  const std::int64_t images = divide_up(a.batch, divide_up(a.batch, 16));
  return {a, whole(a.in_channels) + whole(a.out_channels), images};
}

struct Scratch {
  explicit Scratch(const WinogradArgs& a) {
    const Blocks blocks = blocks_of(a);
    in_row = whole(a.in_channels);
    out_row = whole(a.out_channels);
    zeros = spread(blocks.positions());
    memory = zeros + spread(most(out_row, blocks.images * most(in_row, out_row)));
    sum_step = spread(in_row * out_row);
    in_step = spread(blocks.positions() * in_row);
    out_step = spread(blocks.positions() * out_row);
    inputs = products * sum_step;
    outputs = inputs + products * in_step;
    x = outputs + products * out_step;
    d_y = x + spread((2 * blocks.rows + 2) * (2 * blocks.columns + 2) * blocks.images * in_row);
    each = d_y + spread(4 * blocks.positions() * out_row);
    total = memory + blocks.tasks() * each;
  }
  std::int64_t in_row, out_row;                // channels, filled up with zeros to whole vectors
  std::int64_t zeros, memory;                  // behind the places of the positions
  std::int64_t sum_step, in_step, out_step;    // from one product to the next
  std::int64_t inputs, outputs, x, d_y, each;  // within the memory of a task, behind its sums
  std::int64_t total;
};

// Pictures (channels, height, width, batch), and memory to turn a window of them round: rows ×
// columns × images as (rows, columns, images, channels), `stride` floats to an image.
struct Pictures {
  std::int64_t channels, height, width, batch;
  const float* values;
  float* turned;
  std::int64_t stride;
};

struct Window {
  std::int64_t row, column, image;
  std::int64_t rows, columns, images;
};

// What lies outside the pictures is left as it is.
void turn(const Pictures& p, const Window& w) {
  const std::int64_t end_row = least(w.row + w.rows, p.height);
  const std::int64_t columns = least(w.columns, p.width - w.column);
  // With all images, the columns of a row follow each other there and here.
  const bool all = w.images == p.batch;
  const std::int64_t runs = all ? 1 : columns, length = all ? columns * p.batch : w.images;
  for (std::int64_t y = w.row; y < end_row; ++y)
    for (std::int64_t j = 0; j < runs; ++j) {
      const float* from = p.values + (y * p.width + w.column + j) * p.batch + w.image;
      transpose(p.channels, length, from, p.height * p.width * p.batch,
                p.turned + ((y - w.row) * w.columns + j) * w.images * p.stride, p.stride);
    }
}

// A·d_y·A' of a run of tiles, but for the sign of its last row and of its last column.
void transform_gradient(const float* const* d, std::int64_t length, float* to, std::int64_t step) {
  for (std::int64_t p = 0; p < length; p += lanes) {
    const Vector y00 = load(d[0] + p), y01 = load(d[1] + p);
    const Vector y10 = load(d[2] + p), y11 = load(d[3] + p);
    const auto put = [&](int product, const Vector& left, const Vector& right) {
      float* at = to + product * step + p;
      save(at, left);
      save(at + step, left + right);
      save(at + 2 * step, left - right);
      save(at + 3 * step, right);
    };
    put(0, y00, y01);
    put(4, y00 + y10, y01 + y11);
    put(8, y00 - y10, y01 - y11);
    put(12, y10, y11);
  }
}

// Turns n × n pixels for every tile of a block, and calls transform(d, i) for each: d[n·r + s] are
// row r, column s of tile i, or zeros outside.
template <int n, class Transform>
void visit_tiles(const Pictures& p, const Place& place, const float* zeros,
                 const Transform& transform) {
  const Window w = {2 * place.row,          2 * place.column,          place.image,
                    2 * place.rows + n - 2, 2 * place.columns + n - 2, place.images};
  turn(p, w);
  for (std::int64_t i = 0; i < place.rows * place.columns; ++i) {
    const std::int64_t y0 = i / place.columns * 2, x0 = i % place.columns * 2;
    const float* d[n * n];
    for (int r = 0; r < n; ++r)
      for (int s = 0; s < n; ++s) {
        const std::int64_t y = y0 + r, x = x0 + s;
        d[n * r + s] = w.row + y < p.height && w.column + x < p.width
                           ? p.turned + (y * w.columns + x) * w.images * p.stride
                           : zeros;
      }
    transform(d, i);
  }
}

// What a task has: x and d_y, their transforms, and its sums.
struct Work {
  Pictures x, d_y;
  float *inputs, *outputs, *sums;
};

// Adds a block's products to the sums, or starts them.
void add_block(const Scratch& at, const Place& place, const Work& work, const float* scratch,
               bool first) {
  const float* zeros = scratch + at.zeros;
  const std::int64_t in_length = place.images * at.in_row;
  const std::int64_t out_length = place.images * at.out_row;
  visit_tiles<4>(work.x, place, zeros, [&](const float* const* d, std::int64_t i) {
    winograd_input(2, d, in_length, work.inputs + i * in_length, at.in_step);
  });
  visit_tiles<2>(work.d_y, place, zeros, [&](const float* const* d, std::int64_t i) {
    transform_gradient(d, out_length, work.outputs + i * out_length, at.out_step);
  });
  const std::int64_t positions = place.rows * place.columns * place.images;
  const auto* offsets = reinterpret_cast<const std::int32_t*>(scratch);
  const Tiles tiles{at.out_row};
  for (int product = 0; product < products; ++product) {
    const Correlation c = {tiles, positions, work.outputs + product * at.out_step, offsets, false};
    correlate(c, 0, divide_up(work.d_y.channels, tile_channels), 0, positions,
              work.inputs + product * at.in_step, at.in_row, first ? zeros : nullptr,
              work.sums + product * at.sum_step, at.in_row);
  }
}

// G'·m·G of output k and the inputs c … c+lanes-1, where m is the sum of what the tasks have.
void finish(const WinogradArgs& a, const Scratch& at, std::int64_t tasks, const float* sums,
            std::int64_t k, std::int64_t c, float* d_weight, Write how) {
  Vector half[3][4];
  for (int s = 0; s < 4; ++s) {
    Vector m[4];
    for (int r = 0; r < 4; ++r) {
      const float* from = sums + (4 * r + s) * at.sum_step + k * at.in_row + c;
      m[r] = load(from);
      for (std::int64_t task = 1; task < tasks; ++task) m[r] += load(from + task * at.each);
    }
    const Vector even = Vector(0.5f) * (m[1] + m[2]);
    half[0][s] = m[0] + even;
    half[1][s] = Vector(0.5f) * (m[1] - m[2]);
    half[2][s] = even - m[3];
  }
  float values[9][lanes];
  for (int r = 0; r < 3; ++r) {
    const Vector* h = half[r];
    const Vector even = Vector(0.5f) * (h[1] + h[2]);
    save(values[3 * r], h[0] + even);
    save(values[3 * r + 1], Vector(0.5f) * (h[1] - h[2]));
    save(values[3 * r + 2], even - h[3]);
  }
  for (std::int64_t i = 0; i < least(lanes, a.in_channels - c); ++i)
    for (int tap = 0; tap < 9; ++tap) {
      float& target = d_weight[(k * a.in_channels + c + i) * 9 + tap];
      target = how == Write::accumulate ? target + values[tap][i] : values[tap][i];
    }
}

}  // namespace

bool winograd_weight_pays(const WinogradArgs& a) {
  // The channels fill the vectors here, and of tiles there need be so many that their sums are more
  // work than what they are turned into.
  return winograd_fits(a, lanes == 4 ? 16 : 16 + lanes, 16);
}

std::int64_t winograd_weight_scratch(const WinogradArgs& a) { return Scratch(a).total; }

void winograd_weight(const RunContext& context, const WinogradArgs& a, const float* x,
                     const float* d_y, float* d_weight, Write how) {
  const Blocks blocks = blocks_of(a);
  const Scratch at(a);
  float* scratch = context.scratch;
  auto* offsets = reinterpret_cast<std::int32_t*>(scratch);
  for (std::int64_t i = 0; i < blocks.positions(); ++i)
    offsets[i] = static_cast<std::int32_t>(i * at.in_row);
  for (std::int64_t i = at.zeros; i < at.memory; ++i) scratch[i] = 0.0f;

  const std::int64_t work = 8 * a.in_channels * a.out_channels * a.batch * a.out_h() * a.out_w();
  const std::int64_t tasks = blocks.tasks();
  for_tasks(context, tasks, work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      float* own = scratch + at.memory + task * at.each;
      for (std::int64_t i = at.x; i < at.each; ++i) own[i] = 0.0f;  // between channels and vectors
      const Work part = {
          .x = {a.in_channels, a.in_h, a.in_w, a.batch, x, own + at.x, at.in_row},
          .d_y = {a.out_channels, a.out_h(), a.out_w(), a.batch, d_y, own + at.d_y, at.out_row},
          .inputs = own + at.inputs,
          .outputs = own + at.outputs,
          .sums = own};
      const std::int64_t first = blocks.count() * task / tasks;
      for (std::int64_t i = first; i < blocks.count() * (task + 1) / tasks; ++i)
        add_block(at, blocks.place(i), part, scratch, i == first);
    }
  });
  for_tasks(context, a.out_channels, tasks * products * a.out_channels * a.in_channels,
            [&](std::int64_t begin, std::int64_t end) {
              for (std::int64_t k = begin; k < end; ++k)
                for (std::int64_t c = 0; c < a.in_channels; c += lanes)
                  finish(a, at, tasks, scratch + at.memory, k, c, d_weight, how);
            });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
