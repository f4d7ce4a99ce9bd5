// Dataset: labelled pictures, kept as bytes, in a training and a validation split. Pictures may
// arrive in parts: training begins with the first and never depends on when the others come.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/shape.hpp"

namespace convolab {

enum class Split { train, validation };

// Pictures of one shape, one after the other, channels × height × width each.
class ImageSet {
 public:
  // What is to come: the number of pictures in each part.
  ImageSet(Shape shape, int classes, std::vector<int> part_sizes);

  const Shape& shape() const { return shape_; }
  int size() const { return starts_.back(); }  // pictures announced
  int parts() const { return static_cast<int>(starts_.size()) - 1; }
  // The pictures of part p are numbers part_begin(p) … part_begin(p+1)-1.
  int part_begin(int part) const { return starts_[static_cast<std::size_t>(part)]; }
  bool has_part(int part) const { return loaded_[static_cast<std::size_t>(part)]; }
  bool has_image(int index) const;
  bool complete() const;

  // Errors: a wrong number of bytes, a label outside the classes; nothing is changed then.
  Status add_part(int part, std::span<const std::uint8_t> pixels,
                  std::span<const std::uint8_t> labels);

  std::span<const std::uint8_t> image(int index) const;  // of a loaded part
  int label(int index) const { return labels_[static_cast<std::size_t>(index)]; }

 private:
  Shape shape_;
  int classes_;
  std::vector<int> starts_;
  std::vector<bool> loaded_;
  // Not vectors: they would set byte after byte to 0, and a built-in dataset waits for that.
  std::unique_ptr<std::uint8_t[]> pixels_, labels_;
};

struct Dataset {
  std::string name;
  std::vector<std::string> classes;
  ImageSet train, validation;

  const Shape& shape() const { return train.shape(); }
  const ImageSet& split(Split s) const { return s == Split::train ? train : validation; }
  ImageSet& split(Split s) { return s == Split::train ? train : validation; }
};

// Splits pictures into training and validation, seeded, with the same share of every class in both
// (at least one of each class stays in training).
Expected<Dataset> split_dataset(std::string name, const Shape& shape,
                                std::vector<std::string> classes,
                                std::span<const std::uint8_t> pixels,
                                std::span<const std::uint8_t> labels, double validation_share,
                                std::uint64_t seed);

// What manifest.json of a built-in dataset says (see web/data/README.md).
struct Manifest {
  struct Part {
    std::string images, labels;  // file names beside the manifest
    int count = 0;
  };
  std::string name, title;
  std::vector<std::string> classes;
  Shape shape;
  std::vector<Part> train, validation;
};
Expected<Manifest> parse_manifest(std::string_view json);
// A dataset of that form with no part loaded yet.
Dataset announce(const Manifest& manifest);

}  // namespace convolab
