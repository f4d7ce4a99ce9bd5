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
  };
  return backend;
}

// In a file with nothing else that a program needs, so that the page's module can define its own.
const Backend* built_reference() { return &reference_backend(); }

}  // namespace convolab
