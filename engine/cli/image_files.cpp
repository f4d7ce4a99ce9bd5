#include "cli/image_files.hpp"

#define STBI_NO_STDIO
#include <stb/stb_image.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "cli/data_files.hpp"
#include "cli/files.hpp"

namespace convolab::cli {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

// Entries of a folder that `wanted` accepts, sorted by name; hidden ones are passed over.
template <class Wanted>
Expected<std::vector<fs::path>> list(const fs::path& folder, Wanted wanted) {
  std::error_code reason;
  std::vector<fs::path> out;
  for (fs::directory_iterator it(folder, reason), end; !reason && it != end; it.increment(reason))
    if (it->path().filename().string()[0] != '.' && wanted(*it)) out.push_back(it->path());
  if (reason) return fail(ErrorCode::bad_file, folder.string(), "cannot read: " + reason.message());
  std::sort(out.begin(), out.end());
  return out;
}

Expected<std::vector<fs::path>> list_folders(const fs::path& folder) {
  return list(folder, [](const fs::directory_entry& entry) {
    std::error_code ignored;
    return entry.is_directory(ignored);
  });
}

struct Labelled {
  Bytes pixels, labels;
};

// All pictures of a folder's class subfolders; the classes are those of `names`.
Expected<Labelled> load_classes(const fs::path& folder, const std::vector<std::string>& names,
                                const Shape& shape, PictureMode mode) {
  Labelled out;
  for (std::size_t label = 0; label < names.size(); ++label) {
    const fs::path place = folder / names[label];
    std::error_code ignored;
    if (!fs::exists(place, ignored)) continue;  // a class that only training has
    const auto files = list(place, [](const fs::directory_entry& e) { return is_picture(e); });
    if (!files) return tl::unexpected(files.error());
    if (files->empty())
      return fail(ErrorCode::bad_file, place.string(),
                  "expected PNG or JPEG pictures of this class, found none");
    for (const fs::path& file : *files) {
      const auto picture = load_picture(file, shape, mode);
      if (!picture) return tl::unexpected(picture.error());
      out.pixels.insert(out.pixels.end(), picture->begin(), picture->end());
      out.labels.push_back(static_cast<std::uint8_t>(label));
    }
  }
  return out;
}

}  // namespace

Expected<Bytes> load_picture(const fs::path& path, const Shape& shape, PictureMode mode) {
  const auto file = read_file(path);
  if (!file) return tl::unexpected(file.error());
  const auto bad = [&](const std::string& message) {
    return fail(ErrorCode::bad_file, path.string(), message);
  };
  if (file->size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return bad("pictures of 2 GiB and more are not read");
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(file->data(), static_cast<int>(file->size()), &width, &height,
                            &channels, 0),
      stbi_image_free);
  if (!pixels)
    return bad("expected a PNG or JPEG picture, found something else (" +
               std::string(stbi_failure_reason()) + ")");
  const Picture picture{
      width,
      height,
      channels,
      {pixels.get(), static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                         static_cast<std::size_t>(channels)}};
  auto out = prepare_picture(picture, shape, mode);
  if (!out) return bad(out.error().message);
  return out;
}

Expected<Dataset> load_picture_folder(const fs::path& folder, const Shape& shape,
                                      PictureMode mode) {
  std::error_code ignored;
  const bool split = fs::is_directory(folder / "train", ignored);
  const fs::path train_folder = split ? folder / "train" : folder;
  const auto folders = list_folders(train_folder);
  if (!folders) return tl::unexpected(folders.error());
  std::vector<std::string> names;
  for (const fs::path& each : *folders) names.push_back(each.filename().string());
  if (names.size() < 2 || names.size() > 256)
    return fail(ErrorCode::bad_file, train_folder.string(),
                "expected from 2 to 256 subfolders, one per class, each with PNG or JPEG pictures; "
                "found " +
                    std::to_string(names.size()));
  auto train = load_classes(train_folder, names, shape, mode);
  if (!train) return tl::unexpected(train.error());
  const std::string name = fs::absolute(folder, ignored).lexically_normal().filename().string();
  if (!split)
    return split_dataset(name.empty() ? folder.string() : name, shape, std::move(names),
                         train->pixels, train->labels, validation_share, split_seed);
  Labelled validation;
  for (const char* each : {"validation", "val", "test"}) {
    if (!fs::is_directory(folder / each, ignored)) continue;
    const auto found = list_folders(folder / each);
    if (!found) return tl::unexpected(found.error());
    for (const fs::path& place : *found)
      if (std::find(names.begin(), names.end(), place.filename().string()) == names.end())
        return fail(ErrorCode::bad_file, place.string(),
                    "there is no class of this name in " + train_folder.string());
    auto loaded = load_classes(folder / each, names, shape, mode);
    if (!loaded) return tl::unexpected(loaded.error());
    validation = *std::move(loaded);
    break;
  }
  const int classes = static_cast<int>(names.size());
  const auto gather = [&](const Labelled& pictures) {
    ImageSet set(shape, classes, {static_cast<int>(pictures.labels.size())});
    (void)set.add_part(0, pictures.pixels, pictures.labels);  // of this shape and these classes
    return set;
  };
  return Dataset{name, std::move(names), gather(*train), gather(validation)};
}

}  // namespace convolab::cli
