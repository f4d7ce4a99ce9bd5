import { expect, test } from 'vitest';
import { choose } from '../../web/src/engine/threads';
import { Inspection } from '../../web/src/engine/inspection';
import type { EngineModule, SessionHandle } from '../../web/src/engine/module';
import type { EngineApi } from '../../web/src/engine/api';
import type { Remote } from 'comlink';
import { codeOf } from '../../web/src/inspector/input';
import { feedOf } from '../../web/src/inspector/feed';
import { kinds, type Command } from '../../web/src/inspector/messages';
import { readFileSync } from 'node:fs';

const command = (kind: string, more: Partial<Command> = {}): Command => ({
  ...{ kind: kinds.indexOf(kind), name: '', names: [], count: 0, value: 0, on: false },
  ...more,
});

test('commands have the numbers that the engine gives them', () => {
  const header = readFileSync('engine/probe/report.hpp', 'utf8');
  const list = /struct Command \{\s*enum class Kind \{([^}]*)\}/.exec(header)?.[1] ?? '';
  const names = [...list.replace(/\/\/.*/g, '').matchAll(/\b([a-z_]+)\b/g)].map(([, name]) => name);
  expect(kinds).toEqual(names);
});

test('keys have the numbers that the inspector gives them', () => {
  const header = readFileSync('engine/inspector/keys.hpp', 'utf8');
  expect(header).toContain('key_escape = 256');
  expect(header).toContain('key_pad_enter = 335');
  expect(
    ['KeyN', 'Digit1', 'Space', 'Escape', 'Backspace', 'ArrowRight', 'End'].map(codeOf),
  ).toEqual([78, 49, 32, 256, 259, 262, 269]);
  expect(codeOf('Tab')).toBe(-1); // stays the page's
});

test('the build for the inspector has the threads that the page would have without it', () => {
  const isolated = { isolated: true, cores: 2 };
  expect(choose('inspect-auto', isolated)).toEqual({ threads: 2, inspect: true });
  expect(choose('inspect-1', isolated)).toEqual({ threads: 1, why: 'wanted', inspect: true });
  expect(choose('inspect-auto', { isolated: false, cores: 2 })).toMatchObject({ threads: 1 });
});

test('reports go out one at a time, when the other side is ready and something is new', async () => {
  const { port1, port2 } = new MessageChannel();
  const reports: Uint8Array[] = [];
  port2.onmessage = ({ data }: MessageEvent<Uint8Array>) => void reports.push(data);
  const news = { count: 0 };
  const states: number[] = [];
  const module = {
    attend: () => undefined,
    probeReport: (_: SessionHandle, state: number) => {
      states.push(state);
      return news.count-- > 0 ? Uint8Array.of(1, 2, 3) : null;
    },
  } as unknown as EngineModule;
  const inspection = new Inspection(module, port1, () => 'running');
  const turn = () => new Promise((done) => setTimeout(done, 60));
  inspection.look({} as SessionHandle);
  news.count = 5;
  inspection.poke();
  await turn();
  expect(reports).toHaveLength(0); // nobody is ready
  port2.postMessage(0);
  await turn();
  expect(reports.map((each) => [...each])).toEqual([[1, 2, 3]]);
  inspection.poke();
  await turn();
  expect(reports).toHaveLength(1); // not drawn yet
  port2.postMessage(0);
  await turn();
  expect(reports).toHaveLength(2);
  expect(new Set(states)).toEqual(new Set([1]));
  inspection.end();
  port2.close();
});

test('another network, or another worker, is told what the inspector wants to see', async () => {
  const told: string[] = [];
  const engine = {
    inspect: () => Promise.resolve(),
    inspectorCommand: (json: string) => {
      told.push(kinds[(JSON.parse(json) as Command).kind] ?? '');
      return Promise.resolve();
    },
  } as unknown as Remote<EngineApi>;
  const feed = feedOf({ connect: (port) => port.close() });
  await feed.attach(engine);
  await feed.pass(engine, command('watch', { names: ['c1'] }));
  await feed.pass(engine, command('watch', { names: ['c2'] }));
  await feed.pass(engine, command('step_plan', { count: 1 }));
  await feed.pass(engine, command('record', { count: 10 }));
  told.length = 0;
  await feed.attach(engine);
  expect(told).toEqual(['watch', 'record']);
});
