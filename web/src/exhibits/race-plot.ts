// Two curves in one picture, drawn as SVG: one colour and one dash for each network.
import { html, svg } from 'lit';

export interface Curve {
  name: 'dense' | 'conv';
  /** x from 0 to the plot's end, y in its own unit. */
  points: [number, number][];
  dots: boolean;
}

export interface Plot {
  /** In CSS pixels, so that its text has the size of other text. */
  width: number;
  label: string;
  curves: Curve[];
  xEnd: number;
  y: [number, number];
  yTicks: number[];
  yText: (value: number) => string;
}

const height = 240;
const room = { left: 56, right: 12, top: 12, bottom: 32 };

/** A handful of round numbers up to `end`. */
export function ticksTo(end: number): number[] {
  const step = [1, 2, 5, 10, 20, 25, 50].find((s) => end / s <= 6) ?? 100;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
}

/** What lies below the lowest tick is cut off, as it should be. */
export function drawPlot({ width, label, curves, xEnd, y: [low, high], yTicks, yText }: Plot) {
  const x = (value: number) => room.left + (value / xEnd) * (width - room.left - room.right);
  const y = (value: number) => {
    const share = (value - low) / (high - low);
    return height - room.bottom - share * (height - room.top - room.bottom);
  };
  const line = (points: [number, number][]) => points.map(([a, b]) => `${x(a)},${y(b)}`).join(' ');
  return html`<svg
    viewBox="0 0 ${width} ${height}"
    width=${width}
    height=${height}
    role="img"
    aria-label=${label}
  >
    ${yTicks.map(
      (tick) => svg`<g class="tick">
        <line x1=${room.left} x2=${width - room.right} y1=${y(tick)} y2=${y(tick)}></line>
        <text x=${room.left - 8} y=${y(tick) + 5} text-anchor="end">${yText(tick)}</text></g>`,
    )}
    ${ticksTo(xEnd).map(
      (tick) =>
        svg`<text class="tick" x=${x(tick)} y=${height - 10} text-anchor="middle">${tick}</text>`,
    )}
    ${svg`<svg width=${width} height=${height - room.bottom + 4}>${curves.map(
      ({ name, points, dots }) => svg`<g class=${name}>
        <polyline points=${line(points)}></polyline>
        ${dots ? points.map(([a, b]) => svg`<circle cx=${x(a)} cy=${y(b)} r="3"></circle>`) : ''}
      </g>`,
    )}</svg>`}
  </svg>`;
}
