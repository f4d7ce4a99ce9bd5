#include "kernels/phases.hpp"

#include "kernels/conv2d_rows.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// How many rows or columns have a remainder of their number by the stride.
std::int64_t count_of(std::int64_t remainder, std::int64_t size, std::int64_t stride) {
  return (size - remainder + stride - 1) / stride;
}

constexpr std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

constexpr bool shuffles(std::int64_t stride) { return stride > 1 && stride <= most_shuffled; }

// Every step-th of one image's columns, `columns` of them, where they are more than a vector.
template <class V, int step>
void pick(const Lines& lines, const float* from, std::int64_t columns, float* to) {
  constexpr auto size = static_cast<std::int64_t>(V::size);
  for (std::int64_t r = 0; r < lines.count; ++r, from += lines.from_row, to += lines.to_row) {
    std::int64_t i = 0;
    for (; i + size < columns; i += size)
      save(to + i, Shuffle<V>::template every<step, 0>(from + step * i));
    i = columns - size;  // reaches back, and reads nothing behind the last
    save(to + i, Shuffle<V>::template every<step, step - 1>(from + step * (i - 1) + 1));
  }
}

template <class V>
void pick_by(std::int64_t step, const Lines& lines, const float* from, std::int64_t columns,
             float* to) {
  if constexpr (most_shuffled == 4) {
    if (step == 3) return pick<V, 3>(lines, from, columns, to);
    if (step == 4) return pick<V, 4>(lines, from, columns, to);
  }
  pick<V, 2>(lines, from, columns, to);
}

}  // namespace

void pick_columns(const Lines& lines, const float* from, std::int64_t columns, std::int64_t step,
                  std::int64_t batch, float* to) {
  if (batch == 1 && shuffles(step) && columns > lanes)
    return pick_by<Vector>(step, lines, from, columns, to);
  if (batch == 1 && shuffles(step) && columns > 4)
    return pick_by<Quad>(step, lines, from, columns, to);
  for (std::int64_t r = 0; r < lines.count; ++r, from += lines.from_row, to += lines.to_row) {
    if (step == 1) copy_floats(from, columns * batch, to);
    for (std::int64_t i = 0; step > 1 && batch == 1 && i < columns; ++i) to[i] = from[i * step];
    for (std::int64_t i = 0; step > 1 && batch > 1 && i < columns; ++i)
      copy_floats(from + i * step * batch, batch, to + i * batch);
  }
}

namespace {

// The way back: columns that are side by side become, or are added to, every step-th.
void place_columns(const float* from, std::int64_t count, std::int64_t step, std::int64_t batch,
                   Write how, float* to) {
  const bool adds = how == Write::accumulate;
  if (batch == 1) {
    for (std::int64_t i = 0; i < count; ++i) to[i * step] = adds ? to[i * step] + from[i] : from[i];
    return;
  }
  for (std::int64_t i = 0; i < count; ++i, from += batch, to += step * batch)
    for_vectors(0, batch,
                [&](std::int64_t n, auto size) { write(to + n, load(from + n, size), how, size); });
}

// One image's columns from `step` planes in turn, from column `first` on, by vectors: the last one
// reaches back, or is left where there is none or they are added to what is there. Returns how many
// columns are done. A plane begins so far behind `from`; one that would begin before it is zeros.
template <class V, int step>
std::int64_t place_in_turn(const float* from, const std::int64_t* planes, std::int64_t first,
                           std::int64_t count, Write how, float* to) {
  constexpr auto size = static_cast<std::int64_t>(V::size);
  const bool adds = how == Write::accumulate;
  const auto put = [&](float* at, const V& v) { save(at, adds ? V::load_unaligned(at) + v : v); };
  for (std::int64_t i = first; i < count; i += size) {
    if (i + size > count) {
      if (adds || count < size) return i;
      i = count - size;
    }
    V some[step];
    for (int k = 0; k < step; ++k)
      some[k] = planes[k] < 0 ? V(0.0f) : V::load_unaligned(from + planes[k] + i);
    float* at = to + step * i;
    put(at, Shuffle<V>::template in_turn<step, 0>(some));
    put(at + size, Shuffle<V>::template in_turn<step, 1>(some));
    if constexpr (step > 2) put(at + 2 * size, Shuffle<V>::template in_turn<step, 2>(some));
    if constexpr (step > 3) put(at + 3 * size, Shuffle<V>::template in_turn<step, 3>(some));
  }
  return count;
}

// Rows of d_x from the columns of all remainders.
template <int step>
void place_rows(const Lines& lines, const float* from, const std::int64_t* planes,
                std::int64_t width, Write how, float* to) {
  const std::int64_t count = width / step;
  for (std::int64_t r = 0; r < lines.count; ++r, from += lines.from_row, to += lines.to_row) {
    std::int64_t i = place_in_turn<Vector, step>(from, planes, 0, count, how, to);
    if (lanes > 4) i = place_in_turn<Quad, step>(from, planes, i, count, how, to);
    for (std::int64_t j = step * i; j < width; ++j) {
      const std::int64_t plane = planes[j % step];
      const float value = plane < 0 ? 0.0f : from[plane + j / step];
      to[j] = how == Write::accumulate ? to[j] + value : value;
    }
  }
}

auto place_rows_by(std::int64_t step) {
  if constexpr (most_shuffled == 4)
    if (step > 2) return step == 3 ? &place_rows<3> : &place_rows<4>;
  return &place_rows<2>;
}

// One plane of one channel: its rows and columns from x's first of the same remainders on.
void sort_plane(const Conv2dArgs& a, const Phases& p, int row, int column, const float* x,
                float* to) {
  const std::int64_t batch = a.batch, height = p.rows.size(), width = p.columns.size();
  const std::int64_t columns = least(width, count_of(column, a.in_w, a.stride_w));
  const std::int64_t rows = least(height, count_of(row, a.in_h, a.stride_h));
  const Lines lines = {rows, a.stride_h * a.in_w * batch, p.row};
  pick_columns(lines, x + (row * a.in_w + column) * batch, columns, a.stride_w, batch, to);
  for (std::int64_t i = 0; columns < width && i < rows; ++i)
    fill(to + i * p.row + columns * batch, (width - columns) * batch);
  fill(to + rows * p.row, (height - rows) * p.row);
}

}  // namespace

void sort_phases(const Conv2dArgs& a, const float* x, std::int64_t channels, float* to,
                 std::int64_t to_channel) {
  const Phases p(a);
  std::int64_t plane = 0;
  for (int row = 0; row < a.stride_h; ++row)
    for (int column = 0; column < a.stride_w; ++column) {
      if (!p.rows.met(row) || !p.columns.met(column)) continue;
      for (std::int64_t c = 0; c < channels; ++c)
        sort_plane(a, p, row, column, x + c * a.in_h * a.in_w * a.batch,
                   to + c * to_channel + plane * p.plane);
      ++plane;
    }
}

void unsort_phases(const Conv2dArgs& a, const Phases& p, const float* from, std::int64_t channels,
                   float* d_x) {
  const std::int64_t batch = a.batch, row = a.in_w * batch;
  const bool turns = batch == 1 && shuffles(a.stride_w);
  const bool all = turns || p.columns.count() == least(a.stride_w, a.in_w);
  const auto place = place_rows_by(a.stride_w);
  std::int64_t planes[4];  // of the columns' remainders, behind the first
  for (int k = 0; turns && k < a.stride_w; ++k)
    planes[k] = p.columns.met(k) ? p.columns.met_below(k) * p.plane : -1;
  for (int r = 0; r < a.stride_h && r < a.in_h; ++r) {
    const bool met = p.rows.met(r), clears = !(met && all) && a.write == Write::overwrite;
    const Lines lines = {count_of(r, a.in_h, a.stride_h), p.row, a.stride_h * row};
    for (std::int64_t c = 0; c < channels; ++c) {
      const float* line = from + c * p.channel + p.plane_of(r, 0) * p.plane;
      float* to = d_x + (c * a.in_h + r) * row;
      for (std::int64_t i = 0; clears && i < lines.count; ++i) fill(to + i * lines.to_row, row);
      if (met && turns) place(lines, line, planes, a.in_w, a.write, to);
      for (int k = 0; met && !turns && k < a.stride_w && k < a.in_w; ++k) {
        if (!p.columns.met(k)) continue;
        for (std::int64_t i = 0; i < lines.count; ++i)
          place_columns(line + i * p.row, count_of(k, a.in_w, a.stride_w), a.stride_w, batch,
                        a.write, to + i * lines.to_row + k * batch);
        line += p.plane;
      }
    }
  }
}

void spread_columns(const Conv2dArgs& a, const float* d_y, std::int64_t rows, std::int64_t width,
                    float* to) {
  const std::int64_t planes[4] = {0, -1, -1, -1}, spread = least(width, a.out_w * a.stride_w);
  place_rows_by(a.stride_w)({rows, a.out_w, width}, d_y, planes, spread, Write::overwrite, to);
  for (std::int64_t i = 0; spread < width && i < rows; ++i)
    fill(to + i * width + spread, width - spread);
}

void place_taps(const Conv2dArgs& a, const Phases& p, std::int64_t channel, std::int32_t* offsets) {
  const std::int64_t kernel = std::int64_t{a.kernel_h} * a.kernel_w;
  const std::int64_t count = a.in_channels / a.groups * kernel;
  for (int u = 0; u < a.kernel_h; ++u)
    for (int v = 0; v < a.kernel_w; ++v) {
      const int row = u * a.dilation_h, column = v * a.dilation_w;
      std::int64_t at = p.plane_of(row % a.stride_h, column % a.stride_w) * p.plane +
                        row / a.stride_h * p.row + column / a.stride_w * a.batch;
      for (std::int64_t t = u * a.kernel_w + v; t < count; t += kernel, at += channel)
        offsets[t] = static_cast<std::int32_t>(at);
    }
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
