import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, randn, tidy } from '@attune/torch';
import fc from 'fast-check';
import { type NoiseOptions, type NoiseState, noiseDetector, type ThresholdRule } from '../../src/trainers/noise.ts';
import { assertClose } from '../assertClose.ts';

const seed = 20261122;
const rules: readonly ThresholdRule[] = ['exact', 'released'];
const exact = (window: number, noiseShare: number): NoiseOptions => ({ window, noiseShare, rule: 'exact' });

/** Margins in micro-batches of one to four. */
const anyStream = fc.array(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 40,
});
const anyWindow = fc.integer({ min: 1, max: 12 });
const anyPercent = fc.integer({ min: 0, max: 100 });

/** The flags of a stream of micro-batches, one after the other. */
function flagsOf(options: NoiseOptions, stream: readonly (readonly number[])[], state?: NoiseState): boolean[] {
  const detect = noiseDetector(options, state);
  return stream.flatMap((margins) => detect(margins).flagged);
}

const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;

test('of a window of n different margins exactly ⌊n·K/100⌋ are flagged, the least', () => {
  const distinct = fc.uniqueArray(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(distinct, anyPercent, (margins, percent) => {
      const { flagged } = noiseDetector(exact(margins.length, percent / 100))(margins);
      const ascending = margins.toSorted((a, b) => a - b);
      const least = new Set(ascending.slice(0, Math.floor((margins.length * percent) / 100)));
      assert.deepEqual(
        flagged,
        margins.map((margin) => least.has(margin)),
      );
    }),
    { numRuns: 300, seed },
  );
});

test('a share that is no round number in binary loses no pair: 29 % of 100 are 29', () => {
  const margins = Array.from({ length: 100 }, (_, i) => i);
  for (let percent = 0; percent <= 100; percent++) {
    assert.equal(count(noiseDetector(exact(100, percent / 100))(margins).flagged), percent);
  }
});

test('K = 0 flags none, K = 100 % flags all', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (margins) => {
      assert.equal(count(noiseDetector(exact(margins.length, 0))(margins).flagged), 0);
      assert.equal(count(noiseDetector(exact(margins.length, 1))(margins).flagged), margins.length);
    }),
    { seed },
  );
});

test('exact: a pair is flagged when it is among the ⌊W·K⌋ least of the W most recent, itself and its micro-batch included', () => {
  const holdsItsBatch = fc.integer({ min: 4, max: 12 });
  fc.assert(
    fc.property(anyStream, holdsItsBatch, anyPercent, (stream, window, percent) => {
      const seen: number[] = [];
      const expected = stream.flatMap((margins) => {
        seen.push(...margins);
        const recent = seen.slice(-window);
        const rank = (margin: number) => recent.filter((other) => other <= margin).length; // 1 is the least
        return margins.map(
          (margin) => recent.length === window && rank(margin) <= Math.floor((window * percent) / 100),
        );
      });
      assert.deepEqual(flagsOf(exact(window, percent / 100), stream), expected);
    }),
    { numRuns: 400, seed },
  );
});

test('exact: of a micro-batch that is larger than the window all are judged, by its last', () => {
  assert.deepEqual(noiseDetector(exact(2, 0.5))([1, 9, 4, 5]), { flagged: [true, false, true, false], threshold: 5 });
});

test('exact: until the window has filled no pair is flagged, and the pair that fills it is the first that can be', () => {
  const falling = [9, 8, 7, 6, 5].map((margin) => [margin]);
  assert.deepEqual(flagsOf(exact(4, 0.5), falling), [false, false, false, true, true]);
  assert.deepEqual(flagsOf(exact(4, 1), falling), [false, false, false, true, true]);
  const detect = noiseDetector(exact(4, 0.5));
  const thresholds = falling.map((margins) => detect(margins).threshold);
  assert.deepEqual(thresholds, [-Infinity, -Infinity, -Infinity, 8, 7]);
});

test('exact: equal margins at the boundary are kept', () => {
  assert.deepEqual(noiseDetector(exact(4, 0.5))([1, 1, 1, 1]).flagged, [false, false, false, false]);
  assert.deepEqual(noiseDetector(exact(4, 0.5))([0, 1, 1, 2]).flagged, [true, false, false, false]);
});

test('exact: a strictly increasing transform of all confidences changes no flag', () => {
  const whole = fc.array(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 4 }));
  const transforms: ((margin: number) => number)[] = [
    (margin) => 1 / (1 + Math.exp(-margin)), // σ: different for integers up to ±20
    (margin) => Math.exp(margin),
    (margin) => margin ** 3 - 7,
    (margin) => 1.5 * margin, // what logits mixed without renormalisation would give
  ];
  fc.assert(
    fc.property(whole, anyWindow, anyPercent, (stream, window, percent) => {
      const options = exact(window, percent / 100);
      const plain = flagsOf(options, stream);
      for (const transform of transforms) {
        const transformed = stream.map((margins) => margins.map(transform));
        assert.deepEqual(flagsOf(options, transformed), plain);
      }
    }),
    { numRuns: 200, seed },
  );
});

/** The rule of the paper's code, as it runs: a list of the last means, and a boundary that is moved after each loss. */
function releasedFlags(stream: readonly (readonly number[])[], window: number, share: number): boolean[] {
  const means: number[] = [];
  let tau = 0;
  return stream.flatMap((margins) => {
    const flags = margins.map((margin) => !(margin > tau));
    means.push(margins.reduce((a, b) => a + b) / margins.length);
    if (means.length > window) means.shift();
    if (means.length === window) {
      const at = Math.trunc(window * share);
      const sorted = [...means].sort((a, b) => a - b);
      tau = (sorted[at]! + sorted[at + 1]!) / 2;
    }
    return flags;
  });
}

test('released: the boundary is the mean of entries ⌊W·K⌋ and the next of the last means, moved after the loss, from 0', () => {
  const window = fc.integer({ min: 4, max: 12 });
  fc.assert(
    fc.property(anyStream, window, fc.integer({ min: 0, max: 50 }), (stream, W, percent) => {
      const options = { window: W, noiseShare: percent / 100, rule: 'released' } as const;
      assert.deepEqual(flagsOf(options, stream), releasedFlags(stream, W, percent / 100));
    }),
    { numRuns: 400, seed },
  );
});

test('released: of 50 margins at 10 % six lie below the boundary, between entries 5 and 6 counted from 0', () => {
  const detect = noiseDetector({ window: 50, noiseShare: 0.1, rule: 'released' });
  for (let margin = 50; margin > 0; margin--) {
    assert.deepEqual(detect([margin]), { flagged: [false], threshold: 0 });
  }
  assert.deepEqual(detect([6, 6.5, 7]), { flagged: [true, true, false], threshold: 6.5 }); // 1 … 5 and 6, then 7
});

// Independent margins, one pair after the other. 30,000 flags of these rates have a standard error of 0.002.
for (const [rule, rate, why] of [
  ['exact', 0.1, '5 of 50'],
  ['released', 6.5 / 51, '6.5 of 51 places among the 50 before it'],
] as const) {
  test(`${rule}: in the long run ${(rate * 100).toFixed(2)} % are flagged: ${why}`, () => {
    const pairs = 30_000;
    const margins = tidy(() => randn([pairs], new Random(7)).toArray());
    const detect = noiseDetector({ window: 50, noiseShare: 0.1, rule });
    const flags = margins.map((margin) => detect([margin]).flagged[0]!);
    assertClose(count(flags.slice(50)) / (pairs - 50), rate, { atol: 0.005, what: 'rate' });
  });
}

for (const rule of rules) {
  test(`${rule}: a window goes on from plain numbers as if it had never stopped, wherever it stopped`, () => {
    fc.assert(
      fc.property(anyStream, anyWindow, fc.nat(40), (stream, window, stop) => {
        const options = { window, noiseShare: 0.3, rule };
        const state: NoiseState = { recent: [] };
        const before = flagsOf(options, stream.slice(0, stop), state);
        assert.ok(state.recent.length <= window, 'and remembers no more than its window');
        const saved = JSON.parse(JSON.stringify(state)) as NoiseState;
        const after = flagsOf(options, stream.slice(stop), saved);
        assert.deepEqual([...before, ...after], flagsOf(options, stream));
      }),
      { numRuns: 100, seed },
    );
  });
}

test('two detectors know nothing of each other', () => {
  const [one, other] = [noiseDetector(exact(2, 0.5)), noiseDetector(exact(2, 0.5))];
  one([5, 6]);
  assert.deepEqual(other([7]), { flagged: [false], threshold: -Infinity });
});

test('a window below one, or no whole number, and a share outside 0 to 1 are refused', () => {
  for (const window of [0, -1, 2.5, Number.NaN]) {
    assert.throws(() => noiseDetector(exact(window, 0.1)), { code: 'invalid_value', message: /window/ });
  }
  for (const share of [-0.1, 1.1, 10, Number.NaN]) {
    assert.throws(() => noiseDetector(exact(50, share)), { code: 'invalid_value', message: /noiseShare/ });
  }
});
