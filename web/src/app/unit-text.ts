// A unit as a text for the address: the layer's name and the place, "c1:0.3.4" or "f6:17".
import type { NetworkInfo } from '../engine/api';
import type { UnitAt } from './pointer';

export function unitText(network: NetworkInfo, { layer, element }: UnitAt) {
  const found = network.summary.layers[layer];
  if (!found) return '';
  const { name, output } = found;
  const [, height = 1, width = 1] = output;
  if (output.length < 3) return `${name}:${element}`;
  const at = [Math.floor(element / (height * width)), Math.floor(element / width) % height];
  return `${name}:${[...at, element % width].join('.')}`;
}

/** The unit that a text names, or null when this network has none such. */
export function unitFromText(network: NetworkInfo, text: string): UnitAt | null {
  const cut = text.lastIndexOf(':');
  const layer = network.summary.layers.findIndex(({ name }) => name === text.slice(0, cut));
  const output = network.summary.layers[layer]?.output;
  const place = text
    .slice(cut + 1)
    .split('.')
    .map(Number);
  if (!output || place.length !== output.length) return null;
  const inside = place.every((at, i) => Number.isInteger(at) && at >= 0 && at < (output[i] ?? 0));
  if (!inside) return null;
  return { layer, element: place.reduce((flat, at, i) => flat * (output[i] ?? 1) + at, 0) };
}
