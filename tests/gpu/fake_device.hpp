// A device for tests that have no GPU: buffers in memory, steps by the reference kernels (or
// another backend's), and answers that come only when finish() is called, as a GPU's come when they
// like.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "gpu/executor.hpp"
#include "model/backend.hpp"

namespace convolab::gpu {

class FakeDevice : public Device {
 public:
  FakeDevice() { limits_.buffer_bytes = 1 << 20; }

  std::string name() const override { return "a fake"; }
  Limits limits() const override { return limits_; }

  Expected<BufferHandle> create(std::int64_t elements) override {
    if (elements * 4 > limits_.buffer_bytes || refuse_after-- == 0)
      return fail(ErrorCode::out_of_memory, "", "the fake has no more memory");
    buffers_[++last_].assign(static_cast<std::size_t>(elements), 0.0f);
    return last_;
  }
  void destroy(BufferHandle buffer) override { complaints += buffers_.erase(buffer) == 0; }
  void write(BufferHandle buffer, std::span<const float> data) override {
    std::vector<float>& to = buffers_.at(buffer);
    complaints += data.size() > to.size();
    std::copy(data.begin(), data.end(), to.begin());
  }
  RecordingHandle record(std::span<const Dispatch> dispatches) override {
    recordings_[++last_].assign(dispatches.begin(), dispatches.end());
    return last_;
  }
  void forget(RecordingHandle recording) override {
    complaints += recordings_.erase(recording) == 0;
  }
  void run(RecordingHandle recording, const RunValues& values) override {
    ++runs;
    std::vector<float> scratch(1 << 16);
    RunContext context{&pool_, scratch.data(), values.learning_rate, values.step, values.seed};
    for (const Dispatch& each : recordings_.at(recording)) {
      const Step& step = steps()[static_cast<std::size_t>(each.constants[0].value)];
      std::vector<void*> operands;
      std::set<BufferHandle> bound;
      for (const auto& [handle, elements] : each.bindings) {
        operands.push_back(handle == no_handle ? nullptr : buffers_.at(handle).data());
        complaints +=
            handle != no_handle && elements > static_cast<std::int64_t>(buffers_.at(handle).size());
        const bool written = operands.size() > step.reads.size();
        complaints += written && handle != no_handle && bound.contains(handle);
        bound.insert(handle);
      }
      backend->run[static_cast<std::size_t>(step.kernel)](context, step, operands.data());
    }
  }
  void read(std::span<const BufferHandle> buffers, ReadCallback done) override {
    std::vector<float> data;
    for (const BufferHandle handle : buffers)
      data.insert(data.end(), buffers_.at(handle).begin(), buffers_.at(handle).end());
    answers_.push_back({std::move(data), std::move(done)});
  }

  // Gives the oldest so many answers.
  void finish(std::size_t count = ~std::size_t{0}) {
    for (; count > 0 && !answers_.empty(); --count) {
      const Answer answer = std::move(answers_.front());
      answers_.pop_front();
      if (lost)
        answer.done(fail(ErrorCode::unsupported, "", "the fake is lost"));
      else
        answer.done(answer.data);
    }
  }

  std::size_t buffers() const { return buffers_.size(); }
  std::size_t elements() const {
    std::size_t sum = 0;
    for (const auto& each : buffers_) sum += each.second.size();
    return sum;
  }
  std::size_t recordings() const { return recordings_.size(); }
  std::size_t waiting() const { return answers_.size(); }
  // Every step as one dispatch that names it.
  static Expected<Program> program(const Step& step, const Limits&) {
    const auto operands = static_cast<int>(step.reads.size() + step.writes.size());
    KernelDispatch dispatch{"fake", "main", {}, {}};
    dispatch.constants = {{"step", static_cast<double>(steps().size())}};
    for (int i = 0; i < operands; ++i) dispatch.bindings.push_back(i);
    steps().push_back(step);
    return Program{{dispatch}, 0};
  }
  Access access() { return {this, &program}; }

  const Backend* backend = &reference_backend();
  int runs = 0;
  int complaints = 0;     // uses that a GPU would refuse
  int refuse_after = -1;  // so many more buffers; -1: all are given
  bool lost = false;

 private:
  struct Answer {
    std::vector<float> data;
    ReadCallback done;
  };
  static std::deque<Step>& steps() {
    static std::deque<Step> all;
    return all;
  }
  Limits limits_;
  ThreadPool pool_{1};
  BufferHandle last_ = 0;
  std::map<BufferHandle, std::vector<float>> buffers_;
  std::map<RecordingHandle, std::vector<Dispatch>> recordings_;
  std::deque<Answer> answers_;
};

}  // namespace convolab::gpu
