// What views keep from frame to frame: where one has zoomed to, what is typed into a field. Nobody
// would miss much of it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "inspector/widgets/heat_map.hpp"
#include "inspector/widgets/slices.hpp"

namespace convolab::inspector {

struct TensorState {
  char filter[64] = "";  // of the list of buffers
  std::string of = {};   // the buffer that `slices` are of
  Slices slices = {};
  enum class Scale { whole, each, typed } scale = Scale::whole;
  float limit = 1;         // as it is typed
  int kept = -1;           // compared with this one of Desk::kept,
  std::string other = {};  // or with this buffer
  Zoom zoom = {};
};

struct TrainingState {
  float smoothing = 0.9f;
  std::vector<std::string> hidden = {};  // layers whose lines are not drawn
};

struct MachineState {
  int every = 10;           // training steps between two frames, while it records
  std::string tensor = {};  // that is shown
  std::int64_t step = -1;   // the moment that is shown; -1: the newest
  bool plays = false;
  float speed = 4, since = 0;  // frames a second; seconds since the last one
  Zoom zoom = {};
  Cell cursor = {};
  // Histograms of `counted` at each step, from -limit to limit: counting takes its time.
  std::string counted = {};
  float limit = 0;
  std::map<std::uint64_t, std::vector<int>> counts = {};
};

struct DataState {
  bool by_loss = false;
  int enlarged = -1;  // a picture's place in the batch
  Zoom zoom = {};
  Cell cursor = {};
};

}  // namespace convolab::inspector
