// What a weight that was changed by hand has done, in a line.
import { html, nothing } from 'lit';
import type { WeightEdit } from '../app/state';
import { figure, percent } from './words';

type Said = Pick<WeightEdit, 'probabilities' | 'accuracy'>;

/** "trouser, 48.5 %" */
function answer(probabilities: number[], classes: string[]) {
  if (probabilities.length !== classes.length || !probabilities.every(Number.isFinite))
    return 'nothing finite';
  const most = Math.max(...probabilities);
  return `${classes[probabilities.indexOf(most)]}, ${percent(most)}`;
}

export function effectOf(edit: WeightEdit, now: Said, classes: string[]) {
  const { parameter, before, value, accuracy } = edit;
  const right =
    accuracy !== null && now.accuracy !== null
      ? html` Validation: ${percent(accuracy)} → ${percent(now.accuracy)}.`
      : nothing;
  return html`${parameter}: ${figure(before)} → ${figure(value)}. Its answer:
    ${answer(edit.probabilities, classes)} → <b>${answer(now.probabilities, classes)}</b>.${right}`;
}
