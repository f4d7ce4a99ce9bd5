#include "cli/text.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace convolab::cli {
namespace {

// Characters, not bytes: UTF-8 continuation bytes do not count.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return value < 0 ? "-" + digits : digits;
}

std::string fixed(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

std::string percent(double share) { return fixed(100.0 * share, 1) + " %"; }

std::string kibibytes(std::int64_t bytes) {
  return fixed(static_cast<double>(bytes) / 1024.0, 1) + " KiB";
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

std::string table(const std::vector<std::vector<std::string>>& rows,
                  const std::vector<bool>& left) {
  std::vector<std::size_t> widths(left.size(), 0);
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const std::string space(widths[c] - width_of(rows[r][c]), ' ');
      line += (c == 0 ? "" : "  ") + (left[c] ? rows[r][c] + space : space + rows[r][c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
    if (r > 0) continue;
    for (std::size_t c = 0; c < widths.size(); ++c) {
      if (c > 0) out += "  ";
      for (std::size_t i = 0; i < widths[c]; ++i) out += "─";
    }
    out += "\n";
  }
  return out;
}

Progress::Progress(bool wanted) : on_(wanted && isatty(STDERR_FILENO)) {}

void Progress::show(int epoch, int epochs, std::int64_t done, std::int64_t total, double rate,
                    double left) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_ || now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  constexpr std::int64_t cells = 24;
  const std::int64_t full = total > 0 ? cells * done / total : 0;
  std::string bar;
  for (std::int64_t i = 0; i < cells; ++i) bar += i < full ? "█" : "░";
  const int seconds = static_cast<int>(std::min(left, 359999.0) + 0.5);
  std::fprintf(stderr, "\r\x1b[Kepoch %d/%d %s %s/%s  %s images/s  %d:%02d left", epoch, epochs,
               bar.c_str(), grouped(done).c_str(), grouped(total).c_str(),
               grouped(static_cast<std::int64_t>(rate)).c_str(), seconds / 60, seconds % 60);
  std::fflush(stderr);
  shown_ = true;
}

void Progress::clear() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

}  // namespace convolab::cli
