#include "kernels/winograd.hpp"

#include "kernels/correlate.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"
#include "kernels/tasks.hpp"
#include "kernels/winograd_blocks.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// The blocks of the forward pass: images side by side fill the vectors.
Blocks blocks_of(const WinogradArgs& a) {
  return {a, std::int64_t{a.in_channels} + a.out_channels, 128};
}

struct Scratch {
  explicit Scratch(const WinogradArgs& a) {
    const Blocks blocks = blocks_of(a);
    tasks = blocks.tasks();
    stride = spread(blocks.positions() + lanes);
    run = (blocks.columns + 1) * blocks.images + lanes;
    weights = packed_floats(a.out_channels, a.in_channels);
    zeros = products * weights;
    offsets = zeros + most(a.out_channels, blocks.images);
    memory = offsets + a.in_channels;
    in_step = spread(a.in_channels * stride);
    out_step = spread(a.out_channels * stride);
    outputs = products * in_step;
    runs = outputs + products * out_step;
    each = spread(runs + 8 * run);
    total = memory + tasks * each;
  }
  std::int64_t tasks, run, weights, zeros, offsets, memory;
  std::int64_t stride;               // from one channel to the next, of one product
  std::int64_t in_step, out_step;    // from one product to the next
  std::int64_t outputs, runs, each;  // within the memory of a task
  std::int64_t total;
};

// One block, with its memory.
struct Block : Place {
  const WinogradArgs& a;
  std::int64_t run;  // floats of scratch for a run of columns
  float* inputs;     // [product][channel][position]
  float* outputs;
  float* runs;         // eight
  const float* zeros;  // as many as output channels, and as images
  std::int64_t length() const { return columns * images; }
  bool whole_vectors() const { return images % lanes == 0; }
};

// G·w·G' of one kernel, or of four side by side: store(product, value).
template <class V, class Store>
void transform_weight(const V (&w)[9], const Store& store) {
  const V one_half(0.5f);
  V half[4][3];
  for (int v = 0; v < 3; ++v) {
    half[0][v] = w[v];
    half[1][v] = one_half * (w[v] + w[3 + v] + w[6 + v]);
    half[2][v] = one_half * (w[v] - w[3 + v] + w[6 + v]);
    half[3][v] = w[6 + v];
  }
  for (int r = 0; r < 4; ++r) {
    const auto& h = half[r];
    store(4 * r, h[0]);
    store(4 * r + 1, one_half * (h[0] + h[1] + h[2]));
    store(4 * r + 2, one_half * (h[0] - h[1] + h[2]));
    store(4 * r + 3, h[2]);
  }
}

// The kernels that take channel c to those of a tile, side by side as correlate wants them.
void transform_kernels(const float* first, const WinogradWeights& weights, int channels, float* to,
                       std::int64_t step) {
  const auto tap = [&](const float* w, int i) { return w[weights.turned ? 8 - i : i]; };
  if (channels == 4) {
    const float *w0 = first, *w1 = w0 + weights.out_step;
    const float *w2 = w1 + weights.out_step, *w3 = w2 + weights.out_step;
    Quad w[9];
    for (int i = 0; i < 9; ++i) {
      const float four[4] = {tap(w0, i), tap(w1, i), tap(w2, i), tap(w3, i)};
      w[i] = load_quad(four);
    }
    transform_weight(w, [&](int product, const Quad& v) { save(to + product * step, v); });
    return;
  }
  for (int k = 0; k < channels; ++k, first += weights.out_step, ++to) {
    float w[9];
    for (int i = 0; i < 9; ++i) w[i] = tap(first, i);
    transform_weight(w, [&](int product, float v) { to[product * step] = v; });
  }
}

void transform_weights(const WinogradArgs& a, const WinogradWeights& weights, float* to,
                       std::int64_t step) {
  const Tiles tiles{a.out_channels};
  for (std::int64_t i = 0; i < tiles.count(); ++i)
    for (std::int64_t c = 0; c < a.in_channels; ++c, to += tiles.size(i))
      transform_kernels(weights.weight + tiles.begin(i) * weights.out_step + c * weights.in_step,
                        weights, tiles.size(i), to, step);
}

// Column j of a run of 2·pairs columns of `images` numbers each: j / 2 of the even or the odd ones.
// A single image's columns are sorted by shuffles.
void split_columns(const float* from, std::int64_t pairs, std::int64_t step, std::int64_t images,
                   float* even, float* odd) {
  if (step == 1) {
    std::int64_t i = 0;
    for (; i + 4 <= pairs; i += 4) {
      const Quad a = load_quad(from + 2 * i), b = load_quad(from + 2 * i + 4);
      const Quad low = xsimd::zip_lo(a, b), high = xsimd::zip_hi(a, b);
      save(even + i, xsimd::zip_lo(low, high));
      save(odd + i, xsimd::zip_hi(low, high));
    }
    for (; i < pairs; ++i) even[i] = from[2 * i], odd[i] = from[2 * i + 1];
    return;
  }
  for (std::int64_t i = 0; i < pairs; ++i)
    for (std::int64_t n = 0; n < images; ++n) {
      even[i * images + n] = from[2 * i * step + n];
      odd[i * images + n] = from[(2 * i + 1) * step + n];
    }
}

// The columns of one row of x that a row of tiles meets, even and odd ones apart.
void gather_row(const Block& b, const float* channel, std::int64_t row, float* even, float* odd) {
  const WinogradArgs& a = b.a;
  const std::int64_t first = 2 * b.column - a.border;  // even, as the border is
  const std::int64_t columns = 2 * b.columns + 2;
  const bool inside = row >= 0 && row < a.in_h;
  const std::int64_t begin = inside ? least(most(0, -first), columns) : columns;
  const std::int64_t end = inside ? least(columns, a.in_w - first) : columns;
  const auto clear = [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t j = from; j < to; ++j)
      for (std::int64_t n = 0; n < b.images; ++n) (j % 2 ? odd : even)[j / 2 * b.images + n] = 0.0f;
  };
  clear(0, begin);
  if (begin < end) {
    const float* from = channel + (row * a.in_w + first + begin) * a.batch + b.image;
    const std::int64_t at = begin / 2 * b.images, pairs = (end - begin) / 2;
    split_columns(from, pairs, a.batch, b.images, even + at, odd + at);
    if ((end - begin) % 2)
      for (std::int64_t n = 0; n < b.images; ++n)
        even[at + pairs * b.images + n] = from[2 * pairs * a.batch + n];
  }
  clear(end, columns);
}

// A'·m·A + bias of a run of tiles; to[r][s]: row r, column s of the first.
void transform_output(const float* from, std::int64_t step, std::int64_t length, float bias,
                      float* const (&to)[2][2], Write how) {
  for (std::int64_t p = 0; p < length; p += lanes) {
    Vector even[4], odd[4];
    for (int r = 0; r < 4; ++r) {
      const float* m = from + 4 * r * step + p;
      const Vector m1 = load(m + step), m2 = load(m + 2 * step);
      even[r] = load(m) + (m1 + m2);
      odd[r] = (m1 - m2) - load(m + 3 * step);
    }
    const Vector b(bias);
    write(to[0][0] + p, even[0] + even[1] + even[2] + b, how, Whole{});
    write(to[0][1] + p, odd[0] + odd[1] + odd[2] + b, how, Whole{});
    write(to[1][0] + p, even[1] - even[2] - even[3] + b, how, Whole{});
    write(to[1][1] + p, odd[1] - odd[2] - odd[3] + b, how, Whole{});
  }
}

// The runs of outputs, even and odd columns apart, to where they belong in y.
void scatter(const Block& b, std::int64_t row, float* channel, Write how) {
  const WinogradArgs& a = b.a;
  const std::int64_t width = a.out_w(), first = 2 * b.column;
  const std::int64_t columns = least(2 * b.columns, width - first);
  for (std::int64_t r = 0; r < 2 && row + r < a.out_h(); ++r) {
    const float *even = b.runs + 2 * r * b.run, *odd = even + b.run;
    float* to = channel + ((row + r) * width + first) * a.batch + b.image;
    std::int64_t j = 0;
    if (a.batch == 1 && how == Write::overwrite)
      for (; j + 8 <= columns; j += 8) {
        const Quad some_even = load_quad(even + j / 2), some_odd = load_quad(odd + j / 2);
        save(to + j, xsimd::zip_lo(some_even, some_odd));
        save(to + j + 4, xsimd::zip_hi(some_even, some_odd));
      }
    for (; j < columns; ++j)
      for (std::int64_t n = 0; n < b.images; ++n) {
        const float value = (j % 2 ? odd : even)[j / 2 * b.images + n];
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
  const std::int64_t row = 2 * (b.row + i) - a.border;
  const float* d[4][4];
  if (!b.whole_vectors()) {
    for (int r = 0; r < 4; ++r) {
      float *even = b.runs + 2 * r * b.run, *odd = even + b.run;
      gather_row(b, channel, row + r, even, odd);
      for (int s = 0; s < 4; ++s) d[r][s] = (s % 2 ? odd : even) + s / 2 * b.images;
    }
    return winograd_input(d, b.length(), to, step);
  }
  for (std::int64_t j = 0; j < b.columns; ++j) {
    const std::int64_t column = 2 * (b.column + j) - a.border;
    for (int r = 0; r < 4; ++r)
      for (int s = 0; s < 4; ++s) {
        const std::int64_t y = row + r, x = column + s;
        const bool inside = y >= 0 && y < a.in_h && x >= 0 && x < a.in_w;
        d[r][s] = inside ? channel + (y * a.in_w + x) * a.batch + b.image : b.zeros;
      }
    winograd_input(d, b.images, to + j * b.images, step);
  }
}

// What the step does to y besides, on four runs that were just written.
void activate_runs(const WinogradArgs& a, float* const (&runs)[2][2], std::int64_t length) {
  if (a.activation == Activation::none) return;
  for (const auto& row : runs)
    for (float* run : row) activate(a.activation, a.negative_slope, run, length, run);
}

// Likewise into a channel of y.
void transform_output_row(const Block& b, std::int64_t i, const float* from, std::int64_t step,
                          float bias, float* channel, Write how) {
  const WinogradArgs& a = b.a;
  const std::int64_t row = 2 * (b.row + i), width = a.out_w();
  float* to[2][2];
  if (!b.whole_vectors()) {
    for (int r = 0; r < 2; ++r)
      for (int s = 0; s < 2; ++s) to[r][s] = b.runs + (2 * r + s) * b.run;
    transform_output(from, step, b.length(), bias, to, Write::overwrite);
    activate_runs(a, to, b.length());
    return scatter(b, row, channel, how);
  }
  for (std::int64_t j = 0; j < b.columns; ++j) {
    const std::int64_t column = 2 * (b.column + j);
    for (int r = 0; r < 2; ++r)
      for (int s = 0; s < 2; ++s) {
        const bool inside = row + r < a.out_h() && column + s < width;
        to[r][s] = inside ? channel + ((row + r) * width + column + s) * a.batch + b.image
                          : b.runs + (2 * r + s) * b.run;
      }
    transform_output(from + j * b.images, step, b.images, bias, to, how);
    activate_runs(a, to, b.images);
  }
}

void run_block(const Block& b, const Scratch& at, const float* scratch, const float* x,
               const float* bias, float* y, Write how) {
  const WinogradArgs& a = b.a;
  const std::int64_t stride = at.stride;
  for (std::int64_t c = 0; c < a.in_channels; ++c)
    for (std::int64_t i = 0; i < b.rows; ++i)
      transform_input_row(b, i, x + c * a.in_h * a.in_w * a.batch,
                          b.inputs + c * stride + i * b.length(), at.in_step);
  const std::int64_t positions = divide_up(b.rows * b.length(), lanes) * lanes;
  const Tiles tiles{a.out_channels};
  const auto* offsets = reinterpret_cast<const std::int32_t*>(scratch + at.offsets);
  for (int product = 0; product < products; ++product) {
    const Correlation c = {tiles, a.in_channels, scratch + product * at.weights, offsets};
    correlate(c, 0, tiles.count(), 0, a.in_channels, b.inputs + product * at.in_step, positions,
              b.zeros, b.outputs + product * at.out_step, stride);
  }
  for (std::int64_t k = 0; k < a.out_channels; ++k)
    for (std::int64_t i = 0; i < b.rows; ++i)
      transform_output_row(b, i, b.outputs + k * stride + i * b.length(), at.out_step,
                           bias ? bias[k] : 0.0f, y + k * a.out_h() * a.out_w() * a.batch, how);
}

}  // namespace

// Vertically, then along the row.
void winograd_input(const float* const (&d)[4][4], std::int64_t length, float* to,
                    std::int64_t step) {
  const auto transform = [&](int product, const auto& vertical) {
    for (std::int64_t p = 0; p < length; p += lanes) {
      const Vector d0 = vertical(0, p), d1 = vertical(1, p);
      const Vector d2 = vertical(2, p), d3 = vertical(3, p);
      float* at = to + product * step + p;
      save(at, d0 - d2);
      save(at + step, d1 + d2);
      save(at + 2 * step, d2 - d1);
      save(at + 3 * step, d1 - d3);
    }
  };
  transform(0, [&](int s, std::int64_t p) { return load(d[0][s] + p) - load(d[2][s] + p); });
  transform(4, [&](int s, std::int64_t p) { return load(d[1][s] + p) + load(d[2][s] + p); });
  transform(8, [&](int s, std::int64_t p) { return load(d[2][s] + p) - load(d[1][s] + p); });
  transform(12, [&](int s, std::int64_t p) { return load(d[1][s] + p) - load(d[3][s] + p); });
}

bool winograd_pays(const WinogradArgs& a) {
  if (a.in_channels < 16 || a.out_channels < 16 || a.out_h() < 2 || a.out_w() < 2) return false;
  const Blocks blocks = blocks_of(a);
  return blocks.tiles_h * blocks.tiles_w * a.batch >= 32;
}

std::int64_t winograd_scratch(const WinogradArgs& a) { return Scratch(a).total; }

void winograd(const RunContext& context, const WinogradArgs& a, const WinogradWeights& weights,
              const float* x, const float* bias, float* y, Write how) {
  const Blocks blocks = blocks_of(a);
  const Scratch at(a);
  float* scratch = context.scratch;
  transform_weights(a, weights, scratch, at.weights);
  for (std::int64_t i = at.zeros; i < at.offsets; ++i) scratch[i] = 0.0f;
  auto* offsets = reinterpret_cast<std::int32_t*>(scratch + at.offsets);
  for (std::int64_t c = 0; c < a.in_channels; ++c)
    offsets[c] = static_cast<std::int32_t>(c * at.stride);

  const std::int64_t work = 8 * a.in_channels * a.out_channels * a.batch * a.out_h() * a.out_w();
  for_tasks(context, at.tasks, work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      float* memory = scratch + at.memory + task * at.each;
      for (std::int64_t i = blocks.count() * task / at.tasks;
           i < blocks.count() * (task + 1) / at.tasks; ++i) {
        const Block b = {
            blocks.place(i),   a, at.run, memory, memory + at.outputs, memory + at.runs,
            scratch + at.zeros};
        run_block(b, at, scratch, x, bias, y, how);
      }
    }
  });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
