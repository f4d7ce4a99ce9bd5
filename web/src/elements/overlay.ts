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
import { boxOf, type Tiling } from './maps';
import type { Mark } from './marks';

export { marksOn, noMarks, onePicture, type Mark } from './marks';

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
  .over > i.border {
    border: 1px dashed var(--control);
    outline: 0;
    transform: none;
    box-sizing: border-box;
    transition: none;
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
