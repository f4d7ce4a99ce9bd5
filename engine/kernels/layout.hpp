// Layout: where element (c, i, j, n) of a (channels, h, w, batch) array stands.
#pragma once

#include "kernels/common.hpp"

namespace convolab {

struct Layout {
  std::int64_t h, w, batch;

  std::int64_t operator()(std::int64_t c, std::int64_t i, std::int64_t j, std::int64_t n) const {
    return ((c * h + i) * w + j) * batch + n;
  }
  std::int64_t elements(std::int64_t channels) const { return channels * h * w * batch; }
};

namespace reference {

// The two ways in which a gradient reaches its buffer: a whole sum at once, or after clear() piece
// by piece.
template <class T>
void write_to(T& target, Write write, double value) {
  target = static_cast<T>(write == Write::accumulate ? static_cast<double>(target) + value : value);
}

template <class T>
void clear(T* target, Write write, std::int64_t elements) {
  if (write == Write::overwrite)
    for (std::int64_t i = 0; i < elements; ++i) target[i] = T(0);
}

}  // namespace reference

}  // namespace convolab
