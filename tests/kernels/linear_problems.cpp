#include "kernels/problem.hpp"

namespace convolab::testing {

Problem linear_problem(int batch, int in, int out, bool with_bias, bool relu) {
  const LinearArgs a = {.batch = batch,
                        .in_features = in,
                        .out_features = out,
                        .activation = relu ? Activation::relu : Activation::none};
  const std::int64_t x = std::int64_t{in} * batch, y = std::int64_t{out} * batch;
  const std::int64_t weight = std::int64_t{in} * out;
  Problem p;
  p.name = "linear_" + std::to_string(in) + "_to_" + std::to_string(out) + "_batch_" +
           std::to_string(batch) + (with_bias ? "" : "_without_bias") + (relu ? "_relu" : "");
  p.sum_of_products = true;
  p.buffers = {{"x", x, Fill::normal},      {"weight", weight, Fill::normal},
               {"bias", out, Fill::normal}, {"y", y},
               {"d_y", y, Fill::normal},    {"d_x", x},
               {"d_weight", weight},        {"d_bias", out}};
  p.calls = {{Kernel::linear_forward, a, {"x", "weight", with_bias ? "bias" : ""}, {"y"}},
             {Kernel::linear_backward_input, a, {"d_y", "weight"}, {"d_x"}},
             {Kernel::linear_backward_weight, a, {"x", "d_y"}, {"d_weight"}},
             {Kernel::linear_backward_bias, a, {"d_y"}, {"d_bias"}}};
  if (relu) {
    p.buffers.push_back({"d_sum", y});
    for (Call& call : p.calls)
      for (std::string& read : call.reads)
        if (read == "d_y") read = "d_sum";
    p.calls.insert(
        p.calls.begin() + 1,
        {Kernel::activation_backward, ActivationArgs{.elements = y}, {"y", "d_y"}, {"d_sum"}});
  }
  p.objective = {{"y", "d_y"}};
  p.variables = {"x", "weight"};
  if (with_bias) p.variables.emplace_back("bias");
  return p;
}

std::vector<Problem> linear_problems() {
  std::vector<Problem> all;
  const auto add = [&](int batch, int in, int out, bool with_bias = true, bool relu = false) {
    all.push_back(linear_problem(batch, in, out, with_bias, relu));
  };
  for (const int batch : {1, 2, 3, 5, 7, 8, 13, 64}) {
    add(batch, 13, 7);
    add(batch, 127, 10);
    add(batch, 16, 9);
  }
  for (const int batch : {1, 3, 13, 64}) add(batch, 13, 7, true, true);
  add(1, 1, 1);
  add(3, 1, 127);
  add(64, 400, 10);
  add(1, 300, 200);  // large enough to be shared among threads
  add(33, 130, 129);
  add(4, 12, 5, false);
  add(9, 12, 5, false);
  return all;
}

}  // namespace convolab::testing
