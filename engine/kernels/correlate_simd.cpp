#include "kernels/correlate.hpp"

#include "kernels/simd_vector.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// Taps are summed in blocks, so that the x that a block touches stays in the first cache while
// every tile of channels passes over it.
constexpr std::int64_t block_taps = 128;
constexpr std::int64_t segment = (lanes == 8 ? 12 : 8) * lanes;  // positions of x per pass, about

// One tile's taps.
struct Taps {
  std::int64_t count;
  const std::int32_t* offsets;
  const float* weights;
  std::int64_t stride;  // from one tap's weights to the next
};

// How positions that fill no vector are computed: by a vector that reaches back over positions that
// are done already, or, where four channels fill a vector, with channels on the lanes.
template <int K>
constexpr bool reaches_back = lanes > 4 || K < 3;

// K channels × V vectors for as long as there are V whole vectors; returns the positions done.
// `last` is the place of the last vector in a tile, (V-1)·lanes, or less at the end of a run.
// A function of its own, called for every segment: engines that compile in the background (V8)
// switch to optimised code when a function is called again, not inside it.
template <int K, int V>
[[gnu::noinline]] std::int64_t tile(const float* x, const Taps& taps, std::int64_t length,
                                    const float* start, float* out, std::int64_t out_stride,
                                    std::int64_t last = (V - 1) * lanes) {
  const auto place = [&](int v) { return v == V - 1 && reaches_back<K> ? last : v * lanes; };
  std::int64_t p = 0;
  for (; p + V * lanes <= length; p += V * lanes) {
    Vector acc[K][V];
    for (int k = 0; k < K; ++k)
      for (int v = 0; v < V; ++v)
        acc[k][v] = start ? Vector(start[k]) : load(out + k * out_stride + p + place(v));
    const float* w = taps.weights;
    for (std::int64_t t = 0; t < taps.count; ++t, w += taps.stride) {
      const float* source = x + taps.offsets[t] + p;
      Vector xv[V];
      for (int v = 0; v < V; ++v) xv[v] = load(source + place(v));
      for (int k = 0; k < K; ++k) {
        const Vector wk(w[k]);
        for (int v = 0; v < V; ++v) acc[k][v] = multiply_add(wk, xv[v], acc[k][v]);
      }
    }
    for (int k = 0; k < K; ++k)
      for (int v = 0; v < V; ++v) save(out + k * out_stride + p + place(v), acc[k][v]);
  }
  return p;
}

// Four single positions: channels lie on the lanes instead. (Fewer are some of them twice: what out
// holds is read before anything is written.)
struct Places {
  std::int64_t x[4], out[4];
};
[[gnu::noinline]] void narrow(int channels, const float* x, const Taps& taps, const float* start,
                              float* out, std::int64_t out_stride, const Places& at) {
  float values[4][4] = {};
  for (int p = 0; p < 4; ++p)
    for (int k = 0; k < channels; ++k)
      values[p][k] = start ? start[k] : out[k * out_stride + at.out[p]];
  const float* from[4];
  for (int p = 0; p < 4; ++p) from[p] = x + at.x[p];
  Quad acc[4];
  for (int p = 0; p < 4; ++p) acc[p] = load_quad(values[p]);
  const float* weights = taps.weights;
  for (std::int64_t t = 0; t < taps.count; ++t, weights += taps.stride) {
    const std::int64_t offset = taps.offsets[t];
    const Quad w = load_quad(weights);  // lanes beyond the tile's channels are never stored
    for (int p = 0; p < 4; ++p) acc[p] = multiply_add(w, Quad(from[p][offset]), acc[p]);
  }
  for (int p = 0; p < 4; ++p) save(values[p], acc[p]);
  for (int p = 0; p < 4; ++p)
    for (int k = 0; k < channels; ++k) out[k * out_stride + at.out[p]] = values[p][k];
}

// Positions first … length-1 of all rows, four at a time, whichever rows they are from.
void narrow_rows(int channels, const Rows& rows, const Taps& taps, std::int64_t first,
                 const float* start, float* out, std::int64_t out_stride) {
  Places at;
  int count = 0;
  for (std::int64_t r = 0; r < rows.count; ++r)
    for (std::int64_t p = first; p < rows.length; ++p) {
      for (int i = count; i < 4; ++i) {
        at.x[i] = r * rows.x_row + p;
        at.out[i] = r * rows.out_row + p;
      }
      if (++count < 4) continue;
      narrow(channels, rows.x, taps, start, out, out_stride, at);
      count = 0;
    }
  if (count > 0) narrow(channels, rows.x, taps, start, out, out_stride, at);
}

// A whole run by tiles of at most V vectors. The last vector of a run that does not fill it reaches
// back over the one before, in the same tile, so that both have what out held to start from.
template <int K, int V>
void run(const float* x, const Taps& taps, std::int64_t length, const float* start, float* out,
         std::int64_t out_stride) {
  constexpr int smaller = (V + 1) / 2;
  const std::int64_t vectors = (length + lanes - 1) / lanes;
  std::int64_t p = 0;
  if (length % lanes == 0) {
    p = tile<K, V>(x, taps, length, start, out, out_stride);
  } else if constexpr (reaches_back<K> && V > 1) {
    if (vectors >= V) {
      const std::int64_t rest = vectors % V < 2 ? vectors % V + V : vectors % V;
      p = tile<K, V>(x, taps, (vectors - rest) * lanes, start, out, out_stride);
      if (rest > V) p += tile<K, 1>(x + p, taps, lanes, start, out + p, out_stride);
      if (rest >= V) {
        tile<K, V>(x + p, taps, V * lanes, start, out + p, out_stride, length - p - lanes);
        p = length;
      }
    }
  }
  if constexpr (V > 1)
    if (p < length) run<K, smaller>(x + p, taps, length - p, start, out + p, out_stride);
}

// Where the positions that narrow_rows takes begin in a row.
template <int K>
std::int64_t whole_of(std::int64_t length) {
  return reaches_back<K> && length >= lanes ? length : length / lanes * lanes;
}

// One piece of every row, or what is left of the rows.
template <int K, int V>
void piece_of_rows(const Rows& rows, const Taps& taps, std::int64_t begin, std::int64_t end,
                   const float* start, float* out, std::int64_t out_stride) {
  const std::int64_t whole = whole_of<K>(rows.length), size = (end < whole ? end : whole) - begin;
  if (size > 0)
    for (std::int64_t r = 0; r < rows.count; ++r)
      run<K, V>(rows.x + r * rows.x_row + begin, taps, size, start, out + r * rows.out_row + begin,
                out_stride);
  if (end == rows.length && whole < end) narrow_rows(K, rows, taps, whole, start, out, out_stride);
}

}  // namespace

void correlate(const Correlation& c, std::int64_t first_tile, std::int64_t end_tile,
               std::int64_t first_tap, std::int64_t end_tap, const Rows& rows, const float* start,
               float* out, std::int64_t out_stride) {
  const std::int64_t taps = end_tap - first_tap, length = rows.length;
  const std::int64_t blocks = taps <= block_taps ? 1 : (taps + block_taps - 1) / block_taps;
  // Even pieces, so that the last one is no rest. A single tile meets every x once anyway.
  constexpr std::int64_t unit = tile_vectors * lanes;
  const std::int64_t units = (length + unit - 1) / unit;
  const std::int64_t pieces =
      end_tile - first_tile == 1 ? 1 : (units * unit + segment - 1) / segment;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::int64_t t0 = first_tap + taps * block / blocks;
    const std::int64_t t1 = first_tap + taps * (block + 1) / blocks;
    for (std::int64_t piece = 0; piece < pieces; ++piece) {
      const std::int64_t p = units * piece / pieces * unit;
      const std::int64_t end = piece + 1 < pieces ? units * (piece + 1) / pieces * unit : length;
      for (std::int64_t i = first_tile; i < end_tile; ++i) {
        const std::int64_t channel = c.tiles.begin(i);
        const int channels = c.tiles.size(i);
        const Taps some = {t1 - t0, c.offsets + t0,
                           c.packed ? c.weights + channel * c.taps + t0 * channels
                                    : c.weights + t0 * c.tiles.channels + channel,
                           c.packed ? channels : c.tiles.channels};
        const float* from = block == 0 && start ? start + channel : nullptr;
        float* to = out + channel * out_stride;
        switch (channels) {
          case 4: piece_of_rows<4, tile_vectors>(rows, some, p, end, from, to, out_stride); break;
          case 3: piece_of_rows<3, tile_vectors>(rows, some, p, end, from, to, out_stride); break;
          case 2: piece_of_rows<2, 4>(rows, some, p, end, from, to, out_stride); break;
          default: piece_of_rows<1, 8>(rows, some, p, end, from, to, out_stride);
        }
      }
    }
  }
}

void correlate(const Correlation& c, std::int64_t first_tile, std::int64_t end_tile,
               std::int64_t first_tap, std::int64_t end_tap, const float* x, std::int64_t length,
               const float* start, float* out, std::int64_t out_stride) {
  correlate(c, first_tile, end_tile, first_tap, end_tap, {x, length, 1, 0, 0}, start, out,
            out_stride);
}

void pack(Tiles tiles, std::int64_t first_tile, std::int64_t end_tile, std::int64_t taps,
          const float* weights, float* packed) {
  for (std::int64_t i = first_tile; i < end_tile; ++i)
    transpose(tiles.size(i), taps, weights + tiles.begin(i) * taps, taps,
              packed + tiles.begin(i) * taps, tiles.size(i));
}

void transpose(std::int64_t rows, std::int64_t columns, const float* from, std::int64_t from_stride,
               float* to, std::int64_t to_stride) {
  std::int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float* source = from + r * from_stride;
    std::int64_t c = 0;
    for (; c + 4 <= columns; c += 4) {
      const Quad row0 = load_quad(source + c), row1 = load_quad(source + from_stride + c);
      const Quad row2 = load_quad(source + 2 * from_stride + c);
      const Quad row3 = load_quad(source + 3 * from_stride + c);
      const Quad even = xsimd::zip_lo(row0, row2), even_high = xsimd::zip_hi(row0, row2);
      const Quad odd = xsimd::zip_lo(row1, row3), odd_high = xsimd::zip_hi(row1, row3);
      float* target = to + c * to_stride + r;
      save(target, xsimd::zip_lo(even, odd));
      save(target + to_stride, xsimd::zip_hi(even, odd));
      save(target + 2 * to_stride, xsimd::zip_lo(even_high, odd_high));
      save(target + 3 * to_stride, xsimd::zip_hi(even_high, odd_high));
    }
    for (; c < columns; ++c)
      for (std::int64_t k = 0; k < 4; ++k) to[c * to_stride + r + k] = source[k * from_stride + c];
  }
  for (; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) to[c * to_stride + r] = from[r * from_stride + c];
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
