// The table of one SIMD variant.
#include "kernels/simd_kernels.hpp"
#include "model/backend.hpp"

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

#define CONVOLAB_TEXT(x) #x
#define CONVOLAB_NAME(variant) "simd:" CONVOLAB_TEXT(variant)

extern const Backend backend;
const Backend backend = {
    CONVOLAB_NAME(CONVOLAB_SIMD_VARIANT),
    {
#define CONVOLAB_KERNEL(name, Args) &detail::Adapt<&reference::name<float>>::run,
#include "kernels/kernels.inc"
#undef CONVOLAB_KERNEL
    },
    [](const Step&) -> std::int64_t { return 0; },
};

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
