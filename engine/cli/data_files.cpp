#include "cli/data_files.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "cli/files.hpp"
#include "cli/image_files.hpp"
#include "data/idx.hpp"
#include "io/gzip.hpp"

namespace convolab::cli {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

Expected<Bytes> read_unpacked(const fs::path& path) {
  auto bytes = read_file(path);
  if (!bytes || !is_gzip(*bytes)) return bytes;
  return gunzip(*bytes, path.string());
}

struct Labelled {
  IdxImages images;
  Bytes labels;
};

Expected<Labelled> read_pair(const fs::path& images_path, const fs::path& labels_path) {
  const auto image_bytes = read_unpacked(images_path);
  if (!image_bytes) return tl::unexpected(image_bytes.error());
  auto images = parse_idx_images(*image_bytes, images_path.string());
  if (!images) return tl::unexpected(images.error());
  const auto label_bytes = read_unpacked(labels_path);
  if (!label_bytes) return tl::unexpected(label_bytes.error());
  auto labels = parse_idx_labels(*label_bytes, labels_path.string());
  if (!labels) return tl::unexpected(labels.error());
  if (auto status = check_idx_pair(*images, images_path.string(), *labels, labels_path.string());
      !status)
    return tl::unexpected(status.error());
  return Labelled{*std::move(images), *std::move(labels)};
}

// --- built-in form: manifest.json and parts ---

Status add_parts(const fs::path& folder, const std::vector<Manifest::Part>& parts, ImageSet& set) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto pair = read_pair(folder / parts[i].images, folder / parts[i].labels);
    if (!pair) return tl::unexpected(pair.error());
    if (auto status = set.add_part(static_cast<int>(i), pair->images.pixels, pair->labels); !status)
      return fail(status.error().code, (folder / parts[i].images).string(), status.error().message);
  }
  return {};
}

Expected<Dataset> load_manifest(const fs::path& folder) {
  const fs::path path = folder / "manifest.json";
  const auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  const auto manifest = parse_manifest(as_text(*text));
  if (!manifest) return fail(manifest.error().code, path.string(), manifest.error().message);
  Dataset dataset = announce(*manifest);
  if (auto status = add_parts(folder, manifest->train, dataset.train); !status)
    return tl::unexpected(status.error());
  if (auto status = add_parts(folder, manifest->validation, dataset.validation); !status)
    return tl::unexpected(status.error());
  return dataset;
}

// Where the built-in datasets are: as told, else beside the program, else where it was built.
std::vector<fs::path> data_folders(const std::string& told) {
  if (!told.empty()) return {told};
  if (const char* variable = std::getenv("CONVOLAB_DATA"); variable && *variable) return {variable};
  std::vector<fs::path> out;
  std::error_code reason;
  const fs::path program = fs::read_symlink("/proc/self/exe", reason);
  if (!reason) {
    out.push_back(program.parent_path() / "../../web/data");
    out.push_back(program.parent_path() / "../share/convolab/data");
  }
#ifdef CONVOLAB_SOURCE_DIR
  out.push_back(fs::path(CONVOLAB_SOURCE_DIR) / "web/data");
#endif
  return out;
}

std::optional<fs::path> find_builtin(const DataSource& source) {
  if (source.data.find('/') != std::string::npos) return {};
  std::error_code ignored;
  for (const fs::path& folder : data_folders(source.folder))
    if (fs::exists(folder / source.data / "manifest.json", ignored)) return folder / source.data;
  return {};
}

tl::unexpected<Error> no_such_data(const DataSource& source) {
  std::vector<std::string> known;
  std::error_code ignored;
  for (const fs::path& folder : data_folders(source.folder)) {
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (fs::exists(entry.path() / "manifest.json", ignored))
        known.push_back(entry.path().filename().string());
    if (!known.empty()) break;
  }
  std::sort(known.begin(), known.end());
  std::string names;
  for (const std::string& each : known) names += (names.empty() ? "" : ", ") + each;
  return fail(
      ErrorCode::not_found, source.data,
      "there is no such dataset; give an IDX file, a folder, or " +
          (names.empty() ? "tell with --data-dir where the built-in ones are" : "one of " + names));
}

// --- IDX files ---

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  if (const auto at = text.rfind(from); at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

// The labels that belong to a file of images, packed or not.
Expected<fs::path> labels_beside(const fs::path& images) {
  const std::string name = images.filename().string();
  const std::string stem = replaced(replaced(name, "images", "labels"), "idx3", "idx1");
  const bool packed = stem.ends_with(".gz");
  const std::string other = packed ? stem.substr(0, stem.size() - 3) : stem + ".gz";
  std::error_code ignored;
  for (const std::string& each : {stem, other})
    if (each != name && fs::exists(images.parent_path() / each, ignored))
      return images.parent_path() / each;
  return fail(ErrorCode::not_found, images.string(),
              name.find("images") == std::string::npos
                  ? "the name of an IDX file of images must contain \"images\", so that its labels "
                    "can be found beside it"
                  : "expected its labels beside it in " + stem + ", found no such file");
}

Expected<Labelled> read_images(const fs::path& images) {
  const auto labels = labels_beside(images);
  if (!labels) return tl::unexpected(labels.error());
  return read_pair(images, *labels);
}

std::vector<std::string> class_names(const Bytes& labels, const Bytes& more) {
  int most = 1;
  for (const Bytes* each : {&labels, &more})
    for (const std::uint8_t label : *each) most = std::max<int>(most, label);
  std::vector<std::string> names;
  for (int c = 0; c <= most; ++c) names.push_back(std::to_string(c));
  return names;
}

Expected<Dataset> from_one_pair(const std::string& name, const Labelled& all) {
  return split_dataset(name, all.images.shape, class_names(all.labels, {}), all.images.pixels,
                       all.labels, validation_share, split_seed);
}

Expected<Dataset> from_two_pairs(const std::string& name, const Labelled& train,
                                 const Labelled& validation) {
  if (train.images.shape != validation.images.shape)
    return fail(ErrorCode::bad_file, name,
                "its training pictures are " + train.images.shape.text() +
                    ", but its validation pictures " + validation.images.shape.text());
  std::vector<std::string> names = class_names(train.labels, validation.labels);
  const int classes = static_cast<int>(names.size());
  const auto gather = [&](const Labelled& pair) {
    ImageSet set(pair.images.shape, classes, {pair.images.count});
    (void)set.add_part(0, pair.images.pixels, pair.labels);  // checked by read_pair
    return set;
  };
  return Dataset{name, std::move(names), gather(train), gather(validation)};
}

// The files of images in a folder, by the first word of their names.
std::vector<fs::path> image_files(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file(ignored) && name.find("images") != std::string::npos &&
        name.find("idx") != std::string::npos)
      out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

Expected<Dataset> load_idx_folder(const fs::path& folder, const std::vector<fs::path>& files) {
  const std::string name = folder.string();
  const auto starts_with = [](const fs::path& path, std::initializer_list<const char*> words) {
    const std::string text = path.filename().string();
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return text.starts_with(word); });
  };
  const fs::path *train = nullptr, *validation = nullptr;
  for (const fs::path& file : files) {
    if (starts_with(file, {"train"})) train = &file;
    if (starts_with(file, {"t10k", "test", "val"})) validation = &file;
  }
  if (files.size() == 1) {
    const auto all = read_images(files[0]);
    return all ? from_one_pair(name, *all) : tl::unexpected(all.error());
  }
  if (files.size() != 2 || !train || !validation)
    return fail(ErrorCode::bad_file, name,
                "expected one IDX file of images, or two that begin with train and with t10k, test "
                "or validation; found " +
                    std::to_string(files.size()));
  const auto first = read_images(*train), second = read_images(*validation);
  if (!first) return tl::unexpected(first.error());
  if (!second) return tl::unexpected(second.error());
  return from_two_pairs(name, *first, *second);
}

}  // namespace

Expected<Dataset> load_data(const DataSource& source, const Shape& shape) {
  if (const auto folder = find_builtin(source)) return load_manifest(*folder);
  std::error_code ignored;
  const fs::path path = source.data;
  if (source.data.empty() || !fs::exists(path, ignored)) return no_such_data(source);
  if (!fs::is_directory(path, ignored)) {
    const auto all = read_images(path);
    return all ? from_one_pair(path.filename().string(), *all) : tl::unexpected(all.error());
  }
  if (fs::exists(path / "manifest.json", ignored)) return load_manifest(path);
  const auto files = image_files(path);
  if (!files.empty()) return load_idx_folder(path, files);
  return load_picture_folder(path, shape, source.pictures);
}

Dataset limit_training(Dataset dataset, int count) {
  const int size = std::min(count, dataset.train.size());
  Bytes pixels, labels;
  for (int i = 0; i < size; ++i) {
    const auto image = dataset.train.image(i);
    pixels.insert(pixels.end(), image.begin(), image.end());
    labels.push_back(static_cast<std::uint8_t>(dataset.train.label(i)));
  }
  ImageSet train(dataset.shape(), static_cast<int>(dataset.classes.size()), {size});
  (void)train.add_part(0, pixels, labels);  // copied from a checked one
  dataset.train = std::move(train);
  return dataset;
}

}  // namespace convolab::cli
