import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seededRandom, shuffled, xoshiro128 } from '../../src/index.ts';

test('xoshiro128** gives the published sequence', () => {
  // the first ten outputs of the authors' xoshiro128starstar.c (v1.1) from state {1, 2, 3, 4}, as the tests of Rust's
  // rand_xoshiro quote them
  const expected = [
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ];
  const next = xoshiro128([1, 2, 3, 4]);
  assert.deepEqual(expected.map(next), expected);
});

test('a seed is expanded by splitmix32', () => {
  // state of seed 42, computed apart in Python with big integers: w += 0x9e3779b9 and MurmurHash3's fmix32 of w
  const next = xoshiro128([939911724, 3948730756, 321366731, 3317318717]);
  const random = seededRandom(42);
  assert.deepEqual([next(), next(), next()], [random.uint32(), random.uint32(), random.uint32()]);
});

test('the same seed gives the same stream, neighbouring seeds different ones', () => {
  const first = (seed: number) => Array.from({ length: 5 }, seededRandom(seed).uint32);
  assert.deepEqual(first(7), first(7));
  assert.equal(new Set(Array.from({ length: 100 }, (_, seed) => first(seed)[0])).size, 100);
});

test('uniform() is at least 0 and below 1, with mean 1/2', () => {
  const { uniform } = seededRandom(1);
  const draws = Array.from({ length: 10_000 }, uniform);
  assert.ok(draws.every((x) => x >= 0 && x < 1));
  const mean = draws.reduce((a, b) => a + b) / draws.length;
  assert.ok(Math.abs(mean - 0.5) < 4 * Math.sqrt(1 / 12 / draws.length)); // four standard errors; the seed is fixed
});

test('below(n) gives each of 0 … n − 1 about equally often', () => {
  const { below } = seededRandom(2);
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < 7000; i++) counts[below(7)]!++;
  for (const count of counts) assert.ok(Math.abs(count - 1000) < 4 * Math.sqrt(7000 * (1 / 7) * (6 / 7)));
});

test('shuffled keeps every item and leaves the original alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      const before = [...items];
      const after = shuffled(items, seededRandom(seed));
      assert.deepEqual(items, before);
      assert.deepEqual([...after].sort(), [...items].sort());
    }),
  );
});
