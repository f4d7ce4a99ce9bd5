// What a GPU in hardware runs, and the adapter that CI has would not: products in tiles of workgroup
// memory.
import { proveAll } from './prove-all.mjs';

await proveAll('products in tiles', {
  limits: { software: false },
  // Most shapes; the rest says nothing more about tiles.
  only: /^linear_|^conv2d_(batch|channels|stride|dilation|groups|several|threads|tiles_batch_13|relu)/,
  // Dawn lets SwiftShader clear workgroup memory element by element: a second for each pipeline.
  flags: ['disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension'],
});
