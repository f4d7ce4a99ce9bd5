// Losses, metrics and optimisers.
#include "kernels/problem.hpp"

namespace convolab::testing {

namespace {

Problem cross_entropy_problem(int classes, int batch) {
  const CrossEntropyArgs a = {.classes = classes, .batch = batch};
  const MetricsArgs m = {.classes = classes, .batch = batch};
  const std::int64_t n = std::int64_t{classes} * batch;
  Problem p;
  p.name = "cross_entropy_" + std::to_string(classes) + "_batch_" + std::to_string(batch);
  p.buffers = {{"logits", n, Fill::normal},
               {"labels", batch, Fill::labels, classes},
               {"losses", batch},
               {"d_logits", n},
               {"metrics", 2}};
  p.calls = {{Kernel::cross_entropy_forward, a, {"logits", "labels"}, {"losses"}},
             {Kernel::cross_entropy_backward, a, {"logits", "labels"}, {"d_logits"}},
             {Kernel::metrics, m, {"logits", "labels", "losses"}, {"metrics"}}};
  p.objective = {{"losses", "", 1.0 / batch}};
  p.variables = {"logits"};
  return p;
}

Problem mse_problem(int features, int batch) {
  const MseArgs a = {.features = features, .batch = batch};
  const std::int64_t n = std::int64_t{features} * batch;
  Problem p;
  p.name = "mse_" + std::to_string(features) + "_batch_" + std::to_string(batch);
  p.buffers = {{"y", n, Fill::normal},
               {"labels", batch, Fill::labels, features},
               {"losses", batch},
               {"d_y", n}};
  p.calls = {{Kernel::mse_forward, a, {"y", "labels"}, {"losses"}},
             {Kernel::mse_backward, a, {"y", "labels"}, {"d_y"}}};
  p.objective = {{"losses", "", 1.0 / batch}};
  p.variables = {"y"};
  return p;
}

Problem update_problem(std::string name, Kernel kernel, const KernelArgs& args,
                       std::int64_t elements, std::vector<std::string> state) {
  Problem p;
  p.name = "update_" + std::move(name) + "_" + std::to_string(elements);
  p.buffers = {{"d_w", elements, Fill::normal}, {"w", elements, Fill::normal}};
  for (const std::string& each : state)
    if (!each.empty()) p.buffers.push_back({each, elements, Fill::positive});
  state.insert(state.begin(), "w");
  p.calls = {{kernel, args, {"d_w"}, std::move(state)}};
  p.tolerance = 2e-6;
  return p;
}

}  // namespace

std::vector<Problem> training_problems() {
  std::vector<Problem> all;
  for (const int batch : {1, 3, 8, 13, 64}) {
    all.push_back(cross_entropy_problem(10, batch));
    all.push_back(mse_problem(10, batch));
  }
  all.push_back(cross_entropy_problem(1, 5));
  all.push_back(cross_entropy_problem(127, 5));
  all.push_back(mse_problem(1, 5));
  for (const int elements : {1, 3, 13, 127, 40001}) {
    all.push_back(
        update_problem("sgd", Kernel::sgd_update, SgdArgs{.elements = elements}, elements, {""}));
    all.push_back(
        update_problem("sgd_momentum", Kernel::sgd_update,
                       SgdArgs{.elements = elements, .momentum = 0.9f, .weight_decay = 0.1f},
                       elements, {"momentum"}));
    all.push_back(update_problem(
        "sgd_nesterov", Kernel::sgd_update,
        SgdArgs{.elements = elements, .momentum = 0.9f, .weight_decay = 0.1f, .nesterov = true},
        elements, {"momentum"}));
    all.push_back(update_problem("rmsprop", Kernel::rmsprop_update,
                                 RmsPropArgs{.elements = elements, .weight_decay = 0.1f}, elements,
                                 {"square_average", ""}));
    all.push_back(update_problem("rmsprop_momentum", Kernel::rmsprop_update,
                                 RmsPropArgs{.elements = elements, .momentum = 0.9f}, elements,
                                 {"square_average", "momentum"}));
    all.push_back(update_problem("adam", Kernel::adam_update,
                                 AdamArgs{.elements = elements, .weight_decay = 0.1f}, elements,
                                 {"average", "square_average"}));
    all.push_back(
        update_problem("adamw", Kernel::adam_update,
                       AdamArgs{.elements = elements, .weight_decay = 0.1f, .decoupled = true},
                       elements, {"average", "square_average"}));
  }
  return all;
}

}  // namespace convolab::testing
