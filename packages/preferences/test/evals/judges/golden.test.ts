import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type BiasTerm, type Choice, type Comparison, judgesReport } from '../../../src/index.ts';
import { compared, turned } from '../comparison.ts';

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/judges.json'), 'utf8'));

interface Item {
  readonly lengths: [number, number];
  readonly own: 0 | 1;
  readonly people: Choice[];
  readonly said: ['a' | 'b', Choice][];
}

/** What one said of an item, the responses in either order. */
function said(i: number, { lengths, own }: Item, choice: Choice, judge: string, shownFirst?: 'a' | 'b'): Comparison {
  const comparison = compared(String(i), choice, {
    judge,
    texts: ['x'.repeat(lengths[0]), 'y'.repeat(lengths[1])],
    sources: own === 0 ? ['gpt-4', 'vicuna'] : ['vicuna', 'gpt-4'],
    ...(shownFirst && { shownFirst }),
  });
  return i % 3 ? comparison : turned(comparison);
}

const items = golden.items as Item[];
const report = judgesReport(
  items.flatMap((item, i) => item.said.map(([first, choice]) => said(i, item, choice, 'gpt-4', first))),
  {
    people: items.flatMap((item, i) => item.people.map((choice, k) => said(i, item, choice, `p${k}`))),
  },
).judges[0]!;

test(`the regression of a judge's biases and its errors over items are those of ${golden.source}`, () => {
  const { terms, weights, errors } = golden.regression as { terms: BiasTerm[]; weights: number[]; errors: number[] };
  for (const [j, term] of terms.entries()) {
    const { value, interval } = report.biases!.coefficients[term]!;
    assert.ok(Math.abs(value - weights[j]!) < 1e-8, `${term}: ${value} and ${weights[j]}`); // ten digits are written
    assert.ok(Math.abs((interval[1] - value) / 1.959963984540054 - errors[j]!) < 1e-8, term);
  }
});

test(`kappa with people is ${golden.source}'s of the verdicts in both orders`, () => {
  assert.ok(Math.abs(report.people!.kappa!.value - golden.kappa) < 1e-11);
});
