// What lies below the stage: the unit at hand, and the views of the whole network. It is loaded once
// the rest of the page is there, and the dialogs with it.
import { html } from 'lit';
import '../elements/confusion-matrix';
import '../elements/curves';
import { effectOf } from '../elements/effect';
import '../elements/kernels';
import '../elements/layers-table';
import '../elements/own-data';
import '../elements/profile';
import '../elements/share';
import '../elements/unit';
import icon from '../icon.svg?url';
import { layersIn, type Frame } from './frame';
import type { Lab } from './lab';
import type { UnitAt } from './pointer';

interface WeightAt {
  parameter: string;
  element: number;
}
type WeightValue = WeightAt & { value: number };

// To a browser it is a document to lay out, just when training is to begin.
document.querySelector('link[rel=icon]')?.setAttribute('href', icon);

export const below = (lab: Lab, frame: Frame) => html`${unit(lab, frame)} ${views(lab, frame)}`;

function unit(lab: Lab, frame: Frame) {
  const { pointer } = lab;
  if (frame.hide.includes('unit')) return '';
  return html`<conv-unit
    class="panel strip"
    .network=${lab.network}
    .explanation=${pointer.explanation}
    .term=${pointer.term}
    .pinned=${pointer.pinned !== null}
    ?editable=${!frame.hide.includes('weights')}
    @term=${(event: CustomEvent<number | null>) => pointer.pointTerm(event.detail)}
    @edit-weight=${(event: CustomEvent<WeightValue>) => editWeight(lab, frame, event.detail)}
    @pin=${(event: CustomEvent<UnitAt | null>) => lab.pin(event.detail)}
    >${effect(lab)}</conv-unit
  >`;
}

/** What changing a weight has done, where it was changed. */
function effect({ edit, snapshot, evaluation, dataset }: Lab) {
  const now = {
    probabilities: snapshot?.probabilities ?? [],
    accuracy: evaluation.confusion?.accuracy ?? null,
  };
  return html`<p role="status">${edit && dataset ? effectOf(edit, now, dataset.classes) : ''}</p>`;
}

function views(lab: Lab, frame: Frame) {
  const { network } = lab;
  const { history } = lab.course;
  const view = (name: string, content: () => unknown) =>
    frame.hide.includes(name) ? '' : content();
  return html`<div class="views">
    <div>
      ${view('kernels', () => kernels(lab, frame))} ${view('confusion', () => confusion(lab))}
    </div>
    <div>
      ${view(
        'curves',
        () =>
          html`<conv-curves
            class="panel"
            .history=${history}
            .version=${history.version}
          ></conv-curves>`,
      )}
      ${view('layers', () => html`<conv-layers class="panel" .network=${network}></conv-layers>`)}
      ${view(
        'profile',
        () =>
          html`<conv-profile
            class="panel"
            .profiles=${lab.profile.profiles}
            .trouble=${lab.profile.trouble}
            .device=${lab.device}
            ?measuring=${lab.profile.measuring}
            @measure=${() => void lab.profile.measure()}
          ></conv-profile>`,
      )}
    </div>
  </div>`;
}

const kernels = (lab: Lab, frame: Frame) =>
  html`<conv-kernels
    class="panel"
    .network=${lab.network}
    .snapshot=${lab.snapshot}
    .range=${lab.settings.range}
    .explanation=${lab.pointer.explanation}
    .term=${lab.pointer.term}
    .without=${layersIn(frame.hide)}
    .editable=${!frame.hide.includes('weights')}
    @weight=${(event: CustomEvent<WeightAt | null>) => weight(lab, event.detail)}
    @edit-weight=${(event: CustomEvent<WeightValue>) => editWeight(lab, frame, event.detail)}
  ></conv-kernels>`;

const confusion = (lab: Lab) =>
  html`<conv-confusion
    class="panel"
    .confusion=${lab.evaluation.confusion}
    .classes=${lab.dataset?.classes ?? []}
    .cell=${lab.settings.cell}
    .mistakes=${lab.evaluation.mistakes}
    .shape=${lab.dataset?.shape ?? []}
    .shown=${lab.shown?.index ?? null}
    @wanted=${(event: CustomEvent<boolean>) => wantConfusion(lab, event.detail)}
    @cell=${(event: CustomEvent<string>) => void lab.set('cell', event.detail)}
    @picture=${(event: CustomEvent<{ index: number }>) => sendThrough(lab, event)}
  ></conv-confusion>`;

function weight({ pointer }: Lab, at: WeightAt | null) {
  if (at) pointer.hoverWeight(at.parameter, at.element);
  else pointer.hover(null);
}

function editWeight(lab: Lab, frame: Frame, { parameter, element, value }: WeightValue) {
  const { network } = lab;
  const layer = network?.parameters.find(({ name }) => name === parameter)?.layer ?? -1;
  const name = network?.summary.layers[layer]?.name ?? '';
  if (layersIn(frame.lock).includes(name))
    return lab.inform(`The layer ${name} is locked in this lesson; its weights stay.`);
  void lab.setWeight(parameter, element, value);
}

function wantConfusion(lab: Lab, wanted: boolean) {
  lab.evaluation.wanted = wanted;
  void lab.askConfusion();
}

/** A picture of the confusion matrix goes through the network, which comes into view. */
function sendThrough(lab: Lab, { target, detail: { index } }: CustomEvent<{ index: number }>) {
  void lab.set('picture', index);
  void lab.pictures.choose(index);
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
  const page = (target as Element).getRootNode() as ShadowRoot;
  page.querySelector('.stage')?.scrollIntoView({ behavior, block: 'nearest' });
}
