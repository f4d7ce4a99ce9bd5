#include "inspector/recording.hpp"

#include <algorithm>

namespace convolab::inspector {

void Recording::add(probe::Frame frame) {
  while (!frames_.empty() && frames_.back().step >= frame.step) {
    size_ -= frames_.back().size();
    frames_.pop_back();
  }
  size_ += frame.size();
  frames_.push_back(std::move(frame));
  trim();
}

void Recording::clear() {
  frames_.clear();
  size_ = 0;
}

void Recording::trim() {
  while (size_ > budget && frames_.size() > 2) {
    // Every second frame of the older half, the very first excepted.
    const std::size_t half = std::max<std::size_t>(frames_.size() / 2, 2);
    std::vector<probe::Frame> kept;
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      if (i < half && i % 2 == 1)
        size_ -= frames_[i].size();
      else
        kept.push_back(std::move(frames_[i]));
    }
    frames_ = std::move(kept);
  }
}

int Recording::at(std::uint64_t step) const {
  const auto after =
      std::upper_bound(frames_.begin(), frames_.end(), step,
                       [](std::uint64_t s, const probe::Frame& f) { return s < f.step; });
  return static_cast<int>(after - frames_.begin()) - 1;
}

}  // namespace convolab::inspector
