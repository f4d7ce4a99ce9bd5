// Datasets by name or path.
#pragma once

#include <string>

#include "core/error.hpp"
#include "data/dataset.hpp"
#include "data/picture.hpp"

namespace convolab::cli {

// The part of each class that validates where the data brings no validation split; and the seed of
// that choice, the same whatever the training's seed.
inline constexpr double validation_share = 0.2;
inline constexpr std::uint64_t split_seed = 1;

struct DataSource {
  std::string data;                         // "digits", or a path
  std::string folder;                       // of the built-in datasets; empty: look for it
  PictureMode pictures = PictureMode::fit;  // how folders of pictures are brought to shape
};

// Loads a dataset for a network that takes `shape`:
//   a built-in name        digits, fashion: a folder with manifest.json among the built-in data
//   a folder               with manifest.json; or IDX files named as MNIST's; or pictures by class
//   an IDX file of images  its labels beside it, named likewise (…-images-idx3… → …-labels-idx1…)
// IDX files may be gzip'd. Without a validation split of its own, a fifth of each class validates.
Expected<Dataset> load_data(const DataSource& source, const Shape& shape);

// The same dataset with only its first `count` training pictures.
Dataset limit_training(Dataset dataset, int count);

}  // namespace convolab::cli
