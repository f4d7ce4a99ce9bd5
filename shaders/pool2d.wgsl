// max_pool2d, avg_pool2d and adaptive_avg_pool2d of an already padded batch:
// x (channels, in_h, in_w, batch), y (channels, out_h, out_w, batch).
// Forward, an invocation computes an output from its window; backward, an input's gradient from the
// windows that it lies in.

override batch: u32;
override channels: u32;
override in_h: u32;
override in_w: u32;
override out_h: u32;
override out_w: u32;
override kernel_h: u32;
override kernel_w: u32;
override stride_h: u32;
override stride_w: u32;
override dilation_h: u32;
override dilation_w: u32;

struct Place {
  c: u32,
  i: u32,
  j: u32,
  n: u32,
}

fn place(at: u32, h: u32, w: u32) -> Place {
  return Place(at / (batch * w * h), at / (batch * w) % h, at / batch % w, at % batch);
}
fn x_at(c: u32, i: u32, j: u32, n: u32) -> u32 { return ((c * in_h + i) * in_w + j) * batch + n; }
fn y_at(c: u32, i: u32, j: u32, n: u32) -> u32 { return ((c * out_h + i) * out_w + j) * batch + n; }

override in_elements: u32 = channels * in_h * in_w * batch;
override out_elements: u32 = channels * out_h * out_w * batch;

// The windows i begin … end-1 that may cover a row (or column): i·stride ≤ row ≤ i·stride + reach.
fn windows(row: u32, stride: u32, reach: u32, count: u32) -> vec2u {
  let behind = select(0u, row - reach, row > reach);
  return vec2u((behind + stride - 1u) / stride, min(row / stride + 1u, count));
}

// Floats as bits: a shader's compiler may assume that none of them is a NaN or infinite.
@group(0) @binding(0) var<storage, read> x_bits: array<u32>;
@group(0) @binding(1) var<storage, read_write> y_bits: array<u32>;
@group(0) @binding(2) var<storage, read_write> switches: array<i32>;

// switches = the position (row·in_w + column) of the first maximum in x; a NaN wins over everything
@compute @workgroup_size(flat_size)
fn max_forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = flat(id, groups);
  if (at >= out_elements) { return; }
  let y = place(at, out_h, out_w);
  let row = y.i * stride_h;
  let column = y.j * stride_w;
  let start = x_at(y.c, row, column, y.n);
  var best = x_bits[start];
  var best_position = row * in_w + column;
  for (var u = 0u; u < kernel_h; u++) {
    for (var v = 0u; v < kernel_w; v++) {
      let step = u * dilation_h * in_w + v * dilation_w;
      let value = x_bits[start + step * batch];
      let larger = bitcast<f32>(value) > bitcast<f32>(best) && !is_nan(best);
      if (larger || is_nan(value)) {
        best = value;
        best_position = row * in_w + column + step;
      }
    }
  }
  y_bits[at] = best;
  switches[at] = i32(best_position);
}

@group(0) @binding(0) var<storage, read> d_y: array<f32>;
@group(0) @binding(1) var<storage, read> switches_read: array<i32>;
@group(0) @binding(2) var<storage, read> pooled: array<f32>;  // the operand y, if given
@group(0) @binding(3) var<storage, read_write> max_d_x: array<f32>;

// d_x[switches[i,j]] += d_y[i,j]; with y given, windows whose maximum is not positive count as 0
@compute @workgroup_size(flat_size)
fn max_backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = flat(id, groups);
  if (at >= in_elements) { return; }
  let x = place(at, in_h, in_w);
  let position = i32(x.i * in_w + x.j);
  let down = windows(x.i, stride_h, (kernel_h - 1u) * dilation_h, out_h);
  let across = windows(x.j, stride_w, (kernel_w - 1u) * dilation_w, out_w);
  var sum = 0.0;
  for (var i = down.x; i < down.y; i++) {
    for (var j = across.x; j < across.y; j++) {
      let from_y = y_at(x.c, i, j, x.n);
      if (switches_read[from_y] == position && (!given(2u) || pooled[from_y] > 0.0)) {
        sum += d_y[from_y];
      }
    }
  }
  max_d_x[at] = select(0.0, max_d_x[at], accumulate) + sum;
}

// The same where the windows cover x once: an invocation writes all of its window's gradients.
@compute @workgroup_size(flat_size)
fn max_backward_once(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let from_y = flat(id, groups);
  if (from_y >= out_elements) { return; }
  let y = place(from_y, out_h, out_w);
  let row = y.i * kernel_h;
  let column = y.j * kernel_w;
  let start = x_at(y.c, row, column, y.n);
  let chosen = switches_read[from_y] - i32(row * in_w + column);
  let passes = !given(2u) || pooled[from_y] > 0.0;
  let gradient = select(0.0, d_y[from_y], passes);
  for (var u = 0u; u < kernel_h; u++) {
    for (var v = 0u; v < kernel_w; v++) {
      let position = u * in_w + v;
      let at = start + position * batch;
      let old = select(0.0, max_d_x[at], accumulate);
      max_d_x[at] = old + select(0.0, gradient, chosen == i32(position));
    }
  }
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> d_x: array<f32>;

override pad_top: u32;
override pad_left: u32;
override image_h: u32;
override image_w: u32;
override pad_bottom: u32;
override pad_right: u32;
override count_include_pad: bool;
override divisor_override: u32;

// How many of a window's rows (or columns) lie in low … high-1.
fn inside(start: u32, size: u32, low: u32, high: u32) -> u32 {
  let begin = max(start, low);
  return max(min(start + size, high), begin) - begin;
}

// What output (i, j) divides by; 0 for a window wholly outside what counts, whose average is 0.
fn divisor(i: u32, j: u32) -> f32 {
  if (divisor_override > 0u) { return f32(divisor_override); }
  let bottom = pad_top + image_h;
  let right = pad_left + image_w;
  if (count_include_pad) {
    return f32(inside(i * stride_h, kernel_h, 0u, bottom + pad_bottom) *
               inside(j * stride_w, kernel_w, 0u, right + pad_right));
  }
  return f32(inside(i * stride_h, kernel_h, pad_top, bottom) *
             inside(j * stride_w, kernel_w, pad_left, right));
}

// y[i,j] = the window's sum / divisor
@compute @workgroup_size(flat_size)
fn avg_forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = flat(id, groups);
  if (at >= out_elements) { return; }
  let p = place(at, out_h, out_w);
  var sum = 0.0;
  for (var u = 0u; u < kernel_h; u++) {
    for (var v = 0u; v < kernel_w; v++) {
      sum += x[x_at(p.c, p.i * stride_h + u, p.j * stride_w + v, p.n)];
    }
  }
  let by = divisor(p.i, p.j);
  y[at] = select(0.0, sum / max(by, 1.0), by > 0.0);
}

// d_x += d_y[i,j] / divisor, for each window
@compute @workgroup_size(flat_size)
fn avg_backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = flat(id, groups);
  if (at >= in_elements) { return; }
  let p = place(at, in_h, in_w);
  let down = windows(p.i, stride_h, kernel_h - 1u, out_h);
  let across = windows(p.j, stride_w, kernel_w - 1u, out_w);
  var sum = 0.0;
  for (var i = down.x; i < down.y; i++) {
    for (var j = across.x; j < across.y; j++) {
      let by = divisor(i, j);
      if (by > 0.0) { sum += d_y[y_at(p.c, i, j, p.n)] / by; }
    }
  }
  d_x[at] = select(0.0, d_x[at], accumulate) + sum;
}

// Cell i of `cells` over `size` rows averages the rows ⌊i·size/cells⌋ … ⌈(i+1)·size/cells⌉-1. Turned
// around, cell(row, cells, size) are the cells that a row lies in.
fn cell(i: u32, size: u32, cells: u32) -> vec2u {
  return vec2u(i * size / cells, ((i + 1u) * size + cells - 1u) / cells);
}

@compute @workgroup_size(flat_size)
fn adaptive_forward(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let at = flat(id, groups);
  if (at >= out_elements) { return; }
  let p = place(at, out_h, out_w);
  let down = cell(p.i, in_h, out_h);
  let across = cell(p.j, in_w, out_w);
  var sum = 0.0;
  for (var i = down.x; i < down.y; i++) {
    for (var j = across.x; j < across.y; j++) { sum += x[x_at(p.c, i, j, p.n)]; }
  }
  y[at] = sum / f32((down.y - down.x) * (across.y - across.x));
}

@compute @workgroup_size(flat_size)
fn adaptive_backward(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let at = flat(id, groups);
  if (at >= in_elements) { return; }
  let p = place(at, in_h, in_w);
  let down = cell(p.i, out_h, in_h);
  let across = cell(p.j, out_w, in_w);
  var sum = 0.0;
  for (var i = down.x; i < down.y; i++) {
    let rows = cell(i, in_h, out_h);
    for (var j = across.x; j < across.y; j++) {
      let columns = cell(j, in_w, out_w);
      sum += d_y[y_at(p.c, i, j, p.n)] / f32((rows.y - rows.x) * (columns.y - columns.x));
    }
  }
  d_x[at] = select(0.0, d_x[at], accumulate) + sum;
}
