// Every layer type against PyTorch: output, gradients and running statistics of every golden case,
// on every backend.
#include "golden/golden_net.hpp"

#include <set>

namespace convolab {
namespace {

using golden::Case;

class LayerGolden : public testing::TestWithParam<std::tuple<Case, std::string>> {};

TEST_P(LayerGolden, EqualsPyTorch) {
  golden::expect_equals_pytorch(std::get<0>(GetParam()), std::get<1>(GetParam()), 2);
}

INSTANTIATE_TEST_SUITE_P(Layers, LayerGolden,
                         testing::Combine(testing::ValuesIn(golden::read_cases("layers")),
                                          testing::ValuesIn(golden::backends())),
                         [](const auto& info) {
                           return golden::test_name(std::get<0>(info.param).name + "_" +
                                                    std::get<1>(info.param));
                         });

TEST(LayerGoldenData, CoversEveryLayerType) {
  std::set<std::string> covered;
  for (const Case& c : golden::read_cases("layers")) {
    const auto spec = parse_spec(c.spec);
    ASSERT_TRUE(spec) << spec.error().text();
    for (const LayerSpec& layer : spec->layers)
      if (layer.name == "layer") covered.insert(layer.type);
  }
  for (const LayerType* type : layer_types())
    EXPECT_TRUE(covered.contains(std::string(type->name)))
        << type->name << " is in layers.inc, but no golden case is about it; add one to "
        << "tests/golden/cases.py and run make.py";
}

}  // namespace
}  // namespace convolab
