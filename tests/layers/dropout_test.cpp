// dropout in training: a part p is zeroed, the rest scaled, and the backward pass uses the same
// mask.
#include <numeric>

#include "model/net.hpp"

namespace convolab {
namespace {

struct Masks {
  std::vector<float> forward, backward;
};

// The masks of one training step, read off an input and an output gradient of ones.
Masks run(const Graph& graph, const std::string& backend, std::uint64_t seed, std::uint64_t step,
          int threads = 1) {
  PlanOptions options;
  options.batch = 5;
  options.training = options.backward = options.input_gradient = true;
  ModelState state(graph, 1);
  ThreadPool pool(threads);
  auto executor =
      Executor::create(*make_plan(graph, options), **find_backend(backend), state, pool);
  const Plan& plan = executor->plan();
  for (float& value : executor->data(plan.input())) value = 1.0f;
  for (float& value : executor->data(plan.d_values.back())) value = 1.0f;
  executor->run({0.0f, step, seed});
  const auto y = executor->data(plan.output()), d_x = executor->data(plan.d_values.front());
  return {{y.begin(), y.end()}, {d_x.begin(), d_x.end()}};
}

TEST(Dropout, ZeroesAPartAndScalesTheRest) {
  const Graph graph = testing_nets::graph("[8, 16, 16]", R"({"type": "dropout", "p": 0.3})");
  for (const std::string& backend : backend_names()) {
    const Masks masks = run(graph, backend, 3, 0);
    int dropped = 0;
    for (const float factor : masks.forward) {
      dropped += factor == 0.0f;
      EXPECT_TRUE(factor == 0.0f || std::abs(factor - 1.0f / 0.7f) < 1e-6f) << factor;
    }
    const double share = dropped / static_cast<double>(masks.forward.size());
    EXPECT_NEAR(share, 0.3, 0.02) << backend;  // 4.5 standard deviations of 10,240 draws
  }
}

TEST(Dropout, BackwardUsesTheMaskOfForward) {
  const Graph graph = testing_nets::graph("[3, 7, 5]", R"({"type": "dropout", "p": 0.5})");
  for (const std::string& backend : backend_names()) {
    const Masks masks = run(graph, backend, 3, 11);
    EXPECT_EQ(masks.forward, masks.backward) << backend;
  }
}

TEST(Dropout, MaskDependsOnSeedStepAndLayerAndNothingElse) {
  const Graph one = testing_nets::graph("[64]", R"({"type": "dropout"})");
  const Graph later = testing_nets::graph("[64]", R"({"type": "relu"}, {"type": "dropout"})");
  const Masks masks = run(one, "reference", 3, 4);
  for (const std::string& backend : backend_names())
    for (const int threads : {1, 2, 4})
      EXPECT_EQ(run(one, backend, 3, 4, threads).forward, masks.forward) << backend;
  EXPECT_NE(run(one, "reference", 4, 4).forward, masks.forward);
  EXPECT_NE(run(one, "reference", 3, 5).forward, masks.forward);
  EXPECT_NE(run(later, "reference", 3, 4).forward, masks.forward);
}

}  // namespace
}  // namespace convolab
