// The steps of a measured plan by phase.
import type { Phase, PlanProfile, StepTime } from '../engine/api';

export interface PhaseTimes {
  name: string;
  steps: StepTime[];
  seconds: number;
}

const names: Record<Phase, string> = {
  forward: 'Forward',
  loss: 'Loss',
  backward: 'Backward',
  update: 'Update',
};

const total = (steps: StepTime[]) => steps.reduce((sum, { seconds }) => sum + seconds, 0);

export const sumOf = ({ steps }: PlanProfile) => total(steps);

/** In the plan's order; phases without a step are left out. */
export function phasesOf({ steps }: PlanProfile): PhaseTimes[] {
  return (Object.keys(names) as Phase[]).flatMap((phase) => {
    const own = steps.filter((step) => step.phase === phase);
    return own.length > 0 ? [{ name: names[phase], steps: own, seconds: total(own) }] : [];
  });
}
