// The zoo: networks that come with Convolab, as spec documents.
#pragma once

#include <span>
#include <string_view>

namespace convolab {

struct ZooEntry {
  std::string_view name;   // "lenet-5"
  std::string_view title;  // "LeNet-5 (1998)"
  std::string_view spec;   // the JSON document
};

std::span<const ZooEntry> zoo();
const ZooEntry* find_in_zoo(std::string_view name);  // nullptr when there is none

}  // namespace convolab
