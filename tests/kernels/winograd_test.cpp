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
                             .in_channels = 16,
                             .in_h = 12,
                             .in_w = 13,
                             .out_channels = 17,
                             .out_h = 10,
                             .out_w = 11,
                             .kernel_h = 3,
                             .kernel_w = 3};
constexpr Layout in = {args.in_h, args.in_w, args.batch};
constexpr Layout out = {args.out_h, args.out_w, args.batch};

Problem forward() {
  Problem p;
  p.name = "loud_pixels";
  p.buffers = {{"x", in.elements(args.in_channels), Fill::normal},
               {"weight", args.out_channels * args.in_channels * 9, Fill::normal},
               {"y", out.elements(args.out_channels)}};
  p.calls = {{Kernel::conv2d_forward, args, {"x", "weight", ""}, {"y"}}};
  return p;
}

Problem weight_gradient() {
  Problem p;
  p.name = "loud_pixels_d_weight";
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

// Calls visit(x, index of the weight) for every channel and tap of output (k, i, j, n).
template <class Visit>
void visit_terms(const Values& values, std::int64_t k, std::int64_t i, std::int64_t j,
                 std::int64_t n, const Visit& visit) {
  for (std::int64_t c = 0; c < args.in_channels; ++c)
    for (std::int64_t u = 0; u < 3; ++u)
      for (std::int64_t v = 0; v < 3; ++v)
        visit(values.at("x")[at(in(c, i + u, j + v, n))],
              values.at("weight")[at((k * args.in_channels + c) * 9 + u * 3 + v)]);
}

// max|x[c] in the tile of (i, j)|, with tiles of `tile` × `tile` outputs
double loudest_of_tile(const Values& values, std::int64_t c, std::int64_t i, std::int64_t j,
                       std::int64_t n, std::int64_t tile = 2) {
  const std::int64_t row = i / tile * tile, column = j / tile * tile;
  double loudest = 0.0;
  for (std::int64_t r = row; r < std::min<std::int64_t>(row + tile + 2, args.in_h); ++r)
    for (std::int64_t s = column; s < std::min<std::int64_t>(column + tile + 2, args.in_w); ++s)
      loudest = std::max(loudest, std::abs(values.at("x")[at(in(c, r, s, n))]));
  return loudest;
}

// Σ_c max|x[c] in the tile of (i, j)| · Σ_uv |w[k][c][u][v]|
double magnitude_of_tile(const Values& values, std::int64_t k, std::int64_t i, std::int64_t j,
                         std::int64_t n, std::int64_t tile) {
  double sum = 0.0;
  for (std::int64_t c = 0; c < args.in_channels; ++c) {
    double weights = 0.0;
    for (std::int64_t tap = 0; tap < 9; ++tap)
      weights += std::abs(values.at("weight")[at((k * args.in_channels + c) * 9 + tap)]);
    sum += loudest_of_tile(values, c, i, j, n, tile) * weights;
  }
  return sum;
}

template <class Visit>
void visit_outputs(const Visit& visit) {
  for (std::int64_t k = 0; k < args.out_channels; ++k)
    for (std::int64_t i = 0; i < args.out_h; ++i)
      for (std::int64_t j = 0; j < args.out_w; ++j)
        for (std::int64_t n = 0; n < args.batch; ++n) visit(k, i, j, n);
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

// The outputs of the tiles, across and down, that a backend takes at most.
std::int64_t tile_of(const std::string& backend) {
  return backend == "reference" || is_direct(backend) || ends_with(backend, "+2x2") ? 2 : 4;
}

void expect_within_bound(const Problem& problem, const Values& values) {
  Values truth = values;
  run_reference(problem, problem.calls[0], truth);
  for (const std::string& backend : backend_names()) {
    const Values got = run(backend, problem, values);
    visit_outputs([&](std::int64_t k, std::int64_t i, std::int64_t j, std::int64_t n) {
      const auto here = at(out(k, i, j, n));
      ASSERT_LE(std::abs(got.at("y")[here] - truth.at("y")[here]),
                3e-6 * magnitude_of_tile(values, k, i, j, n, tile_of(backend)))
          << backend << ": output " << k << ", " << i << ", " << j << " of image " << n;
    });
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
  int variants = 0;
  for (const std::string& backend : backend_names()) {
    if (!ends_with(backend, "+2x2")) continue;
    ++variants;
    const std::string variant = backend.substr(0, backend.size() - 4);
    const Values values = initial_values(problem, 1);
    for (const auto& [call, name] : {std::pair(0, "y"), std::pair(1, "d_x")}) {
      ThreadPool pool(1);
      std::map<std::string, Values> got;
      for (const std::string& each : {variant, backend, variant + "+direct"}) {
        got[each] = values;
        EXPECT_EQ(
            run_backend(**find_backend(each), problem, problem.calls[at(call)], pool, got[each]),
            "");
      }
      EXPECT_NE(got[variant].at(name), got[backend].at(name)) << variant << ": " << name;
      EXPECT_NE(got[backend].at(name), got[variant + "+direct"].at(name)) << variant;
    }
  }
  EXPECT_GE(variants, 1);
}

TEST(Winograd, IsWhatDirectLeavesOut) {
  // A direct sum errs by its own terms alone, and is exactly 0 where they all are.
  const Problem problem = forward();
  const Values values = loud_pixels(problem);
  Values truth = values;
  run_reference(problem, problem.calls[0], truth);
  int direct_backends = 0;
  for (const std::string& backend : backend_names()) {
    if (!is_direct(backend)) continue;
    ++direct_backends;
    const Values direct = run(backend, problem, values);
    visit_outputs([&](std::int64_t k, std::int64_t i, std::int64_t j, std::int64_t n) {
      double terms = 0.0;
      visit_terms(values, k, i, j, n, [&](double x, double w) { terms += std::abs(x * w); });
      const auto here = at(out(k, i, j, n));
      ASSERT_LE(std::abs(direct.at("y")[here] - truth.at("y")[here]), 3e-6 * terms) << backend;
    });
    const Values tiled = run(backend.substr(0, backend.size() - 7), problem, values);
    EXPECT_NE(direct.at("y"), tiled.at("y")) << backend << " computes as the other does";
  }
  EXPECT_GE(direct_backends, 1);
}

// Calls visit(i, j, n) for every output of one channel.
template <class Visit>
void visit_pixels(const Visit& visit) {
  for (std::int64_t i = 0; i < args.out_h; ++i)
    for (std::int64_t j = 0; j < args.out_w; ++j)
      for (std::int64_t n = 0; n < args.batch; ++n) visit(i, j, n);
}

TEST(WinogradWeightGradient, ErrsByNoMoreThanItsTilesAllow) {
  const Problem problem = weight_gradient();
  const Values values = loud_pixels(problem);
  Values truth = values;
  run_reference(problem, problem.calls[0], truth);
  for (const std::string& backend : backend_names()) {
    const Values got = run(backend, problem, values);
    for (std::int64_t k = 0; k < args.out_channels; ++k)
      for (std::int64_t c = 0; c < args.in_channels; ++c) {
        // Σ_tiles max|x[c] in the tile| · Σ |d_y[k] in the tile|
        double magnitude = 0.0;
        visit_pixels([&](std::int64_t i, std::int64_t j, std::int64_t n) {
          magnitude +=
              loudest_of_tile(values, c, i, j, n) * std::abs(values.at("d_y")[at(out(k, i, j, n))]);
        });
        for (std::int64_t tap = 0; tap < 9; ++tap) {
          const auto here = at((k * args.in_channels + c) * 9 + tap);
          ASSERT_LE(std::abs(got.at("d_weight")[here] - truth.at("d_weight")[here]),
                    3e-6 * magnitude)
              << backend << ": tap " << tap << " of output " << k << ", input " << c;
        }
      }
  }
}

TEST(WinogradWeightGradient, IsWhatDirectLeavesOut) {
  const Problem problem = weight_gradient();
  const Values values = loud_pixels(problem);
  Values truth = values;
  run_reference(problem, problem.calls[0], truth);
  int direct_backends = 0;
  for (const std::string& backend : backend_names()) {
    if (!is_direct(backend)) continue;
    ++direct_backends;
    const Values direct = run(backend, problem, values);
    for (std::int64_t k = 0; k < args.out_channels; ++k)
      for (std::int64_t c = 0; c < args.in_channels; ++c)
        for (std::int64_t u = 0; u < 3; ++u)
          for (std::int64_t v = 0; v < 3; ++v) {
            double terms = 0.0;
            visit_pixels([&](std::int64_t i, std::int64_t j, std::int64_t n) {
              terms += std::abs(values.at("x")[at(in(c, i + u, j + v, n))] *
                                values.at("d_y")[at(out(k, i, j, n))]);
            });
            const auto here = at((k * args.in_channels + c) * 9 + u * 3 + v);
            ASSERT_LE(std::abs(direct.at("d_weight")[here] - truth.at("d_weight")[here]),
                      3e-6 * terms)
                << backend;
          }
    const Values tiled = run(backend.substr(0, backend.size() - 7), problem, values);
    EXPECT_NE(direct.at("d_weight"), tiled.at("d_weight"))
        << backend << " computes as the other does";
  }
  EXPECT_GE(direct_backends, 1);
}

}  // namespace

}  // namespace convolab::testing
