// What ties the inspector to the engine: a channel for reports from worker to worker, and the
// inspector's wishes, which another network or another worker has to be told again.
import * as Comlink from 'comlink';
import type { EngineApi } from '../engine/api';
import { kinds, type Command } from './messages';

/** Where reports go: <conv-inspector>. */
export interface Inspector {
  connect(port: MessagePort): void;
}

type Engine = Comlink.Remote<EngineApi>;

/** Commands that say what the inspector wants to be sent from now on. */
const wishes = ['breakpoints', 'picture', 'watch', 'batch', 'measure', 'statistics', 'record'];

export interface InspectorFeed {
  attach(engine: Engine): Promise<void>;
  pass(engine: Engine, command: Command): Promise<void>;
}

export function feedOf(inspector: Inspector): InspectorFeed {
  const wanted = new Map<string, string>();
  return {
    async attach(engine) {
      const { port1, port2 } = new MessageChannel();
      inspector.connect(port2);
      await engine.inspect(Comlink.transfer(port1, [port1]));
      for (const command of wanted.values()) await engine.inspectorCommand(command);
    },
    async pass(engine, command) {
      const json = JSON.stringify(command);
      const kind = kinds[command.kind] ?? '';
      if (wishes.includes(kind)) wanted.set(kind, json);
      await engine.inspectorCommand(json);
    },
  };
}
