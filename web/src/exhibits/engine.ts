// One worker that all exhibits of a page ask for their numbers, started by the first question.
import type { Answer, Calculation, CalculationJob } from '../engine/api';
import { failure } from '../engine/api';
import { startEngine, type Client } from '../engine/client';

let client: Client | undefined;

/** Runs a small network once. A worker that broke down answers with the reason, and is replaced. */
export async function calculate(job: CalculationJob): Promise<Answer<Calculation>> {
  let broken!: (answer: Answer<Calculation>) => void;
  const crash = new Promise<Answer<Calculation>>((done) => (broken = done));
  client ??= startEngine((event) => {
    if (event.kind !== 'crashed') return;
    client?.terminate();
    client = undefined;
    onCrash.forEach((tell) => tell(event.error.message));
    onCrash.clear();
  });
  const tell = (message: string) => broken(failure('crashed', 'engine', message));
  onCrash.add(tell);
  const asked = client.engine.calculate(job).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    return failure('broken', '', `the engine could not be loaded (${why}); reload the page`);
  });
  const answer = await Promise.race([asked, crash]);
  onCrash.delete(tell);
  return answer;
}

const onCrash = new Set<(message: string) => void>();
