// Winograd's algorithm against the bound that engine/kernels/winograd.hpp states, on pictures made
// to hurt it: nearly all of x is nothing, and here and there stands a large number. Every output of
// a tile meets it in passing, and those that it is no term of must lose it again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "kernels/layout.hpp"
#include "kernels/problem.hpp"

namespace convolab::testing {

namespace {

constexpr Conv2dArgs args = {.batch = 5,
                             .in_channels = 48,
                             .in_h = 9,
                             .in_w = 14,
                             .out_channels = 49,
                             .out_h = 7,
                             .out_w = 12,
                             .kernel_h = 3,
                             .kernel_w = 3};
constexpr Layout in = {args.in_h, args.in_w, args.batch};
constexpr Layout out = {args.out_h, args.out_w, args.batch};

Problem forward() {
  Problem p;
  p.name = "loud_pixels";
  p.sum_of_products = true;
  p.buffers = {{"x", in.elements(args.in_channels), Fill::normal},
               {"weight", args.out_channels * args.in_channels * 9, Fill::normal},
               {"y", out.elements(args.out_channels)}};
  p.calls = {{Kernel::conv2d_forward, args, {"x", "weight", ""}, {"y"}}};
  return p;
}

Problem weight_gradient() {
  Problem p;
  p.name = "loud_pixels_d_weight";
  p.sum_of_products = true;
  p.buffers = {{"x", in.elements(args.in_channels), Fill::normal},
               {"d_y", out.elements(args.out_channels), Fill::normal},
               {"d_weight", args.out_channels * args.in_channels * 9}};
  p.calls = {{Kernel::conv2d_backward_weight, args, {"x", "d_y"}, {"d_weight"}}};
  return p;
}

Values loud_pixels(const Problem& problem) {
  Values values = initial_values(problem, 1);
  auto& x = values["x"];
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 89 == 0 ? 1000.0 * x[i] : 0.0;
  return values;
}

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

// Calls visit(i, j, n) for every output of one channel.
template <class Visit>
void visit_pixels(const Visit& visit) {
  for (std::int64_t i = 0; i < args.out_h; ++i)
    for (std::int64_t j = 0; j < args.out_w; ++j)
      for (std::int64_t n = 0; n < args.batch; ++n) visit(i, j, n);
}

// max|x[c] in the tile|, with tiles of `tile` × `tile` outputs
struct Loudest {
  Loudest(const std::vector<double>& x, std::int64_t size) : tile(size) {
    for (std::int64_t c = 0; c < args.in_channels; ++c)
      for (std::int64_t row = 0; row < args.out_h; row += tile)
        for (std::int64_t column = 0; column < args.out_w; column += tile)
          for (std::int64_t n = 0; n < args.batch; ++n)
            values.push_back(in_tile(x, c, row, column, n));
  }
  // In the tile of output (i, j).
  double operator()(std::int64_t c, std::int64_t i, std::int64_t j, std::int64_t n) const {
    const std::int64_t down = (args.out_h + tile - 1) / tile,
                       across = (args.out_w + tile - 1) / tile;
    return values[at(((c * down + i / tile) * across + j / tile) * args.batch + n)];
  }

 private:
  double in_tile(const std::vector<double>& x, std::int64_t c, std::int64_t row,
                 std::int64_t column, std::int64_t n) const {
    double loudest = 0.0;
    for (std::int64_t r = row; r < std::min<std::int64_t>(row + tile + 2, args.in_h); ++r)
      for (std::int64_t s = column; s < std::min<std::int64_t>(column + tile + 2, args.in_w); ++s)
        loudest = std::max(loudest, std::abs(x[at(in(c, r, s, n))]));
    return loudest;
  }
  std::int64_t tile;
  std::vector<double> values;
};

// Σ_c max|x[c] in the tile of (i, j)| · Σ_uv |w[k][c][u][v]|, of every output
std::vector<double> magnitudes_of_tiles(const Values& values, std::int64_t tile) {
  const Loudest loudest(values.at("x"), tile);
  const std::vector<double>& weight = values.at("weight");
  std::vector<double> sums(at(out.elements(args.out_channels)));
  for (std::int64_t k = 0; k < args.out_channels; ++k)
    for (std::int64_t c = 0; c < args.in_channels; ++c) {
      double weights = 0.0;
      for (std::int64_t tap = 0; tap < 9; ++tap)
        weights += std::abs(weight[at((k * args.in_channels + c) * 9 + tap)]);
      visit_pixels([&](std::int64_t i, std::int64_t j, std::int64_t n) {
        sums[at(out(k, i, j, n))] += loudest(c, i, j, n) * weights;
      });
    }
  return sums;
}

// Σ_tiles max|x[c] in the tile| · Σ |d_y[k] in the tile|, of every weight
std::vector<double> magnitudes_of_weights(const Values& values) {
  const Loudest loudest(values.at("x"), 2);
  const std::vector<double>& d_y = values.at("d_y");
  std::vector<double> sums;
  for (std::int64_t k = 0; k < args.out_channels; ++k)
    for (std::int64_t c = 0; c < args.in_channels; ++c) {
      double sum = 0.0;
      visit_pixels([&](std::int64_t i, std::int64_t j, std::int64_t n) {
        sum += loudest(c, i, j, n) * std::abs(d_y[at(out(k, i, j, n))]);
      });
      sums.insert(sums.end(), 9, sum);
    }
  return sums;
}

Values run(const std::string& backend, const Problem& problem, Values values) {
  ThreadPool pool(1);
  EXPECT_EQ(run_backend(**find_backend(backend), problem, problem.calls[0], pool, values), "");
  return values;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}
bool is_direct(const std::string& backend) { return ends_with(backend, "+direct"); }

// The backends that have Winograd's algorithm without restriction.
std::vector<std::string> variants() {
  std::vector<std::string> all;
  for (const std::string& backend : backend_names())
    if (is_direct(backend)) all.push_back(backend.substr(0, backend.size() - 7));
  EXPECT_FALSE(all.empty());
  return all;
}

// The outputs of the tiles, across and down, that a backend takes at most.
std::int64_t tile_of(const std::string& backend) {
  return backend == "reference" || is_direct(backend) || ends_with(backend, "+2x2") ? 2 : 4;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& truth,
                 const std::vector<double>& magnitudes, const std::string& backend) {
  for (std::size_t i = 0; i < truth.size(); ++i)
    ASSERT_LE(std::abs(got[i] - truth[i]), 3e-6 * magnitudes[i]) << backend << ": number " << i;
}

void expect_within_bound(const Problem& problem, const Values& values) {
  Values truth = values;
  run_reference(problem, problem.calls[0], truth);
  const std::vector<double> of_2 = magnitudes_of_tiles(values, 2);
  const std::vector<double> of_4 = magnitudes_of_tiles(values, 4);
  for (const std::string& backend : backend_names())
    expect_near(run(backend, problem, values).at("y"), truth.at("y"),
                tile_of(backend) == 4 ? of_4 : of_2, backend);
}

// A direct sum errs by its own terms alone, and is exactly 0 where they all are.
void expect_direct_sums_and_others(const Problem& problem, const std::string& result) {
  const Values values = loud_pixels(problem);
  const Truth truth = truth_of(problem, problem.calls[0], values);
  for (const std::string& variant : variants()) {
    const Values direct = run(variant + "+direct", problem, values);
    expect_near(direct.at(result), truth.values.at(result), truth.sums.at(result),
                variant + "+direct");
    EXPECT_NE(direct.at(result), run(variant, problem, values).at(result))
        << variant << " computes as without Winograd's algorithm";
  }
}

TEST(Winograd, ErrsByNoMoreThanItsTileAllows) {
  const Problem problem = forward();
  expect_within_bound(problem, loud_pixels(problem));
}

// Numbers of about one magnitude, whose signs are those of a row of B' down and across: the sums
// that x goes into are as large as they get.
TEST(Winograd, ErrsByNoMoreWhereItsSumsAreLargest) {
  const Problem problem = forward();
  const double signs[][4] = {{1, -1, -1, 1}, {1, 1, -1, -1}};
  for (const auto& down : signs)
    for (const auto& across : signs) {
      Values values = initial_values(problem, 2);
      for (std::int64_t c = 0; c < args.in_channels; ++c)
        for (std::int64_t i = 0; i < args.in_h; ++i)
          for (std::int64_t j = 0; j < args.in_w; ++j)
            for (std::int64_t n = 0; n < args.batch; ++n) {
              double& x = values["x"][at(in(c, i, j, n))];
              x = down[i % 4] * across[j % 4] / (1.0 + 0.01 * std::abs(x));
            }
      round_to_float(values);
      expect_within_bound(problem, values);
    }
}

TEST(Winograd, TakesTilesOf4WhereTheyPayAndTheyAreNotLeftOut) {
  const Problem problem = conv2d_problem("large", {.batch = 16,
                                                   .in_channels = 32,
                                                   .in_h = 14,
                                                   .in_w = 14,
                                                   .out_channels = 32,
                                                   .kernel_h = 3,
                                                   .kernel_w = 3});
  const Values values = initial_values(problem, 1);
  for (const std::string& variant : variants())
    for (const auto& [call, name] : {std::pair(0, "y"), std::pair(1, "d_x")}) {
      ThreadPool pool(1);
      std::map<std::string, Values> got;
      for (const std::string& each : {variant, variant + "+2x2", variant + "+direct"}) {
        got[each] = values;
        EXPECT_EQ(
            run_backend(**find_backend(each), problem, problem.calls[at(call)], pool, got[each]),
            "");
      }
      const auto& of_2 = got[variant + "+2x2"].at(name);
      EXPECT_NE(got[variant].at(name), of_2) << variant << ": " << name;
      EXPECT_NE(of_2, got[variant + "+direct"].at(name)) << variant << ": " << name;
    }
}

// Which of a problem's calls go by tiles, and of which size: memory tells.
std::int64_t scratch(const std::string& backend, const Call& call) {
  Step step;
  step.kernel = call.kernel;
  step.args = call.args;
  return (*find_backend(backend))->scratch(step);
}
bool goes_by_tiles(const std::string& variant, const Call& call) {
  return scratch(variant, call) != scratch(variant + "+direct", call);
}
bool goes_by_tiles_of_4(const std::string& variant, const Call& call) {
  return scratch(variant, call) != scratch(variant + "+2x2", call);
}

TEST(Winograd, IsWhatTheProofsOfTilesProve) {
  int problems = 0, of_4 = 0;
  for (const Problem& problem : conv2d_problems()) {
    if (problem.name.find("conv2d_tiles_") != 0) continue;
    ++problems;
    // With vectors of 16 lanes, the weights' gradient asks for more channels than full batches do.
    const std::size_t calls = std::get<Conv2dArgs>(problem.calls[0].args).in_channels < 32 ? 2 : 3;
    const bool large = problem.name.find("tiles_4x4") != std::string::npos;
    of_4 += large;
    for (const std::string& variant : variants()) {
      for (std::size_t call = 0; call < calls; ++call)
        EXPECT_TRUE(goes_by_tiles(variant, problem.calls[call]))
            << problem.name << " on " << variant << ": " << kernel_name(problem.calls[call].kernel)
            << " is a direct sum";
      for (std::size_t call = 0; large && call < 2; ++call)
        EXPECT_TRUE(goes_by_tiles_of_4(variant, problem.calls[call]))
            << problem.name << " on " << variant << ": " << kernel_name(problem.calls[call].kernel)
            << " goes by tiles of 2";
    }
  }
  EXPECT_GE(problems, 8);
  EXPECT_GE(of_4, 3);
}

TEST(Winograd, IsWhatDirectLeavesOut) { expect_direct_sums_and_others(forward(), "y"); }

TEST(WinogradWeightGradient, ErrsByNoMoreThanItsTilesAllow) {
  const Problem problem = weight_gradient();
  const Values values = loud_pixels(problem);
  Values truth = values;
  run_reference(problem, problem.calls[0], truth);
  const std::vector<double> magnitudes = magnitudes_of_weights(values);
  for (const std::string& backend : backend_names())
    expect_near(run(backend, problem, values).at("d_weight"), truth.at("d_weight"), magnitudes,
                backend);
}

TEST(WinogradWeightGradient, IsWhatDirectLeavesOut) {
  expect_direct_sums_and_others(weight_gradient(), "d_weight");
}

}  // namespace

}  // namespace convolab::testing
