#include "inspector/widgets/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {

probe::Statistics difference_of(std::span<const float> a, std::span<const float> b) {
  probe::Statistics s;
  s.low = std::numeric_limits<double>::infinity(), s.high = -s.low;
  double sum = 0, squares = 0;
  s.elements = static_cast<std::int64_t>(std::min(a.size(), b.size()));
  for (std::size_t i = 0; i < static_cast<std::size_t>(s.elements); ++i) {
    const double v = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    if (!std::isfinite(v)) {
      ++s.not_finite;
      continue;
    }
    if (v == 0) ++s.zeros;
    s.low = std::min(s.low, v), s.high = std::max(s.high, v);
    sum += v, squares += v * v;
  }
  const std::int64_t finite = s.elements - s.not_finite;
  if (finite == 0) s.low = s.high = 0;
  s.mean = finite > 0 ? sum / static_cast<double>(finite) : 0;
  s.norm = std::sqrt(squares);
  return s;
}

void statistics_text(const probe::Statistics& s) {
  const double share =
      s.elements > 0 ? static_cast<double>(s.zeros) / static_cast<double>(s.elements) * 100 : 0;
  quiet_text("%s numbers: min %s, mean %s, max %s, norm %s, zeros %.1f %%",
             grouped_text(s.elements).c_str(), number_text(s.low).c_str(),
             number_text(s.mean).c_str(), number_text(s.high).c_str(), number_text(s.norm).c_str(),
             share);
  if (s.not_finite > 0) warning_text("%s not finite", grouped_text(s.not_finite).c_str());
}

}  // namespace convolab::inspector
