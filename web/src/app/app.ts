// The page: the laboratory, the controls and the stage, and files dropped or pasted anywhere. What
// lies further down comes with below.ts, once these are there.
import { LitElement, html, noChange } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Editor } from '../elements/editor';
import '../elements/input-picture';
import '../elements/network';
import '../elements/notice';
import type { OwnData } from '../elements/own-data';
import '../elements/prediction';
import '../elements/settings-form';
import type { SettingChange, SettingsForm } from '../elements/settings-form';
import type { Share } from '../elements/share';
import { shared } from '../elements/shared';
import '../elements/theme-toggle';
import '../elements/toolbar';
import { integer, shapeText } from '../elements/words';
import type { NetworkSpec, OwnFile } from '../engine/api';
import { isOneImage } from './dropped';
import { FileDrop } from './file-drop';
import { frameFrom, layersIn, settingsParts, type Frame } from './frame';
import { Lab } from './lab';
import { layout } from './layout';
import type { UnitAt } from './pointer';
import { fields, toHash } from './settings';

/** A place of what a layer reads: value 0 is the picture, i + 1 the output of layer i. */
interface SourceAt {
  value: number;
  element: number;
}

/** Another small number, easy to tell others. */
const newSeed = (before: number) => {
  const next = 1 + Math.floor(Math.random() * 9999);
  return next === before ? next + 1 : next;
};

/** What has come in meanwhile is heard. */
const turn = () => new Promise((done) => setTimeout(done));

/** When what has been asked for is drawn and done, or soon. */
const idle = () =>
  new Promise((done) => {
    if ('requestIdleCallback' in window) requestIdleCallback(done, { timeout: 300 });
    else setTimeout(done, 50);
  });

@customElement('conv-app')
export class App extends LitElement {
  static override styles = [shared, layout];

  /** In somebody else's page: nothing is remembered, and the teacher's frame is all there is. */
  @property({ type: Boolean }) embedded = false;
  lab!: Lab;
  @state() private frame: Frame = frameFrom('');
  @state() private editing = false;
  /** What lies further down, and the dialogs. */
  @state() private rest?: typeof import('./below');
  private coming?: Promise<unknown>;
  /** How much of the stage is there: the network's maps come after all else, which can be used then. */
  @state() private staged: 'nothing' | 'sides' | 'all' = 'nothing';
  private readonly files = new FileDrop(
    this,
    (files) => this.take(files),
    (error) => this.lab.complain(error),
  );
  @query('conv-own-data') private ownData!: OwnData;
  @query('conv-share') private shareDialog!: Share;

  override connectedCallback() {
    super.connectedCallback();
    this.lab = new Lab({ memory: !this.embedded });
    this.frame = frameFrom(location.hash);
    addEventListener('hashchange', () => (this.frame = frameFrom(location.hash)));
    this.lab.addEventListener('change', () => this.requestUpdate());
    addEventListener('keydown', (event) => this.key(event));
    document.querySelector('#share')?.addEventListener('click', () => void this.share());
    document.querySelector('#inspect')?.addEventListener('click', () => void this.inspect());
    void this.lab.start();
  }

  /** Ctrl+Z and Ctrl+Shift+Z or Ctrl+Y, unless a text is being edited; Escape lets a unit go. */
  private key(event: KeyboardEvent) {
    if (event.defaultPrevented) return;
    const [target] = event.composedPath();
    const text = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
    if (event.key === 'Escape' && this.lab.pointer.pinned && !text) this.lab.pin(null);
    if (!(event.ctrlKey || event.metaKey) || event.altKey || text || this.hides('undo')) return;
    const key = event.key.toLowerCase();
    if (key !== 'z' && key !== 'y') return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) void this.lab.redo();
    else void this.lab.undo();
  }

  override updated() {
    if (this.lab.network) this.coming ??= this.setStage().then(() => this.bringRestAtLeisure());
  }

  /** Piece by piece: Train can be pressed before the first, and its first batch comes before the rest. */
  private async setStage() {
    const latest = performance.now() + 100;
    for (const staged of ['sides', 'all'] as const) {
      do await turn();
      while (this.lab.starting && performance.now() < latest);
      this.staged = staged;
      await this.updateComplete;
    }
  }

  /** In two pieces: what the engine tells gets in between. */
  private async bringRestAtLeisure() {
    await idle();
    await import('./below').catch(() => undefined); // which bringRest() tells
    await idle();
    await this.bringRest();
  }

  /** Answers whether it is there. */
  private async bringRest() {
    try {
      this.rest ??= await import('./below');
      return true;
    } catch {
      const message = 'A part of the page could not be loaded; what is here goes on working.';
      const reload = { label: 'Load the page again', run: () => location.reload() };
      this.lab.complain({ code: 'not_found', where: '', message }, reload);
      return false;
    }
  }

  private async share() {
    if (await this.bringRest()) this.shareDialog.open();
  }

  private async openOwnData() {
    if (await this.bringRest()) this.ownData.open();
  }

  /** The inspector comes with its first use. */
  private async inspect() {
    const { openInspector } = await import('../inspector/open');
    await openInspector(this.lab, this);
  }

  private hides(part: string) {
    return this.frame.hide.includes(part);
  }

  private take(files: OwnFile[]) {
    if (files.length === 0) return;
    const [first] = files;
    // What a teacher has hidden or locked does not open by another door.
    const fixed = this.hides('dataset') || this.frame.lock.includes('dataset');
    if (first && isOneImage(files)) {
      if (!this.hides('open')) void this.lab.classify(first.file);
    } else if (!fixed) void this.lab.openFiles(files);
  }

  private command(name: string) {
    if (name === 'toggle') this.lab.toggle();
    else if (name === 'step') this.lab.step();
    else if (name === 'epoch') this.lab.epoch();
    else if (name === 'undo') void this.lab.undo();
    else if (name === 'redo') void this.lab.redo();
    else this.lab.reset();
  }

  private setting({ name, value }: SettingChange) {
    void this.lab.set(name, value);
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

  private canEdit() {
    return !this.hides('network') && !this.frame.lock.includes('network');
  }

  private stage() {
    const { lab } = this;
    const { settings, network, dataset, snapshot, shown, pointer } = lab;
    if (!network || !dataset || this.staged === 'nothing') return '';
    const set = (event: CustomEvent<SettingChange>) => this.setting(event.detail);
    return html`<div class="stage panel ${this.files.over ? 'over' : ''}">
      ${
        this.hides('input')
          ? ''
          : html`<conv-input
              .shown=${shown}
              .about=${dataset}
              .arrival=${this.arrival()}
              .hide=${this.frame.hide}
              .probabilities=${snapshot?.probabilities ?? null}
              .explanation=${pointer.explanation}
              .term=${pointer.term}
              @setting=${set}
              @image=${(event: CustomEvent<File>) => void lab.classify(event.detail)}
              @drawn=${(event: CustomEvent<ImageData>) => void lab.pictures.draw(event.detail)}
              @source=${(event: CustomEvent<SourceAt | null>) => this.source(event.detail)}
              @pin-source=${(event: CustomEvent<SourceAt | null>) => void this.pinSource(event.detail)}
            ></conv-input>`
      }
      ${
        this.hides('maps') || this.staged !== 'all'
          ? ''
          : html`<conv-network
              .network=${network}
              .snapshot=${snapshot}
              .range=${settings.range}
              .unit=${pointer.unit}
              .explanation=${pointer.explanation}
              .term=${pointer.term}
              .pinned=${pointer.pinned}
              .without=${layersIn(this.frame.hide)}
              .locked=${!this.canEdit()}
              @point=${(event: CustomEvent<UnitAt | null>) => pointer.hover(event.detail)}
              @pin=${(event: CustomEvent<UnitAt | null>) => lab.pin(event.detail)}
              @edit-layer=${(event: CustomEvent<{ layer: number }>) =>
                void this.openEditor((editor) => editor.open(event.detail.layer))}
              @insert-layer=${(event: CustomEvent<{ at: number }>) =>
                void this.openEditor((editor) => editor.insert(event.detail.at))}
            >
              ${this.rangeChoice()}
            </conv-network>`
      }
      ${
        this.hides('prediction')
          ? ''
          : html`<conv-prediction
              .probabilities=${snapshot?.probabilities ?? null}
              .classes=${dataset.classes}
              .shown=${shown}
              .edit=${lab.edit}
              .accuracy=${lab.evaluation.confusion?.accuracy ?? null}
            ></conv-prediction>`
      }
    </div>`;
  }

  private toggleEditor() {
    if (this.editing) this.renderRoot.querySelector<Editor>('conv-editor')?.close();
    else void this.openEditor();
  }

  /** The editor comes with its first use. */
  private async openEditor(then?: (editor: Editor) => Promise<void>) {
    await import('../elements/editor');
    this.editing = true;
    await this.updateComplete;
    const editor = this.renderRoot.querySelector<Editor>('conv-editor');
    await editor?.updateComplete;
    if (editor && then) await then(editor);
    else editor?.focus();
  }

  private closeEditor() {
    this.editing = false;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<SettingsForm>('conv-settings')?.focusOn('edit-network'),
    );
  }

  /** A network from the editor, which hears when it has been opened, or refused. */
  private async applyEdit({ detail, target }: CustomEvent<NetworkSpec>) {
    await this.lab.editNetwork(detail);
    await this.updateComplete;
    await (target as Editor).settled(detail);
  }

  private editor() {
    const { lab } = this;
    if (!this.editing || !lab.network || !this.canEdit()) return '';
    return html`<conv-editor
      class="strip"
      .current=${lab.network}
      .types=${lab.types}
      .check=${(spec: NetworkSpec) => lab.check(spec)}
      .locked=${layersIn(this.frame.lock)}
      ?trained=${lab.begun}
      @spec=${(event: CustomEvent<NetworkSpec>) => void this.applyEdit(event)}
      @close=${() => this.closeEditor()}
    ></conv-editor>`;
  }

  private source(at: SourceAt | null) {
    if (at) void this.lab.pointer.hoverSource(at.value, at.element);
    else this.lab.pointer.hover(null);
  }

  private async pinSource(at: SourceAt | null) {
    const { pointer } = this.lab;
    if (at) await pointer.hoverSource(at.value, at.element);
    this.lab.pin(at && pointer.hovered);
  }

  /** From an embedded laboratory to the whole one, in a tab of its own. */
  private more() {
    if (!this.embedded || this.hides('more')) return '';
    const all = new URL(`./${toHash(this.lab.settings)}`, document.baseURI).href;
    return html`<p class="more small quiet">
      <a href=${all} target="_blank" rel="noopener">Open this network in Convolab</a>
    </p>`;
  }

  private framed() {
    const { heading, say } = this.frame;
    if (!heading && !say) return '';
    return html`<section class="framed" aria-label="The task">
      ${heading ? html`<h2>${heading}</h2>` : ''} ${say ? html`<p>${say}</p>` : ''}
    </section>`;
  }

  /** A frame on somebody else's page mostly has no choice. */
  private withoutThreads() {
    return this.embedded && !crossOriginIsolated;
  }

  private settingsForm() {
    const { lab, frame } = this;
    if (settingsParts.every((name) => frame.hide.includes(name))) return '';
    return html`<conv-settings
      .settings=${lab.settings}
      .presets=${lab.presets}
      .build=${lab.build}
      .device=${lab.device}
      .hide=${this.withoutThreads() ? [...frame.hide, 'threads'] : frame.hide}
      .lock=${frame.lock}
      @setting=${(event: CustomEvent<SettingChange>) => this.setting(event.detail)}
      @own-data=${() => void this.openOwnData()}
      @edit-network=${() => this.toggleEditor()}
      @new-seed=${() => void lab.set('seed', newSeed(lab.settings.seed))}
    ></conv-settings>`;
  }

  /** The stage and all below it, which stands, untouched, while another engine takes the run over. */
  private laboratory() {
    const { lab } = this;
    if (lab.network && lab.dataset)
      return html`${this.stage()} ${this.editor()} ${this.rest?.below(lab, this.frame)}
      ${this.more()}`;
    return lab.network ? noChange : html`<slot></slot>`;
  }

  override render() {
    const { lab, frame } = this;
    return html`
      ${this.framed()}
      <div class="always">
        <conv-toolbar
          class=${this.embedded && window.parent !== window ? 'in-frame' : ''}
          ?hidden=${this.hides('train') && this.hides('undo')}
          .run=${lab.run}
          .progress=${lab.course.progress}
          .epochs=${lab.settings.epochs}
          .build=${lab.build}
          .device=${lab.device}
          .done=${lab.course.history.epochs.at(-1) ?? null}
          .back=${lab.undoing.back}
          .forth=${lab.undoing.forth}
          .hide=${frame.hide}
          @command=${(event: CustomEvent<string>) => this.command(event.detail)}
          @explain=${(event: CustomEvent<string>) =>
            this.renderRoot.querySelector<SettingsForm>('conv-settings')?.tell(event.detail)}
        ></conv-toolbar>
        <conv-notice .notice=${lab.notice} @dismiss=${() => lab.dismiss()}></conv-notice>
      </div>
      <p class="hidden" role="status" aria-live="polite">${lab.course.status}</p>
      ${this.settingsForm()}
      <conv-own-data
        @files=${(event: CustomEvent<OwnFile[]>) => this.take(event.detail)}
      ></conv-own-data>
      <conv-share .network=${lab.network} .settings=${lab.settings}></conv-share>
      <div ?inert=${lab.network !== null && lab.dataset === null}>${this.laboratory()}</div>
    `;
  }
}
