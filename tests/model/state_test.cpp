// ModelState: how parameters start.
#include "model/state.hpp"

#include <cmath>

#include "model/net.hpp"

namespace convolab {
namespace {

using testing_nets::graph;

struct Moments {
  double mean = 0.0, variance = 0.0, largest = 0.0;
};

Moments moments(std::span<const float> values) {
  Moments m;
  for (const float v : values) {
    m.mean += static_cast<double>(v) / static_cast<double>(values.size());
    m.largest = std::max(m.largest, std::abs(static_cast<double>(v)));
  }
  for (const float v : values) {
    const double d = static_cast<double>(v) - m.mean;
    m.variance += d * d / static_cast<double>(values.size());
  }
  return m;
}

struct Row {
  const char* init;
  double conv, linear;  // the variance that the initialiser promises
  bool uniform;
};

// conv2d 8 → 12 in 2 groups, 5×3: fan_in 4·15 = 60, fan_out 12·15 = 180. linear: 1200 → 90.
const Row rows[] = {
    {"pytorch", 1.0 / (3 * 60), 1.0 / (3 * 1200), true},
    {"he_normal", 2.0 / 60, 2.0 / 1200, false},
    {"he_uniform", 2.0 / 60, 2.0 / 1200, true},
    {"xavier_normal", 2.0 / (60 + 180), 2.0 / (1200 + 90), false},
    {"xavier_uniform", 2.0 / (60 + 180), 2.0 / (1200 + 90), true},
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.init; }

class Initialiser : public testing::TestWithParam<Row> {};

TEST_P(Initialiser, HasItsVarianceAndBounds) {
  const Row& row = GetParam();
  const auto net = graph_from_json(R"({"input": [8, 14, 12], "init": ")" + std::string(row.init) +
                                   R"(", "layers": [
      {"type": "conv2d", "name": "c", "out_channels": 12, "kernel_size": [5, 3], "groups": 2},
      {"type": "flatten"}, {"type": "linear", "name": "l", "out_features": 90}]})");
  ASSERT_TRUE(net) << net.error().text();
  const ModelState state(*net, 11);
  for (const auto& [name, variance] : {std::pair("c.weight", row.conv), {"l.weight", row.linear}}) {
    const auto values = state.values(net->find_parameter(name));
    const Moments m = moments(values);
    const double n = static_cast<double>(values.size());
    EXPECT_NEAR(m.mean, 0.0, 5.0 * std::sqrt(variance / n)) << name;
    // The variance of a sample variance is at most 2σ⁴/n, for the normal distribution.
    EXPECT_NEAR(m.variance, variance, 5.0 * variance * std::sqrt(2.0 / n)) << name;
    const double bound = std::sqrt(3.0 * variance);  // of the uniform distribution
    if (row.uniform) {
      EXPECT_LE(m.largest, bound * (1 + 1e-6)) << name;
    } else {
      EXPECT_GT(m.largest, bound * 1.2) << name << ": a normal distribution has tails";
    }
  }
  for (const auto& [name, fan_in] : {std::pair("c.bias", 60.0), {"l.bias", 1200.0}}) {
    const Moments m = moments(state.values(net->find_parameter(name)));
    if (std::string(row.init) == "pytorch") {
      EXPECT_GT(m.largest, 0.0) << name;
      EXPECT_LE(m.largest, 1.0 / std::sqrt(fan_in)) << name;
    } else {
      EXPECT_EQ(m.largest, 0.0) << name << " starts at 0";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(State, Initialiser, testing::ValuesIn(rows),
                         [](const auto& info) { return std::string(info.param.init); });

std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

TEST(ModelState, SameSeedSameBits) {
  const Graph net = graph("[2, 6, 6]", testing_nets::branches);
  ModelState a(net, 4), b(net, 4), other(net, 5);
  const int stem = net.find_parameter("stem.weight");
  EXPECT_EQ(copy(a.values(stem)), copy(b.values(stem)));
  EXPECT_NE(copy(a.values(stem)), copy(other.values(stem)));
  other.initialise(net, 4);
  for (int i = 0; i < static_cast<int>(net.parameters().size()); ++i)
    EXPECT_EQ(copy(other.values(i)), copy(a.values(i)))
        << net.parameters()[static_cast<std::size_t>(i)].name;
}

TEST(ModelState, LayersOfOneShapeStartDifferently) {
  const Graph net = graph("[4]", R"({"type": "linear", "out_features": 4},
                                    {"type": "linear", "out_features": 4})");
  const ModelState state(net, 4);
  EXPECT_NE(copy(state.values(0)), copy(state.values(2)));
}

TEST(ModelState, BatchNormStartsAsTheIdentity) {
  const Graph net = graph("[3, 2, 2]", R"({"type": "batch_norm2d", "name": "n"})");
  const ModelState state(net, 4);
  EXPECT_EQ(copy(state.values(net.find_parameter("n.weight"))), std::vector<float>(3, 1.0f));
  EXPECT_EQ(copy(state.values(net.find_parameter("n.bias"))), std::vector<float>(3, 0.0f));
  EXPECT_EQ(copy(state.values(net.find_parameter("n.running_mean"))), std::vector<float>(3, 0.0f));
  EXPECT_EQ(copy(state.values(net.find_parameter("n.running_var"))), std::vector<float>(3, 1.0f));
}

TEST(ModelState, ResettingTheOptimiserForgets) {
  const Graph net = graph("[4]", R"({"type": "linear", "out_features": 4})");
  ModelState state(net, 4);
  EXPECT_EQ(state.slots(), 0);
  state.reset_optimizer(2);
  EXPECT_EQ(state.slots(), 2);
  state.slot(0, 1)[3] = 5.0f;
  state.reset_optimizer(2);
  EXPECT_EQ(state.slot(0, 1)[3], 0.0f);
  EXPECT_EQ(state.slot(1, 0).size(), 4u);
}

TEST(OptimizerConfig, RemembersWhatItsFormulaNeeds) {
  using Kind = OptimizerConfig::Kind;
  const auto slots = [](Kind kind, float momentum) {
    OptimizerConfig config;
    config.kind = kind;
    config.momentum = momentum;
    return config.slots();
  };
  EXPECT_EQ(slots(Kind::sgd, 0.0f), 0);
  EXPECT_EQ(slots(Kind::sgd, 0.9f), 1);
  EXPECT_EQ(slots(Kind::rmsprop, 0.0f), 1);
  EXPECT_EQ(slots(Kind::rmsprop, 0.9f), 2);
  EXPECT_EQ(slots(Kind::adam, 0.0f), 2);
  EXPECT_EQ(slots(Kind::adamw, 0.0f), 2);
}

}  // namespace
}  // namespace convolab
