import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DissectProperty, JudgeWeights } from '../../shared/dissect.ts';
import { degreeOf, orderOf, weightScale } from '../../web/src/features/dissect/weightScale.ts';
import * as words from '../../web/src/features/dissect/words.ts';

const judge = (name: string, means: Partial<Record<DissectProperty, number>>): JudgeWeights => ({
  ...{ judge: name, samples: 100, needs: null, foretold: null },
  weights: Object.entries(means).map(([property, mean]) => ({
    ...{ property: property as DissectProperty, mean, samples: 10 },
    ...{ q05: mean - 0.2, q25: mean - 0.1, q75: mean + 0.1, q95: mean + 0.2 },
  })),
});

test('no preference is 50 % and in the middle; the axis is as wide to both sides and holds every interval', () => {
  assert.equal(degreeOf(0), 0.5);
  assert.ok(Math.abs(degreeOf(Math.log(3)) - 0.75) < 1e-12); // odds of three to one
  const judges = [judge('one', { lists: 1, length: -0.4 })];
  const { place, ticks } = weightScale(judges);
  assert.equal(place(0), 50);
  assert.ok(place(1.2) <= 100);
  assert.ok(Math.abs(place(0.7) + place(-0.7) - 100) < 1e-9);
  assert.deepEqual(
    ticks.map(({ percent }) => percent),
    [30, 40, 50, 60, 70], // σ(1.3) is 79 %
  );
});

test('properties are in the order in which the first judge minds them, with those that only others have at the end', () => {
  const judges = [judge('one', { lists: 0.1, length: -0.4 }), judge('other', { refusal: 2, lists: 0 })];
  assert.deepEqual(orderOf(judges), ['length', 'lists', 'refusal']);
});

test('every property and group has its words in both languages', () => {
  const keys = (texts: object): unknown =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, typeof text === 'string' ? '' : keys(text)]));
  assert.deepEqual(keys(words.zh), keys(words.en));
});
