// activation: y = f(x), and its gradient in terms of y.

override kind: u32;  // Activation: none, relu, leaky_relu, tanh, sigmoid
override negative_slope: f32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

// activated() is in common.wgsl, because convolutions and linear layers apply it too.
@compute @workgroup_size(flat_size)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat(id, groups);
  if (i >= arrayLength(&y)) { return; }
  y[i] = activated(kind, negative_slope, x[i]);
}

@group(0) @binding(0) var<storage, read> y_read: array<f32>;
@group(0) @binding(1) var<storage, read> d_y: array<f32>;
@group(0) @binding(2) var<storage, read_write> d_x: array<f32>;

// d_x = f'(x) · d_y
@compute @workgroup_size(flat_size)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat(id, groups);
  if (i >= arrayLength(&d_x)) { return; }
  let value = y_read[i];
  var slope = 1.0;
  switch (kind) {
    case 1u: { slope = select(0.0, 1.0, value > 0.0); }
    case 2u: { slope = select(negative_slope, 1.0, value > 0.0); }
    case 3u: { slope = 1.0 - value * value; }
    case 4u: { slope = value * (1.0 - value); }
    default: {}
  }
  d_x[i] = select(0.0, d_x[i], accumulate) + slope * d_y[i];
}
