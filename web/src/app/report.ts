// What an embedded laboratory tells the page around it: where training stands, and how well the
// network does on pictures it was not trained on.
import type { Host } from './host';
import type { Lab } from './lab';

const shortest = 250; // ms between two messages about steps

export function report(lab: Lab, host: Host) {
  let ready = false;
  let step = 0;
  let epochs = 0;
  let next = 0;
  const tellStep = () => {
    const { progress } = lab.course;
    const now = performance.now();
    // While training runs, now and then; where it stands still, at once.
    if (progress.step === step || (lab.course.busy && now < next)) return;
    next = now + shortest;
    step = progress.step;
    host.tell({ kind: 'step', step, epoch: progress.epoch, loss: progress.loss });
  };
  lab.addEventListener('change', () => {
    if (!ready && lab.network) {
      ready = true;
      host.ready();
    }
    tellStep();
    const { epochs: done } = lab.course.history;
    const last = done.at(-1);
    if (last && done.length > epochs)
      host.tell({
        kind: 'accuracy',
        accuracy: last.val_accuracy,
        epoch: last.epoch,
        step: last.step,
      });
    epochs = done.length;
  });
}
