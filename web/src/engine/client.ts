// The page's end of the worker.
import * as Comlink from 'comlink';
import { takeWorker } from './ahead';
import type { EngineApi, EngineEvent, PackedSnapshot, TensorPlace, BuildWanted } from './api';

/** A tensor of a snapshot: a window onto the array that travelled. */
export interface TensorView extends TensorPlace {
  data: Float32Array;
}

export interface Snapshot {
  version: number;
  step: number;
  picture: TensorView;
  activations: TensorView[];
  parameters: TensorView[];
  probabilities: number[];
  cost: number;
}

export function unpack({ data, ...packed }: PackedSnapshot): Snapshot {
  const view = (place: TensorPlace): TensorView => {
    const size = place.shape.reduce((product, n) => product * n, 1);
    return { ...place, data: data.subarray(place.offset, place.offset + size) };
  };
  return {
    ...packed,
    picture: view(packed.picture),
    activations: packed.activations.map(view),
    parameters: packed.parameters.map(view),
  };
}

/** The weights of convolutions. */
export const kernelsOf = (snapshot: Snapshot | null) =>
  snapshot?.parameters.filter(({ shape }) => shape.length === 4) ?? [];

export interface Client {
  engine: Comlink.Remote<EngineApi>;
  /** Ends the worker, whatever it is doing. */
  terminate(): void;
}

export function startEngine(
  listener: (event: EngineEvent) => void,
  threads: BuildWanted = '1',
): Client {
  const { worker, broken } = takeWorker(threads);
  const crashed = (message: string) =>
    listener({ kind: 'crashed', error: { code: 'crashed', where: '', message } });
  void broken.then(crashed);
  const engine = Comlink.wrap<EngineApi>(worker);
  engine.listen(Comlink.proxy(listener)).catch((error: unknown) => crashed(String(error)));
  return { engine, terminate: () => worker.terminate() };
}
