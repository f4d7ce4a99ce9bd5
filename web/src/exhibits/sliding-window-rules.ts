// What the settings of the sliding window stand for, and what a question may ask of it.
import { gridOf, jobOf, layer, padsFor, type Calculate, type Convolution } from './convolution';
import type { Quantity } from './settings';
import type { SlidingWindowSettings } from './tables';

export function convolutionOf(settings: SlidingWindowSettings): Convolution {
  const [input, kernel] = [gridOf(settings.input), gridOf(settings.kernel)];
  const [top, bottom] = padsFor(settings.padding, kernel.rows);
  const [left, right] = padsFor(settings.padding, kernel.columns);
  return {
    ...{ input, kernel, padding: { top, bottom, left, right } },
    ...{ border: 'zeros', stride: [settings.stride, settings.stride], dilation: [1, 1] },
  };
}

/** A quantity that a question asks for. */
export async function slidingWindowQuantity(
  { name, at }: Quantity,
  settings: SlidingWindowSettings,
  ask: Calculate,
): Promise<number> {
  const { value, error } = await ask(jobOf(convolutionOf(settings)));
  if (error) throw new Error(error.message);
  const output = layer(value, 'output');
  if (name === 'rows') return output.rows;
  if (name === 'columns') return output.columns;
  const [row = 1, column = 1] = at; // counted from 1, as the page says them
  const found = output.values[(row - 1) * output.columns + column - 1];
  if (found === undefined) throw new Error(`there is no output in row ${row}, column ${column}`);
  return found;
}
