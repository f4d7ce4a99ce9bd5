#include "kernels/problem.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <sstream>

#include "core/parallel.hpp"

namespace convolab::testing {

namespace {

constexpr std::array<KernelFunction, kernel_count> reference_in_double = {
#define CONVOLAB_KERNEL(name, Args) &detail::Adapt<&reference::name<double>>::run,
#include "kernels/kernels.inc"
#undef CONVOLAB_KERNEL
};

// Four-byte elements between two guards, deliberately aligned to nothing more.
class Guarded {
 public:
  explicit Guarded(std::size_t elements) : words_(elements + 2 * guard, pattern) {}
  void* data() { return words_.data() + guard; }
  std::uint32_t& operator[](std::size_t i) { return words_[guard + i]; }
  bool intact() const {
    for (std::size_t i = 0; i < guard; ++i)
      if (words_[i] != pattern || words_[words_.size() - 1 - i] != pattern) return false;
    return true;
  }

 private:
  static constexpr std::size_t guard = 33;
  static constexpr std::uint32_t pattern = 0x7FC0ABCD;  // a NaN, should it be read as a float
  std::vector<std::uint32_t> words_;
};

}  // namespace

const Buffer& buffer_named(const Problem& problem, const std::string& name) {
  const auto at = std::find_if(problem.buffers.begin(), problem.buffers.end(),
                               [&](const Buffer& buffer) { return buffer.name == name; });
  assert(at != problem.buffers.end());  // the problem's own mistake
  return *at;
}

Values initial_values(const Problem& problem, std::uint64_t seed) {
  Values values;
  Rng rng(seed, Stream::test);
  for (const Buffer& buffer : problem.buffers) {
    std::vector<double>& v = values[buffer.name];
    v.resize(static_cast<std::size_t>(buffer.elements));
    for (double& each : v) switch (buffer.fill) {
        case Fill::normal: each = static_cast<double>(rng.normal()); break;
        case Fill::positive: each = static_cast<double>(rng.uniform(0.5f, 1.5f)); break;
        case Fill::labels: each = rng.below(static_cast<std::uint32_t>(buffer.limit)); break;
        case Fill::none: each = std::numeric_limits<double>::quiet_NaN(); break;
        case Fill::none_int: each = -1.0; break;
      }
  }
  return values;
}

RunContext test_context() {
  RunContext context;
  context.learning_rate = 0.01f;
  context.step = 3;
  context.seed = 7;
  return context;
}

void run_reference(const Problem& problem, const Call& call, Values& values) {
  std::vector<std::vector<std::int32_t>> integers;
  integers.reserve(call.reads.size() + call.writes.size());
  std::vector<void*> operands;
  std::vector<std::pair<std::size_t, std::string>> back;
  for (const auto* names : {&call.reads, &call.writes})
    for (const std::string& name : *names) {
      if (name.empty()) {
        operands.push_back(nullptr);
      } else if (buffer_named(problem, name).integer()) {
        const std::vector<double>& v = values.at(name);
        integers.emplace_back(v.begin(), v.end());
        operands.push_back(integers.back().data());
        back.emplace_back(integers.size() - 1, name);
      } else {
        operands.push_back(values.at(name).data());
      }
    }
  Step step;
  step.kernel = call.kernel;
  step.args = call.args;
  ThreadPool pool(1);
  RunContext context = test_context();
  context.pool = &pool;
  reference_in_double[static_cast<std::size_t>(call.kernel)](context, step, operands.data());
  for (const auto& [i, name] : back) values[name].assign(integers[i].begin(), integers[i].end());
}

std::string run_backend(const Backend& backend, const Problem& problem, const Call& call,
                        ThreadPool& pool, Values& values) {
  std::vector<std::string> names = call.reads;
  names.insert(names.end(), call.writes.begin(), call.writes.end());
  std::vector<Guarded> memory;
  memory.reserve(names.size());
  std::vector<void*> operands;
  for (const std::string& name : names) {
    const std::vector<double> nothing;
    const std::vector<double>& v = name.empty() ? nothing : values.at(name);
    const bool integer = !name.empty() && buffer_named(problem, name).integer();
    Guarded& m = memory.emplace_back(v.size());
    for (std::size_t i = 0; i < v.size(); ++i)
      m[i] = integer ? bits_as<std::uint32_t>(static_cast<std::int32_t>(v[i]))
                     : bits_as<std::uint32_t>(static_cast<float>(v[i]));
    operands.push_back(name.empty() ? nullptr : m.data());
  }
  Step step;
  step.kernel = call.kernel;
  step.args = call.args;
  Guarded scratch(static_cast<std::size_t>(backend.scratch(step)));
  RunContext context = test_context();
  context.pool = &pool;
  context.scratch = static_cast<float*>(scratch.data());
  backend.run[static_cast<std::size_t>(call.kernel)](context, step, operands.data());

  std::string trouble;
  if (!scratch.intact()) trouble += "wrote outside its scratch memory; ";
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (names[k].empty()) continue;
    if (!memory[k].intact()) trouble += "wrote outside " + names[k] + "; ";
    std::vector<double>& v = values.at(names[k]);
    const bool integer = buffer_named(problem, names[k]).integer();
    for (std::size_t i = 0; i < v.size(); ++i) {
      const double now = integer ? bits_as<std::int32_t>(memory[k][i])
                                 : static_cast<double>(bits_as<float>(memory[k][i]));
      if (k < call.reads.size() && now != static_cast<double>(static_cast<float>(v[i])) &&
          !std::isnan(v[i])) {
        trouble += "changed its operand " + names[k] + "; ";
        break;
      }
      v[i] = now;
    }
  }
  return trouble;
}

namespace {

// Σ|terms| of every output of a call: the call on the magnitudes of its operands.
Values magnitudes(const Problem& problem, const Call& call, Values values) {
  for (const Buffer& buffer : problem.buffers)
    if (!buffer.integer())
      for (double& each : values[buffer.name]) each = std::abs(each);
  run_reference(problem, call, values);
  return values;
}

}  // namespace

Truth truth_of(const Problem& problem, const Call& call, const Values& before) {
  Truth truth = {before, {}};
  run_reference(problem, call, truth.values);
  if (problem.sum_of_products) truth.sums = magnitudes(problem, call, before);
  return truth;
}

std::string difference(const Problem& problem, const Call& call, const Truth& truth,
                       const Values& got) {
  for (const std::string& name : call.writes) {
    if (name.empty()) continue;
    const std::vector<double>&values = truth.values.at(name), &is = got.at(name);
    const double* sums = problem.sum_of_products ? truth.sums.at(name).data() : nullptr;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double expected = values[i], actual = is[i];
      const double scale = sums ? sums[i] + 1e-30 : 1.0 + std::abs(expected);
      if (std::abs(actual - expected) <= problem.tolerance * scale) continue;
      std::ostringstream text;
      text << kernel_name(call.kernel) << ": " << name << "[" << i << "] is " << actual
           << ", the reference in double says " << expected << "; the terms sum to " << scale
           << " in magnitude, and " << problem.tolerance << " of that is allowed";
      return text.str();
    }
  }
  return "";
}

void round_to_float(Values& values) {
  for (auto& [name, v] : values)
    for (double& each : v) each = static_cast<double>(static_cast<float>(each));
}

void fill_outputs(const Call& call, Values& values, double value) {
  for (const std::string& name : call.writes)
    if (!name.empty()) std::fill(values[name].begin(), values[name].end(), value);
}

bool has_write(const Call& call) {
  return std::visit(
      [](const auto& args) {
        return requires { args.write; };
      },
      call.args);
}

Call with_write(Call call, Write write) {
  std::visit(
      [&](auto& args) {
        if constexpr (requires { args.write; }) args.write = write;
      },
      call.args);
  return call;
}

std::vector<Problem> all_problems() {
  std::vector<Problem> all;
  for (const auto& some : {conv2d_problems(), linear_problems(), image_problems(),
                           elementwise_problems(), training_problems()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

}  // namespace convolab::testing
