// dropout: each element is zeroed with probability p and the others are scaled by 1/(1−p). The mask
// is the CPU's, bit for bit: draw (step, i/2) of the dropout stream, its word a for even i, else b.
// An invocation makes one draw, for two elements.
//
// include run.wgsl

override p: f32;
override lane: u32;
override scale: f32;  // 1/(1−p), or 0 when p = 1

const dropout_stream = 3u;

// Threefry-2x32 with 20 rounds, as engine/core/rng.cpp.
fn threefry(key_words: vec2u, counter: vec2u) -> vec2u {
  var rotations = array<u32, 8>(13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);
  var key = array<u32, 3>(key_words.x, key_words.y, 0x1BD11BDAu ^ key_words.x ^ key_words.y);
  var x = counter + key_words;
  for (var round = 0u; round < 20u; round++) {
    x.x += x.y;
    let by = rotations[round % 8u];
    x.y = ((x.y << by) | (x.y >> (32u - by))) ^ x.x;
    if (round % 4u == 3u) {
      let injection = round / 4u + 1u;
      x.x += key[injection % 3u];
      x.y += key[(injection + 1u) % 3u] + injection;
    }
  }
  return x;
}

// What elements 2·pair and 2·pair + 1 are multiplied with.
fn factors(pair: u32) -> vec2f {
  let key = threefry(run.seed, vec2u(dropout_stream, lane));
  let bits = threefry(key, vec2u(pair, run.step.x));  // the index is (step << 32) + pair
  let uniform_draw = vec2f(bits >> vec2u(8u)) * (1.0 / 16777216.0);
  return select(vec2f(scale), vec2f(), uniform_draw < vec2f(p));
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(flat_size)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = 2u * flat(id, groups);
  if (i >= arrayLength(&y)) { return; }
  let by = factors(i / 2u);
  y[i] = by.x * x[i];
  if (i + 1u < arrayLength(&y)) { y[i + 1u] = by.y * x[i + 1u]; }
}

@group(0) @binding(0) var<storage, read> d_y: array<f32>;
@group(0) @binding(1) var<storage, read_write> d_x: array<f32>;

@compute @workgroup_size(flat_size)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = 2u * flat(id, groups);
  if (i >= arrayLength(&d_x)) { return; }
  let by = factors(i / 2u);
  d_x[i] = select(0.0, d_x[i], accumulate) + by.x * d_y[i];
  if (i + 1u < arrayLength(&d_x)) {
    d_x[i + 1u] = select(0.0, d_x[i + 1u], accumulate) + by.y * d_y[i + 1u];
  }
}
