#include "core/json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/decimal.hpp"

namespace convolab {
namespace {

constexpr int deepest = 64;
constexpr std::size_t most_values = std::size_t{1} << 20;

// The length of the UTF-8 character at the front of a text, or 0 when there is none (RFC 3629).
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  const unsigned first = byte(0);
  if (text.empty()) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90;
    const bool beyond = first == 0xf4 && byte(1) >= 0x90;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  const auto add_rest = [&](int shift) { add(0x80u | ((code >> shift) & 0x3fu)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0u | (code >> 6));
    add_rest(0);
  } else if (code < 0x10000) {
    add(0xe0u | (code >> 12));
    add_rest(6);
    add_rest(0);
  } else {
    add(0xf0u | (code >> 18));
    add_rest(12);
    add_rest(6);
    add_rest(0);
  }
}

void append_quoted(std::string& out, std::string_view text) {
  static constexpr std::string_view special = "\b\f\n\r\t\"\\", letters = "bfnrt\"\\";
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t size = character_size(text.substr(at));
    if (const auto found = special.find(c); found != std::string_view::npos) {
      out += '\\';
      out += letters[found];
    } else if (size == 1 && c < 0x20) {
      out += "\\u00";
      out += c < 0x10 ? '0' : '1';
      out += "0123456789abcdef"[c & 15];
    } else if (size == 0) {
      out += "\xef\xbf\xbd";
    } else {
      out += text.substr(at, size);
    }
    at += std::max<std::size_t>(size, 1);
  }
  out += '"';
}

std::string number_text(const Decimal& decimal) {
  std::string text = decimal.text(15);
  // A whole number of a type with fractions stays one when it is read again.
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

// --- writing -------------------------------------------------------------------------------------

void JsonWriter::new_line() {
  if (indent_ < 0) return;
  text_ += '\n';
  text_.append(static_cast<std::size_t>(indent_ * depth_), ' ');
}

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (text_.back() != '{' && text_.back() != '[') text_ += ',';
  new_line();
}

JsonWriter& JsonWriter::begin(char bracket) {
  separate();
  text_ += bracket;
  ++depth_;
  return *this;
}

JsonWriter& JsonWriter::end(char bracket) {
  --depth_;
  if (text_.back() != '{' && text_.back() != '[') new_line();
  text_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_quoted(text_, name);
  text_ += indent_ < 0 ? ":" : ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_quoted(text_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  return std::isfinite(number) ? raw(number_text(shortest_decimal(number))) : null();
}
JsonWriter& JsonWriter::brief(float number) {
  return std::isfinite(number) ? raw(number_text(shortest_decimal(number))) : null();
}
JsonWriter& JsonWriter::whole(std::int64_t number) { return raw(std::to_string(number)); }
JsonWriter& JsonWriter::whole(std::uint64_t number) { return raw(std::to_string(number)); }

JsonWriter& JsonWriter::value(const JsonValue& json) {
  using Kind = JsonValue::Kind;
  switch (json.kind_) {
    case Kind::null: return null();
    case Kind::flag: return value(json.flag());
    case Kind::integer: return whole(static_cast<std::int64_t>(json.bits_));
    case Kind::natural: return whole(json.bits_);
    case Kind::real: return value(json.real_);
    case Kind::text: return value(json.text_);
    case Kind::array: return value(json.items_);
    case Kind::object: break;
  }
  begin_object();
  for (std::size_t i = 0; i < json.size(); ++i) member(json.keys_[i], json.items_[i]);
  return end_object();
}

// --- reading -------------------------------------------------------------------------------------

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {
    if (text.substr(0, 3) == "\xef\xbb\xbf") at_ = 3;  // a byte order mark
  }

  bool document(JsonValue& out) {
    if (!value(out, 0)) return false;
    skip_space();
    return at_ == text_.size();
  }

 private:
  using Kind = JsonValue::Kind;

  char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r') ++at_;
  }
  bool take(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  bool value(JsonValue& out, int depth) {
    skip_space();
    if (++values_ > most_values || depth > deepest) return false;
    switch (here()) {
      case '{': return list(out, depth, Kind::object, '}');
      case '[': return list(out, depth, Kind::array, ']');
      case '"': out.kind_ = Kind::text; return quoted(out.text_);
      case 'n': return take("null");
      case 't': out.bits_ = 1; [[fallthrough]];
      case 'f': out.kind_ = Kind::flag; return take(out.bits_ ? "true" : "false");
      default: return number(out);
    }
  }

  bool list(JsonValue& out, int depth, Kind kind, char last) {
    out.kind_ = kind;
    ++at_;
    skip_space();
    if (here() == last) return ++at_, true;
    while (true) {
      if (kind == Kind::object) {
        skip_space();
        out.keys_.emplace_back();
        if (here() != '"' || !quoted(out.keys_.back())) return false;
        skip_space();
        if (!take(":")) return false;
      }
      out.items_.emplace_back();
      if (!value(out.items_.back(), depth + 1)) return false;
      skip_space();
      if (here() == last) return ++at_, true;
      if (!take(",")) return false;
    }
  }

  bool quoted(std::string& out) {
    for (++at_;;) {
      const std::size_t size = character_size(text_.substr(at_));
      const char c = here();
      if (size == 0 || (size == 1 && c < 0x20)) return false;
      if (c == '"') return ++at_, true;
      if (c == '\\') {
        if (!escape(out)) return false;
        continue;
      }
      out += text_.substr(at_, size);
      at_ += size;
    }
  }

  bool escape(std::string& out) {
    static constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    ++at_;
    const char letter = here();
    ++at_;
    if (letter != 'u') {
      const auto found = letters.find(letter);
      if (found == std::string_view::npos) return false;
      out += meant[found];
      return true;
    }
    std::uint32_t code = 0, low = 0;
    if (!hexadecimal(code) || (code >= 0xdc00 && code < 0xe000)) return false;
    if (code >= 0xd800 && code < 0xdc00) {  // half of a pair, as UTF-16 writes what is above 65535
      if (!take("\\u") || !hexadecimal(low) || low < 0xdc00 || low >= 0xe000) return false;
      code = 0x10000u + ((code - 0xd800u) << 10) + (low - 0xdc00u);
    }
    append_utf8(out, code);
    return true;
  }

  bool hexadecimal(std::uint32_t& out) {
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = here();
      const char lower = static_cast<char>(c | 0x20);
      if (c >= '0' && c <= '9')
        out = out * 16 + static_cast<std::uint32_t>(c - '0');
      else if (lower >= 'a' && lower <= 'f')
        out = out * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
      else
        return false;
    }
    return true;
  }

  bool number(JsonValue& out) {
    const std::size_t begin = at_;
    while ((here() >= '0' && here() <= '9') || here() == '-' || here() == '+' || here() == '.' ||
           here() == 'e' || here() == 'E')
      ++at_;
    const std::string_view text = text_.substr(begin, at_ - begin);
    const auto real = read_decimal(text);
    if (!real) return false;
    out.real_ = *real;
    out.kind_ = whole(text, out.bits_);
    return true;
  }

  // A number that has the right form, as a whole one if it is written so and fits.
  static Kind whole(std::string_view text, std::uint64_t& bits) {
    if (text.find_first_of(".eE") != std::string_view::npos) return Kind::real;
    const bool negative = text[0] == '-';
    const std::uint64_t limit = negative ? std::uint64_t{1} << 63 : UINT64_MAX;
    std::uint64_t size = 0;
    for (const char c : text.substr(negative)) {
      const auto digit = static_cast<std::uint64_t>(c - '0');
      if (size > (limit - digit) / 10) return Kind::real;
      size = size * 10 + digit;
    }
    bits = negative ? ~size + 1 : size;
    return negative ? Kind::integer : Kind::natural;
  }

  std::string_view text_;
  std::size_t at_ = 0, values_ = 0;
};

std::optional<JsonValue> JsonValue::parse(std::string_view text) {
  std::optional<JsonValue> out(std::in_place);
  if (!JsonParser(text).document(*out)) out.reset();
  return out;
}

bool JsonValue::is_whole_from(std::int64_t low, std::int64_t high) const {
  if (kind_ == Kind::natural && bits_ > static_cast<std::uint64_t>(INT64_MAX)) return false;
  const auto value = static_cast<std::int64_t>(bits_);
  return is_whole() && value >= low && value <= high;
}

double JsonValue::number() const { return is_number() ? real_ : 0.0; }

int JsonValue::integer() const {
  using Limits = std::numeric_limits<int>;
  return is_whole_from(Limits::min(), Limits::max()) ? static_cast<int>(bits_) : 0;
}

const JsonValue& JsonValue::operator[](std::size_t i) const {
  static const JsonValue none;
  return i < items_.size() ? items_[i] : none;
}

const JsonValue* JsonValue::find(std::string_view name) const {
  for (std::size_t i = keys_.size(); i-- > 0;)
    if (keys_[i] == name) return &items_[i];
  return nullptr;
}

const JsonValue& JsonValue::at(std::string_view name) const {
  const JsonValue* found = find(name);
  return found ? *found : (*this)[size()];
}

JsonValue JsonValue::object() {
  JsonValue out;
  out.kind_ = Kind::object;
  return out;
}

void JsonValue::set(const std::string& name, JsonValue value) {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] != name) continue;
    items_[i] = std::move(value);
    return;
  }
  keys_.push_back(name);
  items_.push_back(std::move(value));
}

std::string JsonValue::dump() const { return JsonWriter().value(*this).text(); }

}  // namespace convolab
