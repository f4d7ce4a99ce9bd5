// What changes from run to run of the same recording (gpu::RunValues); every entry point of a shader
// that includes this uses it. 64-bit numbers are low word, high word.
struct Run {
  learning_rate: f32,
  adam_rate: f32,
  adam_root: f32,
  adam_shrink: f32,
  step: vec2u,
  seed: vec2u,
}
@group(1) @binding(0) var<uniform> run: Run;
