import { describe, expect, test } from 'vitest';
import {
  defaults,
  fields,
  fromHash,
  names,
  parseValue,
  toHash,
  toTrainConfig,
} from '../../web/src/app/settings';

describe('the address', () => {
  test('says nothing of the defaults', () => {
    expect(toHash(defaults())).toBe('');
    expect(fromHash('')).toEqual(defaults());
  });

  test('brings back every setting', () => {
    const settings = {
      ...defaults(),
      ...({ dataset: 'fashion', network: 'own', optimizer: 'nesterov', rate: 1e-5 } as const),
      ...{ layers: 'c1=conv,o6,k5x3;relu;sum=add@c1/relu', unit: 'c1:0.3.4', cell: '4-9' },
      ...({ batch: 7, schedule: 'step', augment: true, epochs: 9, seed: 0 } as const),
      ...({ picture: 12, range: 'all', threads: '1', device: 'gpu' } as const),
    };
    const hash = toHash(settings);
    expect(fromHash(hash)).toEqual(settings);
    for (const name of names) expect(hash).toContain(`${fields[name].key}=`);
  });

  test('keeps what others have put there', () => {
    const hash = toHash({ ...defaults(), seed: 3 }, '#heading=Edges%20first&seed=9&theme=dark');
    expect(hash).toBe('#heading=Edges%20first&theme=dark&seed=3');
  });

  test('keeps to the defaults where it makes no sense', () => {
    expect(fromHash('#lr=fast&batch=2.5&epochs=0&opt=magic&augment=yes&seed=-1&other=1')).toEqual(
      defaults(),
    );
  });
});

test('values are checked against their field', () => {
  expect(parseValue('rate', ' 0.01 ')).toBe(0.01);
  expect(parseValue('rate', '')).toBeUndefined();
  expect(parseValue('batch', '1e9')).toBeUndefined();
  expect(parseValue('schedule', 'cosine')).toBe('cosine');
  expect(parseValue('network', '<b>')).toBeUndefined();
});

test('the optimisers of the form are settings of the engine', () => {
  const of = (optimizer: string) => toTrainConfig({ ...defaults(), optimizer }).optimizer;
  expect(of('sgd')).toEqual({ type: 'sgd', lr: defaults().rate });
  expect(of('momentum')).toMatchObject({ type: 'sgd', momentum: 0.9 });
  expect(of('nesterov')).toMatchObject({ type: 'sgd', momentum: 0.9, nesterov: true });
  expect(of('adamw').type).toBe('adamw');
});
