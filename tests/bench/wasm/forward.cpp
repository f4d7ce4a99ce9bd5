// A network that only answers, for the benchmark's page: any batch size, PyTorch's order in and
// out, weights given by name. (The page's own module trains and answers for one picture.)
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <memory>
#include <string>
#include <vector>

#include "model/executor.hpp"

namespace convolab {
namespace {

using emscripten::val;

val view(std::span<float> numbers) {
  return val(emscripten::typed_memory_view(numbers.size(), numbers.data()));
}

class Forward {
 public:
  // An empty text, or what is wrong.
  std::string open(const std::string& spec, int batch) {
    auto graph = graph_from_json(spec);
    if (!graph) return graph.error().text();
    graph_ = std::make_unique<Graph>(*std::move(graph));
    state_ = std::make_unique<ModelState>(*graph_, 1);
    auto plan = make_plan(*graph_, {.batch = batch, .optimizer = {}, .share_memory = true});
    if (!plan) return plan.error().text();
    const auto backend = find_backend("simd");
    if (!backend) return backend.error().text();
    auto executor = Executor::create(*std::move(plan), **backend, *state_, pool_);
    if (!executor) return executor.error().text();
    executor_ = std::make_unique<Executor>(*std::move(executor));
    batch_ = batch;
    pictures_.resize(executor_->data(executor_->plan().input()).size());
    answers_.resize(executor_->data(executor_->plan().output()).size());
    return "";
  }

  // False when there is no such parameter of that size.
  bool set(const std::string& name, const val& numbers) {
    const auto& parameters = graph_->parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const auto values = state_->values(static_cast<int>(i));
      if (parameters[i].name != name || numbers["length"].as<std::size_t>() != values.size())
        continue;
      view(values).call<void>("set", numbers);
      return true;
    }
    return false;
  }

  val run(const val& pictures) {
    const auto input = executor_->data(executor_->plan().input());
    const auto output = executor_->data(executor_->plan().output());
    if (batch_ == 1) {  // the orders are one
      view(input).call<void>("set", pictures);
      executor_->run({});
      return view(output).call<val>("slice");
    }
    view(pictures_).call<void>("set", pictures);
    batch_to_innermost(pictures_.data(), batch_, features(pictures_), input.data());
    executor_->run({});
    batch_to_outermost(output.data(), batch_, features(answers_), answers_.data());
    return view(answers_).call<val>("slice");
  }

 private:
  std::int64_t features(const std::vector<float>& numbers) const {
    return static_cast<std::int64_t>(numbers.size()) / batch_;
  }

  ThreadPool pool_{1};
  int batch_ = 1;
  std::unique_ptr<Graph> graph_;
  std::unique_ptr<ModelState> state_;
  std::unique_ptr<Executor> executor_;
  std::vector<float> pictures_, answers_;
};

}  // namespace
}  // namespace convolab

EMSCRIPTEN_BINDINGS(convolab_forward) {
  using convolab::Forward;
  emscripten::class_<Forward>("Forward")
      .constructor<>()
      .function("open", &Forward::open)
      .function("set", &Forward::set)
      .function("run", &Forward::run);
}
