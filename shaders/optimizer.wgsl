// One update of one parameter tensor by its gradient, with PyTorch's formulas and names.
//
// include run.wgsl

override momentum: f32;
override weight_decay: f32;
override nesterov: bool;
override alpha: f32;
override eps: f32;
override beta1: f32;
override beta2: f32;
override decoupled: bool;

@group(0) @binding(0) var<storage, read> d_w: array<f32>;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> first: array<f32>;
@group(0) @binding(3) var<storage, read_write> second: array<f32>;

// g = d_w + weight_decay·w; buf = momentum·buf + g (first step: buf = g);
// w −= lr·(nesterov ? g + momentum·buf : buf). No buffer when momentum = 0.
@compute @workgroup_size(flat_size)
fn sgd(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat(id, groups);
  if (i >= arrayLength(&w)) { return; }
  let before = w[i];
  let g = d_w[i] + weight_decay * before;
  var change = g;
  if (given(2u)) {
    let buf = select(momentum * first[i] + g, g, all(run.step == vec2u()));
    first[i] = buf;
    change = select(buf, g + momentum * buf, nesterov);
  }
  w[i] = before - run.learning_rate * change;
}

// g = d_w + weight_decay·w; s = alpha·s + (1−alpha)·g²;
// buf = momentum·buf + g/(√s+eps); w −= lr·buf. No buffer when momentum = 0.
@compute @workgroup_size(flat_size)
fn rmsprop(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat(id, groups);
  if (i >= arrayLength(&w)) { return; }
  let before = w[i];
  let g = d_w[i] + weight_decay * before;
  let s = alpha * first[i] + (1.0 - alpha) * g * g;
  first[i] = s;
  var change = g / (sqrt(s) + eps);
  if (given(3u)) {
    change += momentum * second[i];
    second[i] = change;
  }
  w[i] = before - run.learning_rate * change;
}

// m = β₁m + (1−β₁)g; v = β₂v + (1−β₂)g²; w = shrink·w − rate·m / (√v·root + eps), the rates as
// adam_rates() makes them of the step's number. AdamW (decoupled) shrinks w, Adam adds
// weight_decay·w to g.
@compute @workgroup_size(flat_size)
fn adam(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat(id, groups);
  if (i >= arrayLength(&w)) { return; }
  let before = w[i];
  let g = d_w[i] + select(weight_decay, 0.0, decoupled) * before;
  let m = beta1 * first[i] + (1.0 - beta1) * g;
  let v = beta2 * second[i] + (1.0 - beta2) * g * g;
  first[i] = m;
  second[i] = v;
  w[i] = run.adam_shrink * before - run.adam_rate * m / (sqrt(v) * run.adam_root + eps);
}
