import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Choice,
  type Comparison,
  reportedHumanEvaluation,
  type SideBySideRow,
  seededRandom,
  sideBySide,
  sideBySideRow,
} from '../../src/index.ts';
import { compared, turned } from './comparison.ts';

const near = (actual: number, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

const comparisons = fc.array(
  fc.record({
    choice: fc.constantFrom<Choice>('a', 'b', 'tie', 'skip'),
    category: fc.constantFrom('writing', 'maths', undefined),
    isTurned: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

const made = (rows: readonly { choice: Choice; category: string | undefined; isTurned: boolean }[]): Comparison[] =>
  rows.map(({ choice, category, isTurned }, i) => {
    const comparison = compared(String(i), choice, { sources: ['new', 'old'], note: category });
    return isTurned ? turned(comparison) : comparison;
  });

const byNote = ({ note }: Comparison) => note;

test('win, tie and lose are 100 % in every row, and all decided comparisons are in the table (C29)', () => {
  fc.assert(
    fc.property(comparisons, (rows) => {
      const { overall, categories, skips, others } = sideBySide({ system: 'new' }, made(rows), byNote);
      const shown = [...categories.values(), ...(overall ? [overall] : [])];
      for (const row of shown) {
        near(row.win + row.tie + row.lose, 100);
        assert.equal(row.wins + row.ties + row.losses, row.n);
        near(row.net, row.win - row.lose);
        assert.ok(row.interval[0] <= row.interval[1] && row.interval[0] >= -100 && row.interval[1] <= 100);
      }
      assert.equal((overall?.n ?? 0) + skips, rows.length);
      assert.equal(others, 0);
    }),
  );
});

test('swapping the systems changes the sign of every net, and exchanges win and lose (C29)', () => {
  fc.assert(
    fc.property(comparisons, (rows) => {
      const [as, not] = ['new', 'old'].map((system) => sideBySide({ system }, made(rows), byNote));
      const mirrored = (row: SideBySideRow | undefined, other: SideBySideRow | undefined) => {
        if (!row || !other) return assert.equal(row, other);
        assert.deepEqual([row.wins, row.ties, row.losses], [other.losses, other.ties, other.wins]);
        near(row.net, -other.net);
        near(row.standardError, other.standardError);
        near(row.interval[0], -other.interval[1]);
      };
      mirrored(as!.overall, not!.overall);
      for (const [category, row] of as!.categories) mirrored(row, not!.categories.get(category));
    }),
  );
});

test('the reported table has a standard error of 3.3 points (C29)', () => {
  const { win, tie, lose, net, standardError, n } = reportedHumanEvaluation.row;
  assert.deepEqual([win, tie, lose, net, n], [30, 55, 15, 15, 400]);
  near(standardError, 100 * Math.sqrt((0.45 - 0.0225) / 400), 1e-12);
  assert.equal(standardError.toFixed(1), '3.3');
});

test('the interval holds the truth 95 times of 100, also for few comparisons, and is never empty', () => {
  // 2,000 tables each; two standard errors of a share of 0.95 are 1 point, and the interval may be a little wide
  for (const n of [10, 60]) {
    const random = seededRandom(n);
    let held = 0;
    for (let table = 0; table < 2000; table++) {
      const tally = { win: 0, tie: 0, loss: 0 };
      for (let i = 0; i < n; i++) {
        const u = random.uniform();
        tally[u < 0.3 ? 'win' : u < 0.85 ? 'tie' : 'loss']++;
      }
      const [low, high] = sideBySideRow(tally).interval;
      if (low <= 15 && 15 <= high) held++;
    }
    assert.ok(held / 2000 > 0.94 && held / 2000 < 0.985, `${n}: ${held / 2000}`);
  }
  const [low, high] = sideBySideRow({ win: 5, tie: 0, loss: 0 }).interval;
  assert.ok(low < 100 && high <= 100 && low > 0);
});

test('nothing decided gives no row', () => {
  const { overall, categories, skips, others } = sideBySide({ system: 'new' }, [
    compared('1', 'skip', { sources: ['new', 'old'] }),
    compared('2', 'a', { sources: ['x', 'old'] }),
  ]);
  assert.deepEqual([overall, categories.size, skips, others], [undefined, 0, 1, 1]);
});
