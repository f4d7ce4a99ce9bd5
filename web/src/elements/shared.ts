// Styles that elements share. Colours and sizes are tokens of style.css and come in by inheritance.
import { css } from 'lit';

export const shared = css`
  :host {
    display: block;
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
  }
  h2 {
    font: 600 1.125rem/1.5rem var(--serif);
    margin: 0;
  }
  p {
    margin: 0;
  }
  a {
    color: var(--accent);
  }
  .quiet {
    color: var(--quiet);
  }
  .small {
    font-size: 0.875rem;
    line-height: 1.25rem;
  }
  .numbers {
    font-variant-numeric: tabular-nums;
  }
  .panel {
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--panel);
    padding: 16px;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 4px 16px;
    margin-bottom: 8px;
  }
  button {
    font: inherit;
    color: inherit;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 40px;
    padding: 0 16px;
    border: 1px solid var(--control);
    border-radius: 6px;
    background: var(--panel);
    cursor: pointer;
    touch-action: manipulation;
    white-space: nowrap;
  }
  button:hover:not(:disabled) {
    background: var(--hover);
  }
  button:disabled {
    color: var(--quiet);
    border-color: var(--line);
    cursor: default;
  }
  button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.primary:hover:not(:disabled) {
    background: var(--accent-strong);
  }
  button.primary:disabled {
    background: var(--line);
    border-color: var(--line);
    color: var(--quiet);
  }
  button svg {
    width: 16px;
    height: 16px;
    flex: none;
    fill: currentColor;
  }
  select,
  input[type='text'] {
    font: inherit;
    color: inherit;
    font-variant-numeric: tabular-nums;
    width: 100%;
    min-height: 40px;
    padding: 0 8px;
    border: 1px solid var(--control);
    border-radius: 6px;
    background: var(--panel);
  }
  input[type='checkbox'] {
    width: 20px;
    height: 20px;
    margin: 0;
    accent-color: var(--accent);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  canvas {
    display: block;
    image-rendering: pixelated;
  }
  table {
    border-collapse: collapse;
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }
  th {
    font-weight: 600;
    text-align: left;
    color: var(--quiet);
    font-size: 0.875rem;
  }
  th,
  td {
    padding: 4px 12px 4px 0;
    border-bottom: 1px solid var(--line);
    white-space: nowrap;
  }
  tbody th {
    color: inherit;
    font-size: inherit;
  }
  .right {
    text-align: right;
  }
  .scroll {
    overflow-x: auto;
  }
  summary {
    cursor: pointer;
    font: 600 1.125rem/1.5rem var(--serif);
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
