#include "data/dataset.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "core/rng.hpp"

namespace convolab {

ImageSet::ImageSet(Shape shape, int classes, std::vector<int> part_sizes)
    : shape_(std::move(shape)), classes_(classes), starts_{0}, loaded_(part_sizes.size(), false) {
  for (const int size : part_sizes) starts_.push_back(starts_.back() + size);
  const auto images = static_cast<std::size_t>(size());
  pixels_ = std::make_unique<std::uint8_t[]>(images * static_cast<std::size_t>(shape_.elements()));
  labels_ = std::make_unique<std::uint8_t[]>(images);
}

bool ImageSet::has_image(int index) const {
  const auto part = std::upper_bound(starts_.begin(), starts_.end(), index) - starts_.begin() - 1;
  return index >= 0 && index < size() && loaded_[static_cast<std::size_t>(part)];
}

bool ImageSet::complete() const {
  return std::all_of(loaded_.begin(), loaded_.end(), [](bool loaded) { return loaded; });
}

Status ImageSet::add_part(int part, std::span<const std::uint8_t> pixels,
                          std::span<const std::uint8_t> labels) {
  const std::string where = "part " + std::to_string(part + 1);
  if (part < 0 || part >= parts())
    return fail(ErrorCode::bad_file, where,
                "the dataset has " + std::to_string(parts()) + " parts only");
  const auto count = static_cast<std::size_t>(part_begin(part + 1) - part_begin(part));
  const auto image_bytes = static_cast<std::size_t>(shape_.elements());
  if (labels.size() != count || pixels.size() != count * image_bytes)
    return fail(ErrorCode::bad_file, where,
                "expected " + std::to_string(count) + " pictures of " + shape_.text() + ", found " +
                    std::to_string(labels.size()) + " labels and " + std::to_string(pixels.size()) +
                    " bytes of pictures");
  for (const std::uint8_t label : labels)
    if (label >= classes_)
      return fail(ErrorCode::bad_file, where,
                  "label " + std::to_string(label) + " is not one of the " +
                      std::to_string(classes_) + " classes, 0 to " + std::to_string(classes_ - 1));
  const auto first = static_cast<std::size_t>(part_begin(part));
  std::copy(pixels.begin(), pixels.end(), pixels_.get() + first * image_bytes);
  std::copy(labels.begin(), labels.end(), labels_.get() + first);
  loaded_[static_cast<std::size_t>(part)] = true;
  return {};
}

std::span<const std::uint8_t> ImageSet::image(int index) const {
  const auto bytes = static_cast<std::size_t>(shape_.elements());
  return {pixels_.get() + static_cast<std::size_t>(index) * bytes, bytes};
}

Expected<Dataset> split_dataset(std::string name, const Shape& shape,
                                std::vector<std::string> classes,
                                std::span<const std::uint8_t> pixels,
                                std::span<const std::uint8_t> labels, double validation_share,
                                std::uint64_t seed) {
  const auto bytes = static_cast<std::size_t>(shape.elements());
  if (classes.size() < 2 || classes.size() > 256)
    return fail(
        ErrorCode::bad_file, name,
        "found " + std::to_string(classes.size()) + " classes; a dataset needs from 2 to 256");
  if (labels.size() * bytes != pixels.size())
    return fail(ErrorCode::bad_file, name,
                "found " + std::to_string(labels.size()) + " labels, but " +
                    std::to_string(pixels.size()) + " bytes of pictures of " + shape.text());
  if (labels.size() < 2)
    return fail(ErrorCode::bad_file, name, "a dataset needs at least 2 pictures");
  if (!(validation_share >= 0.0 && validation_share < 1.0))
    return fail(ErrorCode::invalid_argument, "validation share",
                "it must be at least 0 and below 1");
  // One seeded order; each class then gives the first of its own to validation.
  Rng rng(seed, Stream::data);
  const auto order = random_permutation(rng, 0, static_cast<std::uint32_t>(labels.size()));
  std::vector<int> counts(classes.size(), 0), taken(classes.size(), 0);
  for (const std::uint8_t label : labels) {
    if (label >= classes.size())
      return fail(ErrorCode::bad_file, name,
                  "label " + std::to_string(label) + " is not one of the " +
                      std::to_string(classes.size()) + " classes");
    ++counts[label];
  }
  std::vector<std::uint32_t> train, validation;
  for (const std::uint32_t i : order) {
    const std::size_t label = labels[i];
    const int wanted =
        std::min(static_cast<int>(validation_share * counts[label] + 0.5), counts[label] - 1);
    if (taken[label] < wanted) {
      ++taken[label];
      validation.push_back(i);
    } else {
      train.push_back(i);
    }
  }
  const int class_count = static_cast<int>(classes.size());
  const auto gather = [&](const std::vector<std::uint32_t>& chosen) {
    ImageSet set(shape, class_count, {static_cast<int>(chosen.size())});
    std::vector<std::uint8_t> some_pixels, some_labels;
    some_pixels.reserve(chosen.size() * bytes);
    for (const std::uint32_t i : chosen) {
      const auto image = pixels.subspan(i * bytes, bytes);
      some_pixels.insert(some_pixels.end(), image.begin(), image.end());
      some_labels.push_back(labels[i]);
    }
    (void)set.add_part(0, some_pixels, some_labels);  // checked above
    return set;
  };
  return Dataset{std::move(name), std::move(classes), gather(train), gather(validation)};
}

Expected<Manifest> parse_manifest(std::string_view text) {
  const JsonValue json = JsonValue::parse(text).value_or(JsonValue());
  const auto bad = [](const std::string& message) {
    return fail(ErrorCode::bad_file, "manifest", message);
  };
  if (!json.is_object()) return bad("this is not a JSON object");
  for (const char* key : {"classes", "shape", "train", "validation"})
    if (!json.at(key).is_array()) return bad("\"" + std::string(key) + "\" must be a list");
  Manifest manifest;
  if (json.at("name").is_text()) manifest.name = json.at("name").text();
  if (json.at("title").is_text()) manifest.title = json.at("title").text();
  for (const JsonValue& name : json.at("classes")) {
    if (!name.is_text()) return bad("\"classes\" must list names");
    manifest.classes.push_back(name.text());
  }
  std::vector<int> sizes;
  for (const JsonValue& size : json.at("shape")) {
    if (!size.is_whole_from(1, 4096))
      return bad("\"shape\" must list channels, height and width, each from 1 to 4096");
    sizes.push_back(size.integer());
  }
  if (sizes.size() != 3) return bad("\"shape\" must list channels, height and width");
  manifest.shape = Shape(std::move(sizes));
  for (auto [split, parts] :
       {std::pair{"train", &manifest.train}, std::pair{"validation", &manifest.validation}})
    for (const JsonValue& part : json.at(split)) {
      const JsonValue &images = part.at("images"), &labels = part.at("labels");
      const JsonValue& count = part.at("count");
      if (!images.is_text() || !labels.is_text() || !count.is_whole_from(1, (1 << 24) - 1))
        return bad("each part needs \"images\", \"labels\" and a positive \"count\"");
      parts->push_back({images.text(), labels.text(), count.integer()});
    }
  if (manifest.train.empty()) return bad("\"train\" must list at least one part");
  return manifest;
}

Dataset announce(const Manifest& manifest) {
  const auto sizes = [](const std::vector<Manifest::Part>& parts) {
    std::vector<int> out;
    for (const Manifest::Part& part : parts) out.push_back(part.count);
    return out;
  };
  const int classes = static_cast<int>(manifest.classes.size());
  return {manifest.name, manifest.classes, ImageSet(manifest.shape, classes, sizes(manifest.train)),
          ImageSet(manifest.shape, classes, sizes(manifest.validation))};
}

}  // namespace convolab
