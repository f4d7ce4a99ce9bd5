// Runner: the driver on a thread of its own, so that drawing and training never wait for each
// other. Commands go in, reports come out; a report is made when the last one was taken and
// something has changed, at most 60 times a second.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "inspector/hosts/driver.hpp"

namespace convolab::inspector {

class Runner {
 public:
  // `told` is called, on the runner's thread, when there is a report to take.
  Runner(Trainer& trainer, ThreadPool& pool, std::function<void()> told);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void send(std::vector<probe::Command> commands);
  std::optional<probe::Report> take();

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::microseconds between{16'667};

  void work();
  bool report_is_due(Clock::time_point now) const;
  std::vector<probe::Command> next_commands();
  Driver driver_;  // the thread's alone once it runs
  std::function<void()> told_;
  Clock::time_point last_{};
  bool waiting_ = false;  // whether a report waits to be taken, as the thread last saw it

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<probe::Command> inbox_;
  std::optional<probe::Report> outbox_;
  bool quit_ = false;
  std::thread thread_;  // last: it begins when all else is there
};

}  // namespace convolab::inspector
