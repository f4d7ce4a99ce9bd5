// Losses over a batch and what training reports of them. logits and y are (classes, batch).
//
// include sums.wgsl

override classes: u32;
override features: u32;
override batch: u32;

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;
@group(0) @binding(2) var<storage, read_write> d_y: array<f32>;

fn largest_logit(n: u32) -> f32 {
  var largest = y[n];
  for (var c = 1u; c < classes; c++) { largest = max(largest, y[c * batch + n]); }
  return largest;
}

// log Σ_c exp(logit − largest)
fn log_sum(n: u32, largest: f32) -> f32 {
  var sum = 0.0;
  for (var c = 0u; c < classes; c++) { sum += exp(y[c * batch + n] - largest); }
  return log(sum);
}

// losses[n] = log Σ_c exp(logits[c,n]) − logits[label[n], n]
@compute @workgroup_size(flat_size)
fn cross_entropy_forward(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let n = flat(id, groups);
  if (n >= batch) { return; }
  let largest = largest_logit(n);
  losses[n] = log_sum(n, largest) + (largest - y[u32(labels[n]) * batch + n]);
}

// d_logits[c,n] = (softmax(logits)[c,n] − [c = label[n]]) / batch
@compute @workgroup_size(flat_size)
fn cross_entropy_backward(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let n = flat(id, groups);
  if (n >= batch) { return; }
  let largest = largest_logit(n);
  let log_of_sum = log_sum(n, largest);
  let label = u32(labels[n]);
  for (var c = 0u; c < classes; c++) {
    let probability = exp(y[c * batch + n] - largest - log_of_sum);
    d_y[c * batch + n] = (probability - select(0.0, 1.0, c == label)) / f32(batch);
  }
}

// losses[n] = Σ_f (y[f,n] − [f = label[n]])² / features
@compute @workgroup_size(flat_size)
fn mse_forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = flat(id, groups);
  if (n >= batch) { return; }
  let label = u32(labels[n]);
  var sum = 0.0;
  for (var f = 0u; f < features; f++) {
    let d = y[f * batch + n] - select(0.0, 1.0, f == label);
    sum += d * d;
  }
  losses[n] = sum / f32(features);
}

// d_y[f,n] = 2 (y[f,n] − [f = label[n]]) / (features·batch)
@compute @workgroup_size(flat_size)
fn mse_backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = flat(id, groups);
  if (at >= features * batch) { return; }
  let label = u32(labels[at % batch]);
  let d = y[at] - select(0.0, 1.0, at / batch == label);
  d_y[at] = 2.0 * d / (f32(features) * f32(batch));
}

@group(0) @binding(2) var<storage, read> losses_read: array<f32>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;

// metrics[0] = Σ_n losses[n]; metrics[1] = the number of n whose largest output (the first one of
// equals) is at the label. One workgroup.
@compute @workgroup_size(team)
fn metrics(@builtin(local_invocation_index) local: u32) {
  var loss = 0.0;
  var correct = 0.0;
  for (var n = local; n < batch; n += team) {
    var best = 0u;
    for (var c = 1u; c < classes; c++) {
      if (y[c * batch + n] > y[best * batch + n]) { best = c; }
    }
    loss += losses_read[n];
    correct += select(0.0, 1.0, i32(best) == labels[n]);
  }
  loss = sum_of_workgroup(local, loss);
  correct = sum_of_workgroup(local, correct);
  if (local == 0u) {
    sums[0] = loss;
    sums[1] = correct;
  }
}
