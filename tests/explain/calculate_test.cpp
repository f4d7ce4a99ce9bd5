// calculate(): a document in, a document out, and every wrong document refused with numbers.
#include "explain/calculate.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace convolab {
namespace {

using Json = nlohmann::json;

// The textbook's 5×5 picture and 3×3 kernel.
Json textbook() {
  return {{"spec",
           {{"input", {1, 5, 5}},
            {"layers",
             {{{"type", "conv2d"}, {"name", "k"}, {"out_channels", 1}, {"kernel_size", 3}},
              {{"type", "relu"}, {"name", "r"}}}}}},
          {"input", {1, 0, 0, 1, 2, 0, 0, 0, 3, 0, 0, 1, 2, 1, 1, 1, 1, 3, 0, 0, 3, 0, 0, 0, 1}},
          {"parameters", {{"k.weight", {0, 0, 1, 0, 2, 0, 1, 1, 0}}, {"k.bias", {-4}}}}};
}

std::string refusal(const Json& job) {
  const auto done = calculate(job.dump());
  return done ? "accepted: " + *done : done.error().text();
}

TEST(Calculate, GivesTheValuesOfEveryLayer) {
  const auto done = calculate(textbook().dump());
  ASSERT_TRUE(done) << done.error().text();
  const Json layers = Json::parse(*done)["activations"];
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0]["name"], "k");
  EXPECT_EQ(layers[0]["shape"], (Json{1, 3, 3}));
  EXPECT_EQ(layers[0]["data"], (Json{-3, 0, 7, 0, 7, 1, 3, 3, -3}));
  EXPECT_EQ(layers[1]["data"], (Json{0, 0, 7, 0, 7, 1, 3, 3, 0}));
}

TEST(Calculate, ParametersThatAreNotGivenAreThoseOfSeed1) {
  Json job = textbook();
  job.erase("parameters");
  const auto first = calculate(job.dump()), again = calculate(job.dump());
  ASSERT_TRUE(first && again);
  EXPECT_EQ(*first, *again);
  job["parameters"] = {{"k.bias", {100}}};
  const auto shifted = calculate(job.dump());
  ASSERT_TRUE(shifted);
  EXPECT_GT(Json::parse(*shifted)["activations"][0]["data"][0].get<double>(), 50.0);
}

TEST(Calculate, ExplainsTheUnitThatWasAskedFor) {
  Json job = textbook();
  job["unit"] = {{"layer", 1}, {"element", 2}};
  const auto done = calculate(job.dump());
  ASSERT_TRUE(done) << done.error().text();
  const Json answer = Json::parse(*done), unit = answer["unit"];
  EXPECT_EQ(answer["activations"].size(), 2u);
  EXPECT_EQ(unit["selected"], 1);
  EXPECT_EQ(unit["stages"][0]["x"], (Json{0, 1, 2, 0, 3, 0, 2, 1, 1}));
  EXPECT_EQ(unit["stages"][0]["weights"], job["parameters"]["k.weight"]);
  EXPECT_EQ(unit["stages"][0]["sum"], 11);
  EXPECT_EQ(unit["stages"][1]["value"], 7);
  job["unit"]["element"] = 9;
  EXPECT_NE(refusal(job).find("r: there is no element 9"), std::string::npos);
  job["unit"]["element"] = -1;
  EXPECT_NE(refusal(job).find("unit: expected"), std::string::npos);
  job["unit"] = 3;
  EXPECT_NE(refusal(job).find("unit: expected"), std::string::npos);
}

TEST(Calculate, RefusesWhatDoesNotFitWithNumbers) {
  Json job = textbook();
  job["input"] = {1, 2, 3};
  EXPECT_EQ(refusal(job), "input: expected a list of 25 numbers for 1×5×5, found 3");
  job = textbook();
  job["input"] = 7;
  EXPECT_EQ(refusal(job), "input: expected a list of 25 numbers for 1×5×5, found no list at all");
  job = textbook();
  job["input"][3] = nullptr;
  EXPECT_EQ(refusal(job), "input: element 3 is null; it must be a finite number");
  job = textbook();
  job["input"][3] = 1e300;
  EXPECT_EQ(refusal(job), "input: element 3 is 1e+300; it must be a finite number");
  job = textbook();
  job["parameters"]["k.weight"] = {1, 2};
  EXPECT_EQ(refusal(job), "k.weight: expected a list of 9 numbers for 1×1×3×3, found 2");
  job = textbook();
  job["parameters"]["c1.weight"] = Json::array();
  EXPECT_EQ(refusal(job), "c1.weight: this network has no parameter of that name");
  job = textbook();
  job["spec"]["layers"][0]["kernel_size"] = 6;
  EXPECT_NE(refusal(job).find("k: kernel 6×6 does not fit"), std::string::npos);
  job.erase("spec");
  EXPECT_NE(refusal(job).find("job: expected"), std::string::npos);
  EXPECT_FALSE(calculate("{"));
}

}  // namespace
}  // namespace convolab
