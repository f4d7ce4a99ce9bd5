#include "core/tensor.hpp"

#include <algorithm>

namespace convolab {

namespace {

// to[c·rows + r] = from[r·columns + c], so many columns at a time that a piece of every row and
// what it becomes stay in the cache.
void transpose(const float* from, std::int64_t rows, std::int64_t columns, float* to) {
  if (rows == 1 || columns == 1) {
    std::copy(from, from + rows * columns, to);
    return;
  }
  constexpr std::int64_t piece = 16;
  for (std::int64_t begin = 0; begin < columns; begin += piece)
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = begin; c < std::min(begin + piece, columns); ++c)
        to[c * rows + r] = from[r * columns + c];
}

}  // namespace

void batch_to_innermost(const float* nchw, int batch, std::int64_t features, float* chwn) {
  transpose(nchw, batch, features, chwn);
}

void batch_to_outermost(const float* chwn, int batch, std::int64_t features, float* nchw) {
  transpose(chwn, features, batch, nchw);
}

}  // namespace convolab
