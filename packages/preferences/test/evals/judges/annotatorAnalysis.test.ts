import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotatedItems, annotatorAnalysis, judgedPairs, peopleAnalysis } from '../../../src/index.ts';
import { compared } from '../comparison.ts';

const near = (actual: number | undefined, expected: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-12, `${actual} and ${expected}`);

test("people among themselves: the three cases that AlpacaEval's own tests of its analysis give", () => {
  // tatsu-lab/alpaca_eval, tests/test_analyze.py: one of four against the three others
  near(
    peopleAnalysis([
      [1, 1, 1, 1],
      [2, 2, 2, 1],
    ]).agreement,
    0.875,
  );
  near(
    peopleAnalysis([
      [1, 1, 1, 1],
      [2, 2, 2, 1.5],
    ]).agreement,
    0.9375,
  );
  near(
    peopleAnalysis([
      [1, 1, 1, 1],
      [1.9, 1.8, 1.7, 1.6],
    ]).agreement,
    0.925,
  );
});

test('people have no bias, and vary by what they do not agree', () => {
  const { agreement, bias, variance, parsed } = peopleAnalysis([[1, 1, 2], [2]]);
  // a 1 beside 1 and 2 agrees by ½, the 2 beside two 1 not at all; by place: ½, ½, 0
  near(agreement, 1 / 3);
  assert.deepEqual([bias, parsed], [0, 4]);
  near(variance, 2 / 3);
});

test('a judge beside people: agreement of one, bias of the mode, variance against itself, by hand', () => {
  const found = annotatorAnalysis([
    { judge: [1, 1, 1, 2], people: [1, 1, 1, 2] },
    { judge: [2, 2, 1, 1], people: [1, 1, 2, 2] },
    { judge: [1.5, 1.5, 1.5, 1.5], people: [2, 2, 2, 2] },
  ]);
  // by place: (1, ½, ½), (1, ½, ½), (1, ½, ½), (0, ½, ½)
  near(found.agreement, (3 * (2 / 3) + 1 / 3) / 4);
  near(found.bias, (0 + 1 / 2 + 1 / 2) / 3); // modes 1 and 1; either and either; 1.5 and 2
  // left out: 1, 1, 1 against 1 twice and 2 (1), 2 against 1 (0); each of 2 2 1 1 against the other two of three (0); 1
  near(found.variance, 1 - (3 * ((1 + 0 + 1) / 3) + (0 + 0 + 1) / 3) / 4);
  assert.equal(found.parsed, 12);
});

test('a judge that says the same each time has no variance, and its bias is what it does not agree', () => {
  const { agreement, bias, variance } = annotatorAnalysis([
    { judge: [1, 1], people: [1, 2, 1] },
    { judge: [2, 2], people: [1, 1, 1] },
  ]);
  assert.deepEqual([agreement, bias, variance], [0.5, 0.5, 0]);
});

test('comparisons become preferences of one order of the responses, skips none', () => {
  const people = (['a', 'tie'] as const).map((choice) => compared('1', choice, { judge: 'ann' }));
  const pairs = judgedPairs([compared('1', 'b'), compared('1', 'skip')], people);
  const [{ judge, people: said }] = annotatedItems(pairs, 'me') as [{ judge: number[]; people: number[] }];
  assert.equal(judge.length, 1);
  near(judge[0]! + said[0]!, 3); // b is 2 where a is 1, whichever of the two stands first
  assert.equal(said[1], 1.5);
});
