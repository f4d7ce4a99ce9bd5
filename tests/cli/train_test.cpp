// convolab train and eval, on small parts of the built-in data.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/program.hpp"

namespace convolab::test {
namespace {

using Json = nlohmann::json;

std::vector<std::string> losses(const std::vector<std::string>& more) {
  std::vector<std::string> all = {"train", "--log-steps", "--epochs", "1", "--limit-train", "160"};
  all.insert(all.end(), more.begin(), more.end());
  const Outcome outcome = run_program(all);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::vector<std::string> out;
  for (const std::string& line : lines(outcome.out))
    if (line.starts_with("step ")) out.push_back(line);
  return out;
}

TEST(CliTrain, TheSameLossesTwiceAndWithAnyNumberOfThreads) {
  const std::vector<std::string> plain = {"--model", "lenet-5", "--batch-size", "32"};
  const auto once = losses(plain);
  ASSERT_EQ(once.size(), 5u);
  EXPECT_EQ(losses(plain), once);
  const std::vector<std::string> moved = {"--model",   "small-resnet", "--batch-size", "50",
                                          "--augment", "--backend",    "simd",         "--threads"};
  const auto with_threads = [&](const char* threads) {
    auto all = moved;
    all.emplace_back(threads);
    return losses(all);
  };
  const auto one = with_threads("1");
  ASSERT_EQ(one.size(), 4u);
  EXPECT_EQ(with_threads("2"), one);
  EXPECT_EQ(with_threads("4"), one);
  EXPECT_NE(losses({"--batch-size", "32", "--seed", "2"}), once);
}

TEST(CliTrain, TheSameLossesWithAStepForEveryLayer) {
  const std::vector<std::string> model = {"--model", "model-2"};
  EXPECT_EQ(losses({"--model", "model-2", "--no-fuse"}), losses(model));
}

TEST(CliTrain, ProfilesThePlanAfterwards) {
  const auto profile = [](const std::vector<std::string>& more) {
    std::vector<std::string> all = {"train", "--json",  "--epochs", "1",        "--limit-train",
                                    "32",    "--model", "model-2",  "--profile"};
    all.insert(all.end(), more.begin(), more.end());
    const Outcome outcome = run_program(all);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const auto text = lines(outcome.out);
    EXPECT_EQ(text.size(), 2u);
    return Json::parse(text.back());
  };
  const Json fused = profile({}), apart = profile({"--no-fuse"});
  EXPECT_EQ(fused["steps"][0]["kernel"], "conv2d_forward + relu");
  EXPECT_EQ(apart["steps"][0]["kernel"], "conv2d_forward");
  EXPECT_EQ(fused["steps"].size() + 4, apart["steps"].size());
  double shares = 0;
  for (const Json& step : fused["steps"]) shares += step["share"].get<double>();
  EXPECT_NEAR(shares, 1.0, 1e-9);
}

TEST(CliTrain, JsonIsOneObjectALinePerEpoch) {
  const Outcome outcome = run_program({"train", "--json", "--epochs", "2", "--limit-train", "64",
                                       "--model", "model-2", "--threads", "1"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "");
  const auto text = lines(outcome.out);
  ASSERT_EQ(text.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto json = nlohmann::ordered_json::parse(text[i]);
    std::vector<std::string> names;
    for (const auto& [name, value] : json.items()) {
      names.push_back(name);
      EXPECT_TRUE(value.is_number());
    }
    EXPECT_EQ(names, (std::vector<std::string>{"epoch", "loss", "accuracy", "val_loss",
                                               "val_accuracy", "images_per_second"}));
    EXPECT_EQ(json["epoch"], i + 1);
  }
}

TEST(CliTrain, SavedFolderEvaluatesToTheSameFigures) {
  const Folder folder;
  const Outcome train = run_program({"train", "--model", "model-2", "--epochs", "1",
                                     "--limit-train", "320", "--save", folder / "deep/out"});
  ASSERT_EQ(train.code, 0) << train.err;
  const Json record = Json::parse(read(folder / "deep/out/training.json"));
  EXPECT_EQ(record["data"], "digits");
  EXPECT_EQ(record["config"]["epochs"], 1);
  EXPECT_EQ(record["history"].size(), 1u);

  const Outcome eval = run_program({"eval", "--model", folder / "deep/out", "--json"});
  ASSERT_EQ(eval.code, 0) << eval.err;
  const Json json = Json::parse(eval.out);
  EXPECT_EQ(json, record["validation"]);
  EXPECT_EQ(json["accuracy"], record["history"][0]["val_accuracy"]);
  int sum = 0;
  for (const Json& row : json["confusion"])
    for (const Json& count : row) sum += count.get<int>();
  EXPECT_EQ(sum, 1000);
  // The same by parts: a model of the zoo and the weights' file.
  const Outcome parts =
      run_program({"eval", "--model", "model-2", "--weights",
                   folder / "deep/out/weights.safetensors", "--data", "digits", "--json"});
  EXPECT_EQ(parts.out, eval.out) << parts.err;
  // Training there again replaces what is its own, and leaves the rest.
  write(folder / "deep/out/notes.txt", "mine");
  EXPECT_EQ(run_program({"train", "--model", folder / "deep/out", "--epochs", "1", "--limit-train",
                         "32", "--save", folder / "deep/out"})
                .code,
            0);
  EXPECT_EQ(read(folder / "deep/out/notes.txt"), "mine");
}

TEST(CliTrain, DivergenceIsOneLineAndExitCode1) {
  const Outcome outcome = run_program({"train", "--optimizer", "sgd", "--lr", "1000", "--epochs",
                                       "1", "--limit-train", "640", "--json"});
  EXPECT_EQ(outcome.code, 1);
  const auto text = lines(outcome.err);
  ASSERT_EQ(text.size(), 1u) << outcome.err;
  EXPECT_NE(text[0].find("NaN or infinity"), std::string::npos);
  EXPECT_NE(text[0].find("learning rate"), std::string::npos);
}

std::string big_endian(std::initializer_list<unsigned> values) {
  std::string out;
  for (const unsigned value : values)
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
  return out;
}

const char* tiny_net = R"({"input": [1, 2, 2], "layers": [
    {"type": "flatten"}, {"type": "linear", "out_features": 2}]})";

TEST(CliData, IdxPairsAloneAndByFolder) {
  const Folder folder;
  write(folder / "m.json", tiny_net);
  std::string pixels, labels;
  for (int i = 0; i < 20; ++i) {
    labels += static_cast<char>(i % 2);
    pixels += std::string(4, static_cast<char>(i % 2 ? 200 : 20));
  }
  write(folder / "idx/train-images-idx3-ubyte", big_endian({0x803, 20, 2, 2}) + pixels);
  write(folder / "idx/train-labels-idx1-ubyte", big_endian({0x801, 20}) + labels);
  const auto says = [&](const std::string& data) {
    const Outcome outcome =
        run_program({"train", "--model", "m.json", "--data", data, "--epochs", "1"}, folder.path());
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  // A fifth of each class validates, unless the data bring their own validation.
  for (const char* data : {"idx", "idx/train-images-idx3-ubyte"})
    EXPECT_NE(says(data).find("16 pictures to train, 4 to validate"), std::string::npos);
  write(folder / "idx/t10k-images-idx3-ubyte", big_endian({0x803, 2, 2, 2}) + pixels.substr(0, 8));
  write(folder / "idx/t10k-labels-idx1-ubyte", big_endian({0x801, 2}) + labels.substr(0, 2));
  EXPECT_NE(says("idx").find("20 pictures to train, 2 to validate"), std::string::npos);
}

// A grey PNG of 1×1 pixels, white.
const std::string png(
    "\x89PNG\r\n\x1a\n"
    "\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3a\x7e\x9b\x55"
    "\0\0\0\x0aIDAT\x78\xda\x63\xf8\x0f\0\1\1\1\0\x1c\xb0\x8c\x99"
    "\0\0\0\0IEND\xae\x42\x60\x82",
    67);

TEST(CliData, PicturesByClass) {
  const Folder folder;
  write(folder / "m.json", tiny_net);
  for (const char* name : {"a/1.png", "a/2.PNG", "b/x.png", "b/notes.txt"})
    write(folder / ("all/" + std::string(name)), png);
  for (const char* name : {"train/a/1.png", "train/b/1.png", "val/b/2.png"})
    write(folder / ("split/" + std::string(name)), png);
  const auto says = [&](const std::string& data) {
    const Outcome outcome =
        run_program({"train", "--model", "m.json", "--data", data, "--epochs", "1"}, folder.path());
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  EXPECT_NE(says("all").find("on all: 3 pictures to train, 0 to validate"), std::string::npos);
  EXPECT_NE(says("split").find("on split: 2 pictures to train, 1 to validate"), std::string::npos);
}

}  // namespace
}  // namespace convolab::test
