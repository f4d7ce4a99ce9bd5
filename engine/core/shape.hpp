// Shape: the sizes of a tensor's dimensions, outermost first, without the batch unless said
// otherwise.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace convolab {

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int> sizes) : sizes_(sizes) {}
  explicit Shape(std::vector<int> sizes) : sizes_(std::move(sizes)) {}

  int rank() const { return static_cast<int>(sizes_.size()); }
  int operator[](int i) const { return sizes_[static_cast<std::size_t>(i)]; }
  const std::vector<int>& sizes() const { return sizes_; }

  // The product of all sizes; 1 for a scalar.
  std::int64_t elements() const {
    std::int64_t n = 1;
    for (int size : sizes_) n *= size;
    return n;
  }

  // "6×24×24"; "scalar" for rank 0.
  std::string text() const {
    if (sizes_.empty()) return "scalar";
    std::string out;
    for (int size : sizes_) out += (out.empty() ? "" : "×") + std::to_string(size);
    return out;
  }

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::vector<int> sizes_;
};

}  // namespace convolab
