#include "inspector/widgets/plot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "inspector/widgets/controls.hpp"
#include "inspector/widgets/histogram.hpp"
#include "inspector/widgets/statistics.hpp"

namespace convolab::inspector {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

Plot plot_of(const std::vector<double>& values) {
  Plot plot;
  plot.count = values.size();
  plot.step = [](std::size_t i) { return static_cast<double>(i); };
  plot.series.push_back({.name = "values", .at = [&values](std::size_t i) { return values[i]; }});
  return plot;
}

TEST(Numbers, AsTexts) {
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(-2.5), "-2.5");
  EXPECT_EQ(number_text(1.25e-4), "1.25e-04");
}

TEST(Plot, ColumnsKeepEveryExtreme) {
  std::vector<double> values(20'000, 1.0);
  values[7'777] = 100;
  values[13'131] = -50;
  const Plot plot = plot_of(values);
  const auto columns = by_columns(plot, plot.series[0], 300, false);
  ASSERT_EQ(columns.size(), 300u);
  double low = 1, high = 1;
  for (const Column& column : columns) {
    ASSERT_TRUE(column.any);
    low = std::min(low, column.low), high = std::max(high, column.high);
  }
  EXPECT_EQ(low, -50);
  EXPECT_EQ(high, 100);
  EXPECT_EQ(columns[7'777 * 300 / 19'999].high, 100);
}

TEST(Plot, WhatCannotBeDrawnIsLeftOut) {
  const std::vector<double> values = {none, -1, 0, std::numeric_limits<double>::infinity(), 5};
  const Plot plot = plot_of(values);
  const auto all = by_columns(plot, plot.series[0], 5, false);
  EXPECT_FALSE(all[0].any);
  EXPECT_TRUE(all[1].any);
  EXPECT_FALSE(all[3].any);
  EXPECT_EQ(all[4].last, 5);
  const auto positive = by_columns(plot, plot.series[0], 5, true);
  EXPECT_FALSE(positive[1].any);
  EXPECT_FALSE(positive[2].any);
  EXPECT_TRUE(positive[4].any);
}

TEST(Plot, OnePointIsAPlotToo) {
  const std::vector<double> values = {3};
  const Plot plot = plot_of(values);
  const auto columns = by_columns(plot, plot.series[0], 10, false);
  EXPECT_EQ(std::count_if(columns.begin(), columns.end(), [](const Column& c) { return c.any; }),
            1);
}

TEST(Plot, TicksAreRoundNumbersWithinTheAxis) {
  EXPECT_EQ(ticks(0, 1, 5, false), (std::vector<double>{0, 0.2, 0.4, 0.2 * 3, 0.8, 1}));
  EXPECT_EQ(ticks(-3, 3, 3, false), (std::vector<double>{-2, 0, 2}));
  EXPECT_EQ(ticks(1, 20'000, 4, false), (std::vector<double>{5'000, 10'000, 15'000, 20'000}));
  for (const double high : {1e-7, 0.013, 2.3, 127.0, 4e6})
    for (const int most : {2, 5, 9}) {
      const auto found = ticks(-0.3 * high, high, most, false);
      EXPECT_GE(found.size(), 1u) << high;
      EXPECT_LE(found.size(), static_cast<std::size_t>(most) + 1) << high;
      for (const double tick : found) {
        EXPECT_GE(tick, -0.31 * high);
        EXPECT_LE(tick, 1.01 * high);
      }
    }
  EXPECT_TRUE(ticks(1, 1, 5, false).empty());
  EXPECT_TRUE(ticks(0, none, 5, false).empty());
}

TEST(Plot, TicksOfALogarithmicAxisArePowersOfTen) {
  const auto found = ticks(1e-6, 1, 4, true);
  ASSERT_GE(found.size(), 2u);
  for (const double tick : found)
    EXPECT_NEAR(std::log10(tick), std::round(std::log10(tick)), 1e-9) << tick;
  EXPECT_LE(found.size(), 5u);
  // Where there is hardly a power of ten, 2 and 5 stand in.
  EXPECT_GE(ticks(0.3, 3, 4, true).size(), 3u);
  EXPECT_TRUE(ticks(0, 1, 4, true).empty());
}

TEST(Plot, SmoothingHasNoBiasAtTheStart) {
  Smoothed smoothed(0.9);
  EXPECT_DOUBLE_EQ(smoothed.next(2), 2);
  EXPECT_NEAR(smoothed.next(2), 2, 1e-12);
  EXPECT_NEAR(smoothed.next(none), 2, 1e-12) << "what is not finite changes nothing";
  const double next = smoothed.next(3);
  EXPECT_GT(next, 2);
  EXPECT_LT(next, 3);
  EXPECT_DOUBLE_EQ(Smoothed(0).next(7), 7);
  EXPECT_TRUE(std::isnan(Smoothed(0.5).next(none)));
}

TEST(Histogram, CountsWhatIsInTheRange) {
  const std::vector<float> values = {-1, -0.9f, 0, 0.1f, 1, 2, std::nanf(""), -INFINITY};
  EXPECT_EQ(count_values(values, -1, 1, 4), (std::vector<int>{2, 0, 2, 1}));
  EXPECT_EQ(count_values(values, 0, 0, 3), (std::vector<int>{0, 0, 0}));
}

TEST(Statistics, OfADifference) {
  const std::vector<float> a = {1, 2, 3, std::nanf(""), 5}, b = {1, 0, 4, 1, 5};
  const probe::Statistics s = difference_of(a, b);
  EXPECT_EQ(s.elements, 5);
  EXPECT_EQ(s.zeros, 2);
  EXPECT_EQ(s.not_finite, 1);
  EXPECT_EQ(s.low, -1);
  EXPECT_EQ(s.high, 2);
  EXPECT_DOUBLE_EQ(s.mean, 0.25);
  EXPECT_DOUBLE_EQ(s.norm, std::sqrt(5.0));
  EXPECT_EQ(difference_of({}, b).high, 0);
}

}  // namespace
}  // namespace convolab::inspector
