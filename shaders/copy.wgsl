// copy: y[to+i] = x[from+i], or += when accumulating.

override elements: u32;
override from_element: u32;  // CopyArgs::from and ::to; `from` is a reserved word
override to_element: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(flat_size)
fn copy(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat(id, groups);
  if (i >= elements) { return; }
  let at = to_element + i;
  if (accumulate) {
    y[at] += x[from_element + i];
  } else {
    y[at] = x[from_element + i];
  }
}
