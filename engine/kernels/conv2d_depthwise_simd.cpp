#include "kernels/conv2d_rows.hpp"
#include "kernels/depthwise.hpp"
#include "kernels/simd_vector.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// Channels are dealt out to so many tasks, each with memory of its own.
constexpr std::int64_t most_tasks = CONVOLAB_THREADS ? 8 : 1;

constexpr std::int64_t most(std::int64_t a, std::int64_t b) { return a > b ? a : b; }

// Rows of outputs that meet the same taps, and how far it is from one to the next.
struct Plane {
  std::int64_t length, rows, x_row, out_row;
};

// out = *start or what it holds, plus T taps of x, in Vectors or Quads. The last one of a row that
// does not fill it reaches back over the one before, and is summed first, from what out held.
template <class V, int T>
[[gnu::noinline]] void add_taps(const Plane& plane, const float* x, const std::int32_t* offsets,
                                const float* weights, const float* start, float* out) {
  constexpr auto size = static_cast<std::int64_t>(V::size);
  V w[T];
  const float* from[T];
  for (int t = 0; t < T; ++t) {
    w[t] = V(weights[t]);
    from[t] = x + offsets[t];
  }
  const V first(start ? *start : 0.0f);
  const std::int64_t length = plane.length, end = length - size;
  for (std::int64_t r = 0; r < plane.rows; ++r, out += plane.out_row) {
    const auto sum = [&](std::int64_t i) {
      V acc = start ? first : V::load_unaligned(out + i);
      for (int t = 0; t < T; ++t) acc = multiply_add(w[t], V::load_unaligned(from[t] + i), acc);
      return acc;
    };
    const bool rest = length % size != 0;
    const V last = rest ? sum(end) : first;
    for (std::int64_t i = 0; i <= end; i += size) save(out + i, sum(i));
    if (rest) save(out + end, last);
    for (int t = 0; t < T; ++t) from[t] += plane.x_row;
  }
}

// Rows that fill not even a Quad, and outputs that meet no tap.
void add_taps_one_by_one(const Plane& plane, const float* x, std::int64_t taps,
                         const std::int32_t* offsets, const float* weights, const float* start,
                         float* out) {
  for (std::int64_t r = 0; r < plane.rows; ++r)
    for (std::int64_t i = 0; i < plane.length; ++i) {
      const float* from = x + r * plane.x_row + i;
      float& to = out[r * plane.out_row + i];
      float sum = start ? *start : to;
      for (std::int64_t t = 0; t < taps; ++t) sum += weights[t] * from[offsets[t]];
      to = sum;
    }
}

template <class V>
void add_taps_by(const Plane& plane, const float* x, std::int64_t taps, const std::int32_t* offsets,
                 const float* weights, const float* start, float* out) {
  for (std::int64_t done = 0, some = 0; done < taps; done += some, start = nullptr) {
    const std::int64_t left = taps - done;
    some = left >= 9 ? 9 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    const auto add = some == 9   ? &add_taps<V, 9>
                     : some == 4 ? &add_taps<V, 4>
                     : some == 2 ? &add_taps<V, 2>
                                 : &add_taps<V, 1>;
    add(plane, x, offsets + done, weights + done, start, out);
  }
}

void add_all_taps(const Plane& plane, const float* x, std::int64_t taps,
                  const std::int32_t* offsets, const float* weights, const float* start,
                  float* out) {
  constexpr auto quad = static_cast<std::int64_t>(Quad::size);
  const auto add = plane.length < quad || taps == 0 ? &add_taps_one_by_one
                   : plane.length < lanes           ? &add_taps_by<Quad>
                                                    : &add_taps_by<Vector>;
  add(plane, x, taps, offsets, weights, start, out);
}

// Calls body(channel, memory) for every input channel; memory: `each` floats of the task's own.
template <class Body>
void for_channels(const RunContext& context, const Conv2dArgs& a, float* memory, std::int64_t each,
                  const Body& body) {
  const std::int64_t tasks = a.in_channels < most_tasks ? a.in_channels : most_tasks;
  for_tasks(context, tasks, Sizes(a).work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task)
      for (std::int64_t c = a.in_channels * task / tasks; c < a.in_channels * (task + 1) / tasks;
           ++c)
        body(c, memory + task * each);
  });
}

// ---- forward ------------------------------------------------------------------------------------

struct Forward {
  explicit Forward(const Conv2dArgs& a) {
    const Sizes s(a);
    sorted = s.taps;
    each = a.stride_w > 1 ? s.x_channel : 0;
    total = sorted + most_tasks * each;
  }
  std::int64_t sorted, each, total;
};

// ---- backward: input ----------------------------------------------------------------------------

// Input column b·stride + r meets the taps v with v·dilation ≡ r (mod stride), at output column
// b + (r − v·dilation)/stride. Columns beyond d_y on either side are zeros of a copy, rows beyond
// it are left out.
struct Backward {
  explicit Backward(const Conv2dArgs& a) {
    const std::int64_t columns = (a.in_w + a.stride_w - 1) / a.stride_w;
    left = (a.kernel_w - 1) * a.dilation_w / a.stride_w;
    width = left + most(columns, a.out_w);
    row = width * a.batch;
    channel = row * a.out_h;
    multiplier = a.out_channels / a.groups;
    const std::int64_t taps = multiplier * a.kernel_h * a.kernel_w;
    offsets = multiplier * channel;
    weights = offsets + taps;
    runs = weights + taps;
    each = runs + (a.stride_w > 1 ? columns * a.batch : 0);
    total = most_tasks * each;
  }
  std::int64_t left, width, row, channel,
      multiplier;  // of the copy of d_y; floats but for left, width
  std::int64_t offsets, weights, runs, each, total;
};

void copy_with_border(const Conv2dArgs& a, const Backward& at, const float* d_y, float* to) {
  const std::int64_t y_row = std::int64_t{a.out_w} * a.batch, before = at.left * a.batch;
  for (std::int64_t r = 0; r < at.multiplier * a.out_h; ++r, d_y += y_row, to += at.row) {
    fill(to, before);
    copy_floats(d_y, y_row, to + before);
    fill(to + before + y_row, at.row - before - y_row);
  }
}

// The rows of the kernel, as a span of u with u·dilation ≡ i (mod stride), that input row i meets.
struct Met {
  int first = -1, last = -2;
};
Met kernel_rows_at(const Conv2dArgs& a, int i) {
  Met met;
  for (int u = 0; u < a.kernel_h; ++u) {
    const int row = i - u * a.dilation_h;
    if (row < 0 || row % a.stride_h != 0 || row / a.stride_h >= a.out_h) continue;
    if (met.first < 0) met.first = u;
    met.last = u;
  }
  return met;
}

// One input channel: its rows by the taps that they meet, and in each the columns of a remainder.
struct BackwardChannel {
  const Conv2dArgs& a;
  const Backward& at;
  const float* d_y;     // with its border
  const float* weight;  // of the first of its output channels
  float* memory;
  float* d_x;

  // Rows i, i + stride … of which there are `rows`.
  void run(int i, int rows, int remainder, const Met& met) const {
    std::int32_t* offsets = as_offsets(memory + at.offsets);
    float* weights = memory + at.weights;
    std::int64_t taps = 0;
    const std::int64_t kernel = std::int64_t{a.kernel_h} * a.kernel_w;
    for (std::int64_t o = 0; o < at.multiplier; ++o)
      for (int u = met.first; u <= met.last; ++u) {
        if ((i - u * a.dilation_h) % a.stride_h != 0) continue;
        for (int v = 0; v < a.kernel_w; ++v) {
          if (v * a.dilation_w % a.stride_w != remainder) continue;
          const std::int64_t column = at.left + (remainder - v * a.dilation_w) / a.stride_w;
          const std::int64_t row = (i - u * a.dilation_h) / a.stride_h;
          offsets[taps] =
              static_cast<std::int32_t>(o * at.channel + row * at.row + column * a.batch);
          weights[taps++] = weight[o * kernel + u * a.kernel_w + v];
        }
      }
    const std::int64_t x_row = std::int64_t{a.in_w} * a.batch;
    const std::int64_t columns = columns_of(remainder, a.in_w, a.stride_w);
    const float zero = 0.0f;
    if (a.stride_w == 1)
      return add_all_taps({columns * a.batch, rows, at.row, x_row * a.stride_h}, d_y, taps, offsets,
                          weights, a.write == Write::accumulate ? nullptr : &zero, d_x + i * x_row);
    float* line = memory + at.runs;
    for (int r = 0; r < rows; ++r) {
      add_all_taps({columns * a.batch, 1, 0, 0}, d_y + r * at.row, taps, offsets, weights, &zero,
                   line);
      place_columns(line, columns, a.stride_w, a.batch, a.write,
                    d_x + (i + r * a.stride_h) * x_row + remainder * a.batch);
    }
  }

  void run_all() const {
    for (int first = 0; first < a.stride_h && first < a.in_h; ++first)
      for (int i = first, next; i < a.in_h; i = next) {
        const Met met = kernel_rows_at(a, i);
        int rows = 0;
        for (next = i; next < a.in_h; next += a.stride_h, ++rows) {
          const Met here = kernel_rows_at(a, next);
          if (here.first != met.first || here.last != met.last) break;
        }
        for (int remainder = 0; remainder < a.stride_w && remainder < a.in_w; ++remainder)
          run(i, rows, remainder, met);
      }
  }
};

}  // namespace

std::int64_t depthwise_forward_scratch(const Conv2dArgs& a) { return Forward(a).total; }

void depthwise_forward(const RunContext& context, const Conv2dArgs& a, const float* x,
                       const float* weight, const float* bias, float* y) {
  const Sizes s(a);
  const Forward at(a);
  std::int32_t* offsets = as_offsets(context.scratch);
  place_taps(a, s, s.x_channel, offsets);
  const Plane plane = {s.y_row, a.out_h, a.stride_h * s.x_row, s.y_row};
  Conv2dArgs one = a;
  one.in_channels = 1;
  for_channels(context, a, context.scratch + at.sorted, at.each,
               [&](std::int64_t c, float* memory) {
                 const float* from = x + c * s.x_channel;
                 if (a.stride_w > 1) {
                   sort_columns(one, from, memory, s.x_channel);
                   from = memory;
                 }
                 for (std::int64_t o = c * s.group_out; o < (c + 1) * s.group_out; ++o) {
                   const float start = bias ? bias[o] : 0.0f;
                   add_all_taps(plane, from, s.taps, offsets, weight + o * s.taps, &start,
                                y + o * s.y_channel);
                   activate_run(a, y + o * s.y_channel, s.y_channel);
                 }
               });
}

std::int64_t depthwise_backward_input_scratch(const Conv2dArgs& a) { return Backward(a).total; }

void depthwise_backward_input(const RunContext& context, const Conv2dArgs& a, const float* d_y,
                              const float* weight, float* d_x) {
  const Sizes s(a);
  const Backward at(a);
  for_channels(context, a, context.scratch, at.each, [&](std::int64_t c, float* memory) {
    const std::int64_t o = c * s.group_out;
    copy_with_border(a, at, d_y + o * s.y_channel, memory);
    BackwardChannel{a, at, memory, weight + o * s.taps, memory, d_x + c * s.x_channel}.run_all();
  });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
