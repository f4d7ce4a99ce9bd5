// A pool of threads for loops whose iterations are independent.
//
// The rule that keeps results equal for any number of threads: a task owns its outputs and does the
// whole of their sums. The pool only decides who runs a task, never how a sum is split.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace convolab {

// When the threads of a pool other than the caller worked.
struct PieceLog {
  struct Piece {
    int job = 0;
    std::chrono::steady_clock::time_point begin = {}, end = {};
  };
  int job = 0;                             // what the caller calls the work that it hands out
  std::vector<std::vector<Piece>> pieces;  // of every thread; the caller, 0, notes none
};

class ThreadPool {
 public:
  // At least one thread; the caller counts as one of them. Without thread support there is only
  // the caller.
  explicit ThreadPool(int threads = 1);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;

  // Notes into `log`, between calls made and given back by the caller; nullptr ends it. Whoever
  // does not watch pays for one look at a pointer in every piece.
  void watch(PieceLog* log);

  // Calls body(begin, end) over consecutive ranges that together cover 0 … tasks-1, and returns
  // when all are done. Calls may run at the same time; a range never splits a task. Not reentrant.
  template <class Body>
  void parallel_for(std::int64_t tasks, const Body& body) {
    run(
        tasks,
        [](const void* data, std::int64_t begin, std::int64_t end) {
          (*static_cast<const Body*>(data))(begin, end);
        },
        &body);
  }

  // The same for body(data, begin, end). (Not a std::function, which would allocate memory in every
  // step of a plan, and be compiled with a SIMD variant's instruction set.)
  using Body = void (*)(const void* data, std::int64_t begin, std::int64_t end);
  void run(std::int64_t tasks, Body body, const void* data);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace convolab
