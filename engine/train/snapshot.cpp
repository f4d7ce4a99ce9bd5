#include "train/snapshot.hpp"

#include <algorithm>
#include <cmath>

namespace convolab {

Histogram make_histogram(std::string name, std::span<const float> values, int bins) {
  Histogram out{std::move(name), 0.0f, 0.0f, std::vector<int>(static_cast<std::size_t>(bins), 0)};
  bool any = false;
  for (const float v : values) {
    if (!std::isfinite(v)) continue;
    out.low = any ? std::min(out.low, v) : v;
    out.high = any ? std::max(out.high, v) : v;
    any = true;
  }
  if (!any) return out;
  const double width = static_cast<double>(out.high) - out.low;
  for (const float v : values) {
    if (!std::isfinite(v)) continue;
    // A constant tensor falls into the first bin; the maximum belongs to the last.
    const double place = width > 0 ? (static_cast<double>(v) - out.low) / width * bins : 0.0;
    ++out.counts[static_cast<std::size_t>(std::min(static_cast<int>(place), bins - 1))];
  }
  return out;
}

}  // namespace convolab
