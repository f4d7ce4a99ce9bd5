#include "kernels/layout.hpp"
#include "kernels/pad2d.hpp"

namespace convolab {

int padded_source(PaddingMode mode, int i, int before, int size) {
  const int source = i - before;
  if (source >= 0 && source < size) return source;
  switch (mode) {
    case PaddingMode::zeros: return -1;
    case PaddingMode::reflect: return source < 0 ? -source : 2 * (size - 1) - source;
    case PaddingMode::replicate: return source < 0 ? 0 : size - 1;
    case PaddingMode::circular: return source < 0 ? source + size : source - size;
  }
  return -1;
}

namespace reference {

template <class T>
void pad2d_forward(const Pad2dArgs& a, const T* x, T* y) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h(), a.out_w(), a.batch};
  for (int c = 0; c < a.channels; ++c)
    for (int i = 0; i < a.out_h(); ++i)
      for (int j = 0; j < a.out_w(); ++j) {
        const int row = padded_source(a.mode, i, a.top, a.in_h);
        const int column = padded_source(a.mode, j, a.left, a.in_w);
        const bool border = row < 0 || column < 0;
        for (int n = 0; n < a.batch; ++n)
          y[out(c, i, j, n)] = border ? static_cast<T>(a.value) : x[in(c, row, column, n)];
      }
}

template <class T>
void pad2d_backward(const Pad2dArgs& a, const T* d_y, const T* x, T* d_x) {
  const Layout in{a.in_h, a.in_w, a.batch}, out{a.out_h(), a.out_w(), a.batch};
  clear(d_x, a.write, in.elements(a.channels));
  for (int c = 0; c < a.channels; ++c)
    for (int i = 0; i < a.out_h(); ++i)
      for (int j = 0; j < a.out_w(); ++j) {
        const int row = padded_source(a.mode, i, a.top, a.in_h);
        const int column = padded_source(a.mode, j, a.left, a.in_w);
        if (row < 0 || column < 0) continue;
        for (int n = 0; n < a.batch; ++n) {
          const std::int64_t at = in(c, row, column, n);
          if (!x || x[at] > T(0)) d_x[at] += d_y[out(c, i, j, n)];
        }
      }
}

#define CONVOLAB_INSTANTIATE(T)                                \
  template void pad2d_forward(const Pad2dArgs&, const T*, T*); \
  template void pad2d_backward(const Pad2dArgs&, const T*, const T*, T*);
CONVOLAB_INSTANTIATE(float)
CONVOLAB_INSTANTIATE(double)
#undef CONVOLAB_INSTANTIATE

}  // namespace reference

}  // namespace convolab
