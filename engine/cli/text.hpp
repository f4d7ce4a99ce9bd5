// Text for people: numbers, tables and a progress bar.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace convolab::cli {

std::string grouped(std::int64_t value);      // 61,706
std::string fixed(double value, int digits);  // 0.0473
std::string percent(double share);            // 95.7 %
std::string kibibytes(std::int64_t bytes);    // 18.4 KiB
std::string joined(const std::vector<std::string>& words, const std::string& between = ", ");

// Rows of cells as aligned columns, the first row over a rule; `left` says which columns are words.
// Cells may hold any UTF-8 of single-width characters.
std::string table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& left);

// A line on stderr that overwrites itself: "epoch 2/5 ████░░░░ 1,280/4,000  9,800 images/s  0:07
// left". Silent where stderr is not a terminal.
class Progress {
 public:
  explicit Progress(bool wanted);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of `total` pictures of this epoch, `left` seconds until the very end.
  void show(int epoch, int epochs, std::int64_t done, std::int64_t total, double rate, double left);
  void clear();

 private:
  bool on_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace convolab::cli
