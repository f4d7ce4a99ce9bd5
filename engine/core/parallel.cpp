#include "core/parallel.hpp"

#include <algorithm>

#if CONVOLAB_THREADS
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#endif

namespace convolab {

#if CONVOLAB_THREADS
namespace {

// More pieces than threads, because tasks are not all alike and no thread has a core for itself.
constexpr int pieces_per_thread = 4;
// Waiting awake lasts about a tenth of a millisecond: mostly the next step of a plan follows
// sooner, and a thread that sleeps takes as long to wake.
#if defined(__SSE2__)
constexpr int spin_turns = 2000;
void pause() { _mm_pause(); }
#else
constexpr int spin_turns = 50'000;
void pause() {}
#endif

}  // namespace

// A job is cut into pieces, and whoever is free takes the next one. One number says which pieces
// are left, so that taking one is a single exchange; the job's number beside it keeps a thread that
// was held up from taking a piece of a later job for one of the job that it saw.
//
// The caller takes pieces like everybody else and waits for those that others have begun, never for
// a thread to wake up: a helper that sleeps, or has not started yet, costs nothing but its help.
struct ThreadPool::State {
  static constexpr std::uint64_t one_job = std::uint64_t{1} << 32;

  std::vector<std::thread> workers;
  int threads = 1;

  // Written between jobs, read by those who have taken a piece.
  Body body = nullptr;
  const void* data = nullptr;
  std::int64_t tasks = 0;
  std::uint32_t pieces = 0;
  PieceLog* log = nullptr;

  std::atomic<std::uint64_t> left{0};  // upper half: the job; lower half: pieces not yet taken
  std::atomic<std::uint32_t> done{0};  // pieces of this job
  std::atomic<int> asleep{0};
  std::atomic<bool> caller_waits{false};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::condition_variable wake, finished;

  static std::uint32_t pieces_in(std::uint64_t left) { return static_cast<std::uint32_t>(left); }

  // Does one piece, or says that there is none.
  bool run_piece(int thread) {
    std::uint64_t seen = left.load();
    do {
      if (pieces_in(seen) == 0) return false;
    } while (!left.compare_exchange_weak(seen, seen - 1));
    const std::uint32_t all = pieces;
    const std::int64_t piece = all - pieces_in(seen);
    if (log && thread > 0) {
      const auto begin = std::chrono::steady_clock::now();
      body(data, tasks * piece / all, tasks * (piece + 1) / all);
      log->pieces[static_cast<std::size_t>(thread)].push_back(
          {log->job, begin, std::chrono::steady_clock::now()});
    } else {
      body(data, tasks * piece / all, tasks * (piece + 1) / all);
    }
    if (done.fetch_add(1) + 1 == all && caller_waits.load()) {
      const std::lock_guard lock(mutex);
      finished.notify_one();
    }
    return true;
  }

  // Looks for something to happen for about as long as a step of a plan takes.
  template <class Happened>
  static bool spin(int turns, const Happened& happened) {
    for (int i = 0; i < turns; ++i) {
      if (happened()) return true;
      pause();
    }
    return false;
  }

  void work(int thread) {
    const auto called = [this] { return pieces_in(left.load()) > 0 || stop.load(); };
    while (!stop.load()) {
      if (run_piece(thread)) continue;
      if (spin(spin_turns, called)) continue;
      std::unique_lock lock(mutex);
      asleep.fetch_add(1);  // before it looks again: the caller looks at this after calling
      wake.wait(lock, called);
      asleep.fetch_sub(1);
    }
  }

  void run(std::int64_t count, Body job, const void* its_data) {
    body = job;
    data = its_data;
    tasks = count;
    pieces = static_cast<std::uint32_t>(std::min<std::int64_t>(count, threads * pieces_per_thread));
    done.store(0);
    left.store(((left.load() / one_job + 1) * one_job) + pieces);
    if (asleep.load() > 0) {
      { const std::lock_guard lock(mutex); }  // whoever goes to sleep has got there
      wake.notify_all();
    }
    while (run_piece(0)) {
    }
    const auto all_done = [this] { return done.load() == pieces; };
    if (spin(spin_turns, all_done)) return;
    std::unique_lock lock(mutex);
    caller_waits.store(true);
    finished.wait(lock, all_done);
    caller_waits.store(false);
  }
};

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>()) {
  state_->threads = std::max(1, threads);
  for (int t = 1; t < state_->threads; ++t)
    state_->workers.emplace_back([state = state_.get(), t] { state->work(t); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->wake.notify_all();
  for (std::thread& worker : state_->workers) worker.join();
}

int ThreadPool::threads() const { return state_->threads; }

void ThreadPool::watch(PieceLog* log) {
  if (log) log->pieces.resize(static_cast<std::size_t>(state_->threads));
  state_->log = log;
}

void ThreadPool::run(std::int64_t tasks, Body body, const void* data) {
  if (tasks <= 0) return;
  if (state_->threads == 1 || tasks == 1)
    body(data, 0, tasks);
  else
    state_->run(tasks, body, data);
}

#else

struct ThreadPool::State {};

ThreadPool::ThreadPool(int) {}
ThreadPool::~ThreadPool() = default;
int ThreadPool::threads() const { return 1; }
void ThreadPool::watch(PieceLog*) {}

void ThreadPool::run(std::int64_t tasks, Body body, const void* data) {
  if (tasks > 0) body(data, 0, tasks);
}

#endif

}  // namespace convolab
