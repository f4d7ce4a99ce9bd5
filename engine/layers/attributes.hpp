// What a layer type may be told: a table of attributes that serves the parser, the error messages,
// the help and the editor alike.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.hpp"
#include "core/json.hpp"

namespace convolab {

enum class AttributeKind {
  integer,  // 3
  pair,     // 3 or [3, 5]: height and width
  padding,  // 1, [1, 2] (height, width), [0, 1, 0, 1] (top, bottom, left, right), "same", "valid"
  number,   // 0.1
  flag,     // true
  choice,   // one of a list of words
};

struct AttributeInfo {
  std::string_view name;
  AttributeKind kind;
  std::string_view fallback;  // as JSON; empty when the attribute must be given
  double minimum;             // of numbers and of every size
  double maximum;
  std::string_view help;          // one sentence
  std::string_view choices = {};  // for choice: the words, separated by spaces
};

struct Padding {
  int top = 0, bottom = 0, left = 0, right = 0;
  bool same = false;  // computed from the kernel when the sizes are known
};

// The checked values of one layer's attributes, defaults filled in. Reading one that the type's
// table does not list is a bug of ours.
class Attributes {
 public:
  int integer(std::string_view name) const;
  std::array<int, 2> pair(std::string_view name) const;
  Padding padding(std::string_view name) const;
  double number(std::string_view name) const;
  bool flag(std::string_view name) const;
  const std::string& choice(std::string_view name) const;
  bool given(std::string_view name) const;  // set by the spec, not by default

  // Checks every value against the table; an unknown attribute is refused with the list of known.
  static Expected<Attributes> parse(const std::string& layer, const JsonValue& values,
                                    std::span<const AttributeInfo> table);

 private:
  using Value = std::variant<int, std::array<int, 2>, Padding, double, bool, std::string>;
  struct Entry {
    std::string_view name;
    Value value;
    bool given;
  };
  const Entry& find(std::string_view name) const;
  std::vector<Entry> entries_;
};

}  // namespace convolab
