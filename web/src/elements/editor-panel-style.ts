// The editor's panel: head, rows, foot.
import { css } from 'lit';

export const panelStyle = css`
  .panel {
    padding-bottom: 0;
    container-type: inline-size;
  }
  .head {
    align-items: center;
  }
  .head h2 {
    margin-right: auto;
  }
  .views {
    display: flex;
    gap: 4px;
  }
  .views button {
    padding: 0 12px;
  }
  .close {
    width: 40px;
    padding: 0;
  }
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  li {
    border-top: 1px solid var(--line);
    scroll-margin: 80px 0 96px;
  }
  li.over {
    box-shadow: inset 0 2px 0 var(--accent);
  }
  li.under {
    box-shadow: inset 0 -2px 0 var(--accent);
  }
  li.moving {
    opacity: 0.6;
  }
  .line {
    display: flex;
    align-items: stretch;
    min-height: 40px;
  }
  .picture .line {
    align-items: center;
    justify-content: space-between;
    gap: 16px;
    padding-left: 48px;
    color: var(--quiet);
    font-variant-numeric: tabular-nums;
  }
  .picture button {
    min-height: 40px;
    margin: 4px 0;
    color: var(--ink);
  }
  .grip {
    flex: none;
    align-self: center;
    width: 40px;
    height: 40px;
    cursor: grab;
    touch-action: none;
    background: radial-gradient(circle, var(--control) 1.5px, transparent 2px) center / 8px 8px;
    background-clip: content-box;
    padding: 8px 12px;
  }
  .grip.none {
    visibility: hidden;
  }
  .moving .grip {
    cursor: grabbing;
  }
  .row {
    flex: 1;
    min-width: 0;
    border: 0;
    border-radius: 0;
    background: none;
    padding: 8px;
    text-align: left;
    white-space: normal;
    line-height: 1.5rem;
  }
  .row[aria-expanded='true'] {
    box-shadow: inset 3px 0 0 var(--accent);
  }
  .beneath {
    padding: 8px 8px 16px 48px;
  }
  conv-editor-code {
    margin-bottom: 16px;
  }
  .foot {
    position: sticky;
    bottom: 0;
    background: var(--panel);
    border-top: 1px solid var(--line);
    border-radius: 0 0 8px 8px;
    margin: 0 -16px;
    padding: 8px 16px;
  }
  /* On a phone the toolbar lies at the bottom, so a draft asks at the top. */
  @media (max-width: 719px) {
    .panel {
      display: flex;
      flex-direction: column;
    }
    .foot {
      position: static;
    }
    .foot.waiting {
      position: sticky;
      top: 0;
      order: -1;
      z-index: 1;
      margin-top: -16px;
      margin-bottom: 8px;
      border: solid var(--line);
      border-width: 0 0 1px;
      border-radius: 8px 8px 0 0;
    }
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-top: 8px;
  }
  @container (max-width: 600px) {
    .views {
      order: 3;
      width: 100%;
    }
    .views button {
      flex: 1;
    }
    .row {
      padding-left: 0;
    }
    .row[aria-expanded='true'] {
      box-shadow: inset 0 2px 0 var(--accent);
    }
    .beneath {
      padding-left: 8px;
    }
    .picture .line {
      padding-left: 8px;
    }
  }
`;
