// JSON texts: JsonWriter writes them piece by piece, JsonValue reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace convolab {

class JsonValue;

// Commas, quotes and indentation are the writer's affair; that every begin has its end and every
// member of an object its key is the caller's.
class JsonWriter {
 public:
  // `indent`: spaces a level, every entry on a line of its own; below 0 everything on one.
  explicit JsonWriter(int indent = -1) : indent_(indent) {}

  JsonWriter& begin_object() { return begin('{'); }
  JsonWriter& end_object() { return end('}'); }
  JsonWriter& begin_array() { return begin('['); }
  JsonWriter& end_array() { return end(']'); }
  JsonWriter& key(std::string_view name);

  // The shortest text that reads back as the same double; what is not finite becomes null, as JSON
  // has no word for it.
  JsonWriter& value(double number);
  // The shortest that reads back as the same float: 0.004 instead of 0.004000000189989805.
  JsonWriter& brief(float number);
  // Bytes that are no UTF-8 become U+FFFD.
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag) { return raw(flag ? "true" : "false"); }
  JsonWriter& value(const JsonValue& json);
  template <class T>
  requires std::is_integral_v<T> JsonWriter& value(T number) {
    if constexpr (std::is_signed_v<T>)
      return whole(std::int64_t{number});
    else
      return whole(std::uint64_t{number});
  }
  template <class T>
  JsonWriter& value(const std::vector<T>& list) {
    begin_array();
    for (const T& each : list) value(each);
    return end_array();
  }
  JsonWriter& null() { return raw("null"); }
  // A value that is JSON already.
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& member(std::string_view name, const T& of) {
    return key(name).value(of);
  }

  const std::string& text() const { return text_; }

 private:
  JsonWriter& begin(char bracket);
  JsonWriter& end(char bracket);
  JsonWriter& whole(std::int64_t number);
  JsonWriter& whole(std::uint64_t number);
  void separate();
  void new_line();

  std::string text_;
  int indent_, depth_ = 0;
  bool after_key_ = false;
};

// One value of a document, with all that is in it. Asking for what is not there gives null, and a
// value of another kind reads as 0, false or an empty text, so check first and then read.
class JsonValue {
 public:
  // Nothing when the text is no JSON in UTF-8, holds a number too large for a double, is nested
  // deeper than 64 levels, or has more than 2²⁰ values.
  static std::optional<JsonValue> parse(std::string_view text);

  bool is_null() const { return kind_ == Kind::null; }
  bool is_flag() const { return kind_ == Kind::flag; }
  bool is_text() const { return kind_ == Kind::text; }
  bool is_array() const { return kind_ == Kind::array; }
  bool is_object() const { return kind_ == Kind::object; }
  bool is_number() const { return kind_ == Kind::real || is_whole(); }
  // Written without a point or an exponent, and within 64 bits.
  bool is_whole() const { return kind_ == Kind::integer || kind_ == Kind::natural; }
  bool is_natural() const { return kind_ == Kind::natural; }  // whole, without a minus
  bool is_whole_from(std::int64_t low, std::int64_t high) const;

  bool flag() const { return is_flag() && bits_ != 0; }
  double number() const;
  std::uint64_t natural() const { return is_natural() ? bits_ : 0; }
  int integer() const;  // 0 for one that does not fit
  const std::string& text() const { return text_; }
  bool is(std::string_view word) const { return is_text() && text_ == word; }

  // Elements of an array, or members of an object, in their order.
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  const JsonValue& operator[](std::size_t i) const;
  const std::string& key(std::size_t i) const { return keys_[i]; }  // of an object
  std::vector<JsonValue>::const_iterator begin() const { return items_.begin(); }
  std::vector<JsonValue>::const_iterator end() const { return items_.end(); }

  // Of members that share a name the last one counts.
  const JsonValue* find(std::string_view name) const;
  const JsonValue& at(std::string_view name) const;

  static JsonValue object();
  void set(const std::string& name, JsonValue value);

  std::string dump() const;

 private:
  friend class JsonParser;
  friend class JsonWriter;
  enum class Kind : std::uint8_t { null, flag, integer, natural, real, text, array, object };

  Kind kind_ = Kind::null;
  std::uint64_t bits_ = 0;  // of a flag or a whole number
  double real_ = 0.0;
  std::string text_;
  std::vector<JsonValue> items_;
  std::vector<std::string> keys_;  // as many as items, when this is an object
};

}  // namespace convolab
