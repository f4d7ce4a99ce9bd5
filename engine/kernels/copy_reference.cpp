#include "kernels/copy.hpp"

namespace convolab::reference {

template <class T>
void copy(const CopyArgs& a, const T* x, T* y) {
  const T* source = x + a.from;
  T* target = y + a.to;
  if (a.write == Write::accumulate)
    for (std::int64_t i = 0; i < a.elements; ++i) target[i] += source[i];
  else
    for (std::int64_t i = 0; i < a.elements; ++i) target[i] = source[i];
}

template void copy(const CopyArgs&, const float*, float*);
template void copy(const CopyArgs&, const double*, double*);

}  // namespace convolab::reference
