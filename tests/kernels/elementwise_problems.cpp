// activation, softmax, dropout, copy and batch_norm2d.
#include "kernels/problem.hpp"

namespace convolab::testing {

namespace {

Problem activation_problem(std::string name, const ActivationArgs& a) {
  Problem p;
  p.name = "activation_" + std::move(name);
  p.buffers = {{"x", a.elements, Fill::normal},
               {"y", a.elements},
               {"d_y", a.elements, Fill::normal},
               {"d_x", a.elements}};
  p.calls = {{Kernel::activation_forward, a, {"x"}, {"y"}},
             {Kernel::activation_backward, a, {"y", "d_y"}, {"d_x"}}};
  p.objective = {{"y", "d_y"}};
  p.variables = {"x"};
  p.tolerance = 1e-6;
  return p;
}

Problem softmax_problem(int channels, std::int64_t inner) {
  const SoftmaxArgs a = {.channels = channels, .inner = inner};
  const std::int64_t n = channels * inner;
  Problem p;
  p.name = "softmax_" + std::to_string(channels) + "_by_" + std::to_string(inner);
  p.buffers = {{"x", n, Fill::normal}, {"y", n}, {"d_y", n, Fill::normal}, {"d_x", n}};
  p.calls = {{Kernel::softmax_forward, a, {"x"}, {"y"}},
             {Kernel::softmax_backward, a, {"y", "d_y"}, {"d_x"}}};
  p.objective = {{"y", "d_y"}};
  p.variables = {"x"};
  p.tolerance = 1e-6;
  return p;
}

Problem dropout_problem(std::string name, const DropoutArgs& a) {
  Problem p;
  p.name = "dropout_" + std::move(name);
  p.buffers = {{"x", a.elements, Fill::normal},
               {"y", a.elements},
               {"d_y", a.elements, Fill::normal},
               {"d_x", a.elements}};
  p.calls = {{Kernel::dropout_forward, a, {"x"}, {"y"}},
             {Kernel::dropout_backward, a, {"d_y"}, {"d_x"}}};
  p.objective = {{"y", "d_y"}};
  p.variables = {"x"};
  p.tolerance = 1e-6;
  return p;
}

Problem copy_problem(std::string name, const CopyArgs& a) {
  Problem p;
  p.name = "copy_" + std::move(name);
  p.buffers = {{"x", a.from + a.elements + 3, Fill::normal},
               {"y", a.to + a.elements + 2, Fill::positive}};
  p.calls = {{Kernel::copy, a, {"x"}, {"y"}}};
  return p;
}

}  // namespace

Problem batch_norm2d_problem(std::string name, const BatchNorm2dArgs& a, bool affine, bool running,
                             bool eval) {
  const std::int64_t n = a.channels * a.inner;
  const std::string weight = affine ? "weight" : "", bias = affine ? "bias" : "";
  Problem p;
  p.name = "batch_norm2d_" + std::move(name);
  p.buffers = {{"x", n, Fill::normal},
               {"weight", a.channels, Fill::positive},
               {"bias", a.channels, Fill::normal},
               {"y", n},
               {"mean", a.channels},
               {"inverse_std", a.channels},
               {"running_mean", a.channels, Fill::normal},
               {"running_var", a.channels, Fill::positive},
               {"d_y", n, Fill::normal},
               {"d_x", n},
               {"d_weight", a.channels},
               {"d_bias", a.channels}};
  const std::string d_weight = affine ? "d_weight" : "", d_bias = affine ? "d_bias" : "";
  const std::string running_mean = running ? "running_mean" : "",
                    running_var = running ? "running_var" : "";
  if (eval)
    p.calls = {{Kernel::batch_norm2d_forward_eval,
                a,
                {"x", weight, bias, "running_mean", "running_var"},
                {"y", "mean", "inverse_std"}},
               {Kernel::batch_norm2d_backward_eval,
                a,
                {"x", weight, "mean", "inverse_std", "d_y"},
                {"d_x", d_weight, d_bias}}};
  else
    p.calls = {{Kernel::batch_norm2d_forward,
                a,
                {"x", weight, bias},
                {"y", "mean", "inverse_std", running_mean, running_var}},
               {Kernel::batch_norm2d_backward,
                a,
                {"x", weight, "mean", "inverse_std", "d_y"},
                {"d_x", d_weight, d_bias}}};
  p.objective = {{"y", "d_y"}};
  p.variables = {"x"};
  if (affine) p.variables.insert(p.variables.end(), {"weight", "bias"});
  // d_weight and d_bias are sums of `inner` terms of either sign, measured against 1 + |value|
  // here.
  p.tolerance = 1e-5 + 1e-8 * static_cast<double>(a.inner);
  return p;
}

std::vector<Problem> elementwise_problems() {
  std::vector<Problem> all;
  const struct {
    const char* name;
    Activation kind;
  } kinds[] = {{"relu", Activation::relu},
               {"leaky_relu", Activation::leaky_relu},
               {"tanh", Activation::tanh},
               {"sigmoid", Activation::sigmoid}};
  for (const auto& [name, kind] : kinds)
    for (const int elements : {1, 3, 13, 127, 40001})
      all.push_back(
          activation_problem(std::string(name) + "_" + std::to_string(elements),
                             {.elements = elements, .kind = kind, .negative_slope = 0.2f}));
  for (const int inner : {1, 2, 3, 8, 13, 127}) {
    all.push_back(softmax_problem(10, inner));
    all.push_back(softmax_problem(1, inner));
  }
  all.push_back(softmax_problem(127, 5));
  for (const int elements : {1, 3, 13, 127, 40001})
    all.push_back(
        dropout_problem(std::to_string(elements), {.elements = elements, .p = 0.3f, .lane = 2}));
  all.push_back(dropout_problem("none", {.elements = 21, .p = 0.0f}));
  all.push_back(dropout_problem("all", {.elements = 21, .p = 1.0f}));
  all.push_back(copy_problem("whole", {.elements = 127}));
  all.push_back(copy_problem("part", {.elements = 13, .from = 5, .to = 9}));
  all.push_back(copy_problem("large", {.elements = 70001, .from = 1, .to = 0}));
  for (const int inner : {2, 3, 13, 127, 4099}) {
    const std::string suffix = "_" + std::to_string(inner);
    all.push_back(batch_norm2d_problem("training" + suffix, {.channels = 3, .inner = inner}, true,
                                       true, false));
    all.push_back(batch_norm2d_problem("evaluation" + suffix, {.channels = 3, .inner = inner}, true,
                                       true, true));
  }
  all.push_back(batch_norm2d_problem("plain", {.channels = 2, .inner = 9}, false, false, false));
  all.push_back(
      batch_norm2d_problem("plain_evaluation", {.channels = 2, .inner = 9}, false, true, true));
  all.push_back(batch_norm2d_problem(
      "momentum", {.channels = 1, .inner = 64, .eps = 1e-3f, .momentum = 0.7f}, true, true, false));
  return all;
}

}  // namespace convolab::testing
