// The foot of the editor: what the network comes to, and what is to become of a draft.
import { html } from 'lit';
import type { CheckedNetwork } from '../engine/api';
import type { Draft } from './editor-draft';
import { change } from './editor-row';
import { integer } from './words';

/** "61,706 → 48,120 parameters, …" */
function totals({ summary }: CheckedNetwork, against: CheckedNetwork | null) {
  const before = against?.summary;
  return html`${change(before && integer(before.parameters), integer(summary.parameters))}
  parameters, ${change(before && integer(before.multiply_adds), integer(summary.multiply_adds))}
  multiply-adds a picture, ${change(before && kilobytes(before.memory), kilobytes(summary.memory))}
  of activations`;
}

const kilobytes = (bytes: number) => `${integer(bytes / 1024)}\u202fKiB`;

interface Actions {
  apply: () => void;
  stepBack: () => void;
  discard: () => void;
}

function choices({ apply, stepBack, discard }: Actions, canStepBack: boolean) {
  return html`<div class="actions">
    <button class="primary" @click=${apply}>Apply</button>
    ${canStepBack ? html`<button @click=${stepBack}>Undo edit</button>` : ''}
    <button @click=${discard}>Discard</button>
    <span class="small quiet">
      Training starts over with this network; undo brings the one before back.
    </span>
  </div>`;
}

export function foot(network: CheckedNetwork, draft: Draft, message: string, actions: Actions) {
  const { waiting, against, canStepBack } = draft;
  return html`<div class="foot ${waiting ? 'waiting' : ''}">
    <p class="small numbers" role="status">${totals(network, against)}</p>
    ${message ? html`<p class="small wrong" role="alert">${message}</p>` : ''}
    ${waiting ? choices(actions, canStepBack) : ''}
  </div>`;
}
