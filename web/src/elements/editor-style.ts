// What the editor's parts look like alike.
import { css } from 'lit';

export const editorStyle = css`
  /* What has the focus is not under the toolbar, nor under the draft's question. */
  button,
  input,
  select,
  textarea {
    scroll-margin: 16px 0 96px;
  }
  @media (max-width: 719px) {
    button,
    input,
    select,
    textarea {
      scroll-margin: 176px 0 0;
    }
  }
  .label {
    display: block;
    font-size: 0.875rem;
    line-height: 1.25rem;
    color: var(--quiet);
    margin-bottom: 2px;
  }
  button[aria-disabled='true'] {
    color: var(--quiet);
    border-color: var(--line);
    cursor: not-allowed;
  }
  button[aria-pressed='true'] {
    border-color: var(--accent);
    box-shadow: inset 0 0 0 1px var(--accent);
  }
  .wrong {
    color: var(--warm);
    overflow-wrap: anywhere;
  }
  input[aria-invalid='true'],
  textarea[aria-invalid='true'] {
    border-color: var(--warm);
  }
  input[readonly] {
    border-color: var(--line);
    color: var(--quiet);
  }
`;
