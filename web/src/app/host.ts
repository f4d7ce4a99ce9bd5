// What an embedded page tells the page around it, by postMessage: small facts for whoever wants them.
// docs/embedding.md describes them; nothing else leaves the frame, and nothing is taken in.

export interface Answered {
  question: string;
  guess: string | number;
  answer: string | number;
  right: boolean;
}

export type HostMessage =
  /** It is drawn and can be used. */
  | { kind: 'ready' }
  /** How tall the content is, in CSS pixels. */
  | { kind: 'height'; height: number }
  /** Where a run or a walk stands, out of how many when that is known. */
  | { kind: 'step'; step: number; of?: number; [more: string]: unknown }
  /** How well a network does on pictures it was not trained on, from 0 to 1. */
  | { kind: 'accuracy'; accuracy: number; [more: string]: unknown }
  /** A question was answered: what was guessed, and what the engine found. */
  | ({ kind: 'answered' } & Answered);

export class Host {
  private height = 0;

  /** `id` tells several frames of one host apart; the host chooses it with id= in the address. */
  constructor(readonly id: string) {}

  get embedded() {
    return window.parent !== window;
  }

  tell(message: HostMessage) {
    // Which site the host is, is not known and does not matter: nothing here is a secret.
    if (this.embedded)
      window.parent.postMessage({ source: 'convolab', id: this.id, ...message }, '*');
  }

  ready() {
    this.tell({ kind: 'ready' });
  }

  /** Tells the height of `content` now and whenever it changes. */
  follow(content: HTMLElement) {
    new ResizeObserver(() => {
      const height = Math.ceil(content.getBoundingClientRect().height);
      if (height === this.height) return;
      this.height = height;
      this.tell({ kind: 'height', height });
    }).observe(content);
  }
}
