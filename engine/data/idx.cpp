#include "data/idx.hpp"

#include <algorithm>
#include <array>

namespace convolab {
namespace {

constexpr std::uint32_t images_magic = 0x0803, channels_magic = 0x0804, labels_magic = 0x0801;
constexpr std::int64_t max_bytes = std::int64_t{1} << 31;

std::string hex(std::uint32_t value) {
  std::string out = "0x00000000";
  for (std::size_t i = 0; i < 8; ++i) out[9 - i] = "0123456789abcdef"[(value >> (4 * i)) & 15];
  return out;
}

std::uint32_t big_endian(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

// What was found instead of an IDX file of the wanted kind, for people.
std::string describe_magic(std::uint32_t magic) {
  if (magic == images_magic || magic == channels_magic) return " (IDX images)";
  if (magic == labels_magic) return " (IDX labels)";
  if (magic >> 16 == 0x1f8b) return " (gzip: unpack it first)";
  if (magic == 0x89504e47) return " (a PNG picture)";
  if (magic >> 8 == 0xffd8ff) return " (a JPEG picture)";
  if (magic >> 16 == 0x504b) return " (a zip archive)";
  if (magic >> 16 == 0) return " (IDX of another type or rank)";
  return "";
}

// Reads the magic number and the sizes, and checks that exactly their product of bytes follows.
Expected<std::vector<int>> read_header(std::span<const std::uint8_t> file, const std::string& where,
                                       std::span<const std::uint32_t> magics,
                                       const std::string& what) {
  const auto bad = [&](std::string message) {
    return fail(ErrorCode::bad_file, where, std::move(message));
  };
  std::string wanted;
  for (const std::uint32_t magic : magics) wanted += (wanted.empty() ? "" : " or ") + hex(magic);
  if (file.size() < 4)
    return bad("expected IDX " + what + " (magic number " + wanted + "), found a file of " +
               std::to_string(file.size()) + " bytes");
  const std::uint32_t magic = big_endian(file.data());
  if (std::find(magics.begin(), magics.end(), magic) == magics.end())
    return bad("expected IDX " + what + " (magic number " + wanted + "), found " + hex(magic) +
               describe_magic(magic));
  const std::size_t rank = magic & 0xff, header = 4 + 4 * rank;
  if (file.size() < header)
    return bad("expected an IDX header of " + std::to_string(header) + " bytes, found a file of " +
               std::to_string(file.size()));
  std::vector<int> sizes;
  std::int64_t bytes = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::uint32_t size = big_endian(file.data() + 4 + 4 * i);
    if (size == 0 || size > max_bytes - 1)
      return bad("size " + std::to_string(i + 1) + " of its header is " + std::to_string(size) +
                 "; expected 1 or more");
    sizes.push_back(static_cast<int>(size));
    bytes *= size;
    if (bytes > max_bytes)
      return bad("its header announces " + Shape(sizes).text() + "…, more than 2 GiB");
  }
  const auto found = static_cast<std::int64_t>(file.size() - header);
  if (found != bytes)
    return bad("its header announces " + Shape(sizes).text() + " = " + std::to_string(bytes) +
               " bytes, found " + std::to_string(found) +
               (found < bytes ? "; the file is cut short" : "; the file is too long"));
  return sizes;
}

void append_big_endian(std::vector<std::uint8_t>& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(value >> shift));
}

bool is_channels(int size) { return size == 1 || size == 3; }

}  // namespace

Expected<IdxImages> parse_idx_images(std::span<const std::uint8_t> file, const std::string& where) {
  const auto sizes = read_header(file, where, std::array{images_magic, channels_magic}, "images");
  if (!sizes) return tl::unexpected(sizes.error());
  const std::vector<int>& s = *sizes;
  IdxImages out;
  out.count = s[0];
  const auto pixels = file.subspan(4 + 4 * s.size());
  const bool outermost = s.size() == 4 && is_channels(s[1]);
  if (s.size() == 3 || outermost) {
    out.shape = outermost ? Shape{s[1], s[2], s[3]} : Shape{1, s[1], s[2]};
    out.pixels.assign(pixels.begin(), pixels.end());
    return out;
  }
  if (!is_channels(s[3]))
    return fail(ErrorCode::bad_file, where,
                "expected images with 1 or 3 channels, found " + Shape(s).text());
  out.shape = {s[3], s[1], s[2]};
  out.pixels.resize(pixels.size());
  const auto channels = static_cast<std::size_t>(s[3]);
  const auto area = static_cast<std::size_t>(s[1]) * static_cast<std::size_t>(s[2]);
  for (std::size_t from = 0; from < pixels.size(); ++from) {
    const std::size_t image = from / (area * channels), channel = from % channels;
    out.pixels[(image * channels + channel) * area + from / channels % area] = pixels[from];
  }
  return out;
}

Expected<std::vector<std::uint8_t>> parse_idx_labels(std::span<const std::uint8_t> file,
                                                     const std::string& where) {
  const auto sizes = read_header(file, where, std::array{labels_magic}, "labels");
  if (!sizes) return tl::unexpected(sizes.error());
  return std::vector<std::uint8_t>(file.begin() + 8, file.end());
}

Status check_idx_pair(const IdxImages& images, const std::string& images_name,
                      std::span<const std::uint8_t> labels, const std::string& labels_name) {
  if (static_cast<std::size_t>(images.count) == labels.size()) return {};
  return fail(ErrorCode::bad_file, labels_name,
              "expected one label for each image, found " + std::to_string(labels.size()) +
                  " labels here and " + std::to_string(images.count) + " images in " + images_name);
}

std::vector<std::uint8_t> write_idx_images(const IdxImages& images) {
  std::vector<std::uint8_t> out;
  const bool grey = images.shape[0] == 1;
  append_big_endian(out, grey ? images_magic : channels_magic);
  append_big_endian(out, static_cast<std::uint32_t>(images.count));
  for (int i = grey ? 1 : 0; i < 3; ++i)
    append_big_endian(out, static_cast<std::uint32_t>(images.shape[i]));
  out.insert(out.end(), images.pixels.begin(), images.pixels.end());
  return out;
}

std::vector<std::uint8_t> write_idx_labels(std::span<const std::uint8_t> labels) {
  std::vector<std::uint8_t> out;
  append_big_endian(out, labels_magic);
  append_big_endian(out, static_cast<std::uint32_t>(labels.size()));
  out.insert(out.end(), labels.begin(), labels.end());
  return out;
}

}  // namespace convolab
