// Errors are values: every fallible public function returns Expected<T>.
// An Error says what went wrong, where, with which numbers, and what to do about it.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace convolab {

enum class ErrorCode {
  invalid_argument,  // a value outside its documented range
  invalid_spec,      // a network description that cannot be built
  shape_mismatch,    // tensors whose shapes do not fit together
  bad_file,          // a file that is not what it should be
  not_found,         // a name, layer or file that does not exist
  unsupported,       // understood, but not available in this build or backend
  out_of_memory,     // the plan needs more memory than allowed
  not_finite,        // NaN or infinity met while training
};

struct Error {
  ErrorCode code = ErrorCode::invalid_argument;
  std::string where;    // a layer, file or option name; may be empty
  std::string message;  // one sentence: the rule, the numbers, the remedy

  // "where: message", or the message alone when there is no place to name.
  std::string text() const { return where.empty() ? message : where + ": " + message; }
};

template <class T>
using Expected = tl::expected<T, Error>;

// For functions that either succeed or fail and return nothing.
using Status = Expected<void>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string where, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(where), std::move(message)});
}

}  // namespace convolab
