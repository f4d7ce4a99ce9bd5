// The sum over a workgroup that is one subgroup: neither shared memory nor a barrier. The order is
// the hardware's, the same every time.

enable subgroups;

override team: u32;

fn sum_of_workgroup(local: u32, value: f32) -> f32 {
  return subgroupAdd(value);
}
