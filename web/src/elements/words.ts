// How layers, shapes and numbers are written.
import type { DeviceState, EngineBuild, LayerSpec, Trial } from '../engine/api';

const thin = '\u202f'; // a narrow space that does not break

export const integer = (value: number) =>
  String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Which of the engine's builds runs. */
export const buildText = ({ threads }: EngineBuild) => `SIMD ×${threads}`;

/** The same in a sentence, and why it is so. */
export function buildReason({ threads, gpu, why }: EngineBuild) {
  if (gpu) return 'One thread works beside the GPU.';
  const reasons = {
    wanted: 'One thread trains, as chosen.',
    'not-isolated':
      'One thread trains: this page is not isolated from others, as browsers ask for before threads may share memory. Its server would have to say so.',
    'one-core': 'One thread trains: this computer offers one core.',
    failed: 'One thread trains: more of them did not start in this browser.',
  };
  return why ? reasons[why] : `${threads} threads train.`;
}

/** Where training runs, and why. */
export function deviceReason({ on, name, why, trial, measuring, compiling }: DeviceState) {
  if (compiling) return 'The GPU is compiling what trains this network; steps begin after that.';
  if (measuring) return 'Some steps of this network are being timed on the CPU and on the GPU.';
  if (trial) return trialText(trial);
  if (on === 'gpu') return `The GPU trains: ${name ?? 'it has no name'}.`;
  return why ?? '';
}

/** What auto found: which is faster, and by how much. Beside a GPU one thread is what the CPU has. */
export function trialText({ cpu, gpu }: Trial) {
  const short = (value: number) => (value < 10 ? value.toPrecision(2) : integer(value));
  const ms = (value: number) => `${short(value)} ms`;
  const [winner, times] = cpu <= gpu ? ['CPU', gpu / cpu] : ['GPU', cpu / gpu];
  return `CPU, one thread: ${ms(cpu)} a step, GPU: ${ms(gpu)}: the ${winner} is ${short(times)} times faster on this network, and trains it.`;
}

export const shapeText = (shape: number[]) => shape.join('×');

export const percent = (value: number, digits = 1) => `${(value * 100).toFixed(digits)}${thin}%`;

/** Three significant digits, as short as they come. */
export function figure(value: number) {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000 || size < 0.001) return value.toExponential(1).replace('-', '−');
  return value.toPrecision(3).replace('-', '−');
}

/** A loss: three decimals, unless it has grown beyond all bounds. */
export const lossText = (loss: number) =>
  Math.abs(loss) < 1e5 ? loss.toFixed(3) : loss.toExponential(1);

export const signedRange = (range: number) => (range > 0 ? `±${figure(range)}` : '0');

const pair = (value: unknown): [number, number] =>
  Array.isArray(value)
    ? [Number(value[0]), Number(value[1])]
    : [Number(value ?? 1), Number(value ?? 1)];

const plain: Record<string, string> = {
  leaky_relu: 'leaky relu',
  batch_norm2d: 'batch norm',
  global_avg_pool2d: 'global average',
  adaptive_avg_pool2d: 'adaptive average',
};
const windows: Record<string, string> = {
  conv2d: 'conv',
  max_pool2d: 'max pool',
  avg_pool2d: 'avg pool',
};

/** "conv 5×5", "max pool 2×2", "relu". */
export function layerText(layer: LayerSpec) {
  const kind = windows[layer.type];
  if (!kind) return plain[layer.type] ?? layer.type;
  const [height, width] = pair(layer.kernel_size);
  const stride = layer.type === 'conv2d' ? pair(layer.stride)[0] : 1;
  return `${kind} ${height}×${width}${stride > 1 ? `, stride ${stride}` : ''}`;
}

/** A number of a small sum: whole where it is whole, else three significant digits at most. */
export function numberText(value: number) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value < 0 ? '−∞' : '∞';
  const size = Math.abs(value);
  if (size < 5e-7) return '0';
  const text =
    size >= 1e6
      ? value.toExponential(1)
      : size >= 100
        ? String(Math.round(value * 10) / 10)
        : String(Number(value.toPrecision(3)));
  return text.replace('-', '−');
}

/** A mean of k or k² whole numbers as the fraction that it is; any other number as numberText has it. */
export function fractionText(value: number) {
  for (const q of [1, 2, 3, 4, 5, 6, 7, 9, 16, 25, 36, 49]) {
    const p = Math.round(value * q);
    if (Math.abs(value * q - p) > 1e-5 * q) continue;
    return q === 1 || q === 2 || q === 4 || q === 5
      ? numberText(p / q)
      : `${p}/${q}`.replace('-', '−');
  }
  return numberText(value);
}
