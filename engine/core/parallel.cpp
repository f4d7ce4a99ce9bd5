#include "core/parallel.hpp"

#include <algorithm>

#if CONVOLAB_THREADS
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>
#endif

namespace convolab {

#if CONVOLAB_THREADS

struct ThreadPool::State {
  std::vector<std::thread> workers;
  std::mutex mutex;
  std::condition_variable wake, done;
  const std::function<void(std::int64_t, std::int64_t)>* body = nullptr;
  std::int64_t tasks = 0;
  int threads = 1;
  int running = 0;
  std::uint64_t generation = 0;
  bool stop = false;

  // The share of thread t out of all, in order.
  void run_share(int t) const {
    const std::int64_t begin = tasks * t / threads;
    const std::int64_t end = tasks * (t + 1) / threads;
    if (begin < end) (*body)(begin, end);
  }

  void work(int t) {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return stop || generation != seen; });
      if (stop) return;
      seen = generation;
      lock.unlock();
      run_share(t);
      lock.lock();
      if (--running == 0) done.notify_one();
    }
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

void ThreadPool::parallel_for(std::int64_t tasks,
                              const std::function<void(std::int64_t, std::int64_t)>& body) {
  if (tasks <= 0) return;
  if (state_->threads == 1 || tasks == 1) {
    body(0, tasks);
    return;
  }
  {
    const std::lock_guard lock(state_->mutex);
    state_->body = &body;
    state_->tasks = tasks;
    state_->running = state_->threads - 1;
    ++state_->generation;
  }
  state_->wake.notify_all();
  state_->run_share(0);
  std::unique_lock lock(state_->mutex);
  state_->done.wait(lock, [&] { return state_->running == 0; });
}

#else

struct ThreadPool::State {};

ThreadPool::ThreadPool(int) {}
ThreadPool::~ThreadPool() = default;
int ThreadPool::threads() const { return 1; }

void ThreadPool::parallel_for(std::int64_t tasks,
                              const std::function<void(std::int64_t, std::int64_t)>& body) {
  if (tasks > 0) body(0, tasks);
}

#endif

}  // namespace convolab
