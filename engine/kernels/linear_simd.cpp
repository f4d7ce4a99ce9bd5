#include "kernels/correlate.hpp"
#include "kernels/dots.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/tasks.hpp"

// A linear layer is a correlation whose run is the batch, or, for batches that fill no vector, one
// whose run is the features.
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

bool narrow_batch(const LinearArgs& a) { return a.batch < whole_vectors(1); }

std::int64_t work_of(const LinearArgs& a) {
  return 2 * std::int64_t{a.batch} * a.in_features * a.out_features;
}

std::int32_t* as_offsets(float* scratch) { return reinterpret_cast<std::int32_t*>(scratch); }

void place_rows(std::int64_t rows, std::int64_t length, std::int32_t* offsets) {
  for (std::int64_t r = 0; r < rows; ++r) offsets[r] = static_cast<std::int32_t>(r * length);
}

void fill(float* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = 0.0f;
}

// What the step does to its outputs besides, on those of some units that were just written.
void activate_rows(const LinearArgs& a, std::int64_t first, std::int64_t end, float* y) {
  if (a.activation == Activation::none) return;
  float* run = y + first * a.batch;
  activate(a.activation, a.negative_slope, run, (end - first) * a.batch, run);
}

struct ForwardScratch {
  explicit ForwardScratch(const LinearArgs& a) {
    const std::int64_t in = a.in_features, out = a.out_features, batch = a.batch;
    zeros = narrow_batch(a) ? batch * in : packed_floats(out, in);
    offsets = zeros + out;
    total = offsets + (in > batch ? in : batch);
  }
  std::int64_t zeros, offsets, total;
};

// Inner products of weight rows with samples; x is (batch, in_features) here.
void forward_by_dots(const RunContext& context, const LinearArgs& a, const float* x,
                     const std::int32_t* offsets, const float* weight, const float* bias,
                     float* y) {
  const std::int64_t in = a.in_features, batch = a.batch;
  const std::int64_t whole = in / whole_vectors(1) * whole_vectors(1);
  const Tiles tiles{a.out_features};
  for_tasks(context, tiles.count(), work_of(a), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t tile = begin; tile < end; ++tile) {
      const std::int64_t o0 = tiles.begin(tile);
      const DotsPart part = {weight + o0 * in, in, 0, x, offsets, 0, 1, whole, true, true};
      dots(part, tiles.size(tile), 0, batch, nullptr, y + o0 * batch, batch, Write::overwrite);
      for (std::int64_t o = o0; o < tiles.begin(tile + 1); ++o)
        for (std::int64_t n = 0; n < batch; ++n) {
          float rest = bias ? bias[o] : 0.0f;
          for (std::int64_t f = whole; f < in; ++f) rest += weight[o * in + f] * x[n * in + f];
          y[o * batch + n] += rest;
        }
      activate_rows(a, tiles.begin(tile), tiles.begin(tile + 1), y);
    }
  });
}

}  // namespace

std::int64_t linear_forward_scratch(const LinearArgs& a) { return ForwardScratch(a).total; }

void linear_forward(const RunContext& context, const LinearArgs& a, const float* x,
                    const float* weight, const float* bias, float* y) {
  const std::int64_t in = a.in_features, batch = a.batch;
  const ForwardScratch at(a);
  std::int32_t* offsets = as_offsets(context.scratch + at.offsets);
  if (narrow_batch(a)) {
    if (batch > 1) {
      transpose(in, batch, x, batch, context.scratch, in);
      x = context.scratch;
    }
    place_rows(batch, in, offsets);
    return forward_by_dots(context, a, x, offsets, weight, bias, y);
  }
  place_rows(in, batch, offsets);
  float* packed = context.scratch;
  float* zeros = context.scratch + at.zeros;
  fill(zeros, a.out_features);
  const Correlation c = {Tiles{a.out_features}, in, packed, offsets};
  for_tasks(context, c.tiles.count(), work_of(a), [&](std::int64_t begin, std::int64_t end) {
    pack(c.tiles, begin, end, in, weight, packed);
    correlate(c, begin, end, 0, in, x, batch, bias ? bias : zeros, y, batch);
    activate_rows(a, c.tiles.begin(begin), c.tiles.begin(end), y);
  });
}

namespace {

struct BackwardScratch {
  explicit BackwardScratch(const LinearArgs& a) {
    const std::int64_t in = a.in_features, out = a.out_features, batch = a.batch;
    // Weights are read as they stand unless that would read beyond them.
    copies_weight = !narrow_batch(a) && in % tile_channels != 0 && batch % whole_vectors(1) != 0;
    zeros = copies_weight     ? packed_floats(in, out)
            : narrow_batch(a) ? packed_floats(batch, out)
                              : 0;
    offsets = zeros + (narrow_batch(a) ? batch : in);
    transposed = offsets + out;
    total = transposed + (narrow_batch(a) ? batch * in : 0);
  }
  bool copies_weight;
  std::int64_t zeros, offsets, transposed, total;
};

}  // namespace

std::int64_t linear_backward_input_scratch(const LinearArgs& a) { return BackwardScratch(a).total; }

void linear_backward_input(const RunContext& context, const LinearArgs& a, const float* d_y,
                           const float* weight, float* d_x) {
  const std::int64_t in = a.in_features, out = a.out_features, batch = a.batch;
  const BackwardScratch at(a);
  std::int32_t* offsets = as_offsets(context.scratch + at.offsets);
  float* zeros = context.scratch + at.zeros;
  const bool accumulate = a.write == Write::accumulate;
  if (!narrow_batch(a)) {
    place_rows(out, batch, offsets);
    fill(zeros, in);
    if (at.copies_weight) {
      for (std::int64_t i = 0; i < in * out; ++i) context.scratch[i] = weight[i];
      weight = context.scratch;
    }
    const Correlation c = {Tiles{in}, out, weight, offsets, false};
    for_tasks(context, c.tiles.count(), work_of(a), [&](std::int64_t begin, std::int64_t end) {
      correlate(c, begin, end, 0, out, d_y, batch, accumulate ? nullptr : zeros, d_x, batch);
    });
    return;
  }
  // Samples are the channels: d_x[n] = Σ_o d_y[o][n] · weight[o], a run of features.
  float* packed = context.scratch;
  float* transposed = context.scratch + at.transposed;
  fill(zeros, batch);
  place_rows(out, in, offsets);
  for (std::int64_t i = 0; i < out * batch; ++i) packed[i] = d_y[i];
  const Correlation c = {Tiles{batch}, out, packed, offsets, false};
  constexpr std::int64_t run = 256;
  for_tasks(context, (in + run - 1) / run, work_of(a), [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t f0 = begin * run, f1 = end * run < in ? end * run : in;
    correlate(c, 0, c.tiles.count(), 0, out, weight + f0, f1 - f0, zeros, transposed + f0, in);
  });
  for (std::int64_t f = 0; f < in; ++f)
    for (std::int64_t n = 0; n < batch; ++n) {
      const float value = transposed[n * in + f];
      float& target = d_x[f * batch + n];
      target = accumulate ? target + value : value;
    }
}

namespace {

struct WeightScratch {
  explicit WeightScratch(const LinearArgs& a) {
    const std::int64_t in = a.in_features, out = a.out_features, batch = a.batch;
    zeros = packed_floats(out, batch);
    offsets = zeros + out;
    transposed = offsets + batch;
    row = batch > 1 ? spread(in) : in;
    total = transposed + (batch > 1 ? batch * row : 0);
  }
  std::int64_t row;  // floats from one transposed sample to the next
  std::int64_t zeros, offsets, transposed, total;
};

}  // namespace

std::int64_t linear_backward_weight_scratch(const LinearArgs& a) { return WeightScratch(a).total; }

// Samples are the taps: d_weight[o] = Σ_n d_y[o][n] · x[n], a run of features.
void linear_backward_weight(const RunContext& context, const LinearArgs& a, const float* x,
                            const float* d_y, float* d_weight) {
  const std::int64_t in = a.in_features, batch = a.batch;
  const WeightScratch at(a);
  std::int32_t* offsets = as_offsets(context.scratch + at.offsets);
  float* zeros = context.scratch + at.zeros;
  fill(zeros, a.out_features);
  place_rows(batch, at.row, offsets);
  if (batch > 1) {
    transpose(in, batch, x, batch, context.scratch + at.transposed, at.row);
    x = context.scratch + at.transposed;
  }
  const Correlation c = {Tiles{a.out_features}, batch, context.scratch, offsets};
  pack(c.tiles, 0, c.tiles.count(), batch, d_y, context.scratch);
  for_tasks(context, c.tiles.count(), work_of(a), [&](std::int64_t begin, std::int64_t end) {
    correlate(c, begin, end, 0, batch, x, in, a.write == Write::accumulate ? nullptr : zeros,
              d_weight, in);
  });
}

void linear_backward_bias(const RunContext&, const LinearArgs& a, const float* d_y, float* d_bias) {
  for (std::int64_t o = 0; o < a.out_features; ++o) {
    const float total = total_of(d_y + o * a.batch, a.batch);
    d_bias[o] = a.write == Write::accumulate ? d_bias[o] + total : total;
  }
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
