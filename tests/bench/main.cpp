#include <cstdio>

#include "bench.hpp"

namespace {

constexpr struct {
  const char* name;
  const char* about;
  int (*run)(const convolab::bench::Arguments&);
} benches[] = {
    {"nets", "images/s of the nets U, L and V, training and inference", &convolab::bench::nets},
    {"kernels", "every kernel call of the nets U, L and V", &convolab::bench::kernels},
    {"sweep", "convolutions of every size, and where they are slow", &convolab::bench::sweep},
    {"speed", "images/s of one network, for npm run bench", &convolab::bench::speed},
};

}  // namespace

int main(int count, char** values) {
  const convolab::bench::Arguments arguments(values + (count > 1 ? 2 : 1), values + count);
  for (const auto& bench : benches)
    if (count > 1 && std::string(values[1]) == bench.name) return bench.run(arguments);
  std::printf("usage: convolab_bench <benchmark> [options]\n");
  for (const auto& bench : benches) std::printf("  %-10s %s\n", bench.name, bench.about);
  return 2;
}
