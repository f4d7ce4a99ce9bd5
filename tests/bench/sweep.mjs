// The sweeps of convolab_bench as a section of the results: what share of the machine's ceiling
// kinds of convolutions reach, and the worst cliffs.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../scripts/lib/run.mjs';
import { build } from './install.mjs';
import { median } from './measure.mjs';

export const heading = '## Sweeps';

const programs = {
  native: { preset: 'native', file: 'convolab_bench', command: [] },
  node: {
    preset: 'wasm',
    file: 'convolab_bench.cjs',
    command: [process.execPath, '--no-experimental-fetch'],
  },
};

const sizes = ['batch', 'channels', 'image'];
const bySize = (centre) => (row) => row.centre === centre && sizes.includes(row.axis);
const by = (axis, least, most) => (row) =>
  row.axis === axis && row.value >= least && row.value <= most && !row.centre.startsWith('depth');
const cases = [
  ['3×3, batch 16', bySize('3x3, batch 16')],
  ['3×3, batch 1', bySize('3x3, batch 1')],
  ['1×1, batch 1', bySize('1x1, batch 1')],
  ['depthwise 3×3, batch 16', bySize('depthwise, batch 16')],
  ['depthwise 3×3, batch 1', bySize('depthwise, batch 1')],
  ['kernels 5×5 to 11×11', by('kernel', 5, 11)],
  ['stride 2', by('stride', 2, 2)],
  ['strides 3 and 4', by('stride', 3, 4)],
  ['dilation 2 to 4', by('dilation', 2, 4)],
  ['2 to 64 groups', by('groups', 2, 64)],
];
const kernels = ['forward', 'd_x', 'd_weight'];

// A cliff that runs at so much of the ceiling is not slow: its neighbour is fast.
const fastShare = 0.6;
const count = (points) => (points === 1 ? '1 runs' : `${points} run`);

const line = (cells) => `| ${cells.join(' | ')} |`;
const percent = (share) => `${Math.round(100 * share)} %`;

function sweep(runtime) {
  const { preset, file, command } = programs[runtime];
  build(preset, ['convolab_bench']);
  const [program, ...rest] = [...command, join(root, 'build', preset, file)];
  console.error(`${runtime}, sweep`);
  return JSON.parse(
    execFileSync(program, [...rest, 'sweep', '--json'], { encoding: 'utf8', maxBuffer: 1 << 26 }),
  );
}

function tableOf(runtime, { backend, ceiling, rows }) {
  const body = cases.map(([name, belongs]) => {
    const shares = kernels.map((kernel) =>
      median(rows.filter((row) => belongs(row) && row.kernel === kernel).map((row) => row.share)),
    );
    return line([name, ...shares.map(percent)]);
  });
  const cliffs = rows.filter(({ cliff }) => cliff > 0).sort((a, b) => b.cliff - a.cliff);
  const fast = cliffs.filter(({ share }) => share >= fastShare);
  const worst = cliffs
    .slice(0, 8)
    .map(
      ({ centre, kernel, axis, value, gflops, share, cliff }) =>
        `- ${cliff.toFixed(1)} ×: ${centre}, ${kernel}, ${axis} ${value} (${gflops.toFixed(1)} GFLOP/s, ${percent(share)})`,
    );
  return [
    `**${runtime}**, ${backend}: the ceiling, multiply-adds between registers, is ${ceiling.toFixed(0)} GFLOP/s.`,
    '',
    line(['share of the ceiling, median', ...kernels]),
    '| --- | ---: | ---: | ---: |',
    ...body,
    '',
    `${cliffs.length} of ${rows.length} points are cliffs${cliffs.length > 0 ? `. ${count(fast.length)} at ${percent(fastShare)} of the ceiling or more, beside a point that is faster still; ${cliffs.length - fast.length} are slow. The worst, with their share of the ceiling:` : '.'}`,
    '',
    ...(worst.length > 0 ? [...worst, ''] : []),
  ];
}

/** The section, or an empty text where no runtime that sweeps was asked for. */
export function sweeps(runtimes, load) {
  const asked = runtimes.filter((runtime) => programs[runtime]);
  if (asked.length === 0) return '';
  return [
    heading,
    '',
    'From each centre along every axis: batch 1 to 1,000, channels 1 to 256, pictures of 8² to 224²,',
    'kernels of 1 to 11, strides and dilation of 1 to 4, 1 to 64 groups, by `convolab_bench sweep`,',
    'which prints every point; larger layers than 0.15 billion multiply-adds are left out. A cliff takes',
    'over 1.5 times as long for a multiply-add as its neighbour on the axis, after allowing for what it',
    'has to do by right: its multiply-adds at the ceiling, its operands at the speed of a copy of that',
    'size, and a microsecond to begin.',
    '',
    `${new Date().toISOString().slice(0, 10)}, load ${load} before; one thread, the least time of several calls in which nobody else had the processor; what looks like a cliff is measured seven times more, in turns with its neighbour.`,
    '',
    ...asked.flatMap((runtime) => tableOf(runtime, sweep(runtime))),
  ].join('\n');
}
