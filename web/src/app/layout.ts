// How the page's parts lie: beside each other where there is room, under each other where not.
import { css } from 'lit';

export const layout = css`
  .always {
    position: sticky;
    top: 0;
    z-index: 2;
    background: var(--paper);
  }
  conv-toolbar[hidden] {
    display: none;
  }
  conv-toolbar {
    background: inherit;
    border-bottom: 1px solid var(--line);
  }
  conv-settings {
    margin: 8px 0 16px;
  }
  .framed {
    max-width: 44em;
    margin: 8px 0;
  }
  .strip {
    margin-top: 16px;
  }
  .more {
    margin-top: 16px;
  }
  .framed p {
    white-space: pre-line;
  }
  .stage {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) 208px; /* the input is wider while one draws */
    gap: 24px;
  }
  .views {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 16px;
    margin-top: 16px;
    align-items: start;
  }
  .views > div {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 16px;
  }
  .scale {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 8px;
    margin-left: auto;
  }
  .scale select {
    width: auto;
    min-height: 32px;
    font-size: 0.875rem;
  }
  .over {
    outline: 3px dashed var(--accent);
    outline-offset: 8px;
  }
  @media (max-width: 1099px) {
    .stage {
      grid-template-columns: auto minmax(0, 1fr);
    }
    .stage conv-network {
      grid-column: 1 / -1;
      grid-row: 2;
    }
    .views {
      grid-template-columns: minmax(0, 1fr);
    }
    .views > div {
      display: contents;
    }
    conv-curves {
      order: 1;
    }
    conv-confusion {
      order: 2;
    }
    conv-layers {
      order: 3;
    }
  }
  @media (max-width: 719px) {
    conv-toolbar {
      position: fixed;
      inset: auto 0 0 0;
      border-top: 1px solid var(--control);
      border-bottom: 0;
      padding: 8px 16px;
    }
    /* A frame as tall as its content has its lower edge far from any thumb. */
    conv-toolbar.in-frame {
      position: static;
      border-top: 0;
      border-bottom: 1px solid var(--line);
      padding: 8px 0;
    }
    .stage {
      grid-template-columns: minmax(0, 1fr);
      gap: 16px;
    }
    .stage conv-network {
      grid-row: auto;
    }
  }
  /* Magnified so far that little more than the toolbar would be left. */
  @media (max-height: 299px) {
    .always,
    conv-toolbar {
      position: static;
    }
  }
`;
