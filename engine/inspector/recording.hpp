// Recording: the time machine's memory. It keeps frames (weights at a training step) within a
// budget: when that is used up, every second one of the older half goes, so that a long run is
// still there from its beginning, only coarser.
#pragma once

#include <cstdint>
#include <vector>

#include "probe/report.hpp"

namespace convolab::inspector {

class Recording {
 public:
  int every = 0;                                 // training steps; 0: off
  std::int64_t budget = std::int64_t{64} << 20;  // bytes

  // Takes a frame in; one of an earlier step than the last (a run that was restarted, or went back)
  // begins anew from there.
  void add(probe::Frame frame);
  void clear();
  // Thins out until the budget is kept.
  void trim();

  const std::vector<probe::Frame>& frames() const { return frames_; }
  std::int64_t size() const { return size_; }
  // The frame at or before a step; -1 when there is none.
  int at(std::uint64_t step) const;

 private:
  std::vector<probe::Frame> frames_;
  std::int64_t size_ = 0;
};

}  // namespace convolab::inspector
