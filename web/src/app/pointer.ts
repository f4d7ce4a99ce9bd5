// Which unit is being looked at, and what the engine says of it. Pointing (by hover or by focus)
// lasts as long as it lasts; a pinned unit stays until it is let go, and is in the address.
import { unitFromText, unitText } from './unit-text';
import type { Answer, EngineApi, NetworkInfo, UnitExplanation, UnitStage } from '../engine/api';

/** An element of a layer's output; layer −1 is the picture. */
export interface UnitAt {
  layer: number;
  element: number;
}

export const sameUnit = (a: UnitAt | null, b: UnitAt | null) =>
  a === b || (a !== null && b !== null && a.layer === b.layer && a.element === b.element);

/** What the pointer needs to know of the laboratory. */
interface Surroundings {
  engine: { [K in 'explain' | 'unitOver']: (...given: Parameters<EngineApi[K]>) => Asked<K> };
  network: NetworkInfo | null;
  shown: { pixels: Uint8Array } | null;
}
type Asked<K extends 'explain' | 'unitOver'> = Promise<Awaited<ReturnType<EngineApi[K]>>>;

function exampleIn({ summary: { layers } }: NetworkInfo): UnitAt | null {
  const layer = layers.findIndex(({ parameters }) => parameters > 0);
  const [, height = 1, width = 1] = layers[layer]?.output ?? [];
  return layer < 0 ? null : { layer, element: (height >> 1) * width + (width >> 1) };
}

export class Pointer {
  pinned: UnitAt | null = null;
  hovered: UnitAt | null = null;
  /** What is shown while nobody points at anything: the middle of the first layer that learns. */
  private example: UnitAt | null = null;
  /** Of the unit at hand, and for which picture and weights it was given. */
  explanation: UnitExplanation | null = null;
  /** What the last explanation cost the worker, in milliseconds. */
  cost = 0;
  /** The term (of the windowed stage) that is pointed at, in any of the views. */
  term: number | null = null;
  /** Of the network whose units these are. */
  private layers = '';
  private asking = false;
  private again = false;

  constructor(
    private readonly around: () => Surroundings,
    private readonly changed: () => void,
  ) {}

  /** The unit at hand. */
  get unit() {
    return this.hovered ?? this.pinned ?? this.example;
  }

  /** The stage that mixes several elements: the one with a window, a kernel, or a sum. */
  get stage(): UnitStage | null {
    return this.explanation?.stages[0] ?? null;
  }

  hover(unit: UnitAt | null, term: number | null = null) {
    if (sameUnit(unit, this.hovered) && term === this.term) return;
    this.hovered = unit;
    this.term = term;
    this.changed();
    void this.ask();
  }

  pin(unit: UnitAt | null) {
    this.pinned = unit;
    this.hovered = null;
    this.term = null;
    this.changed();
    void this.ask();
  }

  pointTerm(term: number | null) {
    if (term === this.term) return;
    this.term = term;
    this.changed();
  }

  /**
   * Somebody points at what a layer reads (value 0 is the picture, i + 1 layer i): the unit at hand
   * moves so that its window lies there. Without such a unit, the first layer that reads it answers.
   */
  async hoverSource(value: number, element: number) {
    const { engine, network } = this.around();
    const reader = this.readerOf(value, network);
    if (!network || reader === null) return;
    const { value: found } = await engine
      .unitOver(reader.layer, reader.channel, element)
      .catch(() => ({ value: undefined }));
    if (found?.element != null) this.hover({ layer: reader.layer, element: found.element });
  }

  /**
   * Somebody points at a weight of a convolution: the same place in the map of that kernel, and in
   * its window the number that the weight multiplies.
   */
  hoverWeight(parameter: string, element: number) {
    const { network } = this.around();
    const info = network?.parameters.find(({ name }) => name === parameter);
    const output = info && network?.summary.layers[info.layer]?.output;
    if (!info || !output) return;
    const [, ...rest] = info.shape;
    const taps = rest.reduce((product, n) => product * n, 1);
    const channel = Math.floor(element / taps);
    const [, height = 1, width = 1] = output;
    const stage = this.stage;
    const [, y = height >> 1, x = width >> 1] = stage?.layer === info.layer ? stage.place : [];
    this.hover({ layer: info.layer, element: (channel * height + y) * width + x }, element % taps);
  }

  /** The picture, the weights or the network are others now. */
  refresh() {
    if (this.unit) void this.ask();
  }

  /** Another network: a unit that it does not have is let go. */
  adopt(text: string) {
    const { network } = this.around();
    const layers = JSON.stringify([network?.spec.input, network?.spec.layers]);
    this.hovered = null;
    // For the same network, what is shown stays until its numbers are known: focus is kept there.
    if (layers !== this.layers) this.explanation = null;
    this.layers = layers;
    this.term = null;
    this.pinned = network ? unitFromText(network, text) : null;
    this.example = network && exampleIn(network);
    void this.ask();
  }

  /** The pinned unit, as the address has it. */
  text() {
    const { network } = this.around();
    return network && this.pinned ? unitText(network, this.pinned) : '';
  }

  private readerOf(value: number, network: NetworkInfo | null) {
    const stage = this.stage;
    if (stage?.window && stage.sources.value.some((source) => source === value))
      return { layer: stage.layer, channel: stage.place[0] ?? 0 };
    const name = value === 0 ? 'input' : network?.summary.layers[value - 1]?.name;
    const layer = network?.summary.layers.findIndex(({ inputs }) => inputs.includes(name ?? ''));
    return layer === undefined || layer < 0 ? null : { layer, channel: 0 };
  }

  /** One question at a time; the last one asked is the one that counts. */
  private async ask() {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    do {
      this.again = false;
      const unit = this.unit;
      const { engine, shown } = this.around();
      let answer: Answer<UnitExplanation> | null = null;
      if (unit && unit.layer >= 0 && shown)
        answer = await engine.explain(shown.pixels, unit.layer, unit.element).catch(() => null);
      this.cost = answer?.value?.cost ?? 0;
      // While another question waits, the answer to this one still shows that something moves.
      if (!unit || answer?.value) this.explanation = answer?.value ?? null;
      this.changed();
    } while (this.again);
    this.asking = false;
  }
}
