import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { tensor, tidy, zeros } from '@attune/torch';
import {
  inOrder,
  type LogitsStep,
  minP,
  repetitionPenalty,
  type Sampling,
  stepsOf,
  temperature,
  topK,
  topP,
} from '../../src/sampling/steps.ts';
import { assertClose } from '../assertClose.ts';
import { readJson } from '../shared.ts';

interface Golden {
  readonly source: string;
  readonly sampling: {
    readonly logits: number[][];
    readonly history: number[][];
    readonly cases: { settings: Partial<Sampling>; logits: (number | null)[][] }[];
  };
}

const { source, sampling }: Golden = readJson(join(import.meta.dirname, '../golden/optim.json'));

/** [rows, vocab] logits through a step, as rows of numbers. */
const shaped = (step: LogitsStep, rows: number[][], history: number[][] = rows.map(() => [])): number[][] =>
  tidy(() => {
    const logits = tensor(rows);
    const seen = tensor(
      rows.map((row, i) => row.map((_, token) => Number(history[i]!.includes(token)))),
      { dtype: 'bool' },
    );
    const values = step(logits, seen).toArray();
    return rows.map((row, i) => values.slice(i * row.length, (i + 1) * row.length));
  });

for (const { settings, logits } of sampling.cases) {
  test(`${JSON.stringify(settings)} gives the logits of ${source}`, () => {
    const step = stepsOf({ temperature: 1, ...settings });
    const expected = logits.map((row) => row.map((value) => value ?? Number.NEGATIVE_INFINITY));
    const ours = shaped(step, sampling.logits, sampling.history);
    for (const [i, row] of expected.entries()) assertClose(ours[i]!, row, { rtol: 1e-6, atol: 1e-7 }); // float32 both
  });
}

/** The tokens that a step leaves possible, of a vocabulary of four with these probabilities. */
function keptBy(step: LogitsStep, probs: number[]): number[] {
  const [row] = shaped(step, [probs.map(Math.log)]);
  return row!.flatMap((logit, token) => (logit > Number.NEGATIVE_INFINITY ? [token] : []));
}

test('topP keeps the fewest tokens whose mass reaches p', () => {
  const probs = [0.0, 0.5, 0.4, 0.1];
  assert.deepEqual(keptBy(topP(0.4), probs), [1]); //        0.5 alone is enough
  assert.deepEqual(keptBy(topP(0.6), probs), [1, 2]); //     0.5 is not, 0.9 is
  assert.deepEqual(keptBy(topP(0.95), probs), [1, 2, 3]);
  assert.deepEqual(keptBy(topP(1e-9), probs), [1]); //       one always stays
});

test('topK keeps the k likeliest, ties with the last of them, and all where there are fewer', () => {
  const probs = [0.1, 0.5, 0.3, 0.1];
  assert.deepEqual(keptBy(topK(1), probs), [1]);
  assert.deepEqual(keptBy(topK(2), probs), [1, 2]);
  assert.deepEqual(keptBy(topK(3), probs), [0, 1, 2, 3]);
  assert.deepEqual(keptBy(topK(9), probs), [0, 1, 2, 3]);
});

test('minP keeps what is at least p times as likely as the likeliest', () => {
  const probs = [0.05, 0.5, 0.25, 0.2];
  assert.deepEqual(keptBy(minP(0.9), probs), [1]);
  assert.deepEqual(keptBy(minP(0.49), probs), [1, 2]);
  assert.deepEqual(keptBy(minP(0.3), probs), [1, 2, 3]);
  assert.deepEqual(keptBy(minP(0.05), probs), [0, 1, 2, 3]);
});

test('temperature divides, the repetition penalty divides positive logits of seen tokens and multiplies negative ones', () => {
  assert.deepEqual(shaped(temperature(2), [[2, -1, 0, 4]]), [[1, -0.5, 0, 2]]);
  assert.deepEqual(shaped(repetitionPenalty(2), [[2, -1, 0, 4]], [[0, 1, 2]]), [[1, -2, 0, 4]]);
});

test('steps apply left to right, each row for itself', () => {
  const probs = [0.4, 0.3, 0.2, 0.1];
  assert.deepEqual(keptBy(inOrder(topK(2), topP(0.5)), probs), [0]); //      0.4 of the 0.7 left is more than half
  assert.deepEqual(keptBy(inOrder(topP(0.5), topK(2)), probs), [0, 1]);
  const both = shaped(topK(1), [
    [1, 2],
    [4, 3],
  ]);
  assert.deepEqual(both, [
    [Number.NEGATIVE_INFINITY, 2],
    [4, Number.NEGATIVE_INFINITY],
  ]);
});

test('settings that ask for nothing change nothing', () => {
  tidy(() => {
    const logits = zeros([1, 4]);
    assert.equal(stepsOf({ temperature: 1, topP: 1, minP: 0, repetitionPenalty: 1 })(logits, logits), logits);
    assert.equal(stepsOf({ temperature: 0 })(logits, logits), logits);
  });
});
