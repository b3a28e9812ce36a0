import assert from 'node:assert/strict';
import { test } from 'node:test';
import { biasRegression } from '../../../src/evals/judges/biasRegression.ts';
import type { JudgedPair } from '../../../src/evals/judges/items.ts';
import { seededRandom } from '../../../src/index.ts';
import { sigmoid } from '../../../src/stats/logistic.ts';

const truth = { length: 0.8, first: 0.4, own: 0.5, people: 1 };
const terms = Object.keys(truth) as (keyof typeof truth)[];

/** Items judged in both orders by a judge of these weights, which leans one way on an item for reasons of its own. */
function drawn(seed: number, { lean }: { lean: number }): JudgedPair[] {
  const random = seededRandom(seed);
  const lengths = Array.from({ length: 120 }, () => [1 + random.below(400), 1 + random.below(400)] as const);
  const scale = Math.sqrt(lengths.reduce((sum, [a, b]) => sum + (a - b) ** 2, 0) / lengths.length);
  return lengths.map(([a, b]): JudgedPair => {
    const own = random.below(2) ? 1 : -1;
    const better = random.below(2) ? 1 : -1;
    const mood = random.uniform() < lean ? (random.below(2) ? 'a' : 'b') : undefined;
    const said = (['a', 'b'] as const).map((shownFirst) => {
      const order = shownFirst === 'a' ? 1 : -1;
      const z =
        truth.length * Math.tanh((a - b) / scale) + truth.first * order + truth.own * own + truth.people * better;
      return { shownFirst, choice: mood ?? (random.uniform() < sigmoid(z) ? ('a' as const) : ('b' as const)) };
    });
    return {
      lengths: [a, b],
      sources: own === 1 ? ['mine', 'theirs'] : ['theirs', 'mine'],
      said: new Map([['judge', said]]),
      people: [better === 1 ? 'a' : 'b'],
    };
  });
}

const isOwn = (_: string, source: string) => source === 'mine';

test('intervals hold the truth at about the rate they claim, in 400 simulated judges of 240 choices', () => {
  const held = { length: 0, first: 0, own: 0, people: 0 };
  for (let seed = 0; seed < 400; seed++) {
    const { coefficients } = biasRegression(drawn(seed, { lean: 0 }), 'judge', isOwn)!;
    for (const term of terms) {
      const [low, high] = coefficients[term]!.interval;
      if (low <= truth[term] && truth[term] <= high) held[term]++;
    }
  }
  // 95 % of 400 is 380, give or take three standard deviations of 4.4
  for (const term of terms) assert.ok(Math.abs(held[term] - 380) <= 14, `${term}: ${held[term]} of 400`);
});

test('choices of one item that hang together widen the intervals of what does not vary within it', () => {
  const widths = (lean: number) => {
    const { coefficients } = biasRegression(drawn(1, { lean }), 'judge', isOwn)!;
    const width = (term: 'length' | 'own') => coefficients[term]!.interval[1] - coefficients[term]!.interval[0];
    return { length: width('length'), own: width('own') };
  };
  const [free, leaning] = [widths(0), widths(0.9)];
  assert.ok(leaning.length > 1.1 * free.length && leaning.own > 1.1 * free.own);
});

test('every choice twice says nothing new: the same weights and the same intervals', () => {
  const once = drawn(2, { lean: 0 });
  const twice = once.map((pair) => ({
    ...pair,
    said: new Map([['judge', pair.said.get('judge')!.flatMap((s) => [s, s])]]),
  }));
  const [a, b] = [once, twice].map((pairs) => biasRegression(pairs, 'judge', isOwn)!.coefficients);
  for (const term of terms) {
    assert.ok(Math.abs(a![term]!.value - b![term]!.value) < 1e-9);
    assert.ok(Math.abs(a![term]!.interval[0] - b![term]!.interval[0]) < 1e-9);
  }
});

test('where people decided some of the items only those count; where they decided none, all do', () => {
  const pairs = drawn(3, { lean: 0 });
  const some = pairs.map((pair, i) => (i < 50 ? pair : { ...pair, people: [] }));
  assert.deepEqual(biasRegression(some, 'judge', isOwn), biasRegression(pairs.slice(0, 50), 'judge', isOwn));
  const none = biasRegression(
    pairs.map((pair) => ({ ...pair, people: [] })),
    'judge',
    isOwn,
  )!;
  assert.deepEqual([none.items, none.choices, none.coefficients.people], [120, 240, undefined]);
});

test('without two items, or without anything that varies, there is no regression', () => {
  const [pair] = drawn(4, { lean: 0 }) as [JudgedPair];
  assert.equal(biasRegression([pair], 'judge', isOwn), undefined);
  assert.equal(biasRegression([], 'judge', isOwn), undefined);
  const alike: JudgedPair = {
    lengths: [5, 5],
    sources: [undefined, undefined],
    said: new Map([['judge', [{ choice: 'a', shownFirst: undefined }]]]),
    people: [],
  };
  assert.equal(biasRegression([alike, alike], 'judge', isOwn), undefined);
});
