// Tasks: how a kernel shares its outputs among threads.
#pragma once

#include "kernels/common.hpp"

namespace convolab {

// Calls body(data, begin, end) over ranges that cover 0 … tasks-1, on the pool's threads when
// `work` (about how many floating-point operations all of it takes) is worth waking them.
void run_tasks(const RunContext& context, std::int64_t tasks, std::int64_t work,
               void (*body)(const void* data, std::int64_t begin, std::int64_t end),
               const void* data);

// The same for a lambda body(begin, end).
template <class Body>
void for_tasks(const RunContext& context, std::int64_t tasks, std::int64_t work, const Body& body) {
  run_tasks(
      context, tasks, work,
      [](const void* data, std::int64_t begin, std::int64_t end) {
        (*static_cast<const Body*>(data))(begin, end);
      },
      &body);
}

}  // namespace convolab
