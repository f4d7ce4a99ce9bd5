// Losses and optimisers against PyTorch, run as plans run them, on every backend.
#include "golden/golden.hpp"
#include "model/executor.hpp"

namespace convolab {
namespace {

using golden::equals_pytorch;
using nlohmann::json;

const json& document() {
  static const json read = golden::read_json("training.json");
  return read;
}

// One entry of the lists "losses" or "optimizers", on one backend.
struct Entry {
  std::string list, name, backend;
  json golden;
};

void PrintTo(const Entry& entry, std::ostream* out) { *out << entry.name << " " << entry.backend; }

std::vector<Entry> entries(const std::string& list) {
  std::vector<Entry> all;
  if (!document().is_object()) return all;
  for (const json& golden : document()[list])
    for (const std::string& backend : golden::backends())
      all.push_back({list, golden["name"].get<std::string>(), backend, golden});
  return all;
}

std::string entry_name(const testing::TestParamInfo<Entry>& info) {
  return golden::test_name(info.param.name + "_" + info.param.backend);
}

Tensor from_json(const json& values) {
  const auto numbers = values.get<std::vector<float>>();
  return Tensor({static_cast<int>(numbers.size())}, numbers);
}

Tensor copy(std::span<const float> values) {
  return Tensor({static_cast<int>(values.size())}, {values.begin(), values.end()});
}

// Copies a batch in PyTorch's order, and labels, into the executor's buffers.
void fill(Executor& executor, const json& samples, const json& labels) {
  const Tensor x = from_json(samples);
  const int batch = executor.plan().options.batch;
  batch_to_innermost(x.data.data(), batch, static_cast<std::int64_t>(x.data.size()) / batch,
                     executor.data(executor.plan().input()).data());
  const auto classes = labels.get<std::vector<std::int32_t>>();
  std::copy(classes.begin(), classes.end(), executor.labels().begin());
}

class LossGolden : public testing::TestWithParam<Entry> {};

TEST_P(LossGolden, EqualsPyTorch) {
  const json& golden = GetParam().golden;
  const int batch = golden["batch"].get<int>(), classes = golden["classes"].get<int>();
  // A net that hands its input on: what is given as the input is the output.
  const auto graph = graph_from_json(R"({"input": [)" + std::to_string(classes) +
                                     R"(], "layers": [{"type": "flatten"}]})");
  PlanOptions options;
  options.batch = batch;
  options.loss = golden["loss"] == "mse" ? Loss::mse : Loss::cross_entropy;
  options.backward = options.input_gradient = true;
  ModelState state(*graph, 1);
  ThreadPool pool;
  auto executor = Executor::create(*make_plan(*graph, options), **find_backend(GetParam().backend),
                                   state, pool);
  const Plan& plan = executor->plan();
  fill(*executor, golden["output"], golden["labels"]);
  executor->run({});
  EXPECT_TRUE(
      equals_pytorch("losses", from_json(golden["losses"]), copy(executor->data(plan.losses))));
  Tensor d_y({batch * classes});
  batch_to_outermost(executor->data(plan.d_values.back()).data(), batch, classes, d_y.data.data());
  EXPECT_TRUE(equals_pytorch("grad_output", from_json(golden["grad_output"]), d_y));
  double sum = 0.0;
  for (const json& loss : golden["losses"]) sum += loss.get<double>();
  EXPECT_NEAR(executor->data(plan.metrics)[0], sum, 1e-5 * sum);
  EXPECT_EQ(executor->data(plan.metrics)[1], golden["correct"].get<float>());
}

INSTANTIATE_TEST_SUITE_P(Training, LossGolden, testing::ValuesIn(entries("losses")), entry_name);

OptimizerConfig config(const json& golden) {
  OptimizerConfig c;
  using Kind = OptimizerConfig::Kind;
  const std::map<std::string, Kind> kinds = {
      {"sgd", Kind::sgd}, {"rmsprop", Kind::rmsprop}, {"adam", Kind::adam}, {"adamw", Kind::adamw}};
  c.kind = kinds.at(golden["type"].get<std::string>());
  const json& s = golden["settings"];
  c.momentum = s.value("momentum", c.momentum);
  c.nesterov = s.value("nesterov", c.nesterov);
  c.weight_decay = s.value("weight_decay", c.weight_decay);
  c.alpha = s.value("alpha", c.alpha);
  c.beta1 = s.value("beta1", c.beta1);
  c.beta2 = s.value("beta2", c.beta2);
  c.eps = s.value("eps", c.eps);
  return c;
}

class OptimizerGolden : public testing::TestWithParam<Entry> {};

TEST_P(OptimizerGolden, FiveStepsEqualPyTorch) {
  const json& golden = GetParam().golden;
  const auto graph = graph_from_json(document()["spec"].dump());
  ASSERT_TRUE(graph) << graph.error().text();
  PlanOptions options;
  options.batch = static_cast<int>(golden["labels"].size());
  options.loss = Loss::cross_entropy;
  options.training = options.backward = true;
  options.optimizer = config(golden);
  ModelState state(*graph, 1);
  state.reset_optimizer(options.optimizer->slots());
  for (const auto& [name, values] : golden["start"].items()) {
    const Tensor start = from_json(values);
    std::copy(start.data.begin(), start.data.end(),
              state.values(graph->find_parameter(name)).begin());
  }
  ThreadPool pool(2);
  auto executor = Executor::create(*make_plan(*graph, options), **find_backend(GetParam().backend),
                                   state, pool);
  fill(*executor, golden["input"], golden["labels"]);
  for (std::uint64_t step = 0; step < 5; ++step) {
    executor->run({golden["lr"].get<float>(), step, 0});
    const double loss =
        static_cast<double>(executor->data(executor->plan().metrics)[0]) / options.batch;
    const double expected = golden["losses"][static_cast<std::size_t>(step)].get<double>();
    EXPECT_NEAR(loss, expected, 1e-5 * expected) << "step " << step + 1;
  }
  for (const auto& [name, values] : golden["end"].items())
    EXPECT_TRUE(
        equals_pytorch(name, from_json(values), copy(state.values(graph->find_parameter(name)))));
}

INSTANTIATE_TEST_SUITE_P(Training, OptimizerGolden, testing::ValuesIn(entries("optimizers")),
                         entry_name);

}  // namespace
}  // namespace convolab
