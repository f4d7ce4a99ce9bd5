// The module without WebGPU: see gpu_access.hpp.
#include "gpu_access.hpp"
#include "model/backend.hpp"

namespace convolab {

gpu::Access gpu_in_use() { return {}; }
bool gpu_built() { return false; }

}  // namespace convolab
