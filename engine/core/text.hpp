// Numbers as people write them, for messages.
#pragma once

#include <string>

namespace convolab {

// Of a finite number: up to six significant digits, without trailing zeros: "1", "0.003", "1e-08".
std::string short_number(double value);

}  // namespace convolab
