#include "core/rng.hpp"
#include "kernels/dropout.hpp"
#include "kernels/layout.hpp"

namespace convolab {

float dropout_factor(const DropoutArgs& a, const RunContext& context, std::int64_t i) {
  if (a.p >= 1.0f) return 0.0f;
  const std::uint64_t draw = (context.step << 32) + static_cast<std::uint64_t>(i / 2);
  const Random2x32 bits = random_bits(context.seed, Stream::dropout, a.lane, draw);
  return to_uniform(i % 2 == 0 ? bits.a : bits.b) < a.p ? 0.0f : 1.0f / (1.0f - a.p);
}

namespace reference {

template <class T>
void dropout_forward(const RunContext& context, const DropoutArgs& a, const T* x, T* y) {
  for (std::int64_t i = 0; i < a.elements; ++i)
    y[i] = static_cast<T>(dropout_factor(a, context, i)) * x[i];
}

template <class T>
void dropout_backward(const RunContext& context, const DropoutArgs& a, const T* d_y, T* d_x) {
  for (std::int64_t i = 0; i < a.elements; ++i)
    write_to(d_x[i], a.write,
             static_cast<double>(dropout_factor(a, context, i)) * static_cast<double>(d_y[i]));
}

#define CONVOLAB_INSTANTIATE(T)                                                       \
  template void dropout_forward(const RunContext&, const DropoutArgs&, const T*, T*); \
  template void dropout_backward(const RunContext&, const DropoutArgs&, const T*, T*);
CONVOLAB_INSTANTIATE(float)
CONVOLAB_INSTANTIATE(double)
#undef CONVOLAB_INSTANTIATE

}  // namespace reference

}  // namespace convolab
