// What an exhibit can be told, as one table per exhibit: the same words in a lesson's file, in the
// address of an embed and in the attributes of the element. Nothing here needs a page, so that the
// build can check lessons with it.

export type Value = string | number | number[][];

interface FieldBase<T> {
  fallback: T;
  /** What it is, in a few words. */
  label: string;
}
export type Field<T extends Value = Value> = FieldBase<T> &
  (T extends string
    ? { options: Record<T, string> }
    : T extends number
      ? { minimum: number; maximum: number }
      : { rows: number; columns: number });

/** How a quantity that a question may ask for is named: with so many numbers in brackets. */
export type Quantities = Record<string, number>;

export interface Table<S extends object> {
  fields: { [K in keyof S]: S[K] extends Value ? AnyField<S[K]> : never };
  quantities: Quantities;
}
// Without spreading a union of options over several fields.
type AnyField<T extends Value> = [T] extends [string]
  ? FieldBase<T> & { options: Record<T, string> }
  : [T] extends [number]
    ? FieldBase<T> & { minimum: number; maximum: number }
    : FieldBase<T> & { rows: number; columns: number };

/** A table of which nobody knows more than that it is one. */
export type Loose = { fields: Record<string, LooseField>; quantities: Quantities };
type LooseField = FieldBase<Value> & {
  options?: Record<string, string>;
  minimum?: number;
  maximum?: number;
  rows?: number;
  columns?: number;
};
export type LooseSettings = Record<string, Value>;

/** A value, or what was expected in its place. */
export type Parsed<T> =
  { value: T; expected?: undefined } | { value?: undefined; expected: string };

/** A number as people write it: 2, -0.5, −1, 1/3. */
export function parseNumber(text: string): number | undefined {
  const match = /^([-−+]?\d*\.?\d+(?:e[-+]?\d+)?)(?:\/(\d*\.?\d+))?$/i.exec(text.trim());
  if (!match) return undefined;
  const value = Number((match[1] ?? '').replace('−', '-')) / Number(match[2] ?? 1);
  return Number.isFinite(value) && Math.abs(value) <= 1e6 ? value : undefined;
}

/** Rows of numbers: 1 0 2 / 0 1 1 where people write, 1_0_2*0_1_1 in an address. */
function parseMatrix(text: string, rows: number, columns: number): Parsed<number[][]> {
  const expected = `rows of numbers like "1 0 2 / 0 1 1", at most ${rows} × ${columns}, all of one length`;
  const lines = text.trim().split(/\s+\/\s+|\s*[*;]\s*/);
  const matrix = lines.map((line) =>
    line
      .trim()
      .split(/[\s_,]+/)
      .map(parseNumber),
  );
  const width = matrix[0]?.length ?? 0;
  const fits = matrix.length >= 1 && matrix.length <= rows && width >= 1 && width <= columns;
  const whole = matrix.every((row) => row.length === width && !row.includes(undefined));
  return fits && whole ? { value: matrix as number[][] } : { expected };
}

export function parseSetting({ fields }: Loose, name: string, text: string): Parsed<Value> {
  const field = fields[name];
  if (!field) return { expected: `one of the settings ${Object.keys(fields).join(', ')}` };
  const { options, minimum, maximum, rows, columns } = field;
  if (options) {
    if (Object.hasOwn(options, text)) return { value: text };
    return { expected: `one of ${Object.keys(options).join(', ')}` };
  }
  if (rows !== undefined && columns !== undefined) return parseMatrix(text, rows, columns);
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isInteger(value) && value >= (minimum ?? 0) && value <= (maximum ?? 0))
    return { value };
  return { expected: `a whole number from ${minimum} to ${maximum}` };
}

const numberText = (value: number) => String(Math.round(value * 1e6) / 1e6);

export const settingText = (value: Value) =>
  Array.isArray(value)
    ? value.map((row) => row.map(numberText).join('_')).join('*')
    : String(value);

const same = (a: Value | undefined, b: Value | undefined) =>
  a !== undefined && b !== undefined && settingText(a) === settingText(b);

export function fallbacks({ fields }: Loose): LooseSettings {
  return Object.fromEntries(Object.entries(fields).map(([name, { fallback }]) => [name, fallback]));
}

/** The settings of `start`, changed by what an address or an element says sensibly. */
export function readSettings(
  table: Loose,
  given: Iterable<[string, string]>,
  start: LooseSettings = fallbacks(table),
): LooseSettings {
  const settings = { ...start };
  for (const [name, text] of given) {
    const { value } = parseSetting(table, name, text);
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}

/** What differs from `start`, as an address says it. */
export function writeSettings(settings: LooseSettings, start: LooseSettings): [string, string][] {
  return Object.entries(settings)
    .filter(([name, value]) => !same(value, start[name]))
    .map(([name, value]) => [name, settingText(value)]);
}

export interface Quantity {
  name: string;
  at: number[];
}

/** "output(1,2)": the name of a quantity and the numbers in brackets. */
export function parseQuantity({ quantities }: Loose, text: string): Parsed<Quantity> {
  const [, name = '', list] = /^([a-z-]+)(?:\(([\d, ]*)\))?$/.exec(text.trim()) ?? [];
  const at = list ? list.split(',').map(Number) : [];
  if (Object.hasOwn(quantities, name) && at.length === quantities[name])
    return { value: { name, at } };
  const known = Object.entries(quantities).map(([key, count]) =>
    count === 0 ? key : `${key}(${Array(count).fill('n').join(',')})`,
  );
  return { expected: `one of ${known.join(', ')}` };
}
