#include "core/decimal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "core/rng.hpp"
#include "core/text.hpp"

namespace convolab {
namespace {

template <class To, class From>
To bits_as(From bits) {
  To value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::string digits(const Decimal& decimal) {
  return {decimal.digits.data(), static_cast<std::size_t>(decimal.count)};
}

// Doubles of all sizes: any bits, halves and neighbours of powers of two, sums of decimals.
std::vector<double> doubles() {
  std::vector<double> out = {0.1 + 0.2,  5e-324,
                             0x1p-1022,  0x0.fffffffffffffp-1022,
                             0x1p53 + 2, std::numeric_limits<double>::max()};
  for (int e = -1074; e < 1024; e += 7) {
    const double power = std::ldexp(1.0, e);
    out.insert(out.end(), {power, std::nextafter(power, 0.0), std::nextafter(power, 1e308)});
  }
  Rng rng(7, Stream::test);
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const auto high = std::uint64_t{rng.bits()};
    const auto value = bits_as<double>(high << 32 | rng.bits());
    if (std::isfinite(value)) out.push_back(std::fabs(value));
    out.push_back(static_cast<double>(high % 100000) / 1000);
  }
  return out;
}

TEST(Decimal, ReadsBackAsTheSameDouble) {
  for (const double value : doubles()) {
    const std::string text = shortest_decimal(value).text(15);
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
    EXPECT_EQ(read_decimal(text), value) << text;
    EXPECT_EQ(shortest_decimal(-value).text(15), (value == 0 ? "-0" : "-" + text));
  }
}

TEST(Decimal, ReadsBackAsTheSameFloat) {
  Rng rng(8, Stream::test);
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const auto value = bits_as<float>(rng.bits());
    if (!std::isfinite(value)) continue;
    const std::string text = shortest_decimal(value).text(15);
    EXPECT_EQ(std::strtof(text.c_str(), nullptr), value) << text;
  }
}

TEST(Decimal, IsAsShortAsCanBe) {
  for (const double value : doubles()) {
    const Decimal decimal = shortest_decimal(value);
    if (decimal.count == 1) continue;
    // One digit fewer, down or up, is another number.
    const std::string fewer =
        digits(decimal).substr(0, static_cast<std::size_t>(decimal.count - 1));
    for (const std::uint64_t up : {0u, 1u}) {
      const std::string text = std::to_string(std::stoull(fewer) + up) + "e" +
                               std::to_string(decimal.point - decimal.count + 1);
      EXPECT_NE(std::strtod(text.c_str(), nullptr), value) << digits(decimal);
    }
    EXPECT_NE(decimal.digits[static_cast<std::size_t>(decimal.count - 1)], '0');
  }
}

TEST(Decimal, TakesTheNearestOfTheShortest) {
  EXPECT_EQ(digits(shortest_decimal(9007199254740993.0)), "9007199254740992");
  EXPECT_EQ(digits(shortest_decimal(2.9802322387695312e-08)), "29802322387695312");  // a tie: even
  EXPECT_EQ(digits(shortest_decimal(0.1f)), "1");
  EXPECT_EQ(digits(shortest_decimal(0.004f)), "4");
  EXPECT_EQ(digits(shortest_decimal(16777216.0f)), "16777216");
  EXPECT_EQ(digits(shortest_decimal(1e-45f)), "1");
  EXPECT_EQ(digits(shortest_decimal(3.4028235e38f)), "34028235");
}

TEST(Decimal, WritesAsPeopleDo) {
  const std::pair<double, const char*> rows[] = {
      {0.0, "0"},         {-0.0, "-0"},          {1.0, "1"},
      {-12.5, "-12.5"},   {300.0, "300"},        {0.0001, "0.0001"},
      {0.00001, "1e-05"}, {1.5e-7, "1.5e-07"},   {123456789012345.0, "123456789012345"},
      {1e15, "1e+15"},    {1.25e20, "1.25e+20"}, {1e-100, "1e-100"}};
  for (const auto& [value, text] : rows) EXPECT_EQ(shortest_decimal(value).text(15), text);
}

TEST(Decimal, ReadsWhatIsBetweenTwoDoublesAsTheNearer) {
  // Exactly between 1 and the next double, and a little to either side, 53 digits and more.
  const std::string middle = "1.00000000000000011102230246251565404236316680908203125";
  const double next = std::nextafter(1.0, 2.0);
  EXPECT_EQ(read_decimal(middle), 1.0);  // the even one
  EXPECT_EQ(read_decimal(middle + "0000000000"), 1.0);
  EXPECT_EQ(read_decimal(middle + std::string(900, '0') + "1"), next);
  EXPECT_EQ(read_decimal("1.00000000000000011102230246251565404236316680908203124" +
                         std::string(900, '9')),
            1.0);
  EXPECT_EQ(read_decimal("1" + std::string(400, '0') + "e-400"), 1.0);
  EXPECT_EQ(read_decimal("0." + std::string(400, '0') + "1e401"), 1.0);
  EXPECT_EQ(read_decimal("2.4703282292062327e-324"), 0.0);
  EXPECT_EQ(read_decimal("2.4703282292062328e-324"), 5e-324);
  EXPECT_EQ(read_decimal("2.2250738585072011e-308"), 2.2250738585072011e-308);
  EXPECT_EQ(read_decimal("1.7976931348623158e308"), std::numeric_limits<double>::max());
  EXPECT_EQ(read_decimal("1e-99999999999999999999"), 0.0);
  EXPECT_EQ(read_decimal("0e99999999999999999999"), 0.0);
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const char* text : {"",
                           "-",
                           "+1",
                           "01",
                           "-01",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "0x10",
                           "1 ",
                           " 1",
                           "1,5",
                           "nan",
                           "inf",
                           "Infinity",
                           "1e309",
                           "-1e309",
                           "1e99999999999999999999",
                           "1.7976931348623159e308",
                           "1.2.3",
                           "--1",
                           "1e5.0"})
    EXPECT_EQ(read_decimal(text), std::nullopt) << text;
}

TEST(ShortNumber, HasSixDigitsAtMost) {
  const std::pair<double, const char*> rows[] = {{0, "0"},
                                                 {1, "1"},
                                                 {-3, "-3"},
                                                 {65536, "65536"},
                                                 {0.003, "0.003"},
                                                 {1e-8, "1e-08"},
                                                 {1048576, "1048576"},
                                                 {2.0 / 3, "0.666667"},
                                                 {0.9999999, "1"},
                                                 {99.99999, "100"},
                                                 {1234567.5, "1.23457e+06"},
                                                 {0.1 + 0.2, "0.3"},
                                                 {999999.7, "1e+06"}};
  for (const auto& [value, text] : rows) EXPECT_EQ(short_number(value), text);
}

}  // namespace
}  // namespace convolab
