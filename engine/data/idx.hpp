// IDX, the format of MNIST and its relatives: a magic number 00 00 TT RR (TT the type, 08 for
// bytes; RR the number of sizes), RR big-endian 32-bit sizes, then the bytes.
//
//   00000803  images: count, height, width
//   00000804  images: count, channels, height, width, or count, height, width, channels (1 or 3)
//   00000801  labels: count
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/shape.hpp"

namespace convolab {

struct IdxImages {
  int count = 0;
  Shape shape;                       // channels, height, width
  std::vector<std::uint8_t> pixels;  // count × channels × height × width
};

// Reads unpacked IDX images or labels. `where` names the file in errors, which say what was
// expected and what was found.
Expected<IdxImages> parse_idx_images(std::span<const std::uint8_t> file, const std::string& where);
Expected<std::vector<std::uint8_t>> parse_idx_labels(std::span<const std::uint8_t> file,
                                                     const std::string& where);

// Refuses images and labels of different numbers.
Status check_idx_pair(const IdxImages& images, const std::string& images_name,
                      std::span<const std::uint8_t> labels, const std::string& labels_name);

// Images and labels as IDX files; what the readers above read.
std::vector<std::uint8_t> write_idx_images(const IdxImages& images);
std::vector<std::uint8_t> write_idx_labels(std::span<const std::uint8_t> labels);

}  // namespace convolab
