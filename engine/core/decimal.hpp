// Numbers as decimal text and back, exactly: the shortest digits that read back as the same number,
// and the number nearest to any digits. The C library's own ways are right too, but bring the whole
// of printf and arithmetic on 128-bit floats into the page.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace convolab {

// ±0.d₁d₂d₃… · 10^point, with at least one digit and no zero at the end but in 0 itself.
struct Decimal {
  bool negative = false;
  int point = 1;
  int count = 1;
  std::array<char, 20> digits = {'0'};

  // The nearest with at most so many digits.
  void round(int most);
  // 0.05, 12.5, 300; with exponent, as 1e-05 and 1e+20, where the first digit stands more than four
  // places after the point, or the last before it more than `widest` places left of it.
  std::string text(int widest) const;
};

// Of a finite number.
Decimal shortest_decimal(double value);
Decimal shortest_decimal(float value);

// Reads JSON's form of a number, the whole of `text`. Nothing when it is another, or too large.
std::optional<double> read_decimal(std::string_view text);

}  // namespace convolab
