// batch_norm2d: x and y are (channels, inner), inner = positions · batch. A workgroup does a channel.
//
// include sums.wgsl

override channels: u32;
override inner: u32;
override eps: f32;
override momentum: f32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;  // 1 when absent
@group(0) @binding(2) var<storage, read> bias: array<f32>;    // 0 when absent

fn weight_of(c: u32) -> f32 {
  if (given(1u)) { return weight[c]; }
  return 1.0;
}

// y = (x − mean)·inverse_std·weight + bias
fn normalised(c: u32, i: u32, mean: f32, inverse_std: f32) -> f32 {
  var y = (x[c * inner + i] - mean) * inverse_std * weight_of(c);
  if (given(2u)) { y += bias[c]; }
  return y;
}

@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> means: array<f32>;
@group(0) @binding(5) var<storage, read_write> inverse_stds: array<f32>;
@group(0) @binding(6) var<storage, read_write> running_mean: array<f32>;
@group(0) @binding(7) var<storage, read_write> running_var: array<f32>;

// Training: normalised by the batch's mean and biased variance; the running variance is unbiased.
@compute @workgroup_size(team)
fn forward(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let c = workgroup.x + workgroup.y * workgroups.x;
  if (c >= channels) { return; }
  var sum = 0.0;
  for (var i = local; i < inner; i += team) { sum += x[c * inner + i]; }
  let mean = sum_of_workgroup(local, sum) / f32(inner);
  var squares = 0.0;
  for (var i = local; i < inner; i += team) {
    let d = x[c * inner + i] - mean;
    squares += d * d;
  }
  squares = sum_of_workgroup(local, squares);
  let inverse_std = 1.0 / sqrt(squares / f32(inner) + eps);
  for (var i = local; i < inner; i += team) {
    y[c * inner + i] = normalised(c, i, mean, inverse_std);
  }
  if (local > 0u) { return; }
  means[c] = mean;
  inverse_stds[c] = inverse_std;
  if (given(6u)) { running_mean[c] = (1.0 - momentum) * running_mean[c] + momentum * mean; }
  if (given(7u)) {
    let unbiased = squares / max(1.0, f32(inner) - 1.0);
    running_var[c] = (1.0 - momentum) * running_var[c] + momentum * unbiased;
  }
}

@group(0) @binding(3) var<storage, read> fixed_mean: array<f32>;
@group(0) @binding(4) var<storage, read> fixed_var: array<f32>;
@group(0) @binding(5) var<storage, read_write> y_eval: array<f32>;
@group(0) @binding(6) var<storage, read_write> means_eval: array<f32>;
@group(0) @binding(7) var<storage, read_write> inverse_stds_eval: array<f32>;

// Evaluation: the running statistics as they are.
@compute @workgroup_size(team)
fn forward_eval(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let c = workgroup.x + workgroup.y * workgroups.x;
  if (c >= channels) { return; }
  let mean = fixed_mean[c];
  let inverse_std = 1.0 / sqrt(fixed_var[c] + eps);
  for (var i = local; i < inner; i += team) {
    y_eval[c * inner + i] = normalised(c, i, mean, inverse_std);
  }
  if (local > 0u) { return; }
  means_eval[c] = mean;
  inverse_stds_eval[c] = inverse_std;
}

@group(0) @binding(2) var<storage, read> mean_read: array<f32>;
@group(0) @binding(3) var<storage, read> inverse_std_read: array<f32>;
@group(0) @binding(4) var<storage, read> d_y: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_x: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_weight: array<f32>;
@group(0) @binding(7) var<storage, read_write> d_bias: array<f32>;

// With x̂ = (x−mean)·inverse_std and means over inner:
// d_x += weight·inverse_std·(d_y − mean(d_y) − x̂·mean(d_y·x̂)); d_weight = Σ d_y·x̂; d_bias = Σ d_y.
// In evaluation the statistics are constants: d_x += weight·inverse_std·d_y.
fn gradients(c: u32, local: u32, training: bool) {
  let mean = mean_read[c];
  let inverse_std = inverse_std_read[c];
  var sum = 0.0;
  var sum_x_hat = 0.0;
  for (var i = local; i < inner; i += team) {
    let d = d_y[c * inner + i];
    sum += d;
    sum_x_hat += d * (x[c * inner + i] - mean) * inverse_std;
  }
  sum = sum_of_workgroup(local, sum);
  sum_x_hat = sum_of_workgroup(local, sum_x_hat);
  if (local == 0u) {
    if (given(6u)) { d_weight[c] = sum_x_hat; }
    if (given(7u)) { d_bias[c] = sum; }
  }
  if (!given(5u)) { return; }
  let scale = weight_of(c) * inverse_std;
  for (var i = local; i < inner; i += team) {
    let at = c * inner + i;
    var d = d_y[at];
    if (training) {
      let x_hat = (x[at] - mean) * inverse_std;
      d -= sum / f32(inner) + x_hat * (sum_x_hat / f32(inner));
    }
    d_x[at] = select(0.0, d_x[at], accumulate) + scale * d;
  }
}

@compute @workgroup_size(team)
fn backward(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let c = workgroup.x + workgroup.y * workgroups.x;
  if (c < channels) { gradients(c, local, true); }
}

@compute @workgroup_size(team)
fn backward_eval(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let c = workgroup.x + workgroup.y * workgroups.x;
  if (c < channels) { gradients(c, local, false); }
}
