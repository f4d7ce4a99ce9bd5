// Files as bytes. All file system code of the engine lives in this folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace convolab::cli {

// A whole file. Errors name the path and the system's reason.
Expected<std::vector<std::uint8_t>> read_file(const std::filesystem::path& path);

// Replaces a file in one move: its old content stays until the new one is written in full.
Status write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
Status write_file(const std::filesystem::path& path, std::string_view text);

// Makes a folder and its parents where missing.
Status make_folder(const std::filesystem::path& path);

inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace convolab::cli
