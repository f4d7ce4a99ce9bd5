// pad2d: x (channels, in_h, in_w, batch) with a border, y (channels, out_h, out_w, batch).

override batch: u32;
override channels: u32;
override in_h: i32;
override in_w: i32;
override out_h: i32;
override out_w: i32;
override top: i32;
override left: i32;
override mode: u32;        // PaddingMode: zeros, reflect, replicate, circular
override value_bits: u32;  // of the border in mode zeros: max pooling's is -infinity

override row_size: u32 = batch * u32(in_w);  // of x

// The source row (or column) that position i of the padded axis copies, or -1 for the border.
fn padded_source(i: i32, before: i32, size: i32) -> i32 {
  let source = i - before;
  if (source >= 0 && source < size) { return source; }
  switch (mode) {
    case 1u: { return select(2 * (size - 1) - source, -source, source < 0); }
    case 2u: { return select(size - 1, 0, source < 0); }
    case 3u: { return select(source - size, source + size, source < 0); }
    default: { return -1; }
  }
}

fn y_at(c: u32, i: i32, j: i32, n: u32) -> u32 {
  return ((c * u32(out_h) + u32(i)) * u32(out_w) + u32(j)) * batch + n;
}

// As bits, because a shader's compiler may assume that no float is infinite.
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(flat_size)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = flat(id, groups);
  if (at >= channels * u32(out_h) * u32(out_w) * batch) { return; }
  let n = at % batch;
  let j = i32(at / batch % u32(out_w));
  let i = i32(at / (batch * u32(out_w)) % u32(out_h));
  let c = at / (batch * u32(out_w) * u32(out_h));
  let row = padded_source(i, top, in_h);
  let column = padded_source(j, left, in_w);
  if (row < 0 || column < 0) {
    y[at] = value_bits;
  } else {
    y[at] = x[(c * u32(in_h) + u32(row)) * row_size + u32(column) * batch + n];
  }
}

// The positions of the padded axis that copy source s come in three runs, begin … end-1: of the
// border in front, of the image, of the border behind.
fn copies(run: u32, s: i32, before: i32, size: i32, padded: i32) -> vec2i {
  if (run == 1u) { return vec2i(before + s, before + s + 1); }
  let behind = before + size;  // where the border behind begins
  if (mode == 2u) {
    if (run == 0u) { return vec2i(0, select(0, before, s == 0)); }
    return vec2i(behind, select(behind, padded, s == size - 1));
  }
  var i = -1;  // the only one of the border, if there is one
  if (mode == 1u) { i = select(before + 2 * (size - 1) - s, before - s, run == 0u); }
  if (mode == 3u) { i = select(before + s + size, before + s - size, run == 0u); }
  let low = select(behind, 0, run == 0u);
  let high = select(padded, before, run == 0u);
  return vec2i(i, select(i, i + 1, i >= low && i < high));
}

@group(0) @binding(0) var<storage, read> d_y: array<f32>;
@group(0) @binding(1) var<storage, read> relu_output: array<f32>;  // the operand x, if given
@group(0) @binding(2) var<storage, read_write> d_x: array<f32>;

// d_x[s] += Σ d_y[i] over the i that copy s; 0 where a relu wrote x and x is not positive
@compute @workgroup_size(flat_size)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = flat(id, groups);
  if (at >= channels * u32(in_h) * row_size) { return; }
  let n = at % batch;
  let column = i32(at / batch % u32(in_w));
  let row = i32(at / row_size % u32(in_h));
  let c = at / (row_size * u32(in_h));
  var sum = 0.0;
  if (mode == 0u) {
    sum = d_y[y_at(c, row + top, column + left, n)];
  } else {
    for (var down = 0u; down < 3u; down++) {
      let i = copies(down, row, top, in_h, out_h);
      for (var across = 0u; across < 3u; across++) {
        let j = copies(across, column, left, in_w, out_w);
        for (var p = i.x; p < i.y; p++) {
          for (var q = j.x; q < j.y; q++) { sum += d_y[y_at(c, p, q, n)]; }
        }
      }
    }
  }
  if (given(1u)) { sum = select(0.0, sum, relu_output[at] > 0.0); }
  if (accumulate) {
    d_x[at] += sum;
  } else {
    d_x[at] = sum;
  }
}
