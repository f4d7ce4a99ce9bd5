#include "core/text.hpp"

#include <cmath>

#include "core/decimal.hpp"

namespace convolab {

std::string short_number(double value) {
  Decimal decimal = shortest_decimal(value);
  // Whole numbers in full: 65536 and 1048576 read better than 1.04858e+06.
  if (std::trunc(value) == value && std::fabs(value) < 1e15) return decimal.text(15);
  decimal.round(6);
  return decimal.text(6);
}

}  // namespace convolab
