// Every problem of tests/kernels on WebGPU in node, against the reference in double.
import { proveAll } from './prove-all.mjs';

await proveAll('kernels');
