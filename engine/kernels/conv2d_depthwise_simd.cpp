#include "kernels/conv2d_rows.hpp"
#include "kernels/depthwise.hpp"
#include "kernels/simd_vector.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// Channels are dealt out to so many tasks, each with memory of its own.
constexpr std::int64_t most_tasks = CONVOLAB_THREADS ? 8 : 1;

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

// Rows that fill not even a Quad.
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

// Whole rows of a kernel of 3, where they are met without sorting.
constexpr bool threes = lanes > 4;

template <class V>
void add_taps_by(const Plane& plane, const float* x, std::int64_t taps, const std::int32_t* offsets,
                 const float* weights, const float* start, float* out) {
  for (std::int64_t done = 0, some = 0; done < taps; done += some, start = nullptr) {
    const std::int64_t left = taps - done;
    some = left >= 9             ? 9
           : threes && left >= 6 ? 6
           : left >= 4           ? 4
           : threes && left == 3 ? 3
           : left >= 2           ? 2
                                 : 1;
    const auto add = some == 9             ? &add_taps<V, 9>
                     : threes && some == 6 ? &add_taps<V, 6>
                     : some == 4           ? &add_taps<V, 4>
                     : threes && some == 3 ? &add_taps<V, 3>
                     : some == 2           ? &add_taps<V, 2>
                                           : &add_taps<V, 1>;
    add(plane, x, offsets + done, weights + done, start, out);
  }
}

void add_all_taps(const Plane& plane, const float* x, std::int64_t taps,
                  const std::int32_t* offsets, const float* weights, const float* start,
                  float* out) {
  constexpr auto quad = static_cast<std::int64_t>(Quad::size);
  for (std::int64_t r = 0; taps == 0 && start && r < plane.rows; ++r)
    fill(out + r * plane.out_row, plane.length);  // start is 0 where no tap is met
  if (taps == 0) return;
  const auto add = plane.length < quad    ? &add_taps_one_by_one
                   : plane.length < lanes ? &add_taps_by<Quad>
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

// Of x without strides, or of x as it stands: where a batch fills vectors, by single columns, or
// with the columns between those of y. Rows shorter than a vector become one run, as far apart as
// those of x.
struct Forward {
  explicit Forward(const Conv2dArgs& a)
      : s(a),
        by_columns(has_stride(a) && a.batch >= lanes),
        filled(fills_columns(a)),
        sorts(has_stride(a) && !by_columns && !filled),
        phases(by_columns || filled ? without_stride(a) : a),
        apart(!filled && phases.row > s.y_row && s.y_row < lanes) {
    sorted = s.taps;
    wide = sorts ? phases.channel : 0;
    each = wide + (apart || filled ? a.out_h * phases.row : 0);
    total = sorted + most_tasks * each;
  }
  Sizes s;
  bool by_columns, filled, sorts;
  bool fills() const { return lanes > 4 && filled; }  // leaves no code where none is
  Phases phases;
  bool apart;
  std::int64_t sorted, wide, each, total;
};

// ---- backward: input ----------------------------------------------------------------------------

// By phases, as in conv2d_input_simd.cpp: d_y has zeros to the left of its rows, which are to the
// right of the rows before, and rows of a plane that meet the same taps are one run. Where there is
// a stride and a batch fills vectors, columns are computed by themselves, in their place in d_x;
// and so are rows where d_y has zeros between its columns instead of a stride.
struct Backward {
  Backward(const Conv2dArgs& a, bool fills) : s(a), phases(a, 0, 0), by_rows(fills) {
    const int columns = (a.in_w + a.stride_w - 1) / a.stride_w;
    left = (a.kernel_w - 1) * a.dilation_w / a.stride_w;
    const int width = left + a.out_w > columns ? left + a.out_w : columns;
    phases = Phases(a, (a.in_h + a.stride_h - 1) / a.stride_h, width);
    copies = by_rows || width > a.out_w;
    row = width * s.batch;
    channel = copies ? a.out_h * row + left * s.batch : s.y_channel;
    offsets = copies ? s.group_out * channel : 0;
    weights = offsets + s.group_out * s.taps;
    planes = weights + s.group_out * s.taps;
    by_columns = has_stride(a) && a.batch >= lanes;
    sorts = has_stride(a) && !by_columns && !by_rows;
    each = planes + (sorts ? phases.channel : 0);
    total = most_tasks * each;
  }
  Sizes s;
  Phases phases;  // of d_x
  bool by_rows;
  int left;     // columns of zeros
  bool copies;  // d_y, to give it zeros
  bool by_columns, sorts;
  std::int64_t row, channel;  // floats from one of d_y to the next
  std::int64_t offsets, weights, planes, each, total;
};

void copy_with_zeros(const Conv2dArgs& a, const Backward& at, const float* d_y, float* to) {
  const std::int64_t before = at.left * a.batch;
  for (int o = 0; o < at.s.group_out; ++o) {
    for (int i = 0; i < a.out_h; ++i, d_y += at.s.y_row, to += at.row) {
      fill(to, before);
      copy_floats(d_y, at.s.y_row, to + before);
      fill(to + before + at.s.y_row, at.row - before - at.s.y_row);
    }
    fill(to, before);
    to += before;
  }
}

// One input channel.
struct BackwardChannel {
  const Conv2dArgs& a;
  const Backward& at;
  const float* d_y;     // with its zeros
  const float* weight;  // of the first of its output channels
  float* memory;
  float* d_x;  // or its planes

  // Rows b … end-1 of a plane, which meet the taps of kernel rows first … last.
  void run(int row, int column, int b, int end, int first, int last) const {
    std::int32_t* offsets = as_offsets(memory + at.offsets);
    float* weights = memory + at.weights;
    std::int64_t taps = 0;
    for (std::int64_t o = 0; o < at.s.group_out; ++o)
      for (int u = first; u <= last; ++u) {
        if (u * a.dilation_h % a.stride_h != row) continue;
        for (int v = 0; v < a.kernel_w; ++v) {
          if (v * a.dilation_w % a.stride_w != column) continue;
          const std::int64_t from = at.left + (column - v * a.dilation_w) / a.stride_w;
          const std::int64_t up = u * a.dilation_h / a.stride_h;
          offsets[taps] =
              static_cast<std::int32_t>(o * at.channel + (b - up) * at.row + from * a.batch);
          weights[taps++] = weight[o * at.s.taps + u * a.kernel_w + v];
        }
      }
    const float zero = 0.0f;
    const float* start = !at.sorts && a.write == Write::accumulate ? nullptr : &zero;
    if (lanes > 4 && at.by_rows)
      return add_all_taps({a.in_w, end - b, at.row, std::int64_t{a.stride_h} * a.in_w}, d_y, taps,
                          offsets, weights, start, d_x + (b * a.stride_h + row) * a.in_w);
    if (!at.by_columns)
      return add_all_taps(
          {(end - b) * at.row, 1, 0, 0}, d_y, taps, offsets, weights, start,
          d_x + at.phases.plane_of(row, column) * at.phases.plane + b * at.phases.row);
    const std::int64_t columns = (a.in_w - column + a.stride_w - 1) / a.stride_w;
    const Plane plane = {a.batch, columns, a.batch, std::int64_t{a.stride_w} * a.batch};
    for (int i = b; i < end; ++i)
      add_all_taps(plane, d_y + (i - b) * at.row, taps, offsets, weights, start,
                   d_x + ((i * a.stride_h + row) * a.in_w + column) * a.batch);
  }

  void run_phase(int row, int column) const {
    const int height = (a.in_h - row + a.stride_h - 1) / a.stride_h;
    const int inside = at.phases.rows.met(row) ? at.phases.rows.end_inside(row) : height;
    for (int b = 0, end; b < height; b = end) {
      int first = a.kernel_h, last = -1, all = 0, met = 0;
      for (int u = 0; u < a.kernel_h; ++u) {
        if (u * a.dilation_h % a.stride_h != row) continue;
        ++all;
        const int from = b - u * a.dilation_h / a.stride_h;
        if (from < 0 || from >= a.out_h) continue;
        ++met;
        if (u < first) first = u;
        last = u;
      }
      end = met < all ? b + 1 : inside < height ? inside : height;
      run(row, column, b, end, first, last);
    }
  }

  void run_all() const {
    for (int row = 0; row < a.stride_h && row < a.in_h; ++row) {
      if (lanes > 4 && at.by_columns && !at.phases.rows.met(row) && a.write == Write::overwrite) {
        for (std::int64_t i = row; i < a.in_h; i += a.stride_h)
          fill(d_x + i * at.s.x_row, at.s.x_row);
        continue;
      }
      for (int column = 0; column < a.stride_w && column < a.in_w; ++column)
        if (!at.sorts || (at.phases.rows.met(row) && at.phases.columns.met(column)))
          run_phase(row, column);
    }
  }
};

}  // namespace

std::int64_t depthwise_forward_scratch(const Conv2dArgs& a) { return Forward(a).total; }

void depthwise_forward(const RunContext& context, const Conv2dArgs& a, const float* x,
                       const float* weight, const float* bias, float* y) {
  const Forward at(a);
  const Sizes& s = at.s;
  std::int32_t* offsets = as_offsets(context.scratch);
  place_taps(at.sorts ? a : without_stride(a), at.phases, at.phases.channel, offsets);
  const std::int64_t row = at.phases.row, width = without_column_stride(a).out_w;
  const Plane plane = at.by_columns ? Plane{a.batch, a.out_w, a.stride_w * s.batch, s.batch}
                      : at.fills()  ? Plane{width, a.out_h, a.stride_h * row, row}
                      : at.apart || row == s.y_row ? Plane{(a.out_h - 1) * row + s.y_row, 1, 0, 0}
                                                   : Plane{s.y_row, a.out_h, row, s.y_row};
  const auto run = [&](std::int64_t c, float* memory) {
    const float* from = x + c * s.x_channel;
    if (at.sorts) {
      sort_phases(a, from, 1, memory, 0);
      from = memory;
    }
    for (std::int64_t o = c * s.group_out; o < (c + 1) * s.group_out; ++o) {
      const float start = bias ? bias[o] : 0.0f;
      float* out = y + o * s.y_channel;
      float* wide = memory + at.wide;
      for (std::int64_t i = 0; i < (at.by_columns ? a.out_h : 1); ++i)
        add_all_taps(plane, from + i * a.stride_h * row, s.taps, offsets, weight + o * s.taps,
                     &start, at.apart || at.fills() ? wide : out + i * s.y_row);
      if (at.fills()) pick_columns({a.out_h, row, a.out_w}, wide, a.out_w, a.stride_w, 1, out);
      for (std::int64_t i = 0; at.apart && i < a.out_h; ++i)
        copy_floats(wide + i * row, s.y_row, out + i * s.y_row);
      activate_run(a, out, s.y_channel);
    }
  };
  for_channels(context, a, context.scratch + at.sorted, at.each, run);
}

std::int64_t depthwise_backward_input_scratch(const Conv2dArgs& a) {
  return fills_columns(a) ? Backward(without_column_stride(a), true).total
                          : Backward(a, false).total;
}

void depthwise_backward_input(const RunContext& context, const Conv2dArgs& args, const float* d_y,
                              const float* weight, float* d_x) {
  const bool fills = fills_columns(args);
  const Conv2dArgs a = fills ? without_column_stride(args) : args;
  const Backward at(a, fills);
  const Sizes& s = at.s;
  for_channels(context, a, context.scratch, at.each, [&](std::int64_t c, float* memory) {
    const float* from = d_y + c * s.group_out * args.out_h * args.out_w * args.batch;
    float* to = d_x + c * s.x_channel;
    for (std::int64_t o = 0; fills && o < s.group_out; ++o) {
      float* zeros = memory + o * at.channel;
      fill(zeros, at.left);
      spread_columns(args, from + o * args.out_h * args.out_w, a.out_h, at.row, zeros + at.left);
    }
    if (at.copies && !fills) copy_with_zeros(a, at, from, memory);
    if (at.copies) from = memory;
    BackwardChannel{
        a, at, from, weight + c * s.group_out * s.taps, memory, at.sorts ? memory + at.planes : to}
        .run_all();
    if (at.sorts) unsort_phases(a, at.phases, memory + at.planes, 1, to);
  });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
