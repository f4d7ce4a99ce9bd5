// The sum over a workgroup of `team` invocations, a multiple of four. sums_subgroups.wgsl takes the
// place of this where a workgroup is one subgroup.

override team: u32;
override quads: u32 = team / 4u;

// In turns, so that the next sum may be begun while somebody still reads this one: one barrier
// instead of two, which are what costs where a CPU plays the GPU.
var<workgroup> partial: array<vec4f, 2u * quads>;
var<private> turn: u32;

// The sum of the values of all, always in the same order.
fn sum_of_workgroup(local: u32, value: f32) -> f32 {
  partial[turn * quads + local / 4u][local % 4u] = value;
  workgroupBarrier();
  var sums = vec4f();
  for (var i = 0u; i < quads; i++) { sums += partial[turn * quads + i]; }
  turn = 1u - turn;
  return (sums.x + sums.y) + (sums.z + sums.w);
}
