// What the page shows of the laboratory, besides what the engine's own types say.

export interface Notice {
  kind: 'error' | 'info';
  text: string;
  action?: { label: string; run: () => void };
}

/** The picture that flows through the network. */
export interface Shown {
  pixels: Uint8Array;
  label: number;
  /** Its number in the validation split, or none for the visitor's own. */
  index: number | null;
}

/** Where training stands. */
export interface Progress {
  step: number;
  epoch: number;
  loss: number | null;
  accuracy: number | null;
  imagesPerSecond: number | null;
}

export const noProgress: Progress = {
  step: 0,
  epoch: 1,
  loss: null,
  accuracy: null,
  imagesPerSecond: null,
};

/** A weight that was changed by hand, and what the network said before. */
export interface WeightEdit {
  parameter: string;
  element: number;
  value: number;
  before: number;
  probabilities: number[];
  /** Over the validation split, when it was known. */
  accuracy: number | null;
}
