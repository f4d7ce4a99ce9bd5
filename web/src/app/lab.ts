// The laboratory behind the page: what a visitor can do. Elements show it and call its commands; every
// change is told by a 'change' event.
import type { Answer, CheckedNetwork, NetworkSpec, OwnFile } from '../engine/api';
import { whyNoAdapter } from '../engine/gpu-here';
import { buildOf } from '../engine/threads';
import type { UnitAt } from './pointer';
import { defaults, fromHash, runKey, specOf, toTrainConfig, type Settings } from './settings';
import { specToText } from './spec-text';
import type { Moment } from './undo';
import { Workbench } from './workbench';

export class Lab extends Workbench {
  private pressedAt = -1;

  /** Train has been pressed, and no batch was told yet. */
  get starting() {
    return this.pressedAt === this.course.progress.step;
  }

  start() {
    addEventListener('hashchange', () => void this.applyHash());
    return this.enqueue(() => this.begin());
  }

  // --- commands ---

  toggle() {
    if (this.course.busy) void this.engine.pause();
    else void this.train('told');
  }

  epoch() {
    void this.train('epoch');
  }

  step() {
    void this.makeRoom(1).then(() => this.engine.step());
  }

  /** The same initial weights again. */
  reset() {
    if (this.run === 'loading' || this.run === 'crashed') return;
    void this.restart(this.settings);
  }

  private restart(before: Settings) {
    const { seed } = this.settings;
    const job = async () => {
      const stopped = this.run === 'stopped'; // the engine says otherwise before it answers
      await this.engine.reset(seed);
      this.weightsEdited = false;
      this.opener.key = runKey(this.settings);
      if (stopped) this.notice = null;
      void this.askConfusion();
      this.say('Reset: the initial weights again.');
      this.look();
      this.keeper?.touch();
      return true;
    };
    return this.enqueue(() => (this.begun ? this.undoing.leave('Reset', before, job) : job()));
  }

  set<K extends keyof Settings>(name: K, value: Settings[K]) {
    return this.change({ [name]: value });
  }

  async change(some: Partial<Settings>) {
    const before = this.settings;
    this.settings = { ...before, ...some };
    if (some.optimizer && some.optimizer !== before.optimizer) this.suggestRate(before.optimizer);
    if (some.network && some.network !== 'own') this.settings.layers = '';
    this.write();
    await this.apply(before);
  }

  /** Another network, as the editor made it. */
  editNetwork(spec: NetworkSpec) {
    const layers = specToText(spec);
    const preset = this.presets.find((each) => specToText(each.spec) === layers);
    return this.change(preset ? { network: preset.name } : { network: 'own', layers });
  }

  check(spec: NetworkSpec): Promise<Answer<CheckedNetwork>> {
    return this.engine.check(spec);
  }

  /** Does what the settings say now and did not say before. */
  private async apply(before: Settings) {
    const { settings } = this;
    const differs = (...some: (keyof Settings)[]) =>
      some.some((name) => settings[name] !== before[name]);
    if (differs('device') && settings.device !== 'cpu' && this.inspected) {
      this.restore(before);
      return this.inform(
        'The inspector looks at training on the CPU: close it to train on the GPU.',
      );
    }
    if (differs('device') && settings.device !== 'cpu') {
      const why = await whyNoAdapter();
      if (why) {
        this.restore(before);
        return this.inform(why);
      }
    }
    if (!this.network) return void this.enqueue(() => this.begin()); // perhaps it fits now
    if (buildOf(settings) !== buildOf(before)) await this.enqueue(() => this.moveEngine());
    else if (differs('device')) await this.enqueue(() => this.engine.use(settings.device));
    if (differs('dataset', 'network', 'layers')) {
      const what = differs('dataset') ? 'Dataset' : 'Network';
      if (!(await this.enqueue(() => this.undoing.leave(what, before, () => this.open()))))
        return this.restore(before);
    } else if (differs('optimizer', 'rate', 'batch', 'schedule', 'augment', 'epochs', 'seed')) {
      if (differs('seed')) await this.restart(before);
      const { error } = await this.engine.configure(toTrainConfig(settings));
      if (error) {
        this.restore(before);
        return this.complain(error);
      }
      if (differs('optimizer', 'batch')) this.profile.forget();
    }
    if (differs('picture')) {
      const picture = this.within(settings.picture);
      await this.pictures.choose(picture);
      const truth = this.dataset?.classes[this.shown?.label ?? -1] ?? 'unknown';
      this.say(`Validation picture ${picture + 1} is in the network; true class ${truth}.`);
    }
    if (differs('unit')) this.pointer.adopt(settings.unit);
    if (differs('cell')) await this.evaluation.askMistakes(settings.cell);
  }

  openFiles(files: OwnFile[]) {
    const before = this.settings;
    return this.enqueue(async () => {
      const ok = await this.undoing.leave('Own data', before, async () => {
        this.settings = { ...this.settings, dataset: 'own' };
        return this.take(this.opener.openFiles(files, this.settings));
      });
      if (!ok) this.restore({ ...before });
      return ok;
    });
  }

  // --- undo ---

  undo() {
    return this.travel('takeBack');
  }

  redo() {
    return this.travel('bringAgain');
  }

  private travel(way: 'takeBack' | 'bringAgain') {
    const go = async ({ what, settings, checkpoint, history }: Moment) => {
      const before = this.settings;
      const { picture, range, cell, threads, device } = before; // what is looked at, and how, stays
      this.settings = { ...settings, picture, range, cell, threads, device };
      const ok = await this.open({ ...(checkpoint ? { checkpoint } : {}), history });
      if (ok) this.say(`${what} ${way === 'takeBack' ? 'undone' : 'again'}.`);
      else this.restore(before);
      return ok;
    };
    return this.enqueue(() => this.undoing.travel(way, this.settings, go));
  }

  // --- pictures ---

  /** One image of the visitor's, to be classified. */
  async classify(image: Blob) {
    const error = await this.pictures.open(image);
    if (error) return this.complain(error);
    this.dismiss();
    this.say('Your picture is in the network.');
  }

  // --- looking closer ---

  pin(unit: UnitAt | null) {
    this.pointer.pin(unit);
    const text = this.pointer.text();
    if (text !== this.settings.unit) {
      this.settings = { ...this.settings, unit: text };
      this.write();
    }
  }

  /** Changes weights by a call to the engine, and can be undone. */
  changeWeights(what: string, change: () => Promise<unknown>) {
    const job = async () => {
      await change();
      this.weightsEdited = true;
      this.look();
      this.pointer.refresh();
      this.keeper?.touch();
      void this.askConfusion();
      return true;
    };
    return this.enqueue(() => this.undoing.leave(what, this.settings, job));
  }

  setWeight(parameter: string, element: number, value: number) {
    const job = async () => {
      const { value: done, error } = await this.engine.setParameter(parameter, element, value);
      if (error) {
        this.complain(error);
        return false;
      }
      this.weightsEdited = true;
      this.edit = {
        ...{ parameter, element, value, before: done.before },
        probabilities: this.snapshot?.probabilities ?? [],
        accuracy: this.evaluation.confusion?.accuracy ?? null,
      };
      this.say(`${parameter} is ${value} now, and was ${done.before}.`);
      this.look();
      this.pointer.refresh();
      this.keeper?.touch();
      void this.askConfusion();
      return true;
    };
    return this.enqueue(() => this.undoing.leave('Weight', this.settings, job));
  }

  private async train(until: 'told' | 'epoch') {
    this.pressedAt = this.course.progress.step;
    await this.makeRoom(until === 'told' ? defaults().epochs : 1);
    await this.engine.train(until);
  }

  /** More epochs, when all that are set are done. */
  private async makeRoom(more: number) {
    const { epochs } = this.settings;
    const { epochsDone } = this.course;
    if (epochsDone >= epochs) await this.set('epochs', epochsDone + more);
  }

  private async applyHash() {
    const before = this.settings;
    this.settings = fromHash(location.hash);
    if (!specOf(this.settings, this.presets))
      Object.assign(this.settings, { network: before.network, layers: before.layers });
    this.write();
    await this.apply(before);
  }
}
