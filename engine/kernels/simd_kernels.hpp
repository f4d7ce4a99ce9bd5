// What the *_simd.cpp files of one variant define. They are compiled once for every instruction set
// of the build, each time in a namespace of its own, and with a float on every lane.
//
// No code of one set may be shared with another (the linker keeps one copy of an inline function and
// would hand AVX2 code to a machine without it), so these files keep std templates out of
// their loops and their own helpers in the variant's namespace.
#pragma once

#include "model/step.hpp"

#ifndef CONVOLAB_SIMD_VARIANT
#error "compile *_simd.cpp with -DCONVOLAB_SIMD_VARIANT=<name>"
#endif

namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
