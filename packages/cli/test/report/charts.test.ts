import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibration } from '@attune/preferences';
import fc from 'fast-check';
import { calibrationPlot } from '../../src/report/calibrationPlot.ts';
import { comparedCurves } from '../../src/report/comparedCurves.ts';
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

/** Places in a chart's frame that a path's corners stand at. */
const corners = (path: string): [x: number, y: number][] =>
  [...path.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

test('a band is drawn from y − spread to y + spread, there and back, inside the frame', () => {
  const points = [
    { x: 0, y: 1, spread: 1 },
    { x: 10, y: 3, spread: 0.5 },
  ];
  const { markup } = lineChart({ title: 'Reward', xLabel: 'step', series: [{ name: 'a', points }] });
  const band = corners(/class="area" d="([^"]*)Z"/.exec(markup)![1]!);
  // the frame is 12 to 198 high for 0 to 4, and 50 to 456 wide for 0 to 10
  const y = (value: number) => 198 - (value / 4) * 186;
  const expected = [
    [50, y(2)],
    [456, y(3.5)],
    [456, y(2.5)],
    [50, y(0)],
  ] as const;
  assert.equal(band.length, 4);
  expected.forEach(([left, top], i) => {
    assert.ok(Math.abs(band[i]![0] - left) < 0.06 && Math.abs(band[i]![1] - top) < 0.06, `${band[i]}`); // one decimal
  });
});

test('what is measured on the same held-out data each time is not smoothed', () => {
  const metrics = Array.from({ length: 20 }, (_, i) => ({ step: i + 1, loss: i % 2, eval_loss: i % 2 }));
  const [chart] = trainingCurves(metrics);
  assert.equal([...chart!.markup.matchAll(/class="raw"/g)].length, 1); // under the smoothed curve of training only
});

test('reinforcement learning is shown by its reward first, and none of its metrics is left to itself', () => {
  const keys = [
    ...['objective/scores', 'objective/rlhf_reward', 'objective/non_score_reward', 'objective/kl', 'objective/entropy'],
    ...['objective/reference_reward', 'objective/reward_std', 'objective/beta', 'policy/approxkl_avg'],
    ...['policy/clipfrac_avg', 'loss/policy_avg', 'loss/value_avg', 'loss/sft_avg', 'val/clipfrac_avg', 'val/ratio'],
    ...['val/num_eos_tokens', 'critic/vf_explained_var', 'advantages/std', 'completions/mean_length'],
    ...['completions/clipped_ratio', 'grad_norm', 'lr', 'episode', 'eval_objective/scores', 'eval_objective/kl'],
    ...['eval_objective/reference_reward', 'eval_completions/mean_length', 'eval_win_rate', 'eval_prompts'],
  ];
  const metrics = [1, 2].map((step) => ({ step, ...Object.fromEntries(keys.map((key) => [key, step])) }));
  const titles = trainingCurves(metrics).map(({ markup }) => /<b>(.*?)<\/b>/.exec(markup)![1]!);
  assert.deepEqual(titles.slice(0, 2), ['Reward', 'Distance from the start (KL)']);
  for (const title of titles) assert.doesNotMatch(title, /\//);
});

test('compared runs are one curve for each name: the mean of its seeds in a band of their standard deviation', () => {
  const run = (name: string, values: readonly number[]) => ({
    name,
    metrics: values.map((kl, i) => ({ step: i, 'objective/kl': kl })),
  });
  const runs = [run('with', [0, 1]), run('without', [0, 2]), run('with', [0, 3]), run('without', [0, 4, 9])];
  const [chart, ...others] = comparedCurves(runs, ['objective/kl', 'objective/scores']);
  assert.deepEqual(others, []); // nobody logged scores
  assert.match(chart!.markup, /Distance from the start \(KL\)/);
  assert.match(chart!.markup, /with: 0 to 2; without: 0 to 3"/); // means at the steps that both seeds logged
  const bands = [...chart!.markup.matchAll(/class="area" d="([^"]*)Z"/g)].map(([, path]) => corners(path!));
  assert.equal(bands.length, 2);
  // standard deviations √2 of 1 and 3, and of 2 and 4: the frame is 186 high for 0 to 6, or for 0 to 5
  const heights = bands.map(([, top, bottom]) => bottom![1] - top![1]);
  for (const height of heights) assert.ok(Math.abs(height / heights[0]! - 1) < 0.01);
});

test('runs of single seeds are compared without bands, and a key nobody knows keeps its name', () => {
  const metrics = [1, 2].map((step) => ({ step, loss: step, 'my/key': step }));
  const charts = comparedCurves([{ name: 'a', metrics }], ['loss', 'my/key']);
  assert.equal(charts.length, 2);
  for (const { markup } of charts) assert.doesNotMatch(markup, /class="area"|band/);
  assert.match(charts[1]!.markup, /<b>my\/key<\/b>/);
});

test('a calibration plot has a point for each bin that holds pairs, with its interval and its number', () => {
  const pairs = [0.1, 0.1, -0.1, 5, 5].map((chosen) => ({ chosen, rejected: 0 }));
  const { markup } = calibrationPlot(calibration(pairs));
  const titles = [...markup.matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title);
  assert.deepEqual(titles, ['52.5 %: 66.7 %, n = 3', '99.3 %: 100.0 %, n = 2']); // σ(0.1) and σ(5)
  assert.equal([...markup.matchAll(/class="range"/g)].length, 2);
  assert.doesNotMatch(markup, /NaN|undefined/);
});
