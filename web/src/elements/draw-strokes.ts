// What has been drawn, as strokes: a list of points each, on a surface of its own size that is the
// same on every screen. Kept apart from the element that draws with it.

/** Width and height of the surface; points are given in its pixels, and may lie outside. */
export const surface = 280;

export interface Point {
  x: number;
  y: number;
  /** How much of the pen's width it has: 1, or what a pen's pressure makes of it. */
  part: number;
}

export interface Stroke {
  width: number;
  points: Point[];
}

export class Sheet {
  readonly strokes: Stroke[] = [];
  /** Grows with every change. */
  version = 0;
  private open: Stroke | null = null;

  get empty() {
    return this.strokes.length === 0;
  }

  get drawing() {
    return this.open !== null;
  }

  begin(width: number, point: Point) {
    this.open = { width, points: [point] };
    this.strokes.push(this.open);
    this.version++;
  }

  /** Goes on with the stroke at work; the same point again says nothing new. */
  to(point: Point) {
    const last = this.open?.points.at(-1);
    if (!this.open || !last || (last.x === point.x && last.y === point.y)) return;
    this.open.points.push(point);
    this.version++;
  }

  end() {
    this.open = null;
  }

  undo() {
    this.end();
    if (this.strokes.pop()) this.version++;
  }

  clear() {
    this.end();
    if (this.strokes.length > 0) this.version++;
    this.strokes.length = 0;
  }
}

/** A pen's pressure as a part of the width; a mouse or finger has none to tell. */
export const partOf = (pointerType: string, pressure: number) =>
  pointerType === 'pen' && pressure > 0 ? 0.5 + pressure : 1;

const middle = (a: Point, b: Point) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

/** White chalk on black, round and smooth, on a canvas of `side` pixels. */
export function paintStrokes(
  context: CanvasRenderingContext2D,
  strokes: readonly Stroke[],
  side: number,
) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = '#000';
  context.fillRect(0, 0, side, side);
  context.setTransform(side / surface, 0, 0, side / surface, 0, 0);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = '#fff';
  for (const stroke of strokes) paintStroke(context, stroke);
}

/** Through the middles between points, with the points as handles: no corner shows. */
function paintStroke(context: CanvasRenderingContext2D, { width, points }: Stroke) {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return;
  const even = points.every(({ part }) => part === first.part);
  context.lineWidth = width * first.part;
  context.beginPath();
  context.moveTo(first.x, first.y);
  for (let i = 1; i < points.length - 1; i++) {
    const [point, next] = [points[i]!, points[i + 1]!];
    const to = middle(point, next);
    context.quadraticCurveTo(point.x, point.y, to.x, to.y);
    if (even) continue;
    context.stroke();
    context.lineWidth = width * next.part;
    context.beginPath();
    context.moveTo(to.x, to.y);
  }
  context.lineTo(last.x, last.y); // a single point becomes a dot
  context.stroke();
}
