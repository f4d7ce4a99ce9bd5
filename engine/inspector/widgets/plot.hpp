// Plots: lines over training steps with axes, ticks at round numbers, and the values of all lines
// where the pointer is. Long runs are drawn by columns of pixels that keep their extremes.
#pragma once

#include <imgui.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace convolab::inspector {

struct Series {
  std::string name = {};
  ImU32 colour = 0;
  std::function<double(std::size_t)> at = {};  // NaN where there is nothing
  float width = 1.5f;
};

struct Plot {
  const char* title = "";  // its id, too
  const char* about = "";  // a sentence
  std::size_t count = 0;
  std::function<double(std::size_t)> step = {};  // grows
  std::vector<Series> series = {};
  bool newest = false;  // the last series' newest value stands beside the title
  bool log = false;     // until it is switched
  bool from_zero = false;
  double guide = std::numeric_limits<double>::quiet_NaN();  // a line across
  float factor = 1;                                         // of what is told: 100 for per cent
  const char* unit = "";
  ImVec2 size = {0, 0};
};
void draw_plot(const Plot& plot);

// What a column of pixels shows of one series.
struct Column {
  bool any = false;
  double first = 0, low = 0, high = 0, last = 0;
};
// Points in `columns` equal parts from the first step to the last; with `positive`, only those
// above 0.
std::vector<Column> by_columns(const Plot& plot, const Series& series, int columns, bool positive);

// Round numbers from low to high: about `most` of 1, 2 or 5 times a power of ten, or powers of ten
// (with 2 and 5 where they are few) of a logarithmic axis.
std::vector<double> ticks(double low, double high, int most, bool log);

// The next training step's value, smoothed: `weight` of what was before, without the start's bias.
class Smoothed {
 public:
  explicit Smoothed(double weight) : weight_(weight) {}
  double next(double value);

 private:
  double weight_, sum_ = 0, share_ = 0;
};

}  // namespace convolab::inspector
