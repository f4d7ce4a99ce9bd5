// How the module's functions answer: small things as JSON texts, numbers in bulk as typed arrays
// that are copied once. An error is a value like any other: {"error": {"code", "where",
// "message"}}.
#pragma once

#include <emscripten/val.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/shape.hpp"
#include "model/graph.hpp"

namespace convolab {

using emscripten::val;
using Bytes = std::vector<std::uint8_t>;

inline const char* code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return "invalid_argument";
    case ErrorCode::invalid_spec: return "invalid_spec";
    case ErrorCode::shape_mismatch: return "shape_mismatch";
    case ErrorCode::bad_file: return "bad_file";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::out_of_memory: return "out_of_memory";
    case ErrorCode::not_finite: return "not_finite";
  }
  return "unknown";
}

inline std::string answer(const Error& error) {
  return JsonWriter()
      .begin_object()
      .key("error")
      .begin_object()
      .member("code", code_name(error.code))
      .member("where", error.where)
      .member("message", error.message)
      .end_object()
      .end_object()
      .text();
}
inline std::string answer(const Status& status) { return status ? "{}" : answer(status.error()); }
inline std::string answer(const Expected<std::string>& json) {
  return json ? *json : answer(json.error());
}

// A copy of an array of JavaScript's. (A vector would first set byte after byte to 0.)
class BytesOf {
 public:
  explicit BytesOf(const val& array)
      : size_(array["length"].as<std::size_t>()), bytes_(new std::uint8_t[size_]) {
    val(emscripten::typed_memory_view(size_, bytes_.get())).call<void>("set", array);
  }
  operator std::span<const std::uint8_t>() const { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::uint8_t[]> bytes_;
};

// A copy that JavaScript owns, in a buffer of its own, so that the worker can hand it on.
template <class T>
val array_of(const std::vector<T>& values) {
  return val(emscripten::typed_memory_view(values.size(), values.data())).call<val>("slice");
}

inline val with_data(const std::string& json, val data) {
  val out = val::object();
  out.set("json", json);
  out.set("data", std::move(data));
  return out;
}

// What the page wrote itself.
inline JsonValue parsed(const std::string& json) {
  return JsonValue::parse(json).value_or(JsonValue());
}

inline Shape shape_of(const JsonValue& list) {
  std::vector<int> sizes;
  for (const JsonValue& size : list) sizes.push_back(size.integer());
  return Shape(std::move(sizes));
}

// What a checked network is, as members of a JSON object.
inline std::string describe(const Graph& graph) {
  return R"("spec":)" + spec_to_json(graph.spec()) + R"(,"summary":)" + summary_json(graph) +
         R"(,"parameters":)" + parameters_json(graph);
}

// {"name": number}
template <class T>
std::string number(const char* name, T value) {
  return JsonWriter().begin_object().member(name, value).end_object().text();
}

}  // namespace convolab
