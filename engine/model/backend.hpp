// A backend: for every kernel, a function that runs one step on the memory it is given.
// Backends have names, can be listed, and are chosen once, by name.
//   reference  plain loops, one thread: the truth
//   simd       xsimd and threads, in the best instruction set of this machine
//   simd:NAME  the same, forced to one instruction set (sse2, avx2, wasm128, …)
//   simd:NAME+2x2  with tiles of 2×2 outputs at most in Winograd's algorithm
//   simd:NAME+direct  without Winograd's algorithm, which 3×3 convolutions take otherwise
//              where they have channels enough (16 to 48, by machine and batch): its error is
//              bounded by a tile's magnitudes (kernels/winograd.hpp)
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "model/step.hpp"

namespace convolab {

// operands: the step's reads, then its writes; nullptr where the step says no_buffer.
using KernelFunction = void (*)(const RunContext& context, const Step& step, void* const* operands);
// How many floats of scratch memory a step needs in context.scratch.
using ScratchFunction = std::int64_t (*)(const Step& step);
// Does `rounds` times as many multiply-adds as it gives back, on registers alone: what the machine
// can do at most in this instruction set. out: 16 floats.
using CeilingFunction = std::int64_t (*)(std::int64_t rounds, float* out);

struct Backend {
  std::string_view name;
  std::array<KernelFunction, kernel_count> run;
  ScratchFunction scratch;
  CeilingFunction ceiling;
};

const Backend& reference_backend();
// The same, or nullptr in a program that defines this function to do without: nobody chooses the
// reference in the page, and it would be 4 kB more to wait for.
const Backend* built_reference();

// What config.backend says when training goes by a GPU (engine/gpu/), which has no such table.
inline constexpr std::string_view gpu_backend_name = "webgpu";

// Whether that is in the program: another one may define this function to do without.
bool gpu_built();

// "reference" (where it is built), "simd" (the best variant) or "simd:<variant>"; an unknown name
// is refused with the list of known ones.
Expected<const Backend*> find_backend(std::string_view name);
// Every name that find_backend accepts on this machine.
std::vector<std::string> backend_names();

namespace detail {

// The step's args, which must be of this type. Not inline: a backend's tables are compiled once per
// instruction set, and no code of one set may be shared with another.
template <class Args>
const Args& args_of(const Step& step);

// Turns a kernel with the signature void([const RunContext&,] const Args&, pointers...) into a
// KernelFunction: unpacks the step's args and hands over the operands in order.
template <auto function>
struct Adapt;

template <class Args, class... Pointers, void (*function)(const Args&, Pointers...)>
requires(!std::is_same_v<Args, RunContext>) struct Adapt<function> {
  static void run(const RunContext&, const Step& step, void* const* operands) {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      function(args_of<Args>(step), static_cast<Pointers>(operands[i])...);
    }
    (std::index_sequence_for<Pointers...>());
  }
};

template <class Args, class... Pointers,
          void (*function)(const RunContext&, const Args&, Pointers...)>
struct Adapt<function> {
  static void run(const RunContext& context, const Step& step, void* const* operands) {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      function(context, args_of<Args>(step), static_cast<Pointers>(operands[i])...);
    }
    (std::index_sequence_for<Pointers...>());
  }
};

}  // namespace detail

}  // namespace convolab
