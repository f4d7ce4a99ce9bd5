// Safetensors files (https://github.com/huggingface/safetensors), in memory: bytes in, bytes out.
//
//   8 bytes   the header's length N, little-endian
//   N bytes   JSON: {"name": {"dtype": "F32", "shape": [6, 1, 5, 5], "data_offsets": [0, 600]}, …}
//   the rest  the tensors' numbers, little-endian, without gaps
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/tensor.hpp"

namespace convolab {

// What a file says of itself: texts by name.
using Metadata = std::map<std::string, std::string>;

// Reads every tensor, in the header's order. F32, F64, F16, BF16, I64 and I32 become float32.
// `where` names the file in errors; `metadata`, if given, gets the file's. Refused: anything that
// is not exactly a safetensors file.
Expected<std::vector<NamedTensor>> read_safetensors(std::span<const std::uint8_t> file,
                                                    const std::string& where,
                                                    Metadata* metadata = nullptr);

// Writes float32 tensors in the given order, with the metadata {"format": "pt"} that PyTorch's
// loaders ask for, and more if given. Names must differ.
std::vector<std::uint8_t> write_safetensors(std::span<const NamedTensor> tensors,
                                            const Metadata& metadata = {});

}  // namespace convolab
