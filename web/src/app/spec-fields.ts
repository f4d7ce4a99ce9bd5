// A layer's attributes as the texts of fields, and back.
import type { AttributeInfo, LayerSpec, NetworkSpec } from '../engine/api';

/** The value as one writes it: 3, "3 × 5", "0, 1, 0, 1". */
export function attributeText(value: unknown): string {
  if (Array.isArray(value)) return value.join(value.length === 2 ? ' × ' : ', ');
  return typeof value === 'string' ? value : JSON.stringify(value ?? '').replaceAll('"', '');
}

/** What a text says for an attribute; whatever is no number goes to the engine as it stands. */
export function parseAttribute(kind: AttributeInfo['kind'], text: string): unknown {
  const words = text
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .split(/\s*[,;×x\s]\s*/)
    .filter((word) => word !== '');
  const numbers = words.map(Number);
  if (words.length === 0) return undefined;
  if (!numbers.every(Number.isFinite)) return text.trim();
  if (numbers.length === 1) return numbers[0];
  if (kind !== 'pair' && kind !== 'padding') return text.trim();
  const alike = numbers.length !== 3 && numbers.every((each) => each === numbers[0]);
  return alike ? numbers[0] : numbers;
}

/** What holds when an attribute is not given, where that depends on something else. */
export function fallbackOf(spec: NetworkSpec, layer: LayerSpec, { name, fallback }: AttributeInfo) {
  if (name === 'init') return spec.init ?? fallback;
  const pool = layer.type === 'max_pool2d' || layer.type === 'avg_pool2d';
  return pool && name === 'stride' ? layer.kernel_size : fallback;
}

export const valueOf = (spec: NetworkSpec, layer: LayerSpec, info: AttributeInfo) =>
  layer[info.name] ?? fallbackOf(spec, layer, info);

/** The next value up or down; undefined where the attribute's own range ends, or nothing counts. */
export function stepped(info: AttributeInfo, value: unknown, by: number): unknown {
  const sizes = Array.isArray(value) ? (value as unknown[]) : [value];
  const next = sizes.map((size) => (typeof size === 'number' ? size + by : NaN));
  const fits = next.every((size) => size >= info.minimum && size <= info.maximum);
  return fits ? (Array.isArray(value) ? next : next[0]) : undefined;
}

/** What the value becomes in the spec: nothing, where the default says the same. */
export function toWrite(spec: NetworkSpec, layer: LayerSpec, info: AttributeInfo, value: unknown) {
  const same = JSON.stringify(value) === JSON.stringify(fallbackOf(spec, layer, info));
  return same ? undefined : value;
}
