#include "model/backend.hpp"

#include <cassert>
#include <tuple>

namespace convolab {

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::forward: return "forward";
    case Phase::loss: return "loss";
    case Phase::backward: return "backward";
    case Phase::update: return "update";
  }
  return "?";
}

namespace detail {

template <class Args>
const Args& args_of(const Step& step) {
  assert(std::holds_alternative<Args>(step.args));
  return *std::get_if<Args>(&step.args);
}

// Once for every type in KernelArgs (several kernels may share one).
template <class... Args>
auto all_args(const std::variant<Args...>*) {
  return std::tuple(&args_of<Args>...);
}
[[gnu::used]] const auto instantiated = all_args(static_cast<const KernelArgs*>(nullptr));

// What the SIMD backends take from the reference (backend_simd.cpp).
template struct Adapt<&reference::copy<float>>;
template struct Adapt<&reference::mse_forward<float>>;
template struct Adapt<&reference::mse_backward<float>>;
template struct Adapt<&reference::metrics<float>>;

}  // namespace detail

// One backend per instruction set that the build compiled (see simd_variants.inc, best last).
#define CONVOLAB_SIMD_VARIANT_ENTRY(variant) \
  namespace simd::variant {                  \
  extern const Backend backend;              \
  extern const Backend tiles_2x2_backend;    \
  extern const Backend direct_backend;       \
  }
#include "simd_variants.inc"
#undef CONVOLAB_SIMD_VARIANT_ENTRY

namespace {

bool machine_has([[maybe_unused]] std::string_view variant) {
#if defined(__x86_64__)
  // These ask the operating system too, whether it keeps the wide registers.
  if (variant == "avx2") return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (variant == "avx512")
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
#endif
  return true;
}

// Usable variants, best first.
const std::vector<const Backend*>& simd_backends() {
  static const std::vector<const Backend*> usable = [] {
    std::vector<const Backend*> all;
#define CONVOLAB_SIMD_VARIANT_ENTRY(variant)                                                       \
  if (machine_has(#variant))                                                                       \
    for (const Backend* each : {&simd::variant::direct_backend, &simd::variant::tiles_2x2_backend, \
                                &simd::variant::backend})                                          \
      all.insert(all.begin(), each);
#include "simd_variants.inc"
#undef CONVOLAB_SIMD_VARIANT_ENTRY
    return all;
  }();
  return usable;
}

}  // namespace

std::vector<std::string> backend_names() {
  std::vector<std::string> names;
  if (built_reference()) names.emplace_back("reference");
  if (!simd_backends().empty()) names.emplace_back("simd");
  for (const Backend* backend : simd_backends()) names.emplace_back(backend->name);
  return names;
}

Expected<const Backend*> find_backend(std::string_view name) {
  if (name == "reference" && built_reference()) return built_reference();
  if (name == "simd" && !simd_backends().empty()) return simd_backends().front();
  for (const Backend* backend : simd_backends())
    if (backend->name == name) return backend;
  std::string known;
  for (const std::string& each : backend_names()) known += (known.empty() ? "" : ", ") + each;
  if (name == gpu_backend_name)
    return fail(
        ErrorCode::unsupported, "backend",
        "\"webgpu\" needs a GPU that has been opened, as the page and npm run train:webgpu do, and "
        "here there is none; choose one of " +
            known);
  return fail(
      ErrorCode::not_found, "backend",
      "there is no backend \"" + std::string(name) + "\" on this machine; choose one of " + known);
}

}  // namespace convolab
