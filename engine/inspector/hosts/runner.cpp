#include "inspector/hosts/runner.hpp"

#include <utility>

namespace convolab::inspector {

Runner::Runner(Trainer& trainer, ThreadPool& pool, std::function<void()> told)
    : driver_(trainer, pool), told_(std::move(told)), thread_([this] { work(); }) {}

Runner::~Runner() {
  {
    const std::lock_guard lock(mutex_);
    quit_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Runner::send(std::vector<probe::Command> commands) {
  if (commands.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (probe::Command& command : commands) inbox_.push_back(std::move(command));
  }
  wake_.notify_all();
}

std::optional<probe::Report> Runner::take() {
  std::optional<probe::Report> report;
  {
    const std::lock_guard lock(mutex_);
    report.swap(outbox_);
  }
  if (report) wake_.notify_all();
  return report;
}

bool Runner::report_is_due(Clock::time_point now) const {
  return !waiting_ && driver_.changed() && now >= last_ + between;
}

// Waits until there is something to do.
std::vector<probe::Command> Runner::next_commands() {
  std::unique_lock lock(mutex_);
  const auto something = [this] {
    return quit_ || !inbox_.empty() ||
           (!outbox_ && driver_.changed() && Clock::now() >= last_ + between);
  };
  while (!driver_.running() && !something()) {
    if (!outbox_ && driver_.changed())
      wake_.wait_until(lock, last_ + between);
    else
      wake_.wait(lock);
  }
  waiting_ = outbox_.has_value();
  return std::exchange(inbox_, {});
}

void Runner::work() {
  for (;;) {
    const std::vector<probe::Command> commands = next_commands();
    for (const probe::Command& command : commands) driver_.handle(command);
    {
      const std::lock_guard lock(mutex_);
      if (quit_) return;
    }
    driver_.advance();
    const auto now = Clock::now();
    if (!report_is_due(now)) continue;
    last_ = now;
    probe::Report report = driver_.report();
    {
      const std::lock_guard lock(mutex_);
      outbox_ = std::move(report);
    }
    told_();
  }
}

}  // namespace convolab::inspector
