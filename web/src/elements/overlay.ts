// Marks over a canvas: the cell that is pointed at, the window it looks at, the winner of a pool.
// They are elements of the page and not part of the picture, so they are sharp at every size, follow
// the theme and glide from one place to the next.
//
// To put marks over a canvas of one's own:
//
//   static styles = [shared, overlayStyles, css`…`];
//   private overlay = new MapOverlay(this, '.over');
//
//   <div class="over"><canvas></canvas></div>        .over fits the canvas exactly, without a border
//
//   updated() {
//     const tiling = { width: 28, height: 28, count: 1, columns: 1, rows: 1, gap: 0, scale: 6, order: 'down' };
//     this.overlay.show(marksOn(0, this.explanation, this.term, tiling), tiling);
//   }
//
// marksOn(0, …) are the marks of an explanation on the picture; positions are parts of the whole, so
// the canvas may have any size on the screen. For a colour picture, shown once for three channels,
// `onePicture` puts the marks of all channels onto the one map.
import { css, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { UnitExplanation } from '../engine/api';
import { boxOf, patchOf, type Patch, type Tiling } from './maps';

/**
 * cell: pointed at; pinned; chain: of the same calculation, further up or down; window: what a unit
 * looks at; source: an element that counts for it; winner: the largest of a window; term: the pair
 * of factors that is pointed at in another view.
 */
export interface Mark extends Patch {
  kind: 'cell' | 'pinned' | 'chain' | 'window' | 'source' | 'winner' | 'term';
}

export const noMarks: readonly Mark[] = [];

export const overlayStyles = css`
  .over {
    position: relative;
    width: fit-content;
    contain: layout style; /* what glides moves nothing else */
  }
  .over > i {
    position: absolute;
    display: block;
    box-sizing: content-box;
    pointer-events: none;
    border: 2px solid var(--accent);
    outline: 1px solid var(--panel);
    transform: translate(-2px, -2px);
    transition:
      left 200ms ease-out,
      top 200ms ease-out,
      width 200ms ease-out,
      height 200ms ease-out;
  }
  .over > i.cell {
    border-color: var(--ink);
    transition: none; /* under the pointer at once */
  }
  .over > i.pinned {
    border-color: var(--ink);
  }
  .over > i.chain,
  .over > i.source {
    border-color: var(--accent);
    border-width: 1px;
    transform: translate(-1px, -1px);
  }
  .over > i.winner {
    border-color: var(--warm);
  }
  .over > i.term {
    border-style: dashed;
    border-color: var(--ink);
    transition: none;
  }
  @media (prefers-reduced-motion: reduce) {
    .over > i {
      transition: none;
    }
  }
`;

/** More marks than this say nothing any more, and cost. */
const most = 256;

export class MapOverlay implements ReactiveController {
  private shown = '';

  constructor(
    private readonly host: ReactiveControllerHost & { renderRoot: ParentNode },
    private readonly selector: string,
  ) {
    host.addController(this);
  }

  hostDisconnected() {
    this.shown = '';
  }

  show(marks: readonly Mark[], tiling: Tiling) {
    const over = this.host.renderRoot.querySelector(this.selector);
    if (!over) return;
    const inside = marks
      .map((mark) => clipped(mark, tiling))
      .filter((mark) => mark !== null)
      .slice(0, most);
    const { columns, rows, width, height } = tiling;
    const key = JSON.stringify([inside, columns, rows, width, height]);
    const present = [...over.querySelectorAll<HTMLElement>(':scope > i')];
    if (key === this.shown && present.length === inside.length) return;
    this.shown = key;
    // The same element for the same kind, so that it glides.
    const free = new Map<string, HTMLElement[]>();
    for (const mark of present)
      free.set(mark.className, [...(free.get(mark.className) ?? []), mark]);
    for (const mark of inside) {
      const element = free.get(mark.kind)?.shift() ?? over.appendChild(document.createElement('i'));
      element.className = mark.kind;
      const box = Object.entries(boxOf(tiling, mark));
      for (const [name, part] of box) element.style.setProperty(name, `${part * 100}%`);
    }
    for (const unused of free.values()) unused.forEach((element) => element.remove());
  }
}

/** The part of it that lies in the map; null when none does. */
function clipped(mark: Mark, { width, height, count }: Tiling): Mark | null {
  const [top, left] = [Math.max(mark.y, 0), Math.max(mark.x, 0)];
  const bottom = Math.min(mark.y + mark.height, height);
  const right = Math.min(mark.x + mark.width, width);
  if (mark.map < 0 || mark.map >= count || bottom <= top || right <= left) return null;
  return { ...mark, y: top, x: left, height: bottom - top, width: right - left };
}

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
