import { css } from 'lit';

export const unitStyles = css`
  :host {
    /* Pointing at other units, and at none, moves nothing that lies below. */
    min-height: 320px;
  }
  @media (min-width: 700px) and (max-width: 1179px) {
    :host {
      min-height: 464px;
    }
  }
  .head {
    justify-content: flex-start;
    align-items: center;
    min-height: 32px;
  }
  .head button {
    min-height: 32px;
    padding: 0 8px;
    font-size: 0.875rem;
  }
  .free {
    margin-left: auto;
  }
  ::slotted(p) {
    margin: 8px 0 0;
    font-size: 0.875rem;
    line-height: 1.25rem;
    font-variant-numeric: tabular-nums;
  }
  .stepper {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .stepper span {
    min-width: 112px;
    text-align: center;
  }
  .body.wide {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0 32px;
    align-items: start;
  }
  .grids {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 12px;
  }
  .wide .grids,
  .medium .grids {
    flex-wrap: nowrap;
    align-items: center;
  }
  .body:not(.wide, .medium) .sign {
    flex-basis: 100%;
  }
  figure {
    margin: 0;
    padding: 2px;
  }
  figcaption {
    font-size: 0.875rem;
    line-height: 1.25rem;
    color: var(--quiet);
    margin-bottom: 4px;
  }
  .sign {
    font-size: 1.125rem;
    white-space: nowrap;
    padding-top: 24px;
  }
  .body:not(.wide, .medium) .sign {
    padding-top: 0;
  }
  .side {
    min-width: 0;
  }
  .body:not(.wide) .side {
    margin-top: 8px;
  }
  .wide .side {
    max-height: 244px;
    overflow-y: auto;
    padding: 2px;
  }
  .ledger {
    margin-bottom: 8px;
  }
  .ledger > span {
    display: block;
    margin-bottom: 4px;
  }
  .story {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .story li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 8px;
    min-height: 28px;
    border-bottom: 1px solid var(--line);
  }
  .story li > b {
    font-weight: 400;
    min-width: 120px;
  }
  .story .asked > b,
  .story .asked > .made {
    font-weight: 600;
  }
  .sum {
    font-size: 0.875rem;
    line-height: 1.25rem;
    padding: 4px 2px;
    overflow-wrap: break-word;
  }
  .sum.long {
    max-height: 128px;
    overflow-y: auto;
  }
  .term:hover {
    background: var(--hover);
  }
  button.more {
    min-height: 24px;
    padding: 0 8px;
    font-size: 0.8125rem;
    border-color: var(--line);
  }
  summary {
    font: inherit;
    font-size: 0.875rem;
    padding: 4px 0;
  }
  .terms {
    max-height: 160px;
    overflow: auto;
  }
  .terms table {
    font-size: 0.875rem;
  }
  .terms .at td {
    background: var(--hover);
  }
`;
