#include "kernels/winograd.hpp"

#include "kernels/correlate.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"
#include "kernels/tasks.hpp"
#include "kernels/winograd_blocks.hpp"
#include "kernels/winograd_transforms.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// The blocks of the forward pass: images side by side fill the vectors.
Blocks blocks_of(const WinogradArgs& a) {
  const std::int64_t even = divide_up(a.batch, divide_up(a.batch, 64));
  return {a, std::int64_t{a.in_channels} + a.out_channels, divide_up(even, lanes) * lanes, 64};
}

struct Scratch {
  explicit Scratch(const WinogradArgs& a) {
    const Blocks blocks = blocks_of(a);
    tasks = blocks.count() < 4 ? 1 : blocks.tasks();
    parts = tasks == 1 ? most_tasks : 1;
    stride = spread(blocks.positions() + lanes);
    run = (blocks.columns + 1) * blocks.images + lanes;
    weights = spread(packed_floats(a.out_channels, a.in_channels));
    zeros = a.products() * weights;
    offsets = zeros + most(a.out_channels, blocks.images);
    memory = offsets + a.in_channels;
    in_step = spread(a.in_channels * stride);
    out_step = spread(a.out_channels * stride);
    outputs = a.products() * in_step;
    runs = outputs + a.products() * out_step;
    part = (a.tile + 2) * a.tile * run;
    each = spread(runs + parts * part);
    total = memory + tasks * each;
  }
  std::int64_t tasks;  // that blocks are dealt out to; a few blocks are one, whose
  std::int64_t parts;  // channels are, in these
  std::int64_t run, weights, zeros, offsets, memory;
  std::int64_t stride;               // from one channel to the next, of one product
  std::int64_t in_step, out_step;    // from one product to the next
  std::int64_t outputs, runs, each;  // within the memory of a task
  std::int64_t part;                 // from the runs of one part to those of the next
  std::int64_t total;
};

// One block, with its memory.
struct Block : Place {
  const WinogradArgs& a;
  std::int64_t run;  // floats of scratch for a run of columns
  float* inputs;     // [product][channel][position]
  float* outputs;
  float* runs;         // of every row and column of a tile
  const float* zeros;  // as many as output channels, and as images
  std::int64_t length() const { return columns * images; }
  bool whole_vectors() const { return images % lanes == 0; }
  // Where column j of a row stands in its runs: by its remainder, and then by its tile. (Without a
  // division, of which there is one for every number that fills no vector.)
  std::int64_t place_of(std::int64_t j) const {
    return (j & (a.tile - 1)) * run + (j >> (a.tile / 2)) * images;
  }
};

// The kernels that take channel c to those of a tile, side by side as correlate wants them.
void transform_kernels(const WinogradArgs& a, const float* first, const WinogradWeights& weights,
                       int channels, float* to, std::int64_t step) {
  // Where there are fewer than four, the last one is taken again, and left out afterwards.
  const auto kernel = [&](int k) {
    return first + (k < channels ? k : channels - 1) * weights.out_step;
  };
  const float *w0 = kernel(0), *w1 = kernel(1), *w2 = kernel(2), *w3 = kernel(3);
  Quad w[9], products[most_products];
  for (int i = 0; i < 9; ++i) {
    const int tap = weights.turned ? 8 - i : i;
    const float four[4] = {w0[tap], w1[tap], w2[tap], w3[tap]};
    w[i] = load_quad(four);
  }
  (a.tile == 4 ? transform_weight<4> : transform_weight<2>)(w, products);
  if (channels == 4) {
    for (std::int64_t i = 0; i < a.products(); ++i) save(to + i * step, products[i]);
    return;
  }
  for (std::int64_t i = 0; i < a.products(); ++i) {
    float four[4];
    save(four, products[i]);
    for (int k = 0; k < channels; ++k) to[i * step + k] = four[k];
  }
}

void transform_weights(const RunContext& context, const WinogradArgs& a,
                       const WinogradWeights& weights, std::int64_t step) {
  const Tiles tiles{a.out_channels};
  const std::int64_t work = 8 * a.products() * a.in_channels * a.out_channels;
  for_tasks(context, tiles.count(), work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const float* from = weights.weight + tiles.begin(i) * weights.out_step;
      float* to = context.scratch + tiles.begin(i) * a.in_channels;
      for (std::int64_t c = 0; c < a.in_channels; ++c, to += tiles.size(i))
        transform_kernels(a, from + c * weights.in_step, weights, tiles.size(i), to, step);
    }
  });
}

// Columns begin … end-1 of a run, `batch` floats from one to the next: column j goes to place
// j / tile of those with its remainder. A single image's columns are sorted by shuffles.
void split_columns(const Block& b, const float* from, std::int64_t begin, std::int64_t end,
                   float* to) {
  const std::int64_t tile = b.a.tile, batch = b.a.batch;
  std::int64_t j = begin;
  const auto copy_until = [&](std::int64_t last) {
    for (; j < last; ++j)
      for (std::int64_t n = 0; n < b.images; ++n)
        to[b.place_of(j) + n] = from[(j - begin) * batch + n];
  };
  if (batch == 1) {
    copy_until(least(end, divide_up(begin, tile) * tile));
    float* even = to + j / tile;
    if (tile == 4) {
      transpose((end - j) / 4, 4, from + j - begin, 4, even, b.run);
      j += (end - j) / 4 * 4;
    } else {
      for (; j + 8 <= end; j += 8, even += 4) {
        const Quad left = load_quad(from + j - begin), right = load_quad(from + j - begin + 4);
        const Quad low = xsimd::zip_lo(left, right), high = xsimd::zip_hi(left, right);
        save(even, xsimd::zip_lo(low, high));
        save(even + b.run, xsimd::zip_hi(low, high));
      }
    }
  }
  copy_until(end);
}

// The columns of one row of x that a row of tiles meets, apart by their remainders.
void gather_row(const Block& b, const float* channel, std::int64_t row, float* to) {
  const WinogradArgs& a = b.a;
  const std::int64_t first = a.tile * b.column - a.border;
  const std::int64_t columns = a.tile * b.columns + 2;
  const bool inside = row >= 0 && row < a.in_h;
  const std::int64_t begin = inside ? least(most(0, -first), columns) : columns;
  const std::int64_t end = inside ? most(begin, least(columns, a.in_w - first)) : columns;
  const auto clear = [&](std::int64_t from, std::int64_t last) {
    for (std::int64_t j = from; j < last; ++j)
      for (std::int64_t n = 0; n < b.images; ++n) to[b.place_of(j) + n] = 0.0f;
  };
  clear(0, begin);
  if (begin < end)
    split_columns(b, channel + (row * a.in_w + first + begin) * a.batch + b.image, begin, end, to);
  clear(end, columns);
}

// The runs of outputs, columns apart by their remainders, to where they belong in y.
void scatter(const Block& b, std::int64_t row, float* channel, Write how) {
  const WinogradArgs& a = b.a;
  const std::int64_t tile = a.tile, width = a.out_w(), first = tile * b.column;
  const std::int64_t columns = least(tile * b.columns, width - first);
  for (std::int64_t r = 0; r < tile && row + r < a.out_h(); ++r) {
    const float* from = b.runs + tile * r * b.run;
    float* to = channel + ((row + r) * width + first) * a.batch + b.image;
    std::int64_t j = 0;
    if (a.batch == 1 && how == Write::overwrite) {
      if (tile == 4) {
        j = columns / 4 * 4;
        transpose(4, columns / 4, from, b.run, to, 4);
      }
      for (; j + 8 <= columns; j += 8) {
        const Quad even = load_quad(from + j / 2), odd = load_quad(from + j / 2 + b.run);
        save(to + j, xsimd::zip_lo(even, odd));
        save(to + j + 4, xsimd::zip_hi(even, odd));
      }
    }
    for (; j < columns; ++j)
      for (std::int64_t n = 0; n < b.images; ++n) {
        const float value = from[b.place_of(j) + n];
        float& target = to[j * a.batch + n];
        target = how == Write::accumulate ? target + value : value;
      }
  }
}

// Row i of a block's tiles in one channel of x. Where images fill vectors, tiles are taken from x
// as it stands, one column after the other; else runs of columns are put together first.
void transform_input_row(const Block& b, std::int64_t i, const float* channel, float* to,
                         std::int64_t step) {
  const WinogradArgs& a = b.a;
  const std::int64_t tile = a.tile, n = tile + 2, row = tile * (b.row + i) - a.border;
  const float* d[most_products];
  if (!b.whole_vectors()) {
    for (std::int64_t r = 0; r < n; ++r) {
      float* runs = b.runs + tile * r * b.run;
      gather_row(b, channel, row + r, runs);
      for (std::int64_t s = 0; s < n; ++s) d[r * n + s] = runs + b.place_of(s);
    }
    return winograd_input(tile, d, b.length(), to, step);
  }
  for (std::int64_t j = 0; j < b.columns; ++j) {
    const std::int64_t column = tile * (b.column + j) - a.border;
    const float** at = d;
    for (std::int64_t y = row; y < row + n; ++y)
      for (std::int64_t x = column; x < column + n; ++x) {
        const bool inside = y >= 0 && y < a.in_h && x >= 0 && x < a.in_w;
        *at++ = inside ? channel + (y * a.in_w + x) * a.batch + b.image : b.zeros;
      }
    winograd_input(tile, d, b.images, to + j * b.images, step);
  }
}

// A'·m·A + bias of a run of tiles, and what the step does to y besides; to: as d of winograd_input.
void transform_output(const WinogradArgs& a, const float* from, std::int64_t step,
                      std::int64_t length, float bias, float* const* to, Write how) {
  (a.tile == 4 ? transform_output_4 : transform_output_2)(from, step, length, bias, to, how);
  if (a.activation == Activation::none) return;
  for (std::int64_t i = 0; i < a.tile * a.tile; ++i)
    activate(a.activation, a.negative_slope, to[i], length, to[i]);
}

// Likewise into a channel of y.
void transform_output_row(const Block& b, std::int64_t i, const float* from, std::int64_t step,
                          float bias, float* channel, Write how) {
  const WinogradArgs& a = b.a;
  const std::int64_t tile = a.tile, row = tile * (b.row + i), width = a.out_w();
  float* to[most_products];
  for (std::int64_t at = 0; at < tile * tile; ++at) to[at] = b.runs + at * b.run;
  if (!b.whole_vectors()) {
    transform_output(a, from, step, b.length(), bias, to, Write::overwrite);
    return scatter(b, row, channel, how);
  }
  for (std::int64_t j = 0; j < b.columns; ++j) {
    const std::int64_t column = tile * (b.column + j);
    for (std::int64_t at = 0; at < tile * tile; ++at) {
      const std::int64_t y = row + (at >> tile / 2), x = column + (at & (tile - 1));
      const bool inside = y < a.out_h() && x < width;
      to[at] = inside ? channel + (y * width + x) * a.batch + b.image : b.runs + at * b.run;
    }
    transform_output(a, from + j * b.images, step, b.images, bias, to, how);
  }
}

// What a part of a block's channels is worked on with: memory for runs of its own.
Block part_of(const Block& b, const Scratch& at, std::int64_t part) {
  Block own = b;
  own.runs += part * at.part;
  return own;
}

// Calls body(block, channel) for all channels, in parts that threads may share.
template <class Body>
void visit_channels(const RunContext& context, const Block& b, const Scratch& at,
                    std::int64_t channels, const Body& body) {
  const std::int64_t work = 8 * b.a.products() * channels * b.rows * b.length();
  for_tasks(context, at.parts, work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      const Block own = part_of(b, at, part);
      for (std::int64_t c = channels * part / at.parts; c < channels * (part + 1) / at.parts; ++c)
        body(own, c);
    }
  });
}

void run_block(const RunContext& context, const Block& block, const Scratch& at, const float* x,
               const float* bias, float* y, Write how) {
  const WinogradArgs& a = block.a;
  visit_channels(context, block, at, a.in_channels, [&](const Block& b, std::int64_t c) {
    for (std::int64_t i = 0; i < b.rows; ++i)
      transform_input_row(b, i, x + c * a.in_h * a.in_w * a.batch,
                          b.inputs + c * at.stride + i * b.length(), at.in_step);
  });
  const std::int64_t positions = divide_up(block.rows * block.length(), lanes) * lanes;
  const Tiles tiles{a.out_channels};
  const auto* offsets = reinterpret_cast<const std::int32_t*>(context.scratch + at.offsets);
  for_tasks(context, a.products(), 2 * a.products() * a.in_channels * a.out_channels * positions,
            [&](std::int64_t begin, std::int64_t end) {
              for (std::int64_t product = begin; product < end; ++product) {
                const float* weights = context.scratch + product * at.weights;
                const Correlation c = {tiles, a.in_channels, weights, offsets};
                correlate(c, 0, tiles.count(), 0, a.in_channels,
                          block.inputs + product * at.in_step, positions, block.zeros,
                          block.outputs + product * at.out_step, at.stride);
              }
            });
  visit_channels(context, block, at, a.out_channels, [&](const Block& b, std::int64_t k) {
    for (std::int64_t i = 0; i < b.rows; ++i)
      transform_output_row(b, i, b.outputs + k * at.stride + i * b.length(), at.out_step,
                           bias ? bias[k] : 0.0f, y + k * a.out_h() * a.out_w() * a.batch, how);
  });
}

// What a pass takes with tiles of `tile` outputs, in multiply-adds of a vector: the products, the
// transforms of pictures, whose runs are put together first where images fill no vectors, and those
// of the weights, which cost more where they leave the second cache. (Measured with SSE2, AVX2,
// AVX-512 and WebAssembly.)
std::int64_t cost_of(const WinogradArgs& a, std::int64_t tile) {
  const std::int64_t down = divide_up(a.out_h(), tile), across = divide_up(a.out_w(), tile);
  const std::int64_t vectors = divide_up(down * across * a.batch, lanes);
  const std::int64_t row = divide_up(across * a.batch, lanes);
  const std::int64_t kernels = a.in_channels * a.out_channels;
  const std::int64_t gather = a.batch % lanes == 0 ? 0 : 100 * tile;
  const std::int64_t transform = tile == 2 ? 60 : 200;
  const std::int64_t weights = tile == 2 ? 8 : kernels <= 128 * 128 ? 48 : 160;
  return ((tile + 2) * (tile + 2) * vectors + weights) * kernels +
         (transform * row + gather) * down * (a.in_channels + a.out_channels);
}

// How many channels tiles of 4 are for. An output that is a sum of few terms feels the others of
// its tile: one at the border of an input's gradient is. And with few channels the transforms are
// much of the work, of which wide vectors save nothing: their time is that of the memory.
std::int64_t fewest_channels(const WinogradArgs& a) { return a.border > 0 || lanes > 8 ? 32 : 16; }

}  // namespace

void winograd_input(std::int64_t tile, const float* const* d, std::int64_t length, float* to,
                    std::int64_t step) {
  (tile == 4 ? transform_input_4 : transform_input_2)(d, length, to, step);
}

bool winograd_fits(const WinogradArgs& a, std::int64_t channels, std::int64_t tiles) {
  return least(a.in_channels, a.out_channels) >= channels && least(a.out_h(), a.out_w()) >= 2 &&
         divide_up(a.out_h(), 2) * divide_up(a.out_w(), 2) * a.batch >= tiles;
}

std::int64_t winograd_tile(const WinogradArgs& a, std::int64_t largest) {
  // Wide vectors speed up direct sums more than transforms, and these least where images fill no
  // vectors: their runs are put together first, which long rows make up for sooner.
  const bool large = a.batch == 1 && a.out_h() * a.out_w() > 2048;
  const std::int64_t channels = lanes == 4             ? 16
                                : a.batch % lanes == 0 ? 8 + lanes
                                                       : 16 + (large ? 1 : 2) * lanes;
  if (!winograd_fits(a, channels, 32)) return 0;  // which fill vectors
  return largest == 4 && least(a.in_channels, a.out_channels) >= fewest_channels(a) &&
                 cost_of(a, 4) < cost_of(a, 2)
             ? 4
             : 2;
}

std::int64_t winograd_scratch(const WinogradArgs& a) { return Scratch(a).total; }

void winograd(const RunContext& context, const WinogradArgs& a, const WinogradWeights& weights,
              const float* x, const float* bias, float* y, Write how) {
  const Blocks blocks = blocks_of(a);
  const Scratch at(a);
  float* scratch = context.scratch;
  transform_weights(context, a, weights, at.weights);
  for (std::int64_t i = at.zeros; i < at.offsets; ++i) scratch[i] = 0.0f;
  auto* offsets = reinterpret_cast<std::int32_t*>(scratch + at.offsets);
  for (std::int64_t c = 0; c < a.in_channels; ++c)
    offsets[c] = static_cast<std::int32_t>(c * at.stride);

  // Threads share the blocks, or where there are few of them the channels of each.
  RunContext among_blocks = context, within_a_block = context;
  (at.tasks == 1 ? among_blocks : within_a_block).pool = nullptr;
  const std::int64_t work = 8 * a.in_channels * a.out_channels * a.batch * a.out_h() * a.out_w();
  for_tasks(among_blocks, at.tasks, work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      float* memory = scratch + at.memory + task * at.each;
      for (std::int64_t i = blocks.count() * task / at.tasks;
           i < blocks.count() * (task + 1) / at.tasks; ++i) {
        const Block b = {
            blocks.place(i),   a, at.run, memory, memory + at.outputs, memory + at.runs,
            scratch + at.zeros};
        run_block(within_a_block, b, at, x, bias, y, how);
      }
    }
  });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
