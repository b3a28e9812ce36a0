import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { trainingCurves } from '../../src/report/curves.ts';
import { binShares, histogram, median } from '../../src/report/histogram.ts';
import { intervalPlot } from '../../src/report/intervalPlot.ts';
import { lineChart, smooth } from '../../src/report/lineChart.ts';
import { extent, nice, ticks } from '../../src/report/scale.ts';

const number = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((x) => (Math.abs(x) < 1e-9 ? 0 : x));
const domain = fc
  .tuple(number, number)
  .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)])
  .filter(([low, high]) => high - low > 1e-6 * Math.max(1, Math.abs(low), Math.abs(high)));

test('ticks are round numbers inside the domain, a few of them', () => {
  assert.deepEqual(ticks([0, 1], 4), [0, 0.5, 1]);
  assert.deepEqual(ticks([0.31, 0.72], 4), [0.4, 0.6]);
  assert.deepEqual(ticks([-3, 180], 5), [0, 50, 100, 150]);
  fc.assert(
    fc.property(domain, ([low, high]) => {
      const marks = ticks([low, high], 4);
      const slack = (high - low) * 1e-6;
      assert.ok(marks.length <= 5 && marks.length >= 1, `${marks}`);
      for (const mark of marks) assert.ok(mark >= low - slack && mark <= high + slack);
    }),
  );
});

test('a nice domain holds the domain and is at most two steps wider', () => {
  assert.deepEqual(nice([0.31, 0.72], 4), [0.2, 0.8]);
  fc.assert(
    fc.property(domain, ([low, high]) => {
      const [a, b] = nice([low, high], 4);
      const slack = (high - low) * 1e-6;
      assert.ok(a <= low + slack && b >= high - slack && b - a <= 2 * (high - low) + slack);
    }),
  );
});

test('an extent leaves out what is not finite, and is never empty', () => {
  assert.deepEqual(extent([3, Number.NaN, -1, Infinity]), [-1, 3]);
  assert.deepEqual(extent([]), [0, 1]);
  assert.deepEqual(extent([5, 5]), [4.5, 5.5]);
  assert.deepEqual(extent([0]), [-1, 1]);
});

test('smoothing is the weighted mean of the past, with weights that fall by the same factor', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 }), (ys) => {
      const w = 0.8;
      const smoothed = smooth(
        ys.map((y, x) => ({ x, y })),
        w,
      );
      smoothed.forEach(({ y }, t) => {
        const weights = ys.slice(0, t + 1).map((_, i) => w ** (t - i)); // the definition as a sum
        const total = weights.reduce((a, b) => a + b);
        const mean = weights.reduce((sum, weight, i) => sum + weight * ys[i]!, 0) / total;
        assert.ok(Math.abs(y - mean) < 1e-10, `${y} ${mean}`); // sums of at most 30 terms of at most 100
      });
    }),
  );
});

test('a line chart draws inside its frame, whatever the numbers', () => {
  const anything = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, 0, 1e-300, -5));
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 1000 }), fc.constantFrom(0, 0.8), (ys, smoothing) => {
      const points = ys.map((y, x) => ({ x, y: Math.abs(y) > 1e100 ? Number.NaN : y }));
      const { markup } = lineChart({ title: 'Loss', xLabel: 'step', series: [{ name: 'a', points }], smoothing });
      assert.doesNotMatch(markup, /NaN|Infinity|undefined/);
      for (const [, x, y] of markup.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)) {
        assert.ok(Number(x) >= 49.9 && Number(x) <= 456.1, `x ${x}`);
        assert.ok(Number(y) >= 11.9 && Number(y) <= 198.1, `y ${y}`);
      }
    }),
  );
});

test('a long run is drawn with at most 400 points a curve', () => {
  const points = Array.from({ length: 10_000 }, (_, x) => ({ x, y: Math.sin(x / 500) }));
  const { markup } = lineChart({ title: 'Loss', xLabel: 'step', series: [{ name: 'a', points }] });
  assert.ok([...markup.matchAll(/L[\d.]+ /g)].length < 400);
});

test('every value falls into exactly one bin', () => {
  assert.deepEqual(binShares([0, 9, 10, 29, 30], [0, 10, 20, 30]), [0.4, 0.2, 0.4]);
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 1 }), (values) => {
      const sum = binShares(values, [0, 10, 20, 30]).reduce((a, b) => a + b);
      assert.ok(Math.abs(sum - 1) < 1e-9);
    }),
  );
});

test('a median is the middle value, or the mean of the two', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('histograms and interval plots of nothing, of one value and of extremes are still pictures', () => {
  for (const values of [[], [7], [0, 0, 0], [1, 1e6]]) {
    const { markup } = histogram({
      title: 'Length',
      unit: 'tokens',
      medianLabel: 'median',
      series: [{ name: 'a', values }],
    });
    assert.doesNotMatch(markup, /NaN|Infinity|undefined/);
  }
  const estimates = [{ value: 1.2, low: -1, high: 2, n: 3 }];
  const { markup } = intervalPlot({ rows: [{ label: 'a', estimates }], domain: [0, 1], format: String });
  assert.match(markup, /left:0\.00%;right:calc\(100% - 100\.00%\)/);
});

test('every metric that a run logged is in a chart, known or not', () => {
  const metrics = [1, 2, 3].map((step) => ({
    step,
    time: step,
    loss: 1 / step,
    eval_loss: 2,
    'logits/chosen': step,
    epoch: 1,
  }));
  const titles = trainingCurves(metrics).map(({ markup }) => /<b>(.*?)<\/b>/.exec(markup)?.[1]);
  assert.deepEqual(titles, ['Loss', 'logits/chosen']);
});
