#include "kernels/tasks.hpp"

#include "core/parallel.hpp"

namespace convolab {

// Waking a thread costs some ten microseconds; below this it is not worth it.
constexpr std::int64_t least_work_for_threads = 200'000;

void run_tasks(const RunContext& context, std::int64_t tasks, std::int64_t work,
               void (*body)(const void* data, std::int64_t begin, std::int64_t end),
               const void* data) {
  if (!context.pool || context.pool->threads() == 1 || work < least_work_for_threads) {
    if (tasks > 0) body(data, 0, tasks);
    return;
  }
  context.pool->run(tasks, body, data);
}

}  // namespace convolab
