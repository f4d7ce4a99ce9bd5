// One forward pass as a JSON document in and out, without any state: what an exhibit asks on every
// movement of the pointer.
//
//   job     {"spec": {…}, "input": [C·H·W numbers], "parameters": {"c1.weight": [numbers], …},
//            "unit": {"layer", "element"}}
//   answer  {"activations": [{"name", "shape", "data"}], one per layer,
//            "unit": what explain/unit.hpp says of it, when asked}
//
// Parameters that the job does not name are as seed 1 initialises them. The pass is PyTorch's eval
// mode, batch 1.
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace convolab {

// Errors: what parse_spec and make_graph refuse, counts that do not fit (with both numbers), names
// that are not there, numbers that are not finite.
Expected<std::string> calculate(std::string_view job);

}  // namespace convolab
