// copy: a run of elements from one buffer to another, replacing or adding. With the batch innermost
// a block of channels is such a run: concat is copies side by side, add is copies that accumulate,
// and their backward passes are copies too.
#pragma once

#include "kernels/common.hpp"

namespace convolab {

struct CopyArgs {
  std::int64_t elements = 1;
  std::int64_t from = 0, to = 0;  // offsets into x and y
  Write write = Write::overwrite;
};

namespace reference {
// y[to+i] = x[from+i], or += when accumulating
template <class T>
void copy(const CopyArgs& a, const T* x, T* y);
}  // namespace reference

}  // namespace convolab
