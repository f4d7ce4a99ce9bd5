// All terms of a sum as a table, the weightiest first; made only when somebody opens it.
import { html, nothing } from 'lit';
import type { NetworkInfo, UnitStage } from '../engine/api';
import { number, sourceName } from './unit-story';
import { placeText } from './unit-words';

const most = 1000;
/** So many can be read in the grids as well. */
const few = 25;

interface Listing {
  open: boolean;
  term: number | null;
  point: (term: number | null) => void;
  toggle: (open: boolean) => void;
}

/** Where a term's number came from: "s2 map 3, row 4, column 7". */
export function origin({ sources }: UnitStage, term: number, network: NetworkInfo | null) {
  const value = sources.value[term] ?? -1;
  const { summary } = network ?? {};
  const shape = value === 0 ? summary?.input : summary?.layers[value - 1]?.output;
  const place = value < 0 || !shape ? '' : placeText(shape, sources.element[term] ?? 0);
  return `${sourceName(value, network)} ${place}`;
}

function rows(stage: UnitStage, network: NetworkInfo | null, { term: at, point }: Listing) {
  const { x, weights, products } = stage;
  const size = (term: number) => Math.abs(products[term] ?? 0);
  const order = products.map((_, term) => term).sort((a, b) => size(b) - size(a));
  return order.slice(0, most).map(
    (term) =>
      html`<tr
        class=${term === at ? 'at' : ''}
        @pointerenter=${() => point(term)}
        @pointerleave=${() => point(null)}
      >
        <td>${origin(stage, term, network)}</td>
        <td class="right">${number(x[term] ?? 0)}</td>
        <td class="right">${number(weights?.[term] ?? 1)}</td>
        <td class="right">${number(products[term] ?? 0)}</td>
      </tr>`,
  );
}

export function termList(stage: UnitStage, network: NetworkInfo | null, listing: Listing) {
  if (stage.x.length <= few || stage.rule !== 'sum') return nothing;
  return html`<details
    @toggle=${(event: Event) => listing.toggle((event.target as HTMLDetailsElement).open)}
  >
    <summary>The ${stage.products.length} terms, the weightiest first</summary>
    <div class="terms" tabindex="0" role="region" aria-label="Terms, the weightiest first">
      <table>
        <thead>
          <tr>
            <th>From</th>
            <th class="right">Input</th>
            <th class="right">Weight</th>
            <th class="right">Product</th>
          </tr>
        </thead>
        <tbody>
          ${listing.open ? rows(stage, network, listing) : nothing}
        </tbody>
      </table>
    </div>
  </details>`;
}
