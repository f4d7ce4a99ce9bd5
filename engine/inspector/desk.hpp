// Desk: everything that the views draw, and where their commands go. A view is a function of the
// desk; it keeps nothing of its own that somebody would miss, and never waits for an answer.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "inspector/recording.hpp"
#include "inspector/view_state.hpp"
#include "probe/report.hpp"

namespace convolab::inspector {

// What the user has pointed at; all views follow it.
struct Selection {
  int step = -1;       // of the plan
  std::string buffer;  // a name in Network::buffers
  std::string layer;   // a name in Network::layers
};

// A buffer that was set aside, to be compared with as it is later or with another one.
struct Kept {
  probe::Look look;
  std::string label;  // "d_c1.weight, step 120"
};

class Desk {
 public:
  // Takes a report in: what is not in it stays as it was.
  void take(probe::Report report);

  // --- what is known ---
  probe::Network network;
  probe::Run run;
  std::deque<probe::Point> points;           // the last max_points
  std::map<std::string, probe::Look> looks;  // by buffer
  std::optional<probe::Times> times;
  std::optional<probe::BatchLook> shown;  // the validation picture that was picked
  std::optional<probe::BatchLook> batch;
  std::string message;  // the last command's refusal, until dismissed
  Recording recording;

  // --- what is chosen ---
  Selection selection;
  std::vector<probe::Breakpoint> breakpoints;
  std::vector<Kept> kept;
  float scale = 1.0f;  // device pixels per unit of design
  bool dark = true;
  bool narrow = false;    // one view at a time
  bool animates = false;  // a view moves by itself: frames go on though nothing happens

  // --- what single views keep ---
  TensorState tensor;
  TrainingState training;
  MachineState machine;
  DataState data;

  void select_step(int step);                     // and what it writes, and its layer
  void select_buffer(const std::string& buffer);  // and its layer
  void select_layer(const std::string& layer);
  void show(const std::string& view) { shown_ = view; }  // brings a view to the front
  std::string take_shown() { return std::exchange(shown_, {}); }
  const probe::BufferRow* buffer(const std::string& name) const;
  const probe::LayerRow* layer(const std::string& name) const;

  // A view that draws a buffer says so in every frame that it does; what nobody wants any more is
  // no longer asked for.
  void want(const std::string& buffer);
  void want_batch() { wants_batch_ = true; }
  void want_times() { wants_times_ = true; }
  void want_points() { wants_points_ = true; }

  // --- commands ---
  void send(probe::Command command);
  void send(probe::Command::Kind kind) { send({.kind = kind}); }
  void set_breakpoints();  // tells the engine of `breakpoints`
  // What is to be sent since the last call, the wishes of the frame just drawn included.
  std::vector<probe::Command> take_commands();

  static constexpr std::size_t max_points = 20'000;
  static constexpr std::int64_t max_values = 1 << 20;  // of a buffer that is sent whole

 private:
  void select_first();
  std::vector<probe::Command> outbox_;
  std::string shown_;
  std::vector<std::string> wanted_, watched_;
  bool wants_batch_ = false, wants_times_ = false, wants_points_ = false;
  bool has_batch_ = false, has_times_ = false, has_points_ = false;
  int recorded_every_ = 0;
};

}  // namespace convolab::inspector
