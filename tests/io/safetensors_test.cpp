#include "io/safetensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace convolab {
namespace {

using Bytes = std::vector<std::uint8_t>;

// A file of this header and these data, its length prefix right.
Bytes file_of(const std::string& header, const Bytes& data) {
  Bytes file(8 + header.size() + data.size());
  const std::uint64_t length = header.size();
  std::memcpy(file.data(), &length, 8);
  std::copy(header.begin(), header.end(), file.begin() + 8);
  std::copy(data.begin(), data.end(), file.end() - static_cast<std::ptrdiff_t>(data.size()));
  return file;
}

std::string error_of(const Bytes& file) {
  const auto result = read_safetensors(file, "w.safetensors");
  if (result) return "(read without complaint)";
  EXPECT_EQ(result.error().code, ErrorCode::bad_file);
  EXPECT_EQ(result.error().where, "w.safetensors");
  return result.error().message;
}

TEST(Safetensors, RoundTrip) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<NamedTensor> tensors = {
      {"b.weight", Tensor({2, 3}, {1, -2, 3.5f, 0, -0.0f, 1e-40f})},
      {"a \"quoted\" ×", Tensor(Shape{}, {infinity})},
      {"empty", Tensor({0, 4})}};
  const Bytes file = write_safetensors(tensors);
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_EQ(file.size(), 8 + length + 7 * sizeof(float));
  const auto back = read_safetensors(file, "");
  ASSERT_TRUE(back) << back.error().text();
  ASSERT_EQ(back->size(), tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ((*back)[i].name, tensors[i].name);
    EXPECT_EQ((*back)[i].tensor.shape, tensors[i].tensor.shape);
    EXPECT_EQ((*back)[i].tensor.data, tensors[i].tensor.data);
  }
}

TEST(Safetensors, WritesTheMetadataOfPyTorch) {
  const Bytes file = write_safetensors({});
  EXPECT_EQ(std::string(file.begin() + 8, file.end()), R"({"__metadata__":{"format":"pt"}})");
}

TEST(Safetensors, ReadsOtherTypes) {
  const std::string header =
      R"({"h": {"dtype": "F16", "shape": [6], "data_offsets": [0, 12]},)"
      R"( "b": {"dtype": "BF16", "shape": [2], "data_offsets": [12, 16]},)"
      R"( "d": {"dtype": "F64", "shape": [1], "data_offsets": [16, 24]},)"
      R"( "l": {"dtype": "I64", "shape": [], "data_offsets": [24, 32]},)"
      R"( "i": {"dtype": "I32", "shape": [1, 1], "data_offsets": [32, 36]}}   )";
  Bytes data = {0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, 0x00, 0xfc, 0x00, 0x80,  // F16
                0x80, 0x3f, 0x00, 0xc0};                                                 // BF16
  const double d = 0.1;
  const std::int64_t l = -7;
  const std::int32_t i = 123;
  data.resize(36);
  std::memcpy(data.data() + 16, &d, 8);
  std::memcpy(data.data() + 24, &l, 8);
  std::memcpy(data.data() + 32, &i, 4);
  const auto back = read_safetensors(file_of(header, data), "");
  ASSERT_TRUE(back) << back.error().text();
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ((*back)[0].tensor.data, (std::vector<float>{1, -2, 0x1p-24f, 65504, -infinity, -0.0f}));
  EXPECT_EQ((*back)[1].tensor.data, (std::vector<float>{1, -2}));
  EXPECT_EQ((*back)[2].tensor.data, std::vector<float>{0.1f});
  EXPECT_EQ((*back)[3].tensor.data, std::vector<float>{-7});
  EXPECT_EQ((*back)[3].tensor.shape, Shape{});
  EXPECT_EQ((*back)[4].tensor.data, std::vector<float>{123});
}

TEST(Safetensors, RefusesMalformedFiles) {
  const Bytes eight(8);
  const auto one = [](const std::string& entry) { return R"({"a": )" + entry + "}"; };
  struct Case {
    Bytes file;
    std::string expected;  // part of the message
  };
  Bytes too_long = file_of("{}", {});
  too_long[0] = 100;
  Bytes huge = too_long;
  huge[7] = 0xff;
  const Case cases[] = {
      {{}, "this file has 0 bytes"},
      {{1, 2, 3}, "this file has 3 bytes"},
      {too_long, "announce a header of 100 bytes, but 2 follow"},
      {huge, "announce a header of"},
      {file_of("", {}), "header of 0 bytes is not a JSON object"},
      {file_of("[1]", {}), "is not a JSON object"},
      {file_of(" {}", {}), "is not a JSON object"},
      {file_of("{\"a\": ", {}), "is not a JSON object"},
      {file_of("{\"\xff\": 1}", {}), "is not a JSON object"},
      {file_of(one("3"), {}), "its header entry is not an object"},
      {file_of(one(R"({"dtype": "F32", "shape": [2]})"), eight), "no \"data_offsets\""},
      {file_of(one(R"({"shape": [2], "data_offsets": [0, 8]})"), eight), "no \"dtype\""},
      {file_of(one(R"({"dtype": "F32", "data_offsets": [0, 8]})"), eight), "no \"shape\""},
      {file_of(one(R"({"dtype": "Q4", "shape": [2], "data_offsets": [0, 8]})"), eight),
       "its type is \"Q4\"; readable are F32"},
      {file_of(one(R"({"dtype": 4, "shape": [2], "data_offsets": [0, 8]})"), eight),
       "its type is 4"},
      {file_of(one(R"({"dtype": "F32", "shape": 2, "data_offsets": [0, 8]})"), eight),
       "its shape is 2"},
      {file_of(one(R"({"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]})"), eight),
       "its shape is [-2]"},
      {file_of(one(R"({"dtype": "F32", "shape": [2.0], "data_offsets": [0, 8]})"), eight),
       "its shape is [2.0]"},
      {file_of(one(R"({"dtype": "F32", "shape": [4294967297], "data_offsets": [0, 8]})"), eight),
       "its shape is [4294967297]"},
      {file_of(one(R"({"dtype": "F32", "shape": [65536, 65536], "data_offsets": [0, 8]})"), eight),
       "more than 2³¹"},
      {file_of(one(R"({"dtype": "F32", "shape": [2], "data_offsets": [0]})"), eight),
       "its data_offsets are [0]"},
      {file_of(one(R"({"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]})"), eight),
       "its data_offsets are [-8,0]"},
      {file_of(one(R"({"dtype": "F32", "shape": [2], "data_offsets": [8, 0]})"), eight),
       "the file holds 8 bytes"},
      {file_of(one(R"({"dtype": "F32", "shape": [4], "data_offsets": [0, 16]})"), eight),
       "cut short?"},
      {file_of(one(R"({"dtype": "F32", "shape": [3], "data_offsets": [0, 8]})"), eight),
       "F32 3 takes 12 bytes, but its data_offsets span 8"},
      {file_of(one(R"({"dtype": "F32", "shape": [1], "data_offsets": [0, 4]})"), eight),
       "accounts for 4 bytes of data, but 8 follow"},
      {file_of(one(R"({"dtype": "F32", "shape": [1], "data_offsets": [4, 8]})"), eight),
       "gaps are not allowed"},
      {file_of(R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},)"
               R"( "b": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}})",
               eight),
       "inside the tensor before"},
      {file_of(R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},)"
               R"( "a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}})",
               eight),
       "tensor \"a\": named twice"},
  };
  for (const Case& each : cases) {
    const std::string message = error_of(each.file);
    EXPECT_NE(message.find(each.expected), std::string::npos)
        << "expected: " << each.expected << "\nfound: " << message;
  }
}

// No byte of a good file may be changed or cut off so that reading goes out of bounds; sanitizers
// watch.
TEST(Safetensors, SurvivesDamage) {
  const Bytes good = write_safetensors(
      std::vector<NamedTensor>{{"a", Tensor({2}, {1, 2})}, {"b", Tensor({3}, {3, 4, 5})}});
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(read_safetensors({good.data(), size}, ""));
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int change : {1, 0x20, 0x80}) {
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ change);
      (void)read_safetensors(bad, "");
    }
}

}  // namespace
}  // namespace convolab
