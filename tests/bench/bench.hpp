// Benchmarks: each prints a table. `convolab_bench` lists them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace convolab::bench {

using Arguments = std::vector<std::string>;

// Images per second of the nets U, L and V, training (through the trainer) and inference:
// nets [--batch 64] [--backend simd] [--threads 1] [--seconds 2]
int nets(const Arguments& arguments);

// Every kernel call of the nets U, L and V, and what a training step of only them would take:
// kernels [--net U] [--batch 64] [--backend simd:sse2] [--threads 1] [--only d_x]
int kernels(const Arguments& arguments);

// Images per second of one network, one number:
// speed [--what train] --spec JSON [--config JSON] [--seconds 0.3] [--threads 1]
int speed(const Arguments& arguments);

// Convolutions along every axis from a few centres: GFLOP/s, share of what the machine can do, and
// every cliff: sweep [--backend simd:sse2] [--only "d_x by stride"] [--json]
int sweep(const Arguments& arguments);

inline double now_in_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace convolab::bench
