#include "core/text.hpp"

#include <cstdio>

namespace convolab {

std::string short_number(double value) {
  char text[32];
  // Whole numbers in full: 65536 and 1048576 read better than 1.04858e+06.
  const bool whole = value == static_cast<double>(static_cast<long long>(value));
  std::snprintf(text, sizeof text, whole ? "%.0f" : "%.6g", value);
  return text;
}

}  // namespace convolab
