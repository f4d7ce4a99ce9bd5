// The network as it would be: edits that wait to be applied, and those on their way to the laboratory.
import { attributesInOrder } from '../app/spec-names';
import type { CheckedNetwork, NetworkSpec } from '../engine/api';

/** Of two networks, whether they are the same but for their names. */
export const content = ({ input, init, layers }: NetworkSpec) =>
  JSON.stringify([input, init, layers]);

/** Which of these layers is another, or gone; '*' is all of them. */
export function changedOf(names: string[], before: NetworkSpec, after: NetworkSpec) {
  const settings = ({ layers }: NetworkSpec, name: string) => {
    const layer = layers.find((each) => each.name === name) ?? {};
    return JSON.stringify(attributesInOrder(layer).filter(([key]) => key !== 'inputs'));
  };
  if (names.includes('*') && content(before) !== content(after)) return before.layers[0]?.name;
  const there = names.filter((name) => before.layers.some((each) => each.name === name));
  return there.find((name) => settings(before, name) !== settings(after, name));
}

const alike = (a: CheckedNetwork, b: CheckedNetwork | null) =>
  b !== null && content(a.spec) === content(b.spec);

export class Draft {
  /** None while it is the network that there is. */
  network: CheckedNetwork | null = null;
  /** What its figures are compared with. */
  against: CheckedNetwork | null = null;
  /** Drafts before this one; null is the network that there is. */
  private past: (CheckedNetwork | null)[] = [];
  /** Networks handed out that have not come back as the one that there is. */
  private sent: string[] = [];

  /** Whether it asks to be applied. */
  get waiting() {
    return this.network !== null && this.sent.length === 0;
  }
  get canStepBack() {
    return this.waiting && this.past.length > 1;
  }

  /** An edit. Answers with what is to be handed out at once, when nothing is lost by that. */
  take(value: CheckedNetwork, current: CheckedNetwork, trained: boolean): NetworkSpec | null {
    if (!trained) {
      this.against = this.network ?? current;
      return this.hand(value);
    }
    this.past.push(this.network);
    this.network = value;
    this.against = current;
    if (alike(value, current)) this.discard();
    return null;
  }

  apply(): NetworkSpec | null {
    return this.network && this.hand(this.network);
  }

  private hand(value: CheckedNetwork) {
    this.network = value;
    this.past = [];
    this.sent.push(content(value.spec));
    return value.spec;
  }

  /** The draft without its last edit. */
  stepBack() {
    const before = this.past.pop();
    if (before) this.network = before;
    else this.discard();
  }

  discard() {
    this.network = null;
    this.against = null;
    this.past = [];
    this.sent = [];
  }

  /** Another network is open: one that was handed out, or one from elsewhere. */
  arrived(current: CheckedNetwork) {
    const own = this.sent.indexOf(content(current.spec));
    if (own < 0) return this.discard();
    this.sent = this.sent.slice(own + 1);
    if (this.sent.length === 0) this.network = null; // else later ones are on their way
  }

  /** A network that was handed out has been opened, or refused: then it is a draft again. */
  settled(spec: NetworkSpec, current: CheckedNetwork | null) {
    this.sent = this.sent.slice(this.sent.indexOf(content(spec)) + 1);
    if (this.waiting && this.network && alike(this.network, current)) this.discard();
  }
}
