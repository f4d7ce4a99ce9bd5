// Tensor: a host array of float32 in row-major order (PyTorch's NCHW for a batch of images).
// It is the currency of files, tests and views; running plans use their arena instead.
#pragma once

#include <string>
#include <vector>

#include "core/shape.hpp"

namespace convolab {

struct Tensor {
  Shape shape;
  std::vector<float> data;

  Tensor() = default;
  explicit Tensor(Shape s)
      : shape(std::move(s)), data(static_cast<std::size_t>(shape.elements()), 0.0f) {}
  Tensor(Shape s, std::vector<float> values) : shape(std::move(s)), data(std::move(values)) {}
};

// A tensor with a name: one entry of a file, one picture of a view.
struct NamedTensor {
  std::string name;  // "c1.weight" for parameters, the layer's name for activations
  Tensor tensor;
};

// A plan keeps a batch with the image index innermost (C, H, W, N): sample n of element f stands at
// f * batch + n. These two copy between that order and PyTorch's (N, C, H, W), for any number of
// features per sample.
void batch_to_innermost(const float* nchw, int batch, std::int64_t features, float* chwn);
void batch_to_outermost(const float* chwn, int batch, std::int64_t features, float* nchw);

}  // namespace convolab
