// The table of one SIMD variant. Where plain loops are as good, it says reference::.
#include "kernels/simd_kernels.hpp"
#include "model/backend.hpp"

// The fallbacks' adapters are compiled once, in backend.cpp and for every machine; a copy compiled
// here could be the one that the linker keeps, and need this variant's instructions.
namespace convolab::detail {
extern template struct Adapt<&reference::copy<float>>;
extern template struct Adapt<&reference::mse_forward<float>>;
extern template struct Adapt<&reference::mse_backward<float>>;
extern template struct Adapt<&reference::metrics<float>>;
}  // namespace convolab::detail

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

std::int64_t scratch_floats(const Step& step) {
  switch (step.kernel) {
#define CONVOLAB_SCRATCH(name, Args) \
  case Kernel::name: return name##_scratch(detail::args_of<Args>(step));
    CONVOLAB_SCRATCH(conv2d_forward, Conv2dArgs)
    CONVOLAB_SCRATCH(conv2d_backward_input, Conv2dArgs)
    CONVOLAB_SCRATCH(conv2d_backward_weight, Conv2dArgs)
    CONVOLAB_SCRATCH(linear_forward, LinearArgs)
    CONVOLAB_SCRATCH(linear_backward_input, LinearArgs)
    CONVOLAB_SCRATCH(linear_backward_weight, LinearArgs)
#undef CONVOLAB_SCRATCH
    default: return 0;
  }
}

std::int64_t tiles_2x2_scratch_floats(const Step& step) {
  switch (step.kernel) {
    case Kernel::conv2d_forward:
      return conv2d_forward_2x2_scratch(detail::args_of<Conv2dArgs>(step));
    case Kernel::conv2d_backward_input:
      return conv2d_backward_input_2x2_scratch(detail::args_of<Conv2dArgs>(step));
    default: return scratch_floats(step);
  }
}

std::int64_t direct_scratch_floats(const Step& step) {
  switch (step.kernel) {
    case Kernel::conv2d_forward:
      return conv2d_forward_direct_scratch(detail::args_of<Conv2dArgs>(step));
    case Kernel::conv2d_backward_input:
      return conv2d_backward_input_direct_scratch(detail::args_of<Conv2dArgs>(step));
    case Kernel::conv2d_backward_weight:
      return conv2d_backward_weight_direct_scratch(detail::args_of<Conv2dArgs>(step));
    default: return scratch_floats(step);
  }
}

// In the order of kernels.inc; an entry out of place does not find its args, and the tests say so.
constexpr Backend backend_of(std::string_view name, KernelFunction conv2d,
                             KernelFunction conv2d_input, KernelFunction conv2d_weight,
                             ScratchFunction scratch) {
  return {
      name,
      {
          &detail::Adapt<&pad2d_forward>::run,
          &detail::Adapt<&pad2d_backward>::run,
          conv2d,
          conv2d_input,
          conv2d_weight,
          &detail::Adapt<&conv2d_backward_bias>::run,
          &detail::Adapt<&linear_forward>::run,
          &detail::Adapt<&linear_backward_input>::run,
          &detail::Adapt<&linear_backward_weight>::run,
          &detail::Adapt<&linear_backward_bias>::run,
          &detail::Adapt<&max_pool2d_forward>::run,
          &detail::Adapt<&max_pool2d_backward>::run,
          &detail::Adapt<&avg_pool2d_forward>::run,
          &detail::Adapt<&avg_pool2d_backward>::run,
          &detail::Adapt<&adaptive_avg_pool2d_forward>::run,
          &detail::Adapt<&adaptive_avg_pool2d_backward>::run,
          &detail::Adapt<&activation_forward>::run,
          &detail::Adapt<&activation_backward>::run,
          &detail::Adapt<&softmax_forward>::run,
          &detail::Adapt<&softmax_backward>::run,
          &detail::Adapt<&batch_norm2d_forward>::run,
          &detail::Adapt<&batch_norm2d_forward_eval>::run,
          &detail::Adapt<&batch_norm2d_backward>::run,
          &detail::Adapt<&batch_norm2d_backward_eval>::run,
          &detail::Adapt<&dropout_forward>::run,
          &detail::Adapt<&dropout_backward>::run,
          &detail::Adapt<&reference::copy<float>>::run,
          &detail::Adapt<&cross_entropy_forward>::run,
          &detail::Adapt<&cross_entropy_backward>::run,
          &detail::Adapt<&reference::mse_forward<float>>::run,
          &detail::Adapt<&reference::mse_backward<float>>::run,
          &detail::Adapt<&reference::metrics<float>>::run,
          &detail::Adapt<&sgd_update>::run,
          &detail::Adapt<&rmsprop_update>::run,
          &detail::Adapt<&adam_update>::run,
      },
      scratch,
      &multiply_adds_on_registers,
  };
}

}  // namespace

#define CONVOLAB_TEXT(x) #x
#define CONVOLAB_NAME(variant) "simd:" CONVOLAB_TEXT(variant)

extern const Backend backend, tiles_2x2_backend, direct_backend;
constexpr Backend backend =
    backend_of(CONVOLAB_NAME(CONVOLAB_SIMD_VARIANT), &detail::Adapt<&conv2d_forward>::run,
               &detail::Adapt<&conv2d_backward_input>::run,
               &detail::Adapt<&conv2d_backward_weight>::run, &scratch_floats);
constexpr Backend tiles_2x2_backend = backend_of(
    CONVOLAB_NAME(CONVOLAB_SIMD_VARIANT) "+2x2", &detail::Adapt<&conv2d_forward_2x2>::run,
    &detail::Adapt<&conv2d_backward_input_2x2>::run, &detail::Adapt<&conv2d_backward_weight>::run,
    &tiles_2x2_scratch_floats);
constexpr Backend direct_backend = backend_of(
    CONVOLAB_NAME(CONVOLAB_SIMD_VARIANT) "+direct", &detail::Adapt<&conv2d_forward_direct>::run,
    &detail::Adapt<&conv2d_backward_input_direct>::run,
    &detail::Adapt<&conv2d_backward_weight_direct>::run, &direct_scratch_floats);

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
