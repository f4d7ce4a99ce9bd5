// Reads the golden data that make.py wrote from PyTorch. See README.md for the format.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/tensor.hpp"
#include "model/backend.hpp"

namespace convolab::golden {

// The whole file, or nothing when it cannot be read.
inline std::string read_file(const std::string& name) {
  std::ifstream file(CONVOLAB_SOURCE_DIR "/tests/golden/" + name, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

inline nlohmann::json read_json(const std::string& name) {
  return nlohmann::json::parse(read_file(name), nullptr, false);
}

// Little-endian, tensors of BF16 (the upper half of a float32) or F32.
inline std::map<std::string, Tensor> read_safetensors(const std::string& name) {
  const std::string raw = read_file(name);
  std::map<std::string, Tensor> tensors;
  if (raw.size() < 8) return tensors;
  std::uint64_t size = 0;
  std::memcpy(&size, raw.data(), 8);
  const auto header_size = static_cast<std::size_t>(size);
  const auto header = nlohmann::json::parse(raw.substr(8, header_size), nullptr, false);
  for (const auto& [key, entry] : header.items()) {
    Tensor tensor{Shape(entry["shape"].get<std::vector<int>>())};
    const char* at = raw.data() + 8 + header_size + entry["data_offsets"][0].get<std::size_t>();
    const std::size_t width = entry["dtype"] == "BF16" ? 2 : 4;
    for (float& value : tensor.data) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, at, width);
      if (width == 2) bits <<= 16;
      std::memcpy(&value, &bits, 4);
      at += width;
    }
    tensors.emplace(key, std::move(tensor));
  }
  return tensors;
}

// Every backend of this machine under its own name ("simd" is one of the variants again).
inline std::vector<std::string> backends() {
  std::vector<std::string> names = backend_names();
  std::erase(names, "simd");
  return names;
}

// A name for a parametrised test: letters, digits and underscores only.
inline std::string test_name(std::string text) {
  for (char& c : text)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return text;
}

// How far `actual` is from what PyTorch gives: the largest difference of any number, relative to
// the largest number of the expected tensor. (Relative to each number alone, a sum that happens to
// cancel to nearly 0 would ask for digits that float32 does not have.)
inline double relative_error(std::span<const float> expected, std::span<const float> actual) {
  double largest = 0.0, difference = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
    const double d = std::abs(static_cast<double>(expected[i]) - static_cast<double>(actual[i]));
    difference = std::isnan(d) ? HUGE_VAL : std::max(difference, d);
  }
  if (difference == 0.0) return 0.0;
  return difference / std::max(largest, 1e-30);
}

inline constexpr double tolerance = 1e-5;

// EXPECT_TRUE(equals_pytorch("output", expected, actual))
inline testing::AssertionResult equals_pytorch(const std::string& what, const Tensor& expected,
                                               const Tensor& actual) {
  if (expected.shape != actual.shape)
    return testing::AssertionFailure() << what << " is " << actual.shape.text()
                                       << ", but PyTorch's is " << expected.shape.text();
  const double error = relative_error(expected.data, actual.data);
  if (error <= tolerance) return testing::AssertionSuccess();
  auto failure = testing::AssertionFailure();
  failure << what << " is off by " << error << " of its largest value; tolerance " << tolerance
          << "\n  PyTorch:";
  for (std::size_t i = 0; i < std::min<std::size_t>(8, expected.data.size()); ++i)
    failure << " " << expected.data[i];
  failure << "\n  ours:   ";
  for (std::size_t i = 0; i < std::min<std::size_t>(8, actual.data.size()); ++i)
    failure << " " << actual.data[i];
  return failure;
}

}  // namespace convolab::golden
