// Grids that are folded from x into y, as those of more than 65,535 workgroups are.
import { proveAll } from './prove-all.mjs';

await proveAll('in a narrow grid', {
  limits: { workgroups: 64 },
  only: /40001|large|batch_64|4099|several|tiles_wide|^linear_(300|2500)/,
});
