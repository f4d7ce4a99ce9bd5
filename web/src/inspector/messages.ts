// What the inspector's element and the worker that draws it say to each other.

/** A command of the inspector's, as engine/probe/report.hpp has it; the page knows some of them. */
export interface Command {
  kind: number;
  name: string;
  names: string[];
  count: number;
  value: number;
  on: boolean;
}

/** In the order of Command::Kind. */
export const kinds = [
  ...['start', 'pause', 'step_batch', 'step_plan', 'run_to', 'go_on', 'rewind', 'leave_batch'],
  ...['breakpoints', 'rate', 'fuse', 'freeze', 'perturb', 'reset_layer', 'restart', 'picture'],
  ...['watch', 'batch', 'measure', 'statistics', 'record', 'again'],
];

/** To the worker. Lengths and places are in device pixels, those of the canvas. */
export type Input =
  | {
      kind: 'open';
      canvas: OffscreenCanvas;
      width: number;
      height: number;
      scale: number;
      dark: boolean;
      settings: string;
    }
  /** Where reports come from, from now on. */
  | { kind: 'port'; port: MessagePort }
  | { kind: 'resize'; width: number; height: number; scale: number }
  | { kind: 'theme'; dark: boolean }
  | { kind: 'move'; x: number; y: number }
  | { kind: 'leave' }
  | { kind: 'button'; which: number; down: boolean; x: number; y: number }
  | { kind: 'wheel'; x: number; y: number; dx: number; dy: number }
  | { kind: 'touch'; what: 'down' | 'move' | 'up' | 'cancel'; x: number; y: number }
  | { kind: 'key'; code: number; down: boolean; modifiers: number; text: string }
  | { kind: 'paste'; text: string }
  | { kind: 'blur' }
  | { kind: 'show'; view: string }
  /** Asks for an answer of kind 'seen': where the item with this label is, among others. */
  | { kind: 'look'; label: string; which: number };

/** From the worker. */
export type Output =
  | { kind: 'opened' }
  | { kind: 'failed'; message: string }
  | { kind: 'commands'; commands: Command[] }
  | { kind: 'cursor'; cursor: string }
  | { kind: 'typing'; typing: boolean }
  | { kind: 'copied'; text: string }
  | { kind: 'settings'; settings: string }
  /** What is to be said beside the canvas, too. */
  | { kind: 'said'; status: string }
  | ({ kind: 'seen' } & Seen);

/** How many frames have been drawn, the corners of the last one, and where an item is. */
export interface Seen {
  frames: number;
  vertices: number;
  place: { x?: number; y?: number };
}

export const modifier = { ctrl: 1, shift: 2, alt: 4, meta: 8 };
