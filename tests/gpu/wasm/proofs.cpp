// The module of tests/gpu/proofs.mjs: every problem of tests/kernels on a GPU, against the
// reference in double. JavaScript awaits what the GPU does between prepare(), run() and check().
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "gpu/problems.hpp"
#include "gpu/programs.hpp"
#include "kernels/problem.hpp"
#include "wasm/gpu.hpp"

namespace convolab::testing {
namespace {

using emscripten::val;

// What lies behind every buffer, to be found untouched.
constexpr std::size_t guard = 33;
constexpr std::uint32_t pattern = 0x7FC0ABCD;  // a NaN, should it be read as a float

std::vector<float> words_of(const Buffer& buffer, const std::vector<double>& values) {
  std::vector<float> words;
  for (const double value : values)
    words.push_back(buffer.integer() ? bits_as<float>(static_cast<std::int32_t>(value))
                                     : static_cast<float>(value));
  words.insert(words.end(), guard, bits_as<float>(pattern));
  return words;
}

// One call of a problem, with buffers and a recording of its own on the GPU.
class Trial {
 public:
  Trial(gpu::Device& device, const Problem& problem, Call call, Values before)
      : device_(device), problem_(problem), call_(std::move(call)), before_(std::move(before)) {
    truth_ = truth_of(problem_, call_, before_);
    names_ = call_.reads;
    names_.insert(names_.end(), call_.writes.begin(), call_.writes.end());
  }
  ~Trial() {
    device_.forget(recording_);
    for (const gpu::BufferHandle each : handles_)
      if (each != gpu::no_handle) device_.destroy(each);
    device_.destroy(scratch_);
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  const Values& truth() const { return truth_.values; }

  // What went wrong, or nothing.
  std::string record() {
    Step step;
    step.kernel = call_.kernel;
    step.args = call_.args;
    for (const std::string& name : call_.reads) step.reads.push_back(name.empty() ? no_buffer : 0);
    for (const std::string& name : call_.writes)
      step.writes.push_back(name.empty() ? no_buffer : 0);
    const auto program = gpu::program_of(step, device_.limits());
    if (!program) return program.error().text();
    for (const std::string& name : names_)
      handles_.push_back(name.empty()
                             ? gpu::no_handle
                             : device_.create(elements(name) + std::int64_t{guard}).value());
    scratch_elements_ = static_cast<std::size_t>(program->scratch) + guard;
    scratch_ = device_.create(static_cast<std::int64_t>(scratch_elements_)).value();
    std::vector<gpu::Dispatch> dispatches;
    for (const gpu::KernelDispatch& each : program->dispatches) {
      gpu::Dispatch& dispatch = dispatches.emplace_back();
      dispatch = {each.shader, each.entry_point, each.constants, {}, each.x, each.y, each.z};
      for (const int operand : each.bindings)
        dispatch.bindings.push_back(operand == gpu::scratch_binding ? gpu::Binding{scratch_}
                                                                    : bound(operand));
    }
    recording_ = device_.record(dispatches);
    return "";
  }

  void run() {
    for (std::size_t k = 0; k < names_.size(); ++k)
      if (!names_[k].empty())
        device_.write(handles_[k],
                      words_of(buffer_named(problem_, names_[k]), before_.at(names_[k])));
    device_.write(scratch_, std::vector<float>(scratch_elements_, bits_as<float>(pattern)));
    const RunContext context = test_context();
    gpu::RunValues values = {
        .learning_rate = context.learning_rate, .step = context.step, .seed = context.seed};
    if (const auto* adam = std::get_if<AdamArgs>(&call_.args)) {
      const AdamRates rates = adam_rates(context, *adam);
      values.adam_rate = static_cast<float>(rates.rate);
      values.adam_root = static_cast<float>(rates.root);
      values.adam_shrink = static_cast<float>(rates.shrink);
    }
    device_.run(recording_, values);
  }

  // done(what went wrong, or "").
  void check(std::function<void(std::string)> done) {
    std::vector<gpu::BufferHandle> present;
    for (const gpu::BufferHandle each : handles_)
      if (each != gpu::no_handle) present.push_back(each);
    present.push_back(scratch_);
    device_.read(present, [this, done](Expected<std::span<const float>> data) {
      done(data ? verdict(*data) : data.error().text());
    });
  }

 private:
  // Without its guard.
  gpu::Binding bound(int operand) const {
    const auto k = static_cast<std::size_t>(operand);
    return {handles_[k], names_[k].empty() ? 0 : elements(names_[k])};
  }

  std::int64_t elements(const std::string& name) const {
    return static_cast<std::int64_t>(before_.at(name).size());
  }

  std::string verdict(std::span<const float> data) {
    const std::vector<float> now(data.begin(), data.end());
    Values got = before_;
    std::size_t at = 0;
    for (std::size_t k = 0; k < names_.size(); ++k) {
      if (names_[k].empty()) continue;
      const Buffer& buffer = buffer_named(problem_, names_[k]);
      const std::vector<float> was = words_of(buffer, before_.at(names_[k]));
      const auto same = [&](std::size_t i) {
        return bits_as<std::uint32_t>(now[at + i]) == bits_as<std::uint32_t>(was[i]);
      };
      const std::size_t count = was.size() - guard;
      for (std::size_t i = count; i < was.size(); ++i)
        if (!same(i)) return "wrote past the end of " + names_[k];
      std::vector<double>& values = got.at(names_[k]);
      for (std::size_t i = 0; i < count; ++i) {
        if (k < call_.reads.size() && !same(i)) return "changed its operand " + names_[k];
        values[i] = buffer.integer() ? bits_as<std::int32_t>(now[at + i])
                                     : static_cast<double>(now[at + i]);
      }
      at += was.size();
    }
    for (std::size_t i = scratch_elements_ - guard; i < scratch_elements_; ++i)
      if (bits_as<std::uint32_t>(now[at + i]) != pattern) return "wrote past its scratch memory";
    if (const std::string wrong = difference(problem_, call_, truth_, got); !wrong.empty())
      return wrong;
    // Scratch may hold anything; the operands must be the same bits every time.
    const std::vector<float> operands(now.begin(), now.begin() + static_cast<std::ptrdiff_t>(at));
    if (first_.empty()) first_ = operands;
    const auto differs = [](float a, float b) {
      return bits_as<std::uint32_t>(a) != bits_as<std::uint32_t>(b);
    };
    return std::equal(first_.begin(), first_.end(), operands.begin(), std::not_fn(differs))
               ? ""
               : "gives other bits when it runs again";
  }

  gpu::Device& device_;
  const Problem& problem_;
  Call call_;
  Values before_;
  Truth truth_;
  std::vector<std::string> names_;  // of the operands
  std::vector<gpu::BufferHandle> handles_;
  gpu::BufferHandle scratch_ = gpu::no_handle;
  std::size_t scratch_elements_ = 0;
  gpu::RecordingHandle recording_ = 0;
  std::vector<float> first_;  // what the operands held after the first run
};

class Proofs {
 public:
  explicit Proofs(val device) : device_(gpu_device(std::move(device))), problems_(gpu_problems()) {}

  std::string names() const {
    std::vector<std::string> names;
    for (const Problem& problem : problems_) names.push_back(problem.name);
    return JsonWriter().value(names).text();
  }
  // "conv2d_forward" …, of those that have a shader. Every kernel, when the backend is whole.
  std::string kernels(int problem) const {
    std::vector<std::string> names;
    for (const Call& call : problems_[static_cast<std::size_t>(problem)].calls)
      names.emplace_back(kernel_name(call.kernel));
    return JsonWriter().value(names).text();
  }

  // Records every call of a problem; returns what went wrong, or nothing.
  std::string prepare(int index, bool accumulate) {
    trials_.clear();
    const Problem& problem = problems_[static_cast<std::size_t>(index)];
    Values values = initial_values(problem, accumulate ? 2 : 1);
    for (Call call : problem.calls) {
      if (accumulate && has_write(call)) {
        call = with_write(call, Write::accumulate);
        fill_outputs(call, values, 0.75);
      }
      trials_.push_back(std::make_unique<Trial>(*device_, problem, call, values));
      if (const std::string wrong = trials_.back()->record(); !wrong.empty()) return wrong;
      values = trials_.back()->truth();
      round_to_float(values);
    }
    return "";
  }
  int calls() const { return static_cast<int>(trials_.size()); }
  void run(int call) { trials_[static_cast<std::size_t>(call)]->run(); }
  void check(int call, val done) {
    trials_[static_cast<std::size_t>(call)]->check(
        [done](const std::string& wrong) { done(wrong); });
  }
  void end() { trials_.clear(); }

 private:
  std::unique_ptr<gpu::Device> device_;
  std::vector<Problem> problems_;
  std::vector<std::unique_ptr<Trial>> trials_;
};

EMSCRIPTEN_BINDINGS(convolab_gpu_proofs) {
  emscripten::class_<Proofs>("Proofs")
      .constructor<val>()
      .function("names", &Proofs::names)
      .function("kernels", &Proofs::kernels)
      .function("prepare", &Proofs::prepare)
      .function("calls", &Proofs::calls)
      .function("run", &Proofs::run)
      .function("check", &Proofs::check)
      .function("end", &Proofs::end);
}

}  // namespace
}  // namespace convolab::testing
