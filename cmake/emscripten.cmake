# The Emscripten toolchain of whichever emcc comes first on PATH: an emsdk's or Debian's package.
# (Its own toolchain file sits at a different place in each, so ask for the place.)
find_program(CONVOLAB_EMCC emcc REQUIRED)
find_program(CONVOLAB_EM_CONFIG em-config REQUIRED)
execute_process(
  COMMAND ${CONVOLAB_EM_CONFIG} EMSCRIPTEN_ROOT
  OUTPUT_VARIABLE _convolab_emscripten_root
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
include(${_convolab_emscripten_root}/cmake/Modules/Platform/Emscripten.cmake)

# memset and memcpy as single instructions (every engine with wasm SIMD has them): 5 to 8 % of a
# training step.
string(APPEND CMAKE_CXX_FLAGS_INIT " -mbulk-memory")
