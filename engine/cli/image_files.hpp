// PNG and JPEG files, and folders of them by class.
#pragma once

#include <filesystem>

#include "core/error.hpp"
#include "data/dataset.hpp"
#include "data/picture.hpp"

namespace convolab::cli {

// One picture file in a network's shape. Errors name the file and what was found.
Expected<std::vector<std::uint8_t>> load_picture(const std::filesystem::path& path,
                                                 const Shape& shape, PictureMode mode);

// A folder with one subfolder per class, each with PNG or JPEG files; or with such folders under
// train/ and validation/ (or val/, test/). Without the latter a fifth of each class validates.
Expected<Dataset> load_picture_folder(const std::filesystem::path& folder, const Shape& shape,
                                      PictureMode mode);

}  // namespace convolab::cli
