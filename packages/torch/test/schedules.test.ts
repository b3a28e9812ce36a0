import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertClose } from '../../align/test/assertClose.ts';
import { noShared, readJson, shared } from '../../align/test/shared.ts';
import { type ScheduleName, schedule } from '../src/index.ts';

interface Case {
  readonly kind: string;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly rates: readonly number[];
}

const golden: { schedules: Case[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../align/test/golden/optim.json'), 'utf8'),
);

for (const { kind, learningRate: peak, warmupSteps, totalSteps, rates } of golden.schedules) {
  test(`${kind}, ${warmupSteps} of ${totalSteps} steps warm-up: the rates of transformers' get_scheduler`, () => {
    const rate = schedule(kind.split('_')[0] as ScheduleName, { peak, warmupSteps, totalSteps });
    assertClose(
      rates.map((_, i) => rate(i + 1)),
      rates,
      { rtol: 1e-11, atol: 1e-15 },
    );
  });
}

test('the cosine with warm-up follows the values that CS336 tests its own for', (t) => {
  const path = shared('reference', 'published.json');
  if (!path) return t.skip(noShared);
  const { cosine_schedule_with_warmup: published } = readJson(path);
  const { max_lr, min_lr, warmup_iters: warmupSteps, cosine_cycle_iters: totalSteps } = published;
  const rate = schedule('cosine', { peak: 1, warmupSteps, totalSteps });
  // Theirs ends at min_lr after the warm-up, ours at 0: the same curve between other ends.
  const theirs = (it: number) => (it < warmupSteps ? max_lr * rate(it + 1) : min_lr + (max_lr - min_lr) * rate(it + 1));
  const expected: number[] = published.expected_for_it_0_to_24;
  assertClose(
    expected.map((_, it) => theirs(it)),
    expected,
    { rtol: published.rtol },
  );
});

test('beyond its end a schedule stays where it ended', () => {
  for (const [name, end] of [
    ['constant', 2],
    ['linear', 0],
    ['cosine', 0],
  ] as const) {
    const rate = schedule(name, { peak: 2, warmupSteps: 1, totalSteps: 5 });
    assertClose([rate(6), rate(7), rate(100)], [end, end, end], { atol: 1e-15 });
  }
});

test('a warm-up as long as the run or longer rises to its end', () => {
  for (const name of ['constant', 'linear', 'cosine'] as const) {
    const rate = schedule(name, { peak: 1, warmupSteps: 4, totalSteps: 4 });
    assert.deepEqual([1, 2, 3, 4].map(rate), [0, 0.25, 0.5, 0.75]);
  }
});
