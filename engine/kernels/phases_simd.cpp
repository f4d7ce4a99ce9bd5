#include "kernels/phases.hpp"

#include "kernels/conv2d_rows.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// How many rows or columns have a remainder of their number by the stride.
std::int64_t count_of(std::int64_t remainder, std::int64_t size, std::int64_t stride) {
  return (size - remainder + stride - 1) / stride;
}

constexpr int least(int a, int b) { return a < b ? a : b; }

// Every second of 2·count-1 floats, where that is more than a vector.
template <class V>
void pick_every_second(const float* from, std::int64_t count, float* to) {
  constexpr auto size = static_cast<std::int64_t>(V::size);
  const auto at = [&](std::int64_t i) { return V::load_unaligned(from + i); };
  std::int64_t i = 0;
  for (; i + size < count; i += size)
    save(to + i, Shuffle<V>::template every_second<0>(at(2 * i), at(2 * i + size)));
  i = count - size;  // reaches back, and reads nothing behind the last
  save(to + i, Shuffle<V>::template every_second<1>(at(2 * i - 1), at(2 * i - 1 + size)));
}

// Every `step`-th of columns of `batch` floats each, `count` of them, side by side.
void pick_columns(const float* from, std::int64_t count, std::int64_t step, std::int64_t batch,
                  float* to) {
  if (batch > 1) {
    for (std::int64_t i = 0; i < count; ++i)
      copy_floats(from + i * step * batch, batch, to + i * batch);
    return;
  }
  if (step == 2 && count > lanes) return pick_every_second<Vector>(from, count, to);
  if (step == 2 && count > 4) return pick_every_second<Quad>(from, count, to);
  for (std::int64_t i = 0; i < count; ++i) to[i] = from[i * step];
}

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

// `pairs` floats of two rows in turn, as far as they fill vectors; returns how many pairs that is.
template <class V>
std::int64_t place_in_turn(const float* even, const float* odd, std::int64_t first,
                           std::int64_t pairs, Write how, float* to) {
  constexpr auto size = static_cast<std::int64_t>(V::size);
  const bool adds = how == Write::accumulate;
  const auto put = [&](float* at, const V& v) { save(at, adds ? V::load_unaligned(at) + v : v); };
  std::int64_t i = first;
  for (; i + size <= pairs; i += size) {
    const V a = V::load_unaligned(even + i), b = odd ? V::load_unaligned(odd + i) : V(0.0f);
    put(to + 2 * i, Shuffle<V>::template in_turn<0>(a, b));
    put(to + 2 * i + size, Shuffle<V>::template in_turn<1>(a, b));
  }
  return i;
}

// A row of d_x from the columns of both remainders by 2, or from zeros for the odd ones.
void place_both(const float* even, const float* odd, std::int64_t width, Write how, float* to) {
  const std::int64_t pairs = width / 2;
  std::int64_t i = place_in_turn<Vector>(even, odd, 0, pairs, how, to);
  i = place_in_turn<Quad>(even, odd, i, pairs, how, to);
  place_columns(even + i, width - pairs - i, 2, 1, how, to + 2 * i);
  if (odd)
    place_columns(odd + i, pairs - i, 2, 1, how, to + 2 * i + 1);
  else if (how == Write::overwrite)
    for (; i < pairs; ++i) to[2 * i + 1] = 0.0f;
}

// One plane of one channel: its rows and columns from x's first of the same remainders on.
void sort_plane(const Conv2dArgs& a, const Phases& p, int row, int column, const float* x,
                float* to) {
  const std::int64_t batch = a.batch, wanted = p.columns.size();
  const std::int64_t there = count_of(column, a.in_w, a.stride_w);
  const std::int64_t count = there < wanted ? there : wanted;
  for (std::int64_t i = 0; i < p.rows.size(); ++i, to += p.row) {
    const std::int64_t at = i * a.stride_h + row;
    const std::int64_t done = at < a.in_h && count > 0 ? count * batch : 0;
    const float* from = x + (at * a.in_w + column) * batch;
    if (a.stride_w == 1)
      copy_floats(from, done, to);
    else if (done > 0)
      pick_columns(from, count, a.stride_w, batch, to);
    fill(to + done, p.row - done);
  }
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
  // One image's columns are placed two remainders at a time, by shuffles.
  const bool both = batch == 1 && a.stride_w == 2 && p.columns.met(0);
  const bool odd = p.columns.met(1), all = both || p.columns.count() == least(a.stride_w, a.in_w);
  for (int r = 0; r < a.stride_h && r < a.in_h; ++r) {
    const bool met = p.rows.met(r);
    for (int k = 0; k < a.stride_w && k < a.in_w; ++k) {
      const bool clears = k == 0 && !(met && all) && a.write == Write::overwrite;
      const bool places = met && p.columns.met(k) && !(both && k == 1);
      const std::int64_t columns = count_of(k, a.in_w, a.stride_w);
      for (std::int64_t c = 0; (clears || places) && c < channels; ++c) {
        const float* line = from + c * p.channel + p.plane_of(r, k) * p.plane;
        float* to = d_x + (c * a.in_h + r) * row;
        for (int i = r; i < a.in_h; i += a.stride_h, line += p.row, to += a.stride_h * row) {
          if (clears) fill(to, row);
          if (places && both)
            place_both(line, odd ? line + p.plane : nullptr, a.in_w, a.write, to);
          else if (places)
            place_columns(line, columns, a.stride_w, batch, a.write, to + k * batch);
        }
      }
    }
  }
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
