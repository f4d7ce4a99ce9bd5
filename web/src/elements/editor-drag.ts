// Rows that are dragged by their grips: says between which two a row would come to lie.
export interface DragHost {
  /** The rows in their order. */
  rows(): HTMLElement[];
  /** Row `from` would come before row `to` (or last, when there is none); null: nothing is dragged. */
  over(drag: { from: number; to: number } | null): void;
  drop(from: number, to: number): void;
}

export class RowDrag {
  private drag: { from: number; to: number; id: number } | null = null;

  constructor(private readonly host: DragHost) {}

  start(event: PointerEvent, from: number) {
    if (event.button !== 0) return;
    event.preventDefault();
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.drag = { from, to: from, id: event.pointerId };
    this.host.over(this.drag);
  }

  move(event: PointerEvent) {
    if (this.drag?.id !== event.pointerId) return;
    const rows = this.host.rows();
    const below = rows.findIndex((row) => {
      const { top, height } = row.getBoundingClientRect();
      return event.clientY < top + height / 2;
    });
    const to = below < 0 ? rows.length : below;
    if (to === this.drag.to) return;
    this.drag.to = to;
    this.host.over({ ...this.drag });
  }

  end(event: PointerEvent) {
    const { drag } = this;
    if (drag?.id !== event.pointerId) return;
    this.cancel();
    // Before itself, or before the next one, is where it is.
    if (drag.to !== drag.from && drag.to !== drag.from + 1) this.host.drop(drag.from, drag.to);
  }

  /** Whether there was something to be cancelled. */
  cancel() {
    const some = this.drag !== null;
    this.drag = null;
    this.host.over(null);
    return some;
  }
}
