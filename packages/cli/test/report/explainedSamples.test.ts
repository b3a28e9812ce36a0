import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type BinaryLabel,
  type Features,
  type FittedWeights,
  standardScenarios,
  weightTable,
} from '@attune/preferences';
import { explainedSamples, type SampleSource } from '../../src/report/dissect/explainedSamples.ts';
import type { SampleKind } from '../../src/report/dissect/words.ts';

const names = ['p', 'q'];
const fits: FittedWeights[] = [
  { judge: 'one', group: 'Code', mean: [2, 0.1], sd: [0.3, 0.4] },
  { judge: 'other', group: 'Code', mean: [-1, 0.1] },
  { judge: 'one', group: 'Advice', mean: [0.5, 0.5] },
];

function source(
  rows: readonly (readonly number[] | undefined)[],
  group = 'Code',
  labels: readonly BinaryLabel[] = [],
): SampleSource {
  const features: Features = {
    names,
    rows: rows.map((row) => ({ features: row && Float64Array.from(row), groups: [group] })),
  };
  return {
    ...{ weights: weightTable(names, fits, standardScenarios()), features, judges: ['one', 'other'] },
    ...{ groups: undefined, labels: new Map([['one', labels]]), texts: undefined },
  };
}

const shown = (of: SampleSource, count: number, asked: readonly number[] = []) => {
  const kinds: Partial<Record<SampleKind, string[]>> = {};
  for (const { kind, name } of explainedSamples(of, { count, asked })) (kinds[kind] ??= []).push(name);
  return kinds;
};

test('samples are shown by what makes them worth reading, each once', () => {
  // log-odds of the first judge: 2.1, 1.9, 0.1, −0.1, 0; the judges differ by 0.60 and 0.62, then by nothing
  const rows = [
    [1, 1],
    [1, -1],
    [0, 1],
    [0, -1],
    [0, 0],
  ];
  assert.deepEqual(shown(source(rows), 1), { apart: ['1'], surest: ['0'], undecided: ['2'] });
  assert.deepEqual(shown(source(rows), 5, [4, 1]), { asked: ['4', '1'], apart: ['0'], surest: ['2', '3'] });
});

test('a sample is foretold wrong where the first judge said the other thing', () => {
  const rows = [
    [1, 1],
    [1, 0],
    [-1, 0],
    [0, 0],
  ];
  const wrong = shown(source(rows, 'Code', ['B', 'A', 'A', 'A']), 9).wrong;
  assert.deepEqual(wrong, ['0', '2']); // the surest first; where nothing is foretold, nothing is wrong
  assert.equal(shown(source(rows, 'Code', [undefined, 'A', 'B', 'A']), 9).wrong, undefined);
});

test('shares lead from one half to the prediction, and where deviations are known it has an interval', () => {
  const [only] = explainedSamples(source([[1, -1]]), { count: 1, asked: [0] });
  const [one, other] = only!.judges;
  assert.deepEqual(only!.properties, [
    { name: 'p', feature: 1 },
    { name: 'q', feature: -1 },
  ]);
  const close = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 1e-12, `${value}`);
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  close(one!.prediction, sigmoid(1.9));
  close(0.5 + one!.shares[0]! + one!.shares[1]!, sigmoid(1.9));
  close(one!.interval![0], sigmoid(1.9 - 1.645 * 0.5)); // 0.3² + 0.4² = 0.5²
  assert.equal(other!.interval, undefined);
});

test('samples without features, or without a group of which every judge has weights, are in no kind', () => {
  assert.deepEqual(shown(source([undefined, [1, 0]]), 9, [0]), { apart: ['1'] });
  assert.deepEqual(shown(source([[1, 0]], 'Advice'), 9), {});
  const indexed = {
    ...source(
      [
        [1, 0],
        [1, 0],
      ],
      'nowhere',
    ),
    groups: new Map([['Code', [1]]]),
  };
  assert.deepEqual(shown(indexed, 9), { apart: ['1'] });
});
