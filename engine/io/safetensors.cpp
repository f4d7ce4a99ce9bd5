#include "io/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <set>

#include "core/json.hpp"

namespace convolab {
namespace {

static_assert(std::endian::native == std::endian::little, "files and memory share one byte order");

constexpr std::size_t prefix = 8;                  // bytes of the header's length
constexpr std::uint64_t max_header = 100'000'000;  // bytes, the format's own limit
constexpr std::int64_t max_elements = std::int64_t{1} << 31;

template <class T>
T read_as(const std::uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// std::bit_cast, which libc++ 14 does not have.
float float_of(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// IEEE half precision: 1 sign, 5 exponent and 10 fraction bits. Every half is exact as a float.
float from_half(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half & 0x8000u} << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1fu;
  const std::uint32_t fraction = half & 0x3ffu;
  if (exponent == 0) {  // zero and subnormals: fraction · 2⁻²⁴
    const float value = static_cast<float>(fraction) * 0x1p-24f;
    return sign ? -value : value;
  }
  const std::uint32_t wide = exponent == 31 ? 255u : exponent + 112u;
  return float_of(sign | (wide << 23) | (fraction << 13));
}

float from_bfloat(std::uint16_t bits) { return float_of(std::uint32_t{bits} << 16); }

struct Dtype {
  std::string_view name;
  std::int64_t size;
  float (*read)(const std::uint8_t* bytes);
};

constexpr Dtype dtypes[] = {
    {"F32", 4, read_as<float>},
    {"F64", 8, [](const std::uint8_t* p) { return static_cast<float>(read_as<double>(p)); }},
    {"F16", 2, [](const std::uint8_t* p) { return from_half(read_as<std::uint16_t>(p)); }},
    {"BF16", 2, [](const std::uint8_t* p) { return from_bfloat(read_as<std::uint16_t>(p)); }},
    {"I64", 8, [](const std::uint8_t* p) { return static_cast<float>(read_as<std::int64_t>(p)); }},
    {"I32", 4, [](const std::uint8_t* p) { return static_cast<float>(read_as<std::int32_t>(p)); }},
};

// One tensor's place in the file, as its header entry states it.
struct Entry {
  std::string name;
  const Dtype* dtype = nullptr;
  Shape shape;
  std::int64_t begin = 0, end = 0;
};

class Reader {
 public:
  Reader(std::span<const std::uint8_t> file, const std::string& where)
      : file_(file), where_(where) {}

  Expected<std::vector<NamedTensor>> read(Metadata* metadata) {
    auto header = read_header();
    if (!header) return tl::unexpected(header.error());
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < header->size(); ++i) {
      const JsonValue& value = (*header)[i];
      if (header->key(i) == "__metadata__") {
        if (metadata && value.is_object())
          for (std::size_t k = 0; k < value.size(); ++k)
            if (value[k].is_text()) (*metadata)[value.key(k)] = value[k].text();
        continue;
      }
      auto entry = read_entry(header->key(i), value);
      if (!entry) return tl::unexpected(entry.error());
      entries.push_back(*std::move(entry));
    }
    if (auto status = check_cover(entries); !status) return tl::unexpected(status.error());
    std::vector<NamedTensor> tensors;
    for (const Entry& entry : entries) tensors.push_back(copy(entry));
    return tensors;
  }

 private:
  tl::unexpected<Error> bad(std::string message) const {
    return fail(ErrorCode::bad_file, where_, std::move(message));
  }
  tl::unexpected<Error> bad(const std::string& tensor, const std::string& message) const {
    return bad("tensor \"" + tensor + "\": " + message);
  }
  std::int64_t data_size() const { return static_cast<std::int64_t>(file_.size() - data_begin_); }

  Expected<JsonValue> read_header() {
    if (file_.size() < prefix)
      return bad(
          "a safetensors file begins with 8 bytes that give its header's length, but this "
          "file has " +
          std::to_string(file_.size()) + " bytes in all");
    const auto length = read_as<std::uint64_t>(file_.data());
    if (length > max_header || length > file_.size() - prefix)
      return bad("its first 8 bytes announce a header of " + std::to_string(length) +
                 " bytes, but " + std::to_string(file_.size() - prefix) +
                 " follow; this is not a safetensors file, or it is cut short");
    const std::string_view text(reinterpret_cast<const char*>(file_.data()) + prefix,
                                static_cast<std::size_t>(length));
    data_begin_ = prefix + text.size();
    auto header = text.substr(0, 1) == "{" ? JsonValue::parse(text) : std::nullopt;
    if (!header)
      return bad("its header of " + std::to_string(length) + " bytes is not a JSON object");
    // A name given twice would silently hide the first tensor.
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < header->size(); ++i)
      if (!names.insert(header->key(i)).second)
        return bad(header->key(i), "named twice in the header");
    return *std::move(header);
  }

  Expected<Entry> read_entry(const std::string& name, const JsonValue& value) const {
    if (!value.is_object()) return bad(name, "its header entry is not an object");
    for (const char* key : {"dtype", "shape", "data_offsets"})
      if (!value.find(key))
        return bad(name, "its header entry has no \"" + std::string(key) + "\"");
    Entry entry;
    entry.name = name;
    const JsonValue& dtype = value.at("dtype");
    for (const Dtype& each : dtypes)
      if (dtype.is(each.name)) entry.dtype = &each;
    if (!entry.dtype)
      return bad(name,
                 "its type is " + dtype.dump() + "; readable are F32, F64, F16, BF16, I64 and I32");
    auto shape = read_shape(name, value.at("shape"));
    if (!shape) return tl::unexpected(shape.error());
    entry.shape = *std::move(shape);
    const JsonValue& offsets = value.at("data_offsets");
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_natural() ||
        !offsets[1].is_natural())
      return bad(name, "its data_offsets are " + offsets.dump() +
                           ", but must be two whole numbers [begin, end]");
    const auto begin = offsets[0].natural(), end = offsets[1].natural();
    if (begin > end || end > static_cast<std::uint64_t>(data_size()))
      return bad(name, "its data_offsets are " + offsets.dump() + ", but the file holds " +
                           std::to_string(data_size()) + " bytes of data; is the file cut short?");
    entry.begin = static_cast<std::int64_t>(begin);
    entry.end = static_cast<std::int64_t>(end);
    const std::int64_t wanted = entry.shape.elements() * entry.dtype->size;
    if (entry.end - entry.begin != wanted)
      return bad(name, std::string(entry.dtype->name) + " " + entry.shape.text() + " takes " +
                           std::to_string(wanted) + " bytes, but its data_offsets span " +
                           std::to_string(entry.end - entry.begin));
    return entry;
  }

  Expected<Shape> read_shape(const std::string& name, const JsonValue& value) const {
    bool good = value.is_array();
    std::vector<int> sizes;
    std::int64_t elements = 1;
    for (std::size_t i = 0; good && i < value.size(); ++i) {
      good = value[i].is_natural() &&
             value[i].natural() <= std::uint64_t{std::numeric_limits<int>::max()};
      if (!good) break;
      sizes.push_back(value[i].integer());
      elements *= sizes.back();  // below 2³¹ · 2³¹
      if (elements > max_elements) return bad(name, "its shape has more than 2³¹ numbers");
    }
    if (!good)
      return bad(name, "its shape is " + value.dump() + ", but must be a list of whole numbers");
    return Shape(std::move(sizes));
  }

  // The tensors must tile the data: no overlap, no gap, nothing left over.
  Status check_cover(const std::vector<Entry>& entries) const {
    std::vector<const Entry*> order;
    for (const Entry& entry : entries) order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
      return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
    });
    std::int64_t at = 0;
    for (const Entry* entry : order) {
      if (entry->begin < at)
        return bad(entry->name, "its data begin at byte " + std::to_string(entry->begin) +
                                    ", inside the tensor before, which ends at " +
                                    std::to_string(at));
      if (entry->begin > at)
        return bad(entry->name, "its data begin at byte " + std::to_string(entry->begin) +
                                    ", but the tensor before ends at " + std::to_string(at) +
                                    "; gaps are not allowed");
      at = entry->end;
    }
    if (at != data_size())
      return bad("the header accounts for " + std::to_string(at) + " bytes of data, but " +
                 std::to_string(data_size()) + " follow it");
    return {};
  }

  NamedTensor copy(const Entry& entry) const {
    NamedTensor out{entry.name, Tensor(entry.shape)};
    const std::uint8_t* from = file_.data() + data_begin_ + entry.begin;
    for (float& value : out.tensor.data) {
      value = entry.dtype->read(from);
      from += entry.dtype->size;
    }
    return out;
  }

  std::span<const std::uint8_t> file_;
  const std::string& where_;
  std::size_t data_begin_ = 0;
};

}  // namespace

Expected<std::vector<NamedTensor>> read_safetensors(std::span<const std::uint8_t> file,
                                                    const std::string& where, Metadata* metadata) {
  return Reader(file, where).read(metadata);
}

std::vector<std::uint8_t> write_safetensors(std::span<const NamedTensor> tensors,
                                            const Metadata& metadata) {
  JsonWriter header;
  header.begin_object().key("__metadata__").begin_object();
  if (metadata.find("format") == metadata.end()) header.member("format", "pt");
  for (const auto& [name, text] : metadata) header.member(name, text);
  header.end_object();
  std::size_t at = 0;
  for (const NamedTensor& each : tensors) {
    const std::size_t size = each.tensor.data.size() * sizeof(float);
    header.key(each.name)
        .begin_object()
        .member("dtype", "F32")
        .member("shape", each.tensor.shape.sizes())
        .key("data_offsets")
        .begin_array()
        .value(at)
        .value(at + size)
        .end_array()
        .end_object();
    at += size;
  }
  std::string text = header.end_object().text();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the numbers are aligned
  const std::uint64_t length = text.size();
  std::vector<std::uint8_t> file(prefix + text.size() + at);
  std::memcpy(file.data(), &length, prefix);
  std::memcpy(file.data() + prefix, text.data(), text.size());
  std::uint8_t* to = file.data() + prefix + text.size();
  for (const NamedTensor& each : tensors) {
    const std::size_t size = each.tensor.data.size() * sizeof(float);
    if (size > 0) std::memcpy(to, each.tensor.data.data(), size);
    to += size;
  }
  return file;
}

}  // namespace convolab
