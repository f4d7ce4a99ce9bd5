#include "layers/attributes.hpp"

#include <cassert>

#include "core/text.hpp"

namespace convolab {
namespace {

std::string limits(const AttributeInfo& info) {
  return "from " + short_number(info.minimum) + " to " + short_number(info.maximum);
}

std::string expectation(const AttributeInfo& info) {
  switch (info.kind) {
    case AttributeKind::integer: return "a whole number " + limits(info);
    case AttributeKind::pair:
      return "a whole number " + limits(info) + ", or two of them for height and width";
    case AttributeKind::padding:
      return "a whole number " + limits(info) +
             ", [height, width], [top, bottom, left, right], \"same\" or \"valid\"";
    case AttributeKind::number: return "a number " + limits(info);
    case AttributeKind::flag: return "true or false";
    case AttributeKind::choice: {
      std::string words(info.choices);
      for (std::size_t at = 0; (at = words.find(' ', at)) != std::string::npos; at += 2)
        words.replace(at, 1, ", ");
      return "one of " + words;
    }
  }
  return {};
}

bool is_size(const JsonValue& value, const AttributeInfo& info) {
  return value.is_whole() && value.number() >= info.minimum && value.number() <= info.maximum;
}

bool are_sizes(const JsonValue& value, std::size_t count, const AttributeInfo& info) {
  if (!value.is_array() || value.size() != count) return false;
  for (const JsonValue& size : value)
    if (!is_size(size, info)) return false;
  return true;
}

bool has_word(std::string_view words, std::string_view word) {
  return word.find(' ') == std::string_view::npos &&
         (" " + std::string(words) + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

}  // namespace

Expected<Attributes> Attributes::parse(const std::string& layer, const JsonValue& values,
                                       std::span<const AttributeInfo> table) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& key = values.key(i);
    std::string known;
    bool found = false;
    for (const AttributeInfo& info : table) {
      found = found || info.name == key;
      known += (known.empty() ? "" : ", ") + std::string(info.name);
    }
    if (!found)
      return fail(ErrorCode::invalid_spec, layer,
                  "unknown attribute \"" + key + "\"; " +
                      (known.empty() ? "this layer has none" : "known are " + known));
  }
  Attributes out;
  for (const AttributeInfo& info : table) {
    const JsonValue* set = values.find(info.name);
    const bool given = set != nullptr;
    if (!given && info.fallback.empty())
      return fail(ErrorCode::invalid_spec, layer,
                  std::string(info.name) + " is missing; it must be " + expectation(info));
    const JsonValue value = given ? *set : JsonValue::parse(info.fallback).value_or(JsonValue());
    Entry entry{info.name, 0, given};
    bool fits = true;
    switch (info.kind) {
      case AttributeKind::integer:
        fits = is_size(value, info);
        if (fits) entry.value = value.integer();
        break;
      case AttributeKind::pair:
        if (is_size(value, info))
          entry.value = std::array{value.integer(), value.integer()};
        else if (are_sizes(value, 2, info))
          entry.value = std::array{value[0].integer(), value[1].integer()};
        else
          fits = false;
        break;
      case AttributeKind::padding:
        if (value.is("same")) {
          entry.value = Padding{0, 0, 0, 0, true};
        } else if (value.is("valid")) {
          entry.value = Padding{};
        } else if (is_size(value, info)) {
          const int p = value.integer();
          entry.value = Padding{p, p, p, p, false};
        } else if (are_sizes(value, 2, info)) {
          const int h = value[0].integer(), w = value[1].integer();
          entry.value = Padding{h, h, w, w, false};
        } else if (are_sizes(value, 4, info)) {
          entry.value = Padding{value[0].integer(), value[1].integer(), value[2].integer(),
                                value[3].integer(), false};
        } else {
          fits = false;
        }
        break;
      case AttributeKind::number:
        fits =
            value.is_number() && value.number() >= info.minimum && value.number() <= info.maximum;
        if (fits) entry.value = value.number();
        break;
      case AttributeKind::flag:
        fits = value.is_flag();
        if (fits) entry.value = value.flag();
        break;
      case AttributeKind::choice:
        fits = value.is_text() && has_word(info.choices, value.text());
        if (fits) entry.value = value.text();
        break;
    }
    if (!fits)
      return fail(
          ErrorCode::invalid_spec, layer,
          std::string(info.name) + " is " + value.dump() + "; it must be " + expectation(info));
    out.entries_.push_back(std::move(entry));
  }
  return out;
}

const Attributes::Entry& Attributes::find(std::string_view name) const {
  for (const Entry& entry : entries_)
    if (entry.name == name) return entry;
  assert(false && "a layer read an attribute that its table does not list");
  return entries_.front();
}

int Attributes::integer(std::string_view name) const {
  return *std::get_if<int>(&find(name).value);
}
std::array<int, 2> Attributes::pair(std::string_view name) const {
  return *std::get_if<std::array<int, 2>>(&find(name).value);
}
Padding Attributes::padding(std::string_view name) const {
  return *std::get_if<Padding>(&find(name).value);
}
double Attributes::number(std::string_view name) const {
  return *std::get_if<double>(&find(name).value);
}
bool Attributes::flag(std::string_view name) const { return *std::get_if<bool>(&find(name).value); }
const std::string& Attributes::choice(std::string_view name) const {
  return *std::get_if<std::string>(&find(name).value);
}
bool Attributes::given(std::string_view name) const { return find(name).given; }

}  // namespace convolab
