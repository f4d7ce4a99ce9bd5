// Fits a preset to a dataset: its input to the pictures, its last layer to the classes.
import type { DatasetInfo, NetworkSpec } from './api';

export function adaptSpec(spec: NetworkSpec, { shape, classes }: DatasetInfo): NetworkSpec {
  const last = spec.layers.at(-1);
  const layers =
    last?.type === 'linear'
      ? [...spec.layers.slice(0, -1), { ...last, out_features: classes.length }]
      : spec.layers;
  return { ...spec, input: shape, layers };
}
