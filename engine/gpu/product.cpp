#include "gpu/product.hpp"

#include <algorithm>
#include <utility>

namespace convolab::gpu {

namespace {

// `count` products C (rows, columns) = A (rows, depth) · B (depth, columns).
struct Sizes {
  std::int64_t rows, columns, depth, count;
};

constexpr std::int64_t tile_k = 16;  // tiles.wgsl's

// How the product is shared among invocations, each of which computes size×size elements of C.
struct Tiling {
  std::int64_t size = 4;
  std::int64_t threads_m = 1, threads_n = 1;  // of a workgroup
  std::int64_t parts = 1, part_length = 0;    // of the sums

  std::int64_t tiles(const Sizes& s) const {
    return divided_up(s.rows, size * threads_m) * divided_up(s.columns, size * threads_n);
  }
  // Enough workgroups to keep a GPU busy: where C is small and its sums are long, in parts.
  void split(const Sizes& s, std::int64_t wanted, std::int64_t shortest) {
    parts =
        std::clamp<std::int64_t>(wanted / (tiles(s) * s.count), 1, divided_up(s.depth, shortest));
    part_length = divided_up(divided_up(s.depth, parts), tile_k) * tile_k;
    parts = divided_up(s.depth, part_length);
  }
};

// Tiles as low as C, of at least 64 invocations where there are as many, which a GPU runs in step.
Tiling tiling_of(const Sizes& s, const Limits& limits) {
  Tiling t;
  if (limits.software) {
    t.size = 8;
    t.threads_n = 4;  // one vector
    while (t.threads_n < 16 && t.threads_n * t.size < s.columns) t.threads_n *= 2;
    t.split(s, 16, 256);
    return t;
  }
  while (t.threads_m < 16 && t.threads_m * t.size < s.rows) t.threads_m *= 2;
  const std::int64_t widest = std::max<std::int64_t>(64 / t.threads_m, 16);
  while (t.threads_n < widest && t.threads_n * t.size < s.columns) t.threads_n *= 2;
  while (t.threads_m * t.threads_n < 16) t.threads_n *= 2;
  t.split(s, 256, 128);
  return t;
}

// a, b and bias are operands of the step; c is its last one. Shaders want something bound as bias
// where there is none.
void add_product(ProgramWriter& out, std::string_view shader, Product which, const Sizes& s,
                 bool along_k, int a, int b, int bias) {
  const Tiling t = tiling_of(s, out.limits());
  const int c = out.operands() - 1;
  out.constant("which", static_cast<double>(which));
  out.constant("rows", static_cast<double>(s.rows));
  out.constant("columns", static_cast<double>(s.columns));
  out.constant("depth", static_cast<double>(s.depth));
  out.constant("threads_m", static_cast<double>(t.threads_m));
  out.constant("threads_n", static_cast<double>(t.threads_n));
  out.constant("part_count", static_cast<double>(t.parts));
  out.constant("part_length", static_cast<double>(t.part_length));
  out.constant("along_k", along_k);
  const int target = t.parts > 1 ? scratch_binding : c;
  const auto entry_point = out.limits().software ? "product_directly" : "product";
  out.for_each_group(shader, entry_point, t.tiles(s), s.count * t.parts, {a, bias, target, b});
  if (t.parts == 1) return;
  const std::int64_t elements = s.count * s.rows * s.columns;
  out.scratch(t.parts * elements);
  out.for_each(shader, "add_parts", elements, {scratch_binding, bias, c});
}

}  // namespace

void add_conv2d(ProgramWriter& out, const Conv2dArgs& a, Product which) {
  const std::int64_t group_in = a.in_channels / a.groups, group_out = a.out_channels / a.groups;
  const std::int64_t taps = std::int64_t{a.kernel_h} * a.kernel_w;
  const std::int64_t in = std::int64_t{a.in_h} * a.in_w * a.batch;
  const std::int64_t positions = std::int64_t{a.out_h} * a.out_w * a.batch;
  switch (which) {
    case Product::forward:  // x, weight, bias, y
      return add_product(out, "conv2d", which, {group_out, positions, group_in * taps, a.groups},
                         false, 1, 0, 2);
    case Product::backward_input:  // d_y, weight, d_x
      return add_product(out, "conv2d", which, {group_in, in, group_out * taps, a.groups}, false, 1,
                         0, 0);
    case Product::backward_weight:  // x, d_y, d_weight
      return add_product(out, "conv2d", which, {group_out, group_in * taps, positions, a.groups},
                         true, 1, 0, 0);
  }
}

void add_linear(ProgramWriter& out, const LinearArgs& a, Product which) {
  // C (rows, columns) = A · B, and how far apart rows and columns lie in memory.
  struct Steps {
    std::int64_t row, column;
  };
  const std::int64_t in = a.in_features, batch = a.batch;
  Sizes s{};
  Steps left{}, right{}, result{};
  switch (which) {
    case Product::forward:  // x, weight, bias, y
      s = {a.out_features, batch, in, 1};
      left = {in, 1}, right = {batch, 1}, result = {batch, 1};
      break;
    case Product::backward_input:  // d_y, weight, d_x
      s = {in, batch, a.out_features, 1};
      left = {1, in}, right = {batch, 1}, result = {batch, 1};
      break;
    case Product::backward_weight:  // x, d_y, d_weight
      s = {a.out_features, in, batch, 1};
      left = {batch, 1}, right = {1, batch}, result = {in, 1};
      break;
  }
  int first = 1, second = 0;
  const bool turned = s.columns < 8 && s.columns < s.rows;
  if (turned) {
    std::swap(s.rows, s.columns);
    std::swap(first, second);
    left = std::exchange(right, Steps{left.column, left.row});
    std::swap(left.row, left.column);
    std::swap(result.row, result.column);
  }
  out.constant("turned", turned);
  out.constant("a_row_step", static_cast<double>(left.row));
  out.constant("a_column_step", static_cast<double>(left.column));
  out.constant("b_row_step", static_cast<double>(right.row));
  out.constant("b_column_step", static_cast<double>(right.column));
  out.constant("c_row_step", static_cast<double>(result.row));
  out.constant("c_column_step", static_cast<double>(result.column));
  add_product(out, "linear", which, s, right.row == 1, first, second,
              which == Product::forward ? 2 : first);
}

}  // namespace convolab::gpu
