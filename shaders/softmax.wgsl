// softmax over the channels of each position: x and y are (channels, inner).

override channels: u32;
override inner: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

// y[c,i] = exp(x[c,i] − max_c x[c,i]) / Σ_c exp(…)
@compute @workgroup_size(flat_size)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat(id, groups);
  if (i >= inner) { return; }
  var largest = x[i];
  for (var c = 1u; c < channels; c++) { largest = max(largest, x[c * inner + i]); }
  var sum = 0.0;
  for (var c = 0u; c < channels; c++) { sum += exp(x[c * inner + i] - largest); }
  for (var c = 0u; c < channels; c++) {
    y[c * inner + i] = exp(x[c * inner + i] - largest) / sum;
  }
}

@group(0) @binding(0) var<storage, read> y_read: array<f32>;
@group(0) @binding(1) var<storage, read> d_y: array<f32>;
@group(0) @binding(2) var<storage, read_write> d_x: array<f32>;

// d_x[c,i] += y[c,i] · (d_y[c,i] − Σ_k d_y[k,i]·y[k,i])
@compute @workgroup_size(flat_size)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat(id, groups);
  if (i >= inner) { return; }
  var dot = 0.0;
  for (var c = 0u; c < channels; c++) { dot += d_y[c * inner + i] * y_read[c * inner + i]; }
  for (var c = 0u; c < channels; c++) {
    let at = c * inner + i;
    d_x[at] = select(0.0, d_x[at], accumulate) + y_read[at] * (d_y[at] - dot);
  }
}
