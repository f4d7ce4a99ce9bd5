// The table of layer types as JSON, for the command line's lists and the page's editor.
#pragma once

#include <string>

#include "layers/attributes.hpp"

namespace convolab {

std::string_view kind_name(AttributeKind kind);  // "integer", "pair", …

// [{"name", "short_name", "help", "min_inputs", "max_inputs",
//   "attributes": [{"name", "kind", "fallback", "minimum", "maximum", "help", "choices"}]}]
// in the order of layers.inc. A fallback of null: the attribute must be given.
std::string layer_types_json();

}  // namespace convolab
