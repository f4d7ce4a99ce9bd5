// A small learnable dataset for trainer tests: bright bars on a dark ground, upright or lying, with
// seeded noise.
#pragma once

#include <memory>

#include "core/rng.hpp"
#include "data/dataset.hpp"

namespace convolab::toy {

inline constexpr int size = 8;

struct Pictures {
  std::vector<std::uint8_t> pixels, labels;
};

inline Pictures bars(int count, std::uint64_t seed) {
  Pictures out;
  Rng rng(seed, Stream::test);
  for (int n = 0; n < count; ++n) {
    const int label = n % 2, place = 1 + static_cast<int>(rng.below(size - 2));
    for (int i = 0; i < size; ++i)
      for (int j = 0; j < size; ++j) {
        const bool ink = (label == 0 ? i : j) == place;
        out.pixels.push_back(static_cast<std::uint8_t>((ink ? 180 : 0) + rng.below(70)));
      }
    out.labels.push_back(static_cast<std::uint8_t>(label));
  }
  return out;
}

// Parts of 40, 40 and 20 training pictures and 30 for validation; `arrived` of the training parts
// are there.
inline std::shared_ptr<Dataset> dataset(int arrived = 3, bool validation = true) {
  const std::vector<int> parts = {40, 40, 20};
  auto data = std::make_shared<Dataset>(Dataset{"bars",
                                                {"lying", "upright"},
                                                ImageSet(Shape{1, size, size}, 2, parts),
                                                ImageSet(Shape{1, size, size}, 2, {30})});
  for (int part = 0; part < arrived; ++part) {
    const Pictures p = bars(parts[static_cast<std::size_t>(part)], 10u + unsigned(part));
    (void)data->train.add_part(part, p.pixels, p.labels);
  }
  const Pictures p = bars(30, 20);
  if (validation) (void)data->validation.add_part(0, p.pixels, p.labels);
  return data;
}

inline constexpr const char* net = R"({"input": [1, 8, 8], "layers": [
    {"type": "conv2d", "name": "c1", "out_channels": 4, "kernel_size": 3, "padding": 1},
    {"type": "batch_norm2d"}, {"type": "relu"}, {"type": "max_pool2d", "kernel_size": 2},
    {"type": "flatten"}, {"type": "dropout", "p": 0.2},
    {"type": "linear", "name": "out", "out_features": 2}]})";

}  // namespace convolab::toy
