// What is to be marked on a field of maps, and which marks an explanation makes.
import type { UnitExplanation } from '../engine/api';
import { patchOf, type Patch, type Tiling } from './maps';

/**
 * cell: pointed at; pinned; chain: of the same calculation, further up or down; window: what a unit
 * looks at; source: an element that counts for it; winner: the largest of a window; term: the pair
 * of factors that is pointed at in another view; border: padding, no element of anything.
 */
export interface Mark extends Patch {
  kind: 'cell' | 'pinned' | 'chain' | 'window' | 'source' | 'winner' | 'term' | 'border';
}

export const noMarks: readonly Mark[] = [];

/**
 * What an explanation says of one value (0 the picture, i + 1 layer i), as marks on its maps: the
 * window, the winner of a pool, what an add or a norm reads, the term that is pointed at.
 */
export function marksOn(
  value: number,
  explanation: UnitExplanation | null,
  term: number | null,
  tiling: Tiling,
): readonly Mark[] {
  const stage = explanation?.stages[0];
  if (!explanation || !stage) return noMarks;
  const at = (kind: Mark['kind'], element: number) => ({ kind, ...patchOf(tiling, element) });
  const marks: Mark[] = explanation.stages
    .filter(({ layer }, i) => layer + 1 === value && i !== explanation.selected)
    .map(({ element }) => at('chain', element));
  const { window, sources, winner } = stage;
  const reads = (i: number) => sources.value[i] === value;
  const own = sources.value.map((_, i) => i).filter(reads);
  if (own.length === 0) return marks;
  if (window) {
    const [first, channels] = window.channels;
    const [down, across] = window.dilation;
    const height = (window.height - 1) * down + 1;
    const width = (window.width - 1) * across + 1;
    for (let map = first; map < first + channels; map++)
      marks.push({ kind: 'window', map, y: window.y, x: window.x, height, width });
  } else if (own.length <= 8) {
    marks.push(...own.map((i) => at('source', sources.element[i] ?? 0)));
  }
  if (winner !== null && reads(winner)) marks.push(at('winner', sources.element[winner] ?? 0));
  if (term !== null && reads(term)) marks.push(at('term', sources.element[term] ?? 0));
  return marks;
}

/** The marks of all channels on a picture that shows them as one. */
export const onePicture = (marks: readonly Mark[]): readonly Mark[] => {
  const flat = marks.map((mark) => ({ ...mark, map: 0 }));
  const same = (a: Mark, b: Mark) => JSON.stringify(a) === JSON.stringify(b);
  return flat.filter((mark, i) => flat.findIndex((other) => same(mark, other)) === i);
};
