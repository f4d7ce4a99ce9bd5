#include "kernels/correlate.hpp"

#include "kernels/simd_vector.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// Taps are summed in blocks, so that the x that a block touches stays in the first cache while
// every tile of channels passes over it.
constexpr std::int64_t block_taps = 128;
constexpr std::int64_t segment = (lanes >= 8 ? 12 : 8) * lanes;  // positions of x per pass

// One tile's taps.
struct Taps {
  std::int64_t count;
  const std::int32_t* offsets;
  const float* weights;
  std::int64_t stride;  // from one tap's weights to the next
};

// K channels × V vectors for as long as there are V whole vectors; returns the positions done.
// A function of its own, called for every segment: engines that compile in the background (V8)
// switch to optimised code when a function is called again, not inside it.
template <int K, int V>
std::int64_t tile(const float* x, const Taps& taps, std::int64_t length, const float* start,
                  float* out, std::int64_t out_stride) {
  std::int64_t p = 0;
  for (; p + V * lanes <= length; p += V * lanes) {
    Vector acc[K][V];
    for (int k = 0; k < K; ++k)
      for (int v = 0; v < V; ++v)
        acc[k][v] = start ? Vector(start[k]) : load(out + k * out_stride + p + v * lanes);
    const float* w = taps.weights;
    for (std::int64_t t = 0; t < taps.count; ++t, w += taps.stride) {
      const float* source = x + taps.offsets[t] + p;
      Vector xv[V];
      for (int v = 0; v < V; ++v) xv[v] = load(source + v * lanes);
      for (int k = 0; k < K; ++k) {
        const Vector wk(w[k]);
        for (int v = 0; v < V; ++v) acc[k][v] = multiply_add(wk, xv[v], acc[k][v]);
      }
    }
    for (int k = 0; k < K; ++k)
      for (int v = 0; v < V; ++v) save(out + k * out_stride + p + v * lanes, acc[k][v]);
  }
  return p;
}

// What is left of a run, P < lanes positions: channels lie on the lanes instead.
template <int P>
void narrow(int channels, const float* x, const Taps& taps, const float* start, float* out,
            std::int64_t out_stride) {
  float values[P][4] = {};
  for (int p = 0; p < P; ++p)
    for (int k = 0; k < channels; ++k) values[p][k] = start ? start[k] : out[k * out_stride + p];
  Quad acc[P];
  for (int p = 0; p < P; ++p) acc[p] = load_quad(values[p]);
  const float* weights = taps.weights;
  for (std::int64_t t = 0; t < taps.count; ++t, weights += taps.stride) {
    const float* source = x + taps.offsets[t];
    const Quad w = load_quad(weights);  // lanes beyond the tile's channels are never stored
    for (int p = 0; p < P; ++p) acc[p] = multiply_add(w, Quad(source[p]), acc[p]);
  }
  for (int p = 0; p < P; ++p) save(values[p], acc[p]);
  for (int p = 0; p < P; ++p)
    for (int k = 0; k < channels; ++k) out[k * out_stride + p] = values[p][k];
}

template <int K, int V>
void tile_with_rest(const float* x, const Taps& taps, std::int64_t length, const float* start,
                    float* out, std::int64_t out_stride) {
  std::int64_t p = tile<K, V>(x, taps, length, start, out, out_stride);
  if (V > 2 && p + 2 * lanes <= length)
    p += tile<K, 2>(x + p, taps, length - p, start, out + p, out_stride);
  if (V > 1 && p + lanes <= length)
    p += tile<K, 1>(x + p, taps, length - p, start, out + p, out_stride);
  const auto rest = [&]<int P>() {
    narrow<P>(K, x + p, taps, start, out + p, out_stride);
    p += P;
  };
  if (lanes > 4 && length - p >= 4) rest.template operator()<4>();
  switch (length - p) {
    case 3: rest.template operator()<3>(); break;
    case 2: rest.template operator()<2>(); break;
    case 1: rest.template operator()<1>(); break;
    default: break;
  }
}

constexpr std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

}  // namespace

void correlate(const Correlation& c, std::int64_t first_tile, std::int64_t end_tile,
               std::int64_t first_tap, std::int64_t end_tap, const float* x, std::int64_t length,
               const float* start, float* out, std::int64_t out_stride) {
  const std::int64_t taps = end_tap - first_tap;
  const std::int64_t blocks = taps <= block_taps ? 1 : (taps + block_taps - 1) / block_taps;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::int64_t t0 = first_tap + taps * block / blocks;
    const std::int64_t t1 = first_tap + taps * (block + 1) / blocks;
    for (std::int64_t p = 0; p < length; p += segment) {
      const std::int64_t size = least(segment, length - p);
      for (std::int64_t i = first_tile; i < end_tile; ++i) {
        const std::int64_t channel = c.tiles.begin(i);
        const int channels = c.tiles.size(i);
        const Taps some = {t1 - t0, c.offsets + t0,
                           c.packed ? c.weights + channel * c.taps + t0 * channels
                                    : c.weights + t0 * c.tiles.channels + channel,
                           c.packed ? channels : c.tiles.channels};
        const float* from = block == 0 && start ? start + channel : nullptr;
        float* to = out + channel * out_stride + p;
        switch (channels) {
          case 4: tile_with_rest<4, tile_vectors>(x + p, some, size, from, to, out_stride); break;
          case 3: tile_with_rest<3, tile_vectors>(x + p, some, size, from, to, out_stride); break;
          case 2: tile_with_rest<2, 4>(x + p, some, size, from, to, out_stride); break;
          default: tile_with_rest<1, 8>(x + p, some, size, from, to, out_stride);
        }
      }
    }
  }
}

void pack(Tiles tiles, std::int64_t first_tile, std::int64_t end_tile, std::int64_t taps,
          const float* weights, float* packed) {
  for (std::int64_t i = first_tile; i < end_tile; ++i)
    transpose(tiles.size(i), taps, weights + tiles.begin(i) * taps, packed + tiles.begin(i) * taps,
              tiles.size(i));
}

void transpose(std::int64_t rows, std::int64_t columns, const float* from, float* to,
               std::int64_t to_stride) {
  std::int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float* source = from + r * columns;
    std::int64_t c = 0;
    for (; c + 4 <= columns; c += 4) {
      const Quad row0 = load_quad(source + c), row1 = load_quad(source + columns + c);
      const Quad row2 = load_quad(source + 2 * columns + c);
      const Quad row3 = load_quad(source + 3 * columns + c);
      const Quad even = xsimd::zip_lo(row0, row2), even_high = xsimd::zip_hi(row0, row2);
      const Quad odd = xsimd::zip_lo(row1, row3), odd_high = xsimd::zip_hi(row1, row3);
      float* target = to + c * to_stride + r;
      save(target, xsimd::zip_lo(even, odd));
      save(target + to_stride, xsimd::zip_hi(even, odd));
      save(target + 2 * to_stride, xsimd::zip_lo(even_high, odd_high));
      save(target + 3 * to_stride, xsimd::zip_hi(even_high, odd_high));
    }
    for (; c < columns; ++c)
      for (std::int64_t k = 0; k < 4; ++k) to[c * to_stride + r + k] = source[k * columns + c];
  }
  for (; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) to[c * to_stride + r] = from[r * columns + c];
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
