// A matrix product C = A·B, tiled through workgroup memory. The shader that includes this says what
// the matrices are:
//   rows, columns, depth      C is (rows, columns), and every element is a sum of depth terms
//   product_count             how many such products, of the same size, there are
//   a, c                      the arrays of A and C
//   a_at(group, m, k)         an element of A, of product number `group`
//   column_at(group, n)       what there is to know of a column of B before its elements
//   row_at(group, k)          the same of a row
//   b_at(row, column)         an element of B
//   finished(group, m, n, sum)  takes an element of C
// Elements outside the matrices are never asked for.
//
// A workgroup of threads_n × threads_m invocations computes a tile of 4·threads_m × 4·threads_n
// elements, each invocation 4×4 of them. Where there are too few tiles for a GPU, the sums are split
// into parts of part_length terms, which add_parts() adds up in their order.

override threads_m: u32;
override threads_n: u32;
override part_count: u32;
override part_length: u32;  // a multiple of tile_k
override along_k: bool;     // neighbouring rows of B, not columns, are neighbours in memory

const tile_k = 16u;
override threads: u32 = threads_m * threads_n;
override tiles_m: u32 = (rows + 4u * threads_m - 1u) / (4u * threads_m);
override tiles_n: u32 = (columns + 4u * threads_n - 1u) / (4u * threads_n);

var<workgroup> tile_a: array<vec4f, tile_k * threads_m>;  // (k, m), four m together
var<workgroup> tile_b: array<vec4f, tile_k * threads_n>;  // (k, n), four n together

@compute @workgroup_size(threads_n, threads_m)
fn product(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = workgroup.x + workgroup.y * workgroups.x;
  if (tile >= tiles_m * tiles_n) { return; }
  let group = workgroup.z / part_count;
  let part = workgroup.z % part_count;
  let m0 = tile % tiles_m * (4u * threads_m);
  let n0 = tile / tiles_m * (4u * threads_n);
  let end = min(depth, (part + 1u) * part_length);

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var k0 = part * part_length; k0 < end; k0 += tile_k) {
    load_a(group, m0, k0, end, local);
    load_b(group, n0, k0, end, local);
    workgroupBarrier();
    for (var k = 0u; k < tile_k; k++) {
      let a = tile_a[k * threads_m + thread.y];
      let b = tile_b[k * threads_n + thread.x];
      sum0 += a.x * b;
      sum1 += a.y * b;
      sum2 += a.z * b;
      sum3 += a.w * b;
    }
    workgroupBarrier();
  }
  var sums = array<vec4f, 4>(sum0, sum1, sum2, sum3);
  for (var i = 0u; i < 16u; i++) {
    let m = m0 + 4u * thread.y + i / 4u;
    let n = n0 + 4u * thread.x + i % 4u;
    if (m < rows && n < columns) { keep(group, part, m, n, sums[i / 4u][i % 4u]); }
  }
}

fn load_a(group: u32, m0: u32, k0: u32, end: u32, local: u32) {
  for (var e = local; e < tile_k * threads_m; e += threads) {
    let k = k0 + e % tile_k;
    let m = m0 + e / tile_k * 4u;
    var a = vec4f();
    if (k < end) {
      for (var i = 0u; i < 4u; i++) {
        if (m + i < rows) { a[i] = a_at(group, m + i, k); }
      }
    }
    tile_a[e % tile_k * threads_m + e / tile_k] = a;
  }
}

fn load_b(group: u32, n0: u32, k0: u32, end: u32, local: u32) {
  for (var e = local; e < tile_k * threads_n; e += threads) {
    let r = select(e / threads_n, e % tile_k, along_k);
    let quad = select(e % threads_n, e / tile_k, along_k);
    let row = row_at(group, k0 + r);
    var b = vec4f();
    for (var i = 0u; i < 4u; i++) {
      let n = n0 + 4u * quad + i;
      if (k0 + r < end && n < columns) { b[i] = b_at(row, column_at(group, n)); }
    }
    tile_b[r * threads_n + quad] = b;
  }
}

// The same for a CPU that plays the GPU, whose workgroup memory and barriers are slow: every
// invocation reads for itself. It computes 4×4 elements too, columns threads_n apart.
@compute @workgroup_size(threads_n, threads_m)
fn product_directly(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
) {
  let tile = workgroup.x + workgroup.y * workgroups.x;
  if (tile >= tiles_m * tiles_n) { return; }
  let group = workgroup.z / part_count;
  let part = workgroup.z % part_count;
  let m = (tile % tiles_m * threads_m + thread.y) * 4u;
  let n = tile / tiles_m * (4u * threads_n) + thread.x;
  if (m >= rows || n >= columns) { return; }
  // Past the edge, the last row or column once more, which is not kept.
  let m0 = m;
  let m1 = min(m + 1u, rows - 1u);
  let m2 = min(m + 2u, rows - 1u);
  let m3 = min(m + 3u, rows - 1u);
  let column0 = column_at(group, n);
  let column1 = column_at(group, min(n + threads_n, columns - 1u));
  let column2 = column_at(group, min(n + 2u * threads_n, columns - 1u));
  let column3 = column_at(group, min(n + 3u * threads_n, columns - 1u));
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  let end = min(depth, (part + 1u) * part_length);
  for (var k = part * part_length; k < end; k++) {
    let row = row_at(group, k);
    let b = vec4f(b_at(row, column0), b_at(row, column1), b_at(row, column2), b_at(row, column3));
    sum0 += a_at(group, m0, k) * b;
    sum1 += a_at(group, m1, k) * b;
    sum2 += a_at(group, m2, k) * b;
    sum3 += a_at(group, m3, k) * b;
  }
  var sums = array<vec4f, 4>(sum0, sum1, sum2, sum3);
  for (var i = 0u; i < 16u; i++) {
    let at_m = m + i / 4u;
    let at_n = n + i % 4u * threads_n;
    if (at_m < rows && at_n < columns) { keep(group, part, at_m, at_n, sums[i / 4u][i % 4u]); }
  }
}

// One part after the other: (part, group, m, n).
override product_size: u32 = product_count * rows * columns;

fn keep(group: u32, part: u32, m: u32, n: u32, sum: f32) {
  if (part_count == 1u) {
    finished(group, m, n, sum);
  } else {
    c[part * product_size + (group * rows + m) * columns + n] = sum;
  }
}

@compute @workgroup_size(64)
fn add_parts(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = flat(id, workgroups);
  if (i >= product_size) { return; }
  var sum = 0.0;  // a holds the parts now
  for (var part = 0u; part < part_count; part++) { sum += a[part * product_size + i]; }
  finished(i / (rows * columns), i / columns % rows, i % columns, sum);
}
