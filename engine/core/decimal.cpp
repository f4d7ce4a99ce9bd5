#include "core/decimal.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

namespace convolab {
namespace {

// Of more digits than these only whether all the rest are zeros can matter to a double.
constexpr int most_digits = 770;

// A whole number with room for the largest that reading or writing a double needs, about 2³⁸⁰⁰.
class Big {
 public:
  explicit Big(std::uint64_t value = 0) {
    for (; value != 0; value >>= 32) push(static_cast<std::uint32_t>(value));
  }

  void multiply_add(std::uint32_t factor, std::uint32_t summand) {
    std::uint64_t carry = summand;
    for (int i = 0; i < size_; ++i) {
      carry += std::uint64_t{limbs_[i]} * factor;
      limbs_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) push(static_cast<std::uint32_t>(carry));
  }

  void multiply_by_power_of_10(int exponent) {
    for (; exponent >= 9; exponent -= 9) multiply_add(1'000'000'000, 0);
    for (; exponent > 0; --exponent) multiply_add(10, 0);
  }

  void shift_left(int bits) {
    if (bits % 32 != 0) multiply_add(std::uint32_t{1} << (bits % 32), 0);
    const int limbs = size_ == 0 ? 0 : bits / 32;
    assert(size_ + limbs <= room);
    std::copy_backward(limbs_, limbs_ + size_, limbs_ + size_ + limbs);
    std::fill(limbs_, limbs_ + limbs, 0u);
    size_ += limbs;
  }

  // `other` is not larger.
  void subtract(const Big& other) {
    std::uint64_t borrow = 0;
    for (int i = 0; i < size_; ++i) {
      const std::uint64_t difference =
          std::uint64_t{limbs_[i]} - (i < other.size_ ? other.limbs_[i] : 0u) - borrow;
      limbs_[i] = static_cast<std::uint32_t>(difference);
      borrow = difference >> 63;
    }
    while (size_ > 0 && limbs_[size_ - 1] == 0) --size_;
  }

  void add(const Big& other) {
    std::uint64_t carry = 0;
    for (int i = 0; i < other.size_ || carry != 0; ++i) {
      if (i == size_) push(0);
      carry += std::uint64_t{limbs_[i]} + (i < other.size_ ? other.limbs_[i] : 0u);
      limbs_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }

  // Below, at or above 0: smaller, equal, larger.
  int compare(const Big& other) const {
    if (size_ != other.size_) return size_ - other.size_;
    for (int i = size_; i-- > 0;)
      if (limbs_[i] != other.limbs_[i]) return limbs_[i] < other.limbs_[i] ? -1 : 1;
    return 0;
  }

  bool zero() const { return size_ == 0; }

  int bits() const {
    int bits = 32 * size_;
    if (size_ > 0)
      for (std::uint32_t top = limbs_[size_ - 1]; top >> 31 == 0; top <<= 1) --bits;
    return bits;
  }

 private:
  static constexpr int room = 128;
  void push(std::uint32_t limb) {
    assert(size_ < room);
    limbs_[size_++] = limb;
  }
  int size_ = 0;
  std::uint32_t limbs_[room];
};

// The shortest digits for fraction · 2^exponent among all numbers that round to it (Steele and
// White's, and Dybvig's, free-format algorithm). `lowest`: the fraction of a power of two, below
// which the numbers lie twice as close.
Decimal shortest(bool negative, std::uint64_t fraction, int exponent, std::uint64_t lowest,
                 int least_exponent) {
  Decimal out;
  out.negative = negative;
  if (fraction == 0) return out;
  // value = rest / unit; half the distance to the next number is above / unit, and below / unit.
  const int closer = fraction == lowest && exponent > least_exponent ? 1 : 0;
  Big rest(fraction), unit(1), below(1);
  const int magnitude = rest.bits() + exponent - 1;  // value is at least 2^magnitude
  rest.shift_left(1 + closer + std::max(exponent, 0));
  unit.shift_left(1 + closer + std::max(-exponent, 0));
  below.shift_left(std::max(exponent, 0));
  // The bounds themselves round to an even fraction.
  const bool bounds_count = fraction % 2 == 0;
  const auto reaches_next = [&] {
    Big sum = rest;
    sum.add(below);
    if (closer) sum.add(below);
    const int order = sum.compare(unit);
    return order > 0 || (order == 0 && bounds_count);
  };
  const auto times_10 = [&] {
    rest.multiply_add(10, 0);
    below.multiply_add(10, 0);
  };
  // A guess that is right or one too small.
  out.point = static_cast<int>(std::ceil(magnitude * 0.30102999566398120 - 1e-10));
  if (out.point > 0) {
    unit.multiply_by_power_of_10(out.point);
  } else {
    rest.multiply_by_power_of_10(-out.point);
    below.multiply_by_power_of_10(-out.point);
  }
  if (reaches_next())
    ++out.point;
  else
    times_10();
  for (out.count = 0;;) {
    char digit = '0';
    for (; rest.compare(unit) >= 0; ++digit) rest.subtract(unit);
    const int order = rest.compare(below);
    const bool low = order < 0 || (order == 0 && bounds_count), high = reaches_next();
    if (high && low) {
      rest.multiply_add(2, 0);  // both end it: the nearer
      const int half = rest.compare(unit);
      if (half > 0 || (half == 0 && digit % 2 != 0)) ++digit;
    } else if (high) {
      ++digit;
    }
    out.digits[static_cast<std::size_t>(out.count++)] = digit;
    if (low || high) return out;
    times_10();
  }
}

template <class Real>
Decimal shortest_of(Real value) {
  constexpr int bits = std::numeric_limits<Real>::digits;
  constexpr int least = std::numeric_limits<Real>::min_exponent - bits;
  int exponent = 0;
  const Real part = std::frexp(std::fabs(value), &exponent);
  exponent -= bits;
  const int missing = std::max(least - exponent, 0);  // of a subnormal number
  const auto fraction = static_cast<std::uint64_t>(std::ldexp(part, bits - missing));
  return shortest(std::signbit(value), fraction, exponent + missing, std::uint64_t{1} << (bits - 1),
                  least);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// digits · 10^exponent, rounded once.
double nearest(const Big& digits, int exponent) {
  Big above = digits, below(1);
  above.multiply_by_power_of_10(exponent);
  below.multiply_by_power_of_10(-exponent);
  // Scaled so that the quotient has 55 or 56 bits; what is left over only says "a little more".
  const int shift = 55 - above.bits() + below.bits();
  above.shift_left(std::max(shift, 0));
  below.shift_left(std::max(-shift, 0) + 55);
  std::uint64_t quotient = 0;
  for (int i = 0; i < 56; ++i) {
    quotient <<= 1;
    if (above.compare(below) >= 0) {
      above.subtract(below);
      quotient |= 1;
    }
    above.multiply_add(2, 0);
  }
  if (!above.zero()) quotient |= 1;
  const int bits = quotient >> 55 ? 56 : 55;
  const int top = bits - 1 - shift;  // the quotient's first bit is worth 2^top
  const int drop = bits - 53 + std::max(0, -1022 - top);
  if (drop > bits) return 0.0;  // below half of the smallest
  const std::uint64_t half = std::uint64_t{1} << (drop - 1);
  const std::uint64_t rest = quotient & (2 * half - 1);
  std::uint64_t kept = quotient >> drop;
  if (rest > half || (rest == half && kept % 2 != 0)) ++kept;
  return std::ldexp(static_cast<double>(kept), drop - shift);
}

}  // namespace

void Decimal::round(int most) {
  if (count <= most) return;
  const bool up = digits[static_cast<std::size_t>(most)] >= '5';
  count = most;
  const auto last = [this]() -> char& { return digits[static_cast<std::size_t>(count - 1)]; };
  if (up) {
    while (count > 0 && last() == '9') --count;
    if (count == 0) {
      count = 1;
      ++point;
      last() = '0';
    }
    ++last();
  }
  while (count > 1 && last() == '0') --count;
}

std::string Decimal::text(int widest) const {
  const std::string all(digits.data(), static_cast<std::size_t>(count));
  const std::string sign = negative ? "-" : "";
  if (point > widest || point < -3) {
    const int exponent = point - 1, size = std::abs(exponent);
    return sign + all[0] + (count > 1 ? "." + all.substr(1) : "") + (exponent < 0 ? "e-" : "e+") +
           (size < 10 ? "0" : "") + std::to_string(size);
  }
  if (point <= 0) return sign + "0." + std::string(static_cast<std::size_t>(-point), '0') + all;
  const auto before = static_cast<std::size_t>(point);
  if (count <= point) return sign + all + std::string(before - all.size(), '0');
  return sign + all.substr(0, before) + "." + all.substr(before);
}

Decimal shortest_decimal(double value) { return shortest_of(value); }
Decimal shortest_decimal(float value) { return shortest_of(value); }

std::optional<double> read_decimal(std::string_view text) {
  std::size_t at = 0;
  const auto here = [&] { return at < text.size() ? text[at] : '\0'; };
  const bool negative = here() == '-';
  if (negative) ++at;
  if (!is_digit(here())) return {};
  if (here() == '0' && at + 1 < text.size() && is_digit(text[at + 1])) return {};
  Big digits;
  std::uint64_t small = 0;  // the same digits, as long as there are few
  int count = 0;            // from the first that is not zero
  std::int64_t exponent = 0;
  const auto take = [&](char digit, bool fraction) {
    const auto value = static_cast<std::uint32_t>(digit - '0');
    if (count == 0 && value == 0) {
      exponent -= fraction;
    } else if (count < most_digits) {
      digits.multiply_add(10, value);
      if (digits.zero()) digits = Big(value);
      small = count < 18 ? small * 10 + value : UINT64_MAX;
      exponent -= fraction;
      ++count;
    } else {
      // A digit beyond the last place that matters: only that there is something.
      if (count == most_digits && value != 0) {
        digits.multiply_add(10, 1);
        --exponent;
        ++count;
      }
      exponent += !fraction;
    }
  };
  for (; is_digit(here()); ++at) take(here(), false);
  if (here() == '.') {
    ++at;
    if (!is_digit(here())) return {};
    for (; is_digit(here()); ++at) take(here(), true);
  }
  if (here() == 'e' || here() == 'E') {
    ++at;
    const bool minus = here() == '-';
    if (minus || here() == '+') ++at;
    if (!is_digit(here())) return {};
    std::int64_t given = 0;
    for (; is_digit(here()); ++at)
      given = std::min<std::int64_t>(given * 10 + (here() - '0'), std::int64_t{1} << 40);
    exponent += minus ? -given : given;
  }
  if (at != text.size()) return {};
  double value = 0.0;
  if (count > 0) {
    if (exponent + count > 309) return {};
    if (small < (std::uint64_t{1} << 53) && exponent >= -22 && exponent <= 22) {
      // Both are exact as doubles, so that the one operation rounds once.
      double power = 1.0;
      for (auto i = std::abs(exponent); i > 0; --i) power *= 10.0;
      value = static_cast<double>(small);
      value = exponent < 0 ? value / power : value * power;
    } else if (exponent + count > -330) {
      value = nearest(digits, static_cast<int>(exponent));
    }
    if (!std::isfinite(value)) return {};
  }
  return negative ? -value : value;
}

}  // namespace convolab
