import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { balancedPlaces, balanceLengths, bucketEdges, type KeyedLengths, type Pair } from '../../src/index.ts';
import { sharedData } from '../files.ts';

const length = fc.integer({ min: 0, max: 600 });
const lengthsOf = fc
  .array(fc.record({ chosen: length, rejected: length }), { maxLength: 120 })
  .map((pairs) => pairs.map((pair, i): KeyedLengths => ({ key: `pair ${i}`, ...pair })));
const seed = fc.integer();
const edges = fc
  .uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 6 })
  .map((ends) => [0, ...ends.sort((a, b) => a - b)]);

/** The bucket of a pair, worked out by looking for it; -1 for equal lengths. */
function bucketOf({ chosen, rejected }: KeyedLengths, ends: readonly number[]): number {
  const difference = Math.abs(chosen - rejected);
  if (difference === 0) return -1;
  return ends.findIndex((from, i) => from <= difference && difference < (ends[i + 1] ?? Infinity));
}

test('the counts of each bucket are those of the golden vectors', (t) => {
  const path = join(sharedData, 'chatglm-rlhf/golden_vectors.json');
  if (!existsSync(path)) return t.skip('../shared/data/chatglm-rlhf is not here');
  const golden = JSON.parse(readFileSync(path, 'utf8')).bucket_balancing;
  const pairs = golden.pairs.map((pair: Record<string, number>) => ({
    key: String(pair.id),
    chosen: pair.len_chosen,
    rejected: pair.len_rejected,
  }));
  const ends = golden.bucket_edges_abs_diff.slice(0, -1);
  const { kept, report } = balancedPlaces(pairs, { seed: 1, edges: ends });
  assert.equal(kept.length, golden.expected_total_kept);
  assert.equal(report.buckets.length, Object.keys(golden.expected_by_bucket).length);
  let equal = 0;
  for (const [i, { before, after }] of report.buckets.entries()) {
    const expected = golden.expected_by_bucket[i];
    assert.deepEqual(before, { betterLonger: expected.chosen_longer, betterShorter: expected.rejected_longer });
    assert.deepEqual(after, { betterLonger: expected.kept_each_side, betterShorter: expected.kept_each_side });
    equal += expected.equal;
  }
  assert.equal(report.equal, equal);
});

test('C3: in every bucket both sides are equal afterwards, and the kept are twice the smaller sides and the equal', () => {
  fc.assert(
    fc.property(lengthsOf, seed, edges, (pairs, seed, ends) => {
      const { kept, report } = balancedPlaces(pairs, { seed, edges: ends });
      const sides = (places: readonly number[], bucket: number) => {
        const inside = places.map((place) => pairs[place]!).filter((pair) => bucketOf(pair, ends) === bucket);
        const longer = inside.filter(({ chosen, rejected }) => chosen > rejected).length;
        return { betterLonger: longer, betterShorter: inside.length - longer };
      };
      let expected = pairs.filter(({ chosen, rejected }) => chosen === rejected).length;
      for (const [i, bucket] of report.buckets.entries()) {
        const before = sides([...pairs.keys()], i);
        assert.deepEqual(bucket.before, before);
        const smaller = Math.min(before.betterLonger, before.betterShorter);
        assert.deepEqual(sides(kept, i), { betterLonger: smaller, betterShorter: smaller });
        assert.deepEqual(bucket.after, sides(kept, i));
        assert.equal(bucket.dropped, before.betterLonger + before.betterShorter - 2 * smaller);
        expected += 2 * smaller;
      }
      assert.equal(kept.length, expected);
      assert.equal(report.kept, expected);
    }),
  );
});

test('nothing is lost without being counted', () => {
  fc.assert(
    fc.property(lengthsOf, seed, (pairs, seed) => {
      const { kept, report } = balancedPlaces(pairs, { seed });
      assert.equal(report.pairs, pairs.length);
      assert.equal(report.kept + report.dropped, pairs.length);
      assert.equal(
        report.buckets.reduce((sum, { dropped }) => sum + dropped, 0),
        report.dropped,
      );
      assert.equal(new Set(kept).size, kept.length);
    }),
  );
});

test('C4: any rule that goes by the bucket and which side is longer is right on half of the unequal pairs', () => {
  fc.assert(
    fc.property(
      lengthsOf,
      seed,
      fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
      (pairs, seed, preferLonger) => {
        const { kept } = balancedPlaces(pairs, { seed });
        const unequal = kept.map((place) => pairs[place]!).filter(({ chosen, rejected }) => chosen !== rejected);
        const right = unequal.filter(
          (pair) => preferLonger[bucketOf(pair, bucketEdges)] === pair.chosen > pair.rejected,
        ).length;
        assert.equal(2 * right, unequal.length);
      },
    ),
  );
});

test('C5: balancing again drops nothing', () => {
  fc.assert(
    fc.property(lengthsOf, seed, seed, (pairs, first, second) => {
      const once = balancedPlaces(pairs, { seed: first }).kept.map((place) => pairs[place]!);
      assert.equal(balancedPlaces(once, { seed: second }).report.dropped, 0);
    }),
  );
});

test('C5: which pairs are kept does not depend on their order', () => {
  fc.assert(
    fc.property(
      lengthsOf.chain((pairs) => fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length }))),
      seed,
      ([pairs, shuffled], seed) => {
        const keys = (from: readonly KeyedLengths[]) =>
          balancedPlaces(from, { seed })
            .kept.map((place) => from[place]!.key)
            .sort();
        assert.deepEqual(keys(shuffled), keys(pairs));
      },
    ),
  );
});

test('C5: with one bucket length still predicts the label where long leads go with better; buckets take that away', () => {
  // 60 long leads and 60 short lags: the sign is balanced over all, but |difference| > 100 always means "longer"
  const pairs = Array.from({ length: 120 }, (_, i) => ({
    key: String(i),
    chosen: i < 60 ? 400 : 100,
    rejected: i < 60 ? 100 : 105,
  }));
  assert.equal(balancedPlaces(pairs, { seed: 0, edges: [0] }).kept.length, 120);
  const { kept, report } = balancedPlaces(pairs, { seed: 0 });
  assert.equal(kept.length, 0);
  assert.equal(report.lostShare, 1);
});

test('with 72 of 100 better responses the longer ones, 44 % of the pairs go', () => {
  // the specification's example: 1 − 2·0.28
  const pairs = Array.from({ length: 100 }, (_, i) => ({
    key: String(i),
    chosen: i < 72 ? 2 : 1,
    rejected: i < 72 ? 1 : 2,
  }));
  assert.equal(balancedPlaces(pairs, { seed: 5 }).report.lostShare.toFixed(2), '0.44');
});

test('another seed keeps others, and over many seeds each of the larger side is as likely to stay', () => {
  const pairs = Array.from({ length: 15 }, (_, i) => ({
    key: String(i),
    chosen: i < 10 ? 2 : 1,
    rejected: i < 10 ? 1 : 2,
  }));
  const stayed = Array<number>(15).fill(0);
  for (let seed = 0; seed < 2000; seed++) for (const place of balancedPlaces(pairs, { seed }).kept) stayed[place]!++;
  // each stays in half of 2000: standard deviation √500 = 22
  for (const count of stayed.slice(0, 10)) assert.ok(Math.abs(count - 1000) < 5 * 22, String(count));
  assert.deepEqual(stayed.slice(10), Array(5).fill(2000));
});

test('C6: pairs come back as they were, in their order', () => {
  const word = fc.string({ maxLength: 30 });
  const pair = fc.tuple(word, word, word).map(([prompt, chosen, rejected]): Pair => ({ prompt, chosen, rejected }));
  fc.assert(
    fc.property(fc.array(pair), seed, (pairs, seed) => {
      const before = structuredClone(pairs);
      const balanced = balanceLengths(pairs, (text) => text.length, { seed });
      assert.deepEqual(pairs, before);
      assert.deepEqual(
        balanced.places,
        balanced.places.toSorted((a, b) => a - b),
      );
      for (const [i, place] of balanced.places.entries()) assert.equal(balanced.pairs[i], pairs[place]);
    }),
  );
});

test('edges that do not rise from 0 are refused', () => {
  for (const edges of [[], [1, 2], [0, 5, 5], [0, Number.NaN]]) {
    assert.throws(() => balancedPlaces([], { seed: 0, edges }), { code: 'invalid_value' });
  }
});
