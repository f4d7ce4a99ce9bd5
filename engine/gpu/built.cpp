#include "model/backend.hpp"

namespace convolab {

bool gpu_built() { return true; }

}  // namespace convolab
