// convolab summary, models, layers, and what every command shares: help, errors, exit codes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/program.hpp"

namespace convolab::test {
namespace {

using Json = nlohmann::json;

TEST(CliSummary, CountsTheParametersOfTheZoo) {
  const std::pair<const char*, int> cases[] = {
      {"lenet-5", 61706}, {"model-1", 178110}, {"model-2", 5386}};
  for (const auto& [model, parameters] : cases) {
    const Outcome outcome = run_program({"summary", "--model", model, "--json"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const Json json = Json::parse(outcome.out);
    EXPECT_EQ(json["parameters"], parameters);
    int sum = 0;
    for (const Json& layer : json["layers"]) sum += layer["parameters"].get<int>();
    EXPECT_EQ(sum, parameters);
  }
}

TEST(CliSummary, PrintsATable) {
  const Outcome outcome = run_program({"summary", "--model", "lenet-5"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "");
  const auto text = lines(outcome.out);
  ASSERT_GT(text.size(), 6u);
  EXPECT_EQ(text[2],
            "layer     type        output    parameters  multiply-adds    memory  receptive field");
  EXPECT_EQ(text[5],
            "c1        conv2d      6×28×28          156        117,600  18.4 KiB              5×5");
  EXPECT_NE(outcome.out.find("total                               61,706"), std::string::npos);
}

TEST(CliLists, ModelsAndLayers) {
  const Outcome models = run_program({"models", "--json"});
  EXPECT_EQ(models.code, 0);
  EXPECT_EQ(Json::parse(models.out)[0]["name"], "lenet-5");
  const Outcome layers = run_program({"layers", "--json"});
  EXPECT_EQ(layers.code, 0);
  const Json conv = Json::parse(layers.out)[0];
  EXPECT_EQ(conv["name"], "conv2d");
  EXPECT_EQ(conv["attributes"][0]["name"], "out_channels");
  EXPECT_TRUE(conv["attributes"][0]["fallback"].is_null()) << "it must be given";
  EXPECT_EQ(conv["attributes"][1]["name"], "kernel_size");
  EXPECT_EQ(run_program({"models"}).code, 0);
  EXPECT_EQ(run_program({"layers"}).code, 0);
}

TEST(Cli, HelpAndVersion) {
  const Outcome version = run_program({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out.substr(0, 9), "convolab ");
  for (const char* command : {"train", "eval", "run", "summary", "bench", "models", "layers"}) {
    const Outcome help = run_program({command, "--help"});
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_EQ(help.err, "");
    EXPECT_NE(help.out.find("Usage: convolab " + std::string(command)), std::string::npos);
  }
}

TEST(Cli, BadArgumentsFilesAndSpecsGetOneLineAndExitCode2) {
  const Folder folder;
  write(folder / "small.json",
        R"({"input": [1, 3, 3], "layers": [{"type": "conv2d", "name": "conv2", "out_channels": 1,
           "kernel_size": 5}]})");
  write(folder / "cut.json", "{");
  write(folder / "not.safetensors", "hello");
  write(folder / "pictures/a/1.png", "no picture");
  write(folder / "pictures/b/1.png", "no picture");
  write(folder / "pair/x-images-idx3-ubyte",
        std::string("\0\0\x08\x03\0\0\0\2\0\0\0\1\0\0\0\1ab", 18));
  write(folder / "pair/x-labels-idx1-ubyte", std::string("\0\0\x08\x01\0\0\0\1a", 9));
  write(folder / "alone/x-images-idx3-ubyte", "");
  std::filesystem::create_directories(folder / "empty");
  struct Case {
    std::vector<std::string> arguments;
    std::string line;  // what the line on stderr holds
  };
  const Case cases[] = {
      {{}, "A subcommand is required"},
      {{"fly"}, "there is no command \"fly\""},
      {{"train", "--fast"}, "not expected: --fast (see convolab train --help)"},
      {{"train", "digits"}, "not expected: digits"},
      {{"train", "--epochs"}, "--epochs: 1 required"},
      {{"train", "--epochs", "many"}, "--epochs = many"},
      {{"train", "--epochs", "0"}, "--epochs is 0; it must be a whole number from 1 to"},
      {{"train", "--batch-size", "-3"}, "--batch-size is -3; it must be"},
      {{"train", "--lr", "nan"}, "--lr is null; it must be a number from"},
      {{"train", "--seed", "-1"}, "--seed is -1; it must be"},
      {{"train", "--optimizer", "magic"}, "--optimizer is \"magic\"; it must be one of sgd, "},
      {{"train", "--schedule", "magic"}, "--schedule is \"magic\"; it must be one of constant, "},
      {{"train", "--loss", "magic"}, "--loss is \"magic\"; it must be one of cross_entropy, mse"},
      {{"train", "--nesterov"}, "--nesterov is no setting of adam; it has lr, weight_decay, betas"},
      {{"train", "--optimizer", "sgd", "--nesterov"}, "Nesterov needs a momentum above 0"},
      {{"train", "--shift", "-1"}, "--shift is -1.0; it must be"},
      {{"train", "--init", "magic"}, "unknown init \"magic\""},
      {{"train", "--backend", "gpu"},
       "no backend \"gpu\" on this machine; choose one of reference"},
      {{"train", "--threads", "0"}, "--threads: it is 0; it must be from 1 to 256"},
      {{"train", "--limit-train", "0"}, "--limit-train: it is 0"},
      {{"train", "--model", "nope"}, "nope: there is no such model; give a spec file"},
      {{"train", "--model", "small.json"}, "small.json: conv2: kernel 5×5 does not fit"},
      {{"train", "--model", "net-v"}, "its pictures are 1×28×28, but the network takes 3×32×32"},
      {{"train", "--data", "nope"},
       "nope: there is no such dataset; give an IDX file, a folder, or one of digits"},
      {{"train", "--data", "empty"}, "empty: expected from 2 to 256 subfolders"},
      {{"train", "--data", "pictures"}, "pictures/a/1.png: expected a PNG or JPEG picture"},
      {{"train", "--data", "pair"}, "found 1 labels here and 2 images in pair/x-images-idx3-ubyte"},
      {{"train", "--data", "alone/x-images-idx3-ubyte"},
       "expected its labels beside it in x-labels-idx1-ubyte"},
      {{"train", "--data", "cut.json"}, "cut.json: the name of an IDX file of images must contain"},
      {{"train", "--data-dir", "empty"}, "tell with --data-dir where the built-in ones are"},
      {{"train", "--pictures", "magic"}, "--pictures: magic not in {fit,like_mnist}"},
      {{"train", "--limit-train", "8", "--save", "cut.json"}, "cut.json: cannot make this folder"},
      {{"eval", "--model", "lenet-5"}, "give --weights"},
      {{"eval", "--model", "lenet-5", "--weights", "nope"}, "nope: cannot read: No such file"},
      {{"eval", "--model", "lenet-5", "--weights", "not.safetensors"}, "has 5 bytes in all"},
      {{"eval", "--model", "lenet-5", "--weights", "empty"}, "empty: cannot read: Is a directory"},
      {{"summary"}, "--model is required"},
      {{"summary", "--model", "cut.json"}, "cut.json: spec: this is not valid JSON"},
      {{"summary", "--model", "empty"}, "empty: there is no such model"},
      {{"run", "--model", "lenet-5"}, "--input is required"},
      {{"run", "--model", "lenet-5", "--input", "not.safetensors", "--output", "y"},
       "not.safetensors: "},
      {{"bench", "--seconds", "0"}, "--seconds: it is 0"},
      {{"bench", "--batch", "0"}, "--batch-size is 0"},
      {{"bench", "--model", "nope"}, "nope: there is no such model"},
  };
  for (const Case& each : cases) {
    const Outcome outcome = run_program(each.arguments, folder.path());
    EXPECT_EQ(outcome.code, 2) << each.line;
    EXPECT_EQ(outcome.out, "") << each.line;
    const auto text = lines(outcome.err);
    ASSERT_EQ(text.size(), 1u) << outcome.err;
    EXPECT_EQ(text[0].substr(0, 10), "convolab: ");
    EXPECT_NE(text[0].find(each.line), std::string::npos)
        << "expected: " << each.line << "\nfound: " << text[0];
  }
}

}  // namespace
}  // namespace convolab::test
