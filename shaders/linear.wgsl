// linear: forward and both gradients as products of matrices (tiles.wgsl), N the batch.
//
//   forward          C (o, n) = weight (o, f) · x (f, n)
//   backward_input   C (f, n) = weightᵀ (f, o) · d_y (o, n)
//   backward_weight  C (o, f) = d_y (o, n) · xᵀ (n, f)
//
// They differ in how the matrices lie in memory. Where C would have few columns (a small batch) and
// many rows, it is computed turned, Cᵀ = Bᵀ · Aᵀ, because neighbouring invocations do neighbouring
// columns. A and B below are those of the product that is computed.
//
// include tiles.wgsl

override which: u32;  // 0 forward, 1 backward_input, 2 backward_weight
override batch: u32;
override out_features: u32;
override activation: u32;
override negative_slope: f32;

override rows: u32;
override columns: u32;
override depth: u32;
override product_count: u32 = 1u;
override turned: bool;
override a_row_step: u32;     // from a row of A to the next one in memory
override a_column_step: u32;  // from a column to the next one
override b_row_step: u32;
override b_column_step: u32;
override c_row_step: u32;
override c_column_step: u32;

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;  // of forward, when it is given
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;

fn a_row(group: u32, m: u32) -> u32 { return m * a_row_step; }
fn a_column(group: u32, k: u32) -> u32 { return k * a_column_step; }
fn column_at(group: u32, n: u32) -> u32 { return n * b_column_step; }
fn row_at(group: u32, k: u32) -> u32 { return k * b_row_step; }
fn b_at(row: u32, column: u32) -> f32 { return b[row + column]; }

fn finished(group: u32, m: u32, n: u32, sum: f32) {
  let at = m * c_row_step + n * c_column_step;
  if (which == 0u) {
    var y = sum;
    if (given(2u)) { y += bias[select(m, n, turned)]; }
    c[at] = activated(activation, negative_slope, y);
  } else if (accumulate) {
    c[at] += sum;
  } else {
    c[at] = sum;
  }
}

@group(0) @binding(0) var<storage, read> d_y: array<f32>;
@group(0) @binding(1) var<storage, read_write> d_bias: array<f32>;

// d_bias[o] = Σ_n d_y[o,n]
@compute @workgroup_size(flat_size)
fn backward_bias(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let o = flat(id, groups);
  if (o >= out_features) { return; }
  var sum = 0.0;
  for (var n = 0u; n < batch; n++) { sum += d_y[o * batch + n]; }
  if (accumulate) {
    d_bias[o] += sum;
  } else {
    d_bias[o] = sum;
  }
}
