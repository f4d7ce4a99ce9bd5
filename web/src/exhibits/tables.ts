// The exhibits: what each can be told, what it starts with, and what a question may ask of it.
import type { Loose, Table } from './settings';

const edges = {
  valid: 'valid: no border',
  same: 'same: as large as the input',
  full: 'full: every overlap',
} as const;
export type Edge = keyof typeof edges;

const borders = {
  zeros: 'zeros',
  reflect: 'reflect',
  replicate: 'replicate',
  circular: 'circular',
} as const;
export type Border = keyof typeof borders;

export interface SlidingWindowSettings {
  input: number[][];
  kernel: number[][];
  padding: Edge;
  stride: number;
  /** The output number that is shown, counted row by row. */
  at: number;
}

export const slidingWindow: Table<SlidingWindowSettings> = {
  fields: {
    input: {
      fallback: [
        [1, 0, 0, 1, 2],
        [0, 0, 0, 3, 0],
        [0, 1, 2, 1, 1],
        [1, 1, 3, 0, 0],
        [3, 0, 0, 0, 1],
      ],
      label: 'Input',
      rows: 8,
      columns: 8,
    },
    kernel: {
      fallback: [
        [0, 0, 1],
        [0, 2, 0],
        [1, 1, 0],
      ],
      label: 'Kernel',
      rows: 5,
      columns: 5,
    },
    padding: { fallback: 'valid', label: 'Edges', options: edges },
    stride: { fallback: 1, label: 'Stride', minimum: 1, maximum: 4 },
    at: { fallback: 0, label: 'Output number', minimum: 0, maximum: 143 },
  },
  quantities: { output: 2, rows: 0, columns: 0 },
};

export interface StrideSettings {
  dimensions: '1' | '2';
  size: number;
  kernel: number;
  stride: number;
  dilation: number;
  padding: Edge | 'own';
  start: number;
  end: number;
  border: Border;
}

export const stride: Table<StrideSettings> = {
  fields: {
    dimensions: {
      fallback: '1',
      label: 'Input',
      options: { '1': 'a row (1-D)', '2': 'a picture (2-D)' },
    },
    size: { fallback: 9, label: 'Input size n', minimum: 3, maximum: 12 },
    kernel: { fallback: 3, label: 'Kernel size k', minimum: 1, maximum: 7 },
    stride: { fallback: 2, label: 'Stride S', minimum: 1, maximum: 6 },
    dilation: { fallback: 1, label: 'Dilation D', minimum: 1, maximum: 3 },
    padding: {
      fallback: 'own',
      label: 'Padding',
      options: { valid: 'valid', same: 'same', full: 'full', own: 'own numbers' },
    },
    start: { fallback: 1, label: 'Padding before', minimum: 0, maximum: 6 },
    end: { fallback: 1, label: 'Padding after', minimum: 0, maximum: 6 },
    border: { fallback: 'zeros', label: 'Border made of', options: borders },
  },
  quantities: { size: 0, output: 1, unread: 0 },
};

export interface EdgesSettings {
  size: number;
  kernel: number;
  layers: number;
  padding: Edge;
  border: Border;
  show: 'count' | 'flat';
}

export const edgesTable: Table<EdgesSettings> = {
  fields: {
    size: { fallback: 9, label: 'Input size', minimum: 3, maximum: 11 },
    kernel: { fallback: 3, label: 'Kernel size', minimum: 2, maximum: 4 },
    layers: { fallback: 1, label: 'Layers', minimum: 1, maximum: 6 },
    padding: { fallback: 'same', label: 'Padding', options: edges },
    border: { fallback: 'zeros', label: 'Border made of', options: borders },
    show: {
      fallback: 'count',
      label: 'Show',
      options: { count: 'real inputs seen', flat: 'a picture of ones, averaged' },
    },
  },
  quantities: { corner: 0, centre: 0, size: 0, complete: 0 },
};

export interface DenseSettings {
  data: 'digits' | 'fashion';
  seed: number;
  epochs: number;
}

export const denseAgainstConv: Table<DenseSettings> = {
  fields: {
    data: {
      fallback: 'digits',
      label: 'Pictures',
      options: { digits: 'Digits', fashion: 'Fashion' },
    },
    seed: { fallback: 1, label: 'Seed', minimum: 0, maximum: 999999 },
    epochs: { fallback: 30, label: 'Epochs', minimum: 1, maximum: 60 },
  },
  quantities: { winner: 0, margin: 0, dense: 0, conv: 0 },
};

/** By the name in lessons and addresses. */
export const tables = {
  'sliding-window': slidingWindow,
  stride,
  edges: edgesTable,
  'dense-against-conv': denseAgainstConv,
} as unknown as Record<string, Loose>;
