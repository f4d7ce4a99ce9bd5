// convolab run, against numbers computed by hand.
#include <gtest/gtest.h>

#include <map>

#include "cli/program.hpp"
#include "io/safetensors.hpp"

namespace convolab::test {
namespace {

void write_tensors(const std::string& path, const std::vector<NamedTensor>& tensors) {
  const auto bytes = write_safetensors(tensors);
  write(path, std::string(bytes.begin(), bytes.end()));
}

std::map<std::string, Tensor> read_tensors(const std::string& path) {
  const std::string text = read(path);
  const auto tensors = read_safetensors(std::vector<std::uint8_t>(text.begin(), text.end()), path);
  EXPECT_TRUE(tensors) << tensors.error().text();
  std::map<std::string, Tensor> out;
  if (tensors)
    for (const NamedTensor& each : *tensors) out[each.name] = each.tensor;
  return out;
}

// A 2×2 kernel [[1, 2], [3, 4]] with bias 10 over the 3×3 pictures 1 … 9 and 0.
class CliRun : public testing::Test {
 protected:
  void SetUp() override {
    write(folder_ / "m.json", R"({"input": [1, 3, 3], "layers": [
        {"type": "conv2d", "name": "c", "out_channels": 1, "kernel_size": 2}]})");
    write_tensors(folder_ / "w.safetensors", {{"c.weight", Tensor({1, 1, 2, 2}, {1, 2, 3, 4})},
                                              {"c.bias", Tensor({1}, {10})}});
    Tensor input({2, 1, 3, 3});
    for (std::size_t i = 0; i < 9; ++i) input.data[i] = static_cast<float>(i + 1);
    write_tensors(folder_ / "x.safetensors", {{"input", input}});
    write_tensors(folder_ / "g.safetensors",
                  {{"grad_output", Tensor({2, 1, 2, 2}, {1, 0, 0, 2, 5, 0, 0, 0})}});
  }

  Outcome run(std::vector<std::string> more) const {
    std::vector<std::string> all = {"run",           "--model", "m.json",       "--weights",
                                    "w.safetensors", "--input", "x.safetensors"};
    all.insert(all.end(), more.begin(), more.end());
    return run_program(all, folder_.path());
  }

  const Folder folder_;
};

TEST_F(CliRun, ConvolutionByHand) {
  for (const char* backend : {"reference", "simd"}) {
    const Outcome outcome = run({"--output", "y.safetensors", "--grad-output", "g.safetensors",
                                 "--backend", backend, "--threads", "2"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "y.safetensors: output 2×1×2×2 and 3 gradients\n");
    auto y = read_tensors(folder_ / "y.safetensors");
    EXPECT_EQ(y.size(), 4u);
    EXPECT_EQ(y["output"].shape, (Shape{2, 1, 2, 2}));
    // 1·1 + 2·2 + 3·4 + 4·5 + 10 = 47, …
    EXPECT_EQ(y["output"].data, (std::vector<float>{47, 57, 77, 87, 10, 10, 10, 10}));
    // The kernel placed where the gradient is: 1 at the upper left, 2 at the lower right.
    EXPECT_EQ(y["grad.input"].shape, (Shape{2, 1, 3, 3}));
    EXPECT_EQ(y["grad.input"].data, (std::vector<float>{1, 2, 0, 3, 4 + 2, 4, 0, 6, 8,  //
                                                        5, 10, 0, 15, 20, 0, 0, 0, 0}));
    // 1 · [[1, 2], [4, 5]] + 2 · [[5, 6], [8, 9]]
    EXPECT_EQ(y["grad.c.weight"].shape, (Shape{1, 1, 2, 2}));
    EXPECT_EQ(y["grad.c.weight"].data, (std::vector<float>{11, 14, 20, 23}));
    EXPECT_EQ(y["grad.c.bias"].data, std::vector<float>{8});
  }
}

TEST_F(CliRun, WithoutGradientsTheOutputOnly) {
  const Outcome outcome = run({"--output", "y.safetensors", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(read_tensors(folder_ / "y.safetensors").size(), 1u);
  EXPECT_EQ(outcome.out.substr(0, 21), R"({"output":[2,1,2,2],")");
}

TEST_F(CliRun, WithoutEvalAsInTraining) {
  write(folder_ / "m.json",
        R"({"input": [1, 1, 1], "layers": [{"type": "batch_norm2d", "name": "n"}]})");
  write_tensors(folder_ / "w.safetensors", {{"n.weight", Tensor({1}, {1})},
                                            {"n.bias", Tensor({1}, {0})},
                                            {"n.running_mean", Tensor({1}, {2})},
                                            {"n.running_var", Tensor({1}, {4})},
                                            {"n.num_batches_tracked", Tensor(Shape{}, {3})}});
  write_tensors(folder_ / "x.safetensors", {{"input", Tensor({2, 1, 1, 1}, {4, 8})}});
  ASSERT_EQ(run({"--output", "train"}).code, 0);
  ASSERT_EQ(run({"--output", "eval", "--eval"}).code, 0);
  const auto train = read_tensors(folder_ / "train")["output"].data;
  const auto eval = read_tensors(folder_ / "eval")["output"].data;
  EXPECT_NEAR(train[0], -1, 1e-5);  // mean 6, variance 4 of the batch
  EXPECT_NEAR(train[1], 1, 1e-5);
  EXPECT_NEAR(eval[0], 1, 1e-5);
  EXPECT_NEAR(eval[1], 3, 1e-5);
}

TEST_F(CliRun, RefusesTensorsThatDoNotFit) {
  write_tensors(folder_ / "other.safetensors", {{"x", Tensor({1})}, {"y", Tensor({1})}});
  write_tensors(folder_ / "big.safetensors", {{"input", Tensor({2, 1, 4, 4})}});
  const auto line = [&](const std::string& input) {
    const Outcome outcome = run_program({"run", "--model", "m.json", "--weights", "w.safetensors",
                                         "--input", input, "--output", "z"},
                                        folder_.path());
    EXPECT_EQ(outcome.code, 2);
    return outcome.err;
  };
  EXPECT_EQ(line("other.safetensors"),
            "convolab: other.safetensors: expected a tensor named \"input\", found x, y\n");
  EXPECT_EQ(line("big.safetensors"),
            "convolab: input: the input is 2×1×4×4, but the network takes batch×1×3×3\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "z"));
}

}  // namespace
}  // namespace convolab::test
