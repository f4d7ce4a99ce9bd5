// conv2d: forward and both gradients as products of matrices that exist only as index arithmetic
// (tiles.wgsl). `group` is one of the convolution's groups, and a position is p = (i, j, n).
//
//   forward          C (o, p) = weight (o, cuv) · x (cuv, p)
//   backward_input   C (c, q) = weight (c, ouv) · d_y (ouv, q), q a position of d_x
//   backward_weight  C (o, cuv) = d_y (o, p) · x (p, cuv)
//
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

fn a_at(group: u32, m: u32, k: u32) -> f32 {
  switch (which) {
    case 0u: { return a[(group * group_out + m) * depth + k]; }
    case 1u: {
      let o = group * group_out + k / taps;
      return a[(o * group_in + m) * taps + k % taps];
    }
    default: { return a[(group * group_out + m) * out_size + k]; }
  }
}

// A position (i, j, n), or a tap (channel, u, v) of the kernel: where it begins in x or d_y, and
// what backward_input needs to know besides.
struct Place {
  at: u32,
  i: i32,
  j: i32,
}

fn tap(group_channel: u32, index: u32) -> Place {
  let u = index % taps / kernel_w;
  let v = index % kernel_w;
  let down = u * dilation_h;
  let across = v * dilation_w;
  let channel = group_channel + index / taps;
  if (which == 1u) { return Place(channel * out_size, i32(down), i32(across)); }
  return Place(channel * in_size + (down * in_w + across) * batch, 0, 0);
}

fn position(p: u32) -> Place {
  let n = p % batch;
  if (which == 1u) { return Place(n, i32(p / (batch * in_w)), i32(p / batch % in_w)); }
  let i = p / (batch * out_w);
  let j = p / batch % out_w;
  return Place((i * stride_h * in_w + j * stride_w) * batch + n, 0, 0);
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
  // d_x[i, j] took part in the outputs with i = out · stride + u · dilation.
  let i = column.i - row.i;
  let j = column.j - row.j;
  let down = i / i32(stride_h);
  let across = j / i32(stride_w);
  if (i < 0 || down * i32(stride_h) != i || down >= i32(out_h)) { return 0.0; }
  if (j < 0 || across * i32(stride_w) != j || across >= i32(out_w)) { return 0.0; }
  return b[row.at + (u32(down) * out_w + u32(across)) * batch + column.at];
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
@compute @workgroup_size(64)
fn backward_bias(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let o = workgroup.x + workgroup.y * workgroups.x;
  if (o >= out_channels) { return; }
  var sum = 0.0;
  for (var p = local; p < out_size; p += 64u) { sum += d_y[o * out_size + p]; }
  sum = sum_of_workgroup(local, sum);
  if (local == 0u) { d_bias[o] = select(0.0, d_bias[o], accumulate) + sum; }
}
