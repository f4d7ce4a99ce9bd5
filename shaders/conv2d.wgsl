// conv2d: forward and both gradients as products of matrices that exist only as index arithmetic
// (tiles.wgsl). `group` is one of the convolution's groups, and a position is p = (i, j, n).
//
//   forward          C (o, p) = weight (o, cuv) · x (cuv, p)
//   backward_input   C (c, q) = weight (c, ouv) · d_y (ouv, q), q a position of d_x
//   backward_weight  C (o, cuv) = d_y (o, p) · x (p, cuv)
//
// include sums.wgsl
// include tiles.wgsl

override which: u32;  // 0 forward, 1 backward_input, 2 backward_weight
override batch: u32;
override in_channels: u32;
override in_h: u32;
override in_w: u32;
override out_channels: u32;
override out_h: u32;
override out_w: u32;
override kernel_h: u32;
override kernel_w: u32;
override stride_h: u32;
override stride_w: u32;
override dilation_h: u32;
override dilation_w: u32;
override groups: u32;
override activation: u32;
override negative_slope: f32;

override group_in: u32 = in_channels / groups;
override group_out: u32 = out_channels / groups;
override taps: u32 = kernel_h * kernel_w;
override in_size: u32 = in_h * in_w * batch;  // of one channel
override out_size: u32 = out_h * out_w * batch;

override rows: u32;
override columns: u32;
override depth: u32;
override product_count: u32 = groups;

// forward: weight, x; backward_input: weight, d_y; backward_weight: d_y, x.
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;  // of forward, when it is given
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;

fn a_row(group: u32, m: u32) -> u32 {
  switch (which) {
    case 0u: { return (group * group_out + m) * depth; }
    case 1u: { return m * taps; }
    default: { return (group * group_out + m) * out_size; }
  }
}

fn a_column(group: u32, k: u32) -> u32 {
  if (which != 1u) { return k; }
  return (group * group_out + k / taps) * group_in * taps + k % taps;
}

// A position (i, j, n), or a tap (channel, u, v) of the kernel: where it begins in x or d_y, and
// what backward_input needs to know besides.
struct Place {
  at: u32,
  i: u32,
  j: u32,
}

fn tap(group_channel: u32, index: u32) -> Place {
  let u = index % taps / kernel_w;
  let v = index % kernel_w;
  let down = u * dilation_h;
  let across = v * dilation_w;
  let channel = group_channel + index / taps;
  if (which == 1u) { return Place(channel * out_size, down, across); }
  return Place(channel * in_size + (down * in_w + across) * batch, 0u, 0u);
}

fn position(p: u32) -> Place {
  let n = p % batch;
  if (which == 1u) { return Place(n, p / (batch * in_w), p / batch % in_w); }
  let i = p / (batch * out_w);
  let j = p / batch % out_w;
  return Place((i * stride_h * in_w + j * stride_w) * batch + n, 0u, 0u);
}

fn column_at(group: u32, n: u32) -> Place {
  if (which == 2u) { return tap(group * group_in, n); }
  return position(n);
}

fn row_at(group: u32, k: u32) -> Place {
  if (which == 2u) { return position(k); }
  return tap(group * select(group_in, group_out, which == 1u), k);
}

fn b_at(row: Place, column: Place) -> f32 {
  if (which != 1u) { return b[row.at + column.at]; }
  // d_x[i, j] took part in the outputs with i = out · stride + u · dilation. Below 0, i is huge.
  let i = column.i - row.i;
  let j = column.j - row.j;
  let down = i / stride_h;
  let across = j / stride_w;
  // Without branches (& instead of &&), which cost SwiftShader seconds to compile.
  let divides = (down * stride_h == i) & (across * stride_w == j);
  let inside = divides & (down < out_h) & (across < out_w);
  let at = row.at + (down * out_w + across) * batch + column.at;
  return select(0.0, b[select(0u, at, inside)], inside);
}

fn finished(group: u32, m: u32, n: u32, sum: f32) {
  let at = (group * rows + m) * columns + n;
  if (which == 0u) {
    var y = sum;
    if (given(2u)) { y += bias[group * rows + m]; }
    c[at] = activated(activation, negative_slope, y);
  } else if (accumulate) {
    c[at] += sum;
  } else {
    c[at] = sum;
  }
}

@group(0) @binding(0) var<storage, read> d_y: array<f32>;
@group(0) @binding(1) var<storage, read_write> d_bias: array<f32>;

// d_bias[o] = Σ_p d_y[o,p]
@compute @workgroup_size(team)
fn backward_bias(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let o = workgroup.x + workgroup.y * workgroups.x;
  if (o >= out_channels) { return; }
  var sum = 0.0;
  for (var p = local; p < out_size; p += team) { sum += d_y[o * out_size + p]; }
  sum = sum_of_workgroup(local, sum);
  if (local == 0u) { d_bias[o] = select(0.0, d_bias[o], accumulate) + sum; }
}
