// Gzip, for the IDX files as they are published. In the browser the page inflates its files itself
// (DecompressionStream) and this build of the engine has no zlib.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace convolab {

// Whether these bytes begin as a gzip file does.
bool is_gzip(std::span<const std::uint8_t> file);

// The content of a gzip file, all of its members. `where` names the file in errors. Refused:
// damaged or cut-off data, more than `limit` bytes of content, and everything in a build without
// zlib.
Expected<std::vector<std::uint8_t>> gunzip(std::span<const std::uint8_t> file,
                                           const std::string& where,
                                           std::size_t limit = std::size_t{1} << 30);

}  // namespace convolab
