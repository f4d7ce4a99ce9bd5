// A matrix product C = A·B, tiled through workgroup memory. The shader that includes this says what
// the matrices are:
//   rows, columns, depth      C is (rows, columns), and every element is a sum of depth terms
//   product_count             how many such products, of the same size, there are
//   a, c                      the arrays of A and C
//   a_row(group, m) + a_column(group, k)   where element (m, k) of A stands, in product `group`
//   column_at(group, n)       what there is to know of a column of B before its elements
//   row_at(group, k)          the same of a row
//   b_at(row, column)         an element of B
//   finished(group, m, n, sum)  takes an element of C
//
// product(): a workgroup of threads_n × threads_m invocations computes a tile of 4·threads_m ×
// 4·threads_n elements, each invocation 4×4 of them. product_directly(): 8×8. Where there are too
// few tiles for a GPU, the sums are split into parts of part_length terms, which add_parts() adds up
// in their order.

override threads_m: u32;
override threads_n: u32;
override part_count: u32;
override part_length: u32;  // a multiple of tile_k
override along_k: bool;     // neighbouring rows of B, not columns, are neighbours in memory

const tile_k = 16u;
override threads: u32 = threads_m * threads_n;

var<workgroup> tile_a: array<vec4f, tile_k * threads_m>;  // (k, m), four m together
var<workgroup> tile_b: array<vec4f, tile_k * threads_n>;  // (k, n), four n together

// Which elements of which product a workgroup computes, and which terms of their sums.
struct Work {
  group: u32,
  part: u32,
  m: u32,  // the first row
  n: u32,  // the first column
  k: u32,  // the first term
  end: u32,
}

// `size`: rows and columns of an invocation. Workgroups beyond the last tile get m = rows or more.
fn work_of(workgroup: vec3u, workgroups: vec3u, size: u32) -> Work {
  let tile = workgroup.x + workgroup.y * workgroups.x;
  let tiles_n = (columns + size * threads_n - 1u) / (size * threads_n);
  let part = workgroup.z % part_count;
  return Work(
    workgroup.z / part_count,
    part,
    tile / tiles_n * size * threads_m,
    tile % tiles_n * size * threads_n,
    part * part_length,
    min(depth, (part + 1u) * part_length),
  );
}

@compute @workgroup_size(threads_n, threads_m)
fn product(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let work = work_of(workgroup, workgroups, 4u);
  if (work.m >= rows) { return; }
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var k = work.k; k < work.end; k += tile_k) {
    load_a(work, k, local);
    load_b(work, k, local);
    workgroupBarrier();
    for (var i = 0u; i < tile_k; i++) {
      let a_quad = tile_a[i * threads_m + thread.y];
      let b_quad = tile_b[i * threads_n + thread.x];
      sum0 += a_quad.x * b_quad;
      sum1 += a_quad.y * b_quad;
      sum2 += a_quad.z * b_quad;
      sum3 += a_quad.w * b_quad;
    }
    workgroupBarrier();
  }
  var kept = array<vec4f, 4>(sum0, sum1, sum2, sum3);
  for (var i = 0u; i < 16u; i++) {
    let m = work.m + 4u * thread.y + i / 4u;
    let n = work.n + 4u * thread.x + i % 4u;
    if (m < rows && n < columns) { keep(work, m, n, kept[i / 4u][i % 4u]); }
  }
}

fn load_a(work: Work, k: u32, local: u32) {
  for (var e = local; e < tile_k * threads_m; e += threads) {
    let at = a_column(work.group, k + e % tile_k);
    var values = vec4f();
    for (var i = 0u; i < 4u; i++) {
      let m = work.m + e / tile_k * 4u + i;
      if (k + e % tile_k < work.end && m < rows) { values[i] = a[a_row(work.group, m) + at]; }
    }
    tile_a[e % tile_k * threads_m + e / tile_k] = values;
  }
}

fn load_b(work: Work, k: u32, local: u32) {
  for (var e = local; e < tile_k * threads_n; e += threads) {
    let r = select(e / threads_n, e % tile_k, along_k);
    let quad = select(e % threads_n, e / tile_k, along_k);
    let row = row_at(work.group, k + r);
    var values = vec4f();
    for (var i = 0u; i < 4u; i++) {
      let n = work.n + 4u * quad + i;
      if (k + r < work.end && n < columns) { values[i] = b_at(row, column_at(work.group, n)); }
    }
    tile_b[r * threads_n + quad] = values;
  }
}

// The same for a CPU that plays the GPU, whose workgroup memory and barriers are slow, and for which
// four invocations are one vector: every invocation reads for itself, 8×8 elements with columns
// threads_n apart. Past the edge it does the last row or column once more, and does not keep it.
@compute @workgroup_size(threads_n, threads_m)
fn product_directly(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
) {
  let work = work_of(workgroup, workgroups, 8u);
  let m = work.m + thread.y * 8u;
  let n = work.n + thread.x;
  if (m >= rows || n >= columns) { return; }
  let a0 = a_row(work.group, m);
  let a1 = a_row(work.group, min(m + 1u, rows - 1u));
  let a2 = a_row(work.group, min(m + 2u, rows - 1u));
  let a3 = a_row(work.group, min(m + 3u, rows - 1u));
  let a4 = a_row(work.group, min(m + 4u, rows - 1u));
  let a5 = a_row(work.group, min(m + 5u, rows - 1u));
  let a6 = a_row(work.group, min(m + 6u, rows - 1u));
  let a7 = a_row(work.group, min(m + 7u, rows - 1u));
  let b0 = column_at(work.group, n);
  let b1 = column_at(work.group, min(n + threads_n, columns - 1u));
  let b2 = column_at(work.group, min(n + 2u * threads_n, columns - 1u));
  let b3 = column_at(work.group, min(n + 3u * threads_n, columns - 1u));
  let b4 = column_at(work.group, min(n + 4u * threads_n, columns - 1u));
  let b5 = column_at(work.group, min(n + 5u * threads_n, columns - 1u));
  let b6 = column_at(work.group, min(n + 6u * threads_n, columns - 1u));
  let b7 = column_at(work.group, min(n + 7u * threads_n, columns - 1u));
  var left0 = vec4f();
  var left1 = vec4f();
  var left2 = vec4f();
  var left3 = vec4f();
  var left4 = vec4f();
  var left5 = vec4f();
  var left6 = vec4f();
  var left7 = vec4f();
  var right0 = vec4f();
  var right1 = vec4f();
  var right2 = vec4f();
  var right3 = vec4f();
  var right4 = vec4f();
  var right5 = vec4f();
  var right6 = vec4f();
  var right7 = vec4f();
  for (var k = work.k; k < work.end; k++) {
    let at = a_column(work.group, k);
    let row = row_at(work.group, k);
    let left = vec4f(b_at(row, b0), b_at(row, b1), b_at(row, b2), b_at(row, b3));
    let right = vec4f(b_at(row, b4), b_at(row, b5), b_at(row, b6), b_at(row, b7));
    let x0 = a[a0 + at];
    left0 += x0 * left;
    right0 += x0 * right;
    let x1 = a[a1 + at];
    left1 += x1 * left;
    right1 += x1 * right;
    let x2 = a[a2 + at];
    left2 += x2 * left;
    right2 += x2 * right;
    let x3 = a[a3 + at];
    left3 += x3 * left;
    right3 += x3 * right;
    let x4 = a[a4 + at];
    left4 += x4 * left;
    right4 += x4 * right;
    let x5 = a[a5 + at];
    left5 += x5 * left;
    right5 += x5 * right;
    let x6 = a[a6 + at];
    left6 += x6 * left;
    right6 += x6 * right;
    let x7 = a[a7 + at];
    left7 += x7 * left;
    right7 += x7 * right;
  }
  var sums = array<vec4f, 16>(
    left0, right0, left1, right1, left2, right2, left3, right3,
    left4, right4, left5, right5, left6, right6, left7, right7,
  );
  for (var i = 0u; i < 64u; i++) {
    let row = m + i / 8u;
    let column = n + i % 8u * threads_n;
    if (row < rows && column < columns) { keep(work, row, column, sums[i / 4u][i % 4u]); }
  }
}

// One part after the other: (part, group, m, n).
override product_size: u32 = product_count * rows * columns;

fn keep(work: Work, m: u32, n: u32, sum: f32) {
  if (part_count == 1u) {
    finished(work.group, m, n, sum);
  } else {
    c[work.part * product_size + (work.group * rows + m) * columns + n] = sum;
  }
}

@compute @workgroup_size(flat_size)
fn add_parts(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = flat(id, workgroups);
  if (i >= product_size) { return; }
  var sum = 0.0;  // a holds the parts now
  for (var part = 0u; part < part_count; part++) { sum += a[part * product_size + i]; }
  finished(i / (rows * columns), i / columns % rows, i % columns, sum);
}
