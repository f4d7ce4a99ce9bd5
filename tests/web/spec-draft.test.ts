// The draft of the editor: what waits, what is on its way, and what becomes of it.
import { expect, test } from 'vitest';
import { changedOf, Draft } from '../../web/src/elements/editor-draft';
import type { CheckedNetwork } from '../../web/src/engine/api';

/** A network that is known by its number of layers. */
const net = (count: number) =>
  ({
    spec: { name: '', input: [1, 28, 28], layers: Array(count).fill({ type: 'relu' }) },
  }) as unknown as CheckedNetwork;

test('nothing is lost: an edit is handed out at once, and compared with what was before', () => {
  const draft = new Draft();
  const [one, two, three] = [net(1), net(2), net(3)];
  expect(draft.take(two, one, false)).toBe(two.spec);
  expect(draft).toMatchObject({ network: two, against: one, waiting: false });
  // The next edit does not wait for the first to arrive.
  expect(draft.take(three, one, false)).toBe(three.spec);
  expect(draft.against).toBe(two);
  draft.arrived(two);
  expect(draft.network).toBe(three);
  draft.settled(two.spec, two);
  draft.arrived(net(3));
  expect(draft).toMatchObject({ network: null, against: two, waiting: false });
});

test('something is learnt: edits wait, can be taken back, applied and discarded', () => {
  const draft = new Draft();
  const [one, two, three] = [net(1), net(2), net(3)];
  expect(draft.take(two, one, true)).toBeNull();
  expect(draft).toMatchObject({ waiting: true, canStepBack: false, against: one });
  draft.take(three, one, true);
  expect(draft.canStepBack).toBe(true);
  draft.stepBack();
  expect(draft).toMatchObject({ network: two, canStepBack: false, against: one });
  draft.stepBack();
  expect(draft).toMatchObject({ network: null, waiting: false });

  draft.take(two, one, true);
  expect(draft.apply()).toBe(two.spec);
  expect(draft.waiting).toBe(false);
  draft.arrived(two);
  expect(draft).toMatchObject({ network: null, against: one });

  draft.take(three, two, true);
  draft.discard();
  expect(draft).toMatchObject({ network: null, against: null });
});

test('an edit back to what there is leaves no draft', () => {
  const draft = new Draft();
  draft.take(net(2), net(1), true);
  expect(draft.take(net(1), net(1), true)).toBeNull();
  expect(draft).toMatchObject({ network: null, against: null, waiting: false });
});

test('a network that is refused after all waits again', () => {
  const draft = new Draft();
  const [one, two] = [net(1), net(2)];
  draft.take(two, one, false);
  draft.settled(two.spec, one);
  expect(draft).toMatchObject({ network: two, waiting: true });
});

test('edits that end where they began leave nothing waiting', () => {
  const draft = new Draft();
  const one = net(1);
  draft.take(net(2), one, false);
  draft.take(net(1), one, false);
  draft.settled(net(2).spec, one);
  draft.settled(net(1).spec, one);
  expect(draft).toMatchObject({ network: null, waiting: false });
});

test('layers that are to stay are found out when they change or go', () => {
  const layers = [
    { type: 'relu', name: 'a' },
    { type: 'dropout', name: 'b', p: 0.5, inputs: ['a'] },
  ];
  const spec = { name: '', input: [1, 28, 28], layers };
  const rewired = { ...spec, layers: [layers[0]!, { p: 0.5, type: 'dropout', name: 'b' }] };
  const other = { ...spec, layers: [layers[0]!, { ...layers[1]!, p: 0.1 }] };
  expect(changedOf(['a', 'b', 'c'], spec, rewired)).toBeUndefined();
  expect(changedOf(['a', 'b'], spec, other)).toBe('b');
  expect(changedOf(['a'], spec, other)).toBeUndefined();
  expect(changedOf(['b'], spec, { ...spec, layers: layers.slice(0, 1) })).toBe('b');
  expect(changedOf(['*'], spec, other)).toBe('a');
  expect(changedOf(['*'], spec, { ...spec, name: 'other' })).toBeUndefined();
});

test('a network from elsewhere takes the place of all of it', () => {
  const draft = new Draft();
  draft.take(net(2), net(1), true);
  draft.arrived(net(5));
  expect(draft).toMatchObject({ network: null, against: null, waiting: false });
});
