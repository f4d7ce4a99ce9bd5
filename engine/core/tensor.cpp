#include "core/tensor.hpp"

namespace convolab {

void batch_to_innermost(const float* nchw, int batch, std::int64_t features, float* chwn) {
  for (std::int64_t n = 0; n < batch; ++n)
    for (std::int64_t f = 0; f < features; ++f) chwn[f * batch + n] = nchw[n * features + f];
}

void batch_to_outermost(const float* chwn, int batch, std::int64_t features, float* nchw) {
  for (std::int64_t n = 0; n < batch; ++n)
    for (std::int64_t f = 0; f < features; ++f) nchw[n * features + f] = chwn[f * batch + n];
}

}  // namespace convolab
