// The page: the laboratory and its views, and files dropped or pasted anywhere.
import { LitElement, css, html } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import '../elements/confusion-matrix';
import '../elements/curves';
import '../elements/input-picture';
import '../elements/kernels';
import '../elements/layers-table';
import '../elements/network';
import '../elements/notice';
import '../elements/own-data';
import type { OwnData } from '../elements/own-data';
import '../elements/prediction';
import '../elements/settings-form';
import type { SettingChange } from '../elements/settings-form';
import { shared } from '../elements/shared';
import '../elements/theme-toggle';
import '../elements/toolbar';
import { integer, shapeText } from '../elements/words';
import type { OwnFile } from '../engine/api';
import { droppedFiles, isOneImage } from './dropped';
import { Lab } from './lab';
import { fields } from './settings';

@customElement('conv-app')
export class App extends LitElement {
  static override styles = [
    shared,
    css`
      .always {
        position: sticky;
        top: 0;
        z-index: 2;
        background: var(--paper);
      }
      conv-toolbar {
        background: inherit;
        border-bottom: 1px solid var(--line);
      }
      conv-settings {
        margin: 8px 0 16px;
      }
      .stage {
        display: grid;
        grid-template-columns: 168px minmax(0, 1fr) 208px;
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
          grid-template-columns: 168px minmax(0, 1fr);
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
    `,
  ];

  readonly lab = new Lab({ memory: true });
  @state() private over = false;
  @query('conv-own-data') private ownData!: OwnData;

  override connectedCallback() {
    super.connectedCallback();
    this.lab.addEventListener('change', () => this.requestUpdate());
    addEventListener('dragover', (event) => {
      event.preventDefault();
      this.over = true;
    });
    addEventListener('dragleave', (event) => {
      if (!event.relatedTarget) this.over = false;
    });
    addEventListener('drop', (event) => {
      event.preventDefault();
      this.over = false;
      if (event.dataTransfer) void this.dropped(event.dataTransfer);
    });
    addEventListener('paste', (event) => {
      const files = [...(event.clipboardData?.files ?? [])].map((file) => ({
        path: file.name,
        file,
      }));
      if (files.length > 0) this.take(files);
    });
    void this.lab.start();
  }

  private async dropped(transfer: DataTransfer) {
    const some = [...transfer.items].some(({ kind }) => kind === 'file');
    if (!some) return; // a piece of text, or a link
    const refuse = (message: string) =>
      this.lab.complain({ code: 'bad_file', where: '', message: `Expected pictures. ${message}` });
    try {
      const files = await droppedFiles(transfer);
      if (files.length === 0) refuse('Found a folder with nothing in it.');
      else this.take(files);
    } catch {
      refuse('Found a file or folder that cannot be read.');
    }
  }

  private take(files: OwnFile[]) {
    if (files.length === 0) return;
    const [first] = files;
    if (first && isOneImage(files)) void this.lab.classify(first.file);
    else void this.lab.openFiles(files);
  }

  private command(name: string) {
    if (name === 'toggle') this.lab.toggle();
    else if (name === 'step') this.lab.step();
    else if (name === 'epoch') this.lab.epoch();
    else this.lab.reset();
  }

  private setting({ name, value }: SettingChange) {
    void this.lab.set(name, value);
  }

  private wantConfusion(wanted: boolean) {
    this.lab.wantsConfusion = wanted;
    void this.lab.askConfusion();
  }

  /** What has been loaded, in words. */
  private arrival() {
    const { dataset, loaded } = this.lab;
    if (!dataset) return 'Loading …';
    const { train, validation } = dataset;
    const all = loaded.train === train && loaded.validation === validation;
    const count = all ? integer(train) : `${integer(loaded.train)} of ${integer(train)}`;
    return `${count} training and ${integer(loaded.validation)} validation pictures of ${shapeText(dataset.shape)}.`;
  }

  private rangeChoice() {
    const { options = {}, label } = fields.range;
    return html`<label slot="range" class="scale small quiet">
      ${label}
      <select
        id="range"
        @change=${(event: Event) =>
          void this.lab.set('range', (event.target as HTMLSelectElement).value as 'layer')}
      >
        ${Object.entries(options).map(
          ([value, title]) =>
            html`<option value=${value} .selected=${value === this.lab.settings.range}>
              ${title}
            </option>`,
        )}
      </select>
    </label>`;
  }

  override render() {
    const { lab } = this;
    const { settings, network, dataset, snapshot, shown, history } = lab;
    const set = (event: CustomEvent<SettingChange>) => this.setting(event.detail);
    return html`
      <div class="always">
        <conv-toolbar
          .run=${lab.run}
          .progress=${lab.progress}
          .epochs=${settings.epochs}
          .done=${history.epochs.at(-1) ?? null}
          @command=${(event: CustomEvent<string>) => this.command(event.detail)}
        ></conv-toolbar>
        <conv-notice .notice=${lab.notice} @dismiss=${() => lab.dismiss()}></conv-notice>
      </div>
      <p class="hidden" role="status" aria-live="polite">${lab.status}</p>
      <conv-settings
        .settings=${settings}
        .presets=${lab.presets}
        @setting=${set}
        @own-data=${() => this.ownData.open()}
      ></conv-settings>
      <conv-own-data
        @files=${(event: CustomEvent<OwnFile[]>) => this.take(event.detail)}
      ></conv-own-data>
      ${
        network && dataset
          ? html`
              <div class="stage panel ${this.over ? 'over' : ''}">
                <conv-input
                  .shown=${shown}
                  .about=${dataset}
                  .arrival=${this.arrival()}
                  @setting=${set}
                  @image=${(event: CustomEvent<File>) => void lab.classify(event.detail)}
                ></conv-input>
                <conv-network .network=${network} .snapshot=${snapshot} .range=${settings.range}>
                  ${this.rangeChoice()}
                </conv-network>
                <conv-prediction
                  .probabilities=${snapshot?.probabilities ?? null}
                  .classes=${dataset.classes}
                  .shown=${shown}
                ></conv-prediction>
              </div>
              <div class="views">
                <div>
                  <conv-kernels
                    class="panel"
                    .network=${network}
                    .snapshot=${snapshot}
                    .range=${settings.range}
                  ></conv-kernels>
                  <conv-confusion
                    class="panel"
                    .confusion=${lab.confusion}
                    .classes=${dataset.classes}
                    @wanted=${(event: CustomEvent<boolean>) => this.wantConfusion(event.detail)}
                  ></conv-confusion>
                </div>
                <div>
                  <conv-curves
                    class="panel"
                    .history=${history}
                    .version=${history.version}
                  ></conv-curves>
                  <conv-layers class="panel" .network=${network}></conv-layers>
                </div>
              </div>
            `
          : html`<slot></slot>`
      }
    `;
  }
}
