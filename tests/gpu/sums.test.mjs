// The ways to add up over a workgroup, each against the reference within the bounds of the problems
// (so that two of them differ by at most twice that): subgroups, which only some adapters have, and
// workgroup memory, in the small teams of a CPU that plays the GPU and in those of a GPU.
import { proveAll } from './prove-all.mjs';

const only = /^(batch_norm2d_(training|plain|momentum)|conv2d_(batch_13|groups)|cross_entropy)/;

await proveAll('sums without subgroups', { only, subgroups: false });
await proveAll('sums of 64', {
  only: /^(batch_norm2d_(training|plain|momentum)|cross_entropy)/,
  ...{ subgroups: false, limits: { software: false } },
});
await proveAll('sums by subgroups', { only, subgroups: true });
