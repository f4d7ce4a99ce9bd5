// Comes before every shader: what they share.
//
// Layout as in engine/kernels/common.hpp: activations are (channels, height, width, batch), the
// image index innermost, so that (i, j, n) of one channel is one run of numbers.
// Operands are bindings of group 0, in the order of the kernel's parameters. The constants that a
// shader declares with `override` are the fields of the kernel's Args, by their names; and

override accumulate: bool;  // Args::write: add to what the gradient held, or replace it
override absent: u32;       // bit k: operand k of the step is none

fn given(operand: u32) -> bool {
  return ((absent >> operand) & 1u) == 0u;
}

// The number of an invocation, in workgroups of flat_size whose grid may be folded from x into y.
const flat_size = 256u;

fn flat(id: vec3u, groups: vec3u) -> u32 {
  return id.x + id.y * groups.x * flat_size;
}

// By bits: a shader's compiler may assume that no float is a NaN.
fn is_nan(bits: u32) -> bool {
  return (bits & 0x7fffffffu) > 0x7f800000u;
}

// Activation (engine/kernels/activation.hpp): none, relu, leaky_relu, tanh, sigmoid.
fn activated(kind: u32, negative_slope: f32, x: f32) -> f32 {
  switch (kind) {
    case 1u: { return select(x, 0.0, x < 0.0); }
    case 2u: { return select(x, negative_slope * x, x < 0.0); }
    // An exp() may make anything of a NaN.
    case 3u: { return select(hyperbolic_tangent(x), x, is_nan(bitcast<u32>(x))); }
    case 4u: { return select(1.0 / (1.0 + exp(-x)), x, is_nan(bitcast<u32>(x))); }
    default: { return x; }
  }
}

// WGSL's own tanh may be wrong by 1e-5, and not a number where exp overflows.
fn hyperbolic_tangent(x: f32) -> f32 {
  let square = x * x;
  let series = x * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0 - square * (17.0 / 315.0))));
  let shrunk = exp(-2.0 * abs(x));
  return select(sign(x) * ((1.0 - shrunk) / (1.0 + shrunk)), series, square < 0.04);
}
