#include "model/backend.hpp"

namespace convolab {

const Backend& reference_backend() {
  static const Backend backend = {
      "reference",
      {
#define CONVOLAB_KERNEL(name, Args) &detail::Adapt<&reference::name<float>>::run,
#include "kernels/kernels.inc"
#undef CONVOLAB_KERNEL
      },
      [](const Step&) -> std::int64_t { return 0; },
      // One after the other, as the reference's sums are.
      [](std::int64_t rounds, float* out) -> std::int64_t {
        double sum = 0.0;
        for (std::int64_t i = 0; i < rounds; ++i) sum = sum * 0.5 + 0.5;
        out[0] = static_cast<float>(sum);
        return 1;
      },
  };
  return backend;
}

// In a file with nothing else that a program needs, so that the page's module can define its own.
const Backend* built_reference() { return &reference_backend(); }

}  // namespace convolab
