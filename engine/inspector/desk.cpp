#include "inspector/desk.hpp"

#include <algorithm>

namespace convolab::inspector {

using probe::Command;

void Desk::take(probe::Report report) {
  if (report.network) {
    network = std::move(*report.network);
    times.reset();
    batch.reset();
    looks.clear();
    const auto steps = static_cast<int>(network.steps.size());
    if (selection.step >= steps) selection.step = -1;
    if (!buffer(selection.buffer)) selection.buffer.clear();
    if (!layer(selection.layer)) selection.layer.clear();
    if (selection.buffer.empty()) select_first();
  }
  if (report.run.step < run.step)
    while (!points.empty() && points.back().step > report.run.step) points.pop_back();
  run = std::move(report.run);
  for (probe::Point& point : report.points) {
    points.push_back(std::move(point));
    if (points.size() > max_points) points.pop_front();
  }
  for (probe::Look& look : report.looks) {
    std::string name = look.buffer;
    looks.insert_or_assign(std::move(name), std::move(look));
  }
  if (report.times) times = std::move(report.times);
  if (report.batch) batch = std::move(report.batch);
  if (report.shown) shown = std::move(report.shown);
  for (probe::Frame& frame : report.frames) recording.add(std::move(frame));
  if (!report.message.empty()) message = std::move(report.message);
}

const probe::BufferRow* Desk::buffer(const std::string& name) const {
  const auto found = std::find_if(network.buffers.begin(), network.buffers.end(),
                                  [&](const probe::BufferRow& row) { return row.name == name; });
  return found == network.buffers.end() ? nullptr : &*found;
}

const probe::LayerRow* Desk::layer(const std::string& name) const {
  const auto found = std::find_if(network.layers.begin(), network.layers.end(),
                                  [&](const probe::LayerRow& row) { return row.name == name; });
  return found == network.layers.end() ? nullptr : &*found;
}

// Something to look at before anything is chosen: the first feature maps.
void Desk::select_first() {
  const auto maps =
      std::find_if(network.buffers.begin(), network.buffers.end(), [](const probe::BufferRow& row) {
        return row.role == "activation" && row.shape.size() == 4;
      });
  if (maps != network.buffers.end()) select_buffer(maps->name);
}

void Desk::select_step(int step) {
  if (step < 0 || step >= static_cast<int>(network.steps.size())) return;
  selection.step = step;
  const probe::StepRow& row = network.steps[static_cast<std::size_t>(step)];
  for (const int id : row.writes)
    if (id >= 0) {
      selection.buffer = network.buffers[static_cast<std::size_t>(id)].name;
      break;
    }
  if (row.layer >= 0) selection.layer = network.layers[static_cast<std::size_t>(row.layer)].name;
}

void Desk::select_buffer(const std::string& name) {
  const probe::BufferRow* row = buffer(name);
  if (!row) return;
  selection.buffer = name;
  if (row->layer >= 0) selection.layer = network.layers[static_cast<std::size_t>(row->layer)].name;
}

void Desk::select_layer(const std::string& name) {
  if (!layer(name)) return;
  selection.layer = name;
  if (buffer(name)) selection.buffer = name;
}

void Desk::want(const std::string& buffer) {
  if (!buffer.empty() && std::find(wanted_.begin(), wanted_.end(), buffer) == wanted_.end())
    wanted_.push_back(buffer);
}

void Desk::send(Command command) { outbox_.push_back(std::move(command)); }

void Desk::set_breakpoints() {
  send({.kind = Command::Kind::breakpoints, .breakpoints = breakpoints});
}

std::vector<Command> Desk::take_commands() {
  const auto follow = [this](bool wants, bool& has, Command::Kind kind, std::int64_t count) {
    if (wants == has) return;
    has = wants;
    send({.kind = kind, .count = wants ? count : 0, .on = wants});
  };
  std::sort(wanted_.begin(), wanted_.end());
  if (wanted_ != watched_) {
    watched_ = wanted_;
    send({.kind = Command::Kind::watch, .names = watched_, .count = max_values});
  }
  follow(wants_batch_, has_batch_, Command::Kind::batch, 64);
  follow(wants_times_, has_times_, Command::Kind::measure, 0);
  follow(wants_points_, has_points_, Command::Kind::statistics, 1);
  if (recorded_every_ != recording.every) {
    recorded_every_ = recording.every;
    send({.kind = Command::Kind::record, .count = recording.every});
  }
  wanted_.clear();
  wants_batch_ = wants_times_ = wants_points_ = false;
  return std::move(outbox_);
}

}  // namespace convolab::inspector
