// Whole networks against PyTorch, on every backend and with one and several threads.
#include "golden/golden_net.hpp"

namespace convolab {
namespace {

using golden::Case;

class NetworkGolden : public testing::TestWithParam<std::tuple<Case, std::string, int>> {};

TEST_P(NetworkGolden, EqualsPyTorch) {
  const auto& [c, backend, threads] = GetParam();
  golden::expect_equals_pytorch(c, backend, threads);
}

INSTANTIATE_TEST_SUITE_P(Networks, NetworkGolden,
                         testing::Combine(testing::ValuesIn(golden::read_cases("nets")),
                                          testing::ValuesIn(golden::backends()),
                                          testing::Values(1, 3)),
                         [](const auto& info) {
                           return golden::test_name(std::get<0>(info.param).name + "_" +
                                                    std::get<1>(info.param) + "_threads_" +
                                                    std::to_string(std::get<2>(info.param)));
                         });

}  // namespace
}  // namespace convolab
