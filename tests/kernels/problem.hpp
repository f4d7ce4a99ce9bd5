// A problem: named buffers and the kernel calls that pass between them. One description serves
// every proof of kernel_proofs_test.cpp: each backend against the reference in double, finite
// differences, thread counts, accumulation, and guards around every buffer.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "core/rng.hpp"
#include "model/backend.hpp"

namespace convolab::testing {

// std::bit_cast, which Emscripten 3.1.6 does not have yet.
template <class To, class From>
To bits_as(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

enum class Fill {
  normal,    // mean 0, standard deviation 1
  positive,  // 0.5 … 1.5
  labels,    // integers below `limit`
  none,      // an output: holds NaN before its kernel has written it
  none_int,  // likewise, of 32-bit integers
};

struct Buffer {
  std::string name;
  std::int64_t elements = 0;
  Fill fill = Fill::none;
  int limit = 0;
  bool integer() const { return fill == Fill::labels || fill == Fill::none_int; }
};

struct Call {
  Kernel kernel;
  KernelArgs args;
  std::vector<std::string> reads, writes;  // names of buffers; "" for an absent operand
};

// The loss of a finite difference adds Σ output·cotangent (or output·constant without a cotangent).
struct Objective {
  std::string output, cotangent;
  double constant = 1.0;
};

struct Problem {
  std::string name;
  std::vector<Buffer> buffers;
  std::vector<Call> calls;
  std::vector<Objective> objective;    // empty: nothing to differentiate
  std::vector<std::string> variables;  // whose gradient d_<name> the calls compute
  // Errors of float kernels are compared with tolerance · Σ|terms|, where the sum of magnitudes is
  // the same kernel on the magnitudes of its operands (sums of products only), or with tolerance ·
  // (1 + |value|).
  bool sum_of_products = false;
  double tolerance = 3e-6;
};

inline void PrintTo(const Problem& problem, std::ostream* out) { *out << problem.name; }

// Every problem of tests/kernels/*_problems.cpp.
std::vector<Problem> all_problems();
std::vector<Problem> conv2d_problems();
Problem conv2d_problem(std::string name, Conv2dArgs a, bool with_bias = true);
Problem batch_norm2d_problem(std::string name, const BatchNorm2dArgs& a, bool affine, bool running,
                             bool eval);
Problem linear_problem(int batch, int in, int out, bool with_bias = true, bool relu = false);
std::vector<Problem> linear_problems();
std::vector<Problem> image_problems();        // pad2d, pools
std::vector<Problem> elementwise_problems();  // activation, softmax, dropout, copy, batch_norm2d
std::vector<Problem> training_problems();     // losses, metrics, optimisers

// The values of a problem's buffers, as doubles; integers are stored as such.
using Values = std::map<std::string, std::vector<double>>;

Values initial_values(const Problem& problem, std::uint64_t seed);
RunContext test_context();

const Buffer& buffer_named(const Problem& problem, const std::string& name);

// Runs one call in double precision by the reference.
void run_reference(const Problem& problem, const Call& call, Values& values);

// Runs one call in float by a backend, every buffer unaligned and between guards. Returns what went
// wrong
// ("wrote past the end of d_x"), or nothing.
std::string run_backend(const Backend& backend, const Problem& problem, const Call& call,
                        ThreadPool& pool, Values& values);

// What a call gives by the reference in double, and what the error of each value is measured by.
struct Truth {
  Values values;
  Values sums;  // of the magnitudes of its terms, where the problem's kernels are sums of products
};
Truth truth_of(const Problem& problem, const Call& call, const Values& before);

// What is wrong with `got`, where each value should be the truth within the problem's tolerance, or
// nothing.
std::string difference(const Problem& problem, const Call& call, const Truth& truth,
                       const Values& got);

void round_to_float(Values& values);
// Sets all that the call writes.
void fill_outputs(const Call& call, Values& values, double value);

// The call with Write set, and whether its args have one.
bool has_write(const Call& call);
Call with_write(Call call, Write write);

}  // namespace convolab::testing
