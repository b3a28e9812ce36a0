import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { calibration, sideBySideRow } from '@attune/preferences';
import fc from 'fast-check';
import { comparisonReport } from '../../src/report/comparisonReport.ts';
import { type DemoReportData, demoReport } from '../../src/report/demoReport.ts';
import { runReport } from '../../src/report/runReport.ts';
import { RunFolder } from '../../src/run/RunFolder.ts';
import { hostile, structure } from './hostile.ts';

const estimate = { value: 0.75, low: 0.68, high: 0.81, n: 200 };

/** A report in which every text is this one, with all that a demo may have. */
function demoWith(text: string): DemoReportData {
  const judged = { name: text, text, score: 1, because: [{ property: text, points: -0.5 }] };
  const metrics = [{ step: 1, time: 0, loss: 0.69, [`logits/${text}`]: 1 }];
  const responses = { lengths: [10, 20], properties: [estimate] };
  const system = {
    name: text,
    ...responses,
    winRate: estimate,
    sideBySide: sideBySideRow({ win: 148, tie: 4, loss: 48 }),
    kl: { value: 4.2, low: 3.9, high: 4.6, n: 200 },
    pairsRanked: estimate,
    metrics,
  };
  const scores = [1, -1, 2].map((chosen) => ({ chosen, rejected: 0 }));
  return {
    title: text,
    facts: [{ name: text, value: text }],
    steps: [{ what: text, detail: text, seconds: 3 }],
    start: responses,
    systems: [system, { ...system, winRate: { value: 0.8, low: 0.74, high: 0.86, n: 200 } }],
    rewardModel: { accuracy: estimate, calibration: calibration(scores), lengthCorrelation: estimate, metrics },
    selfLabels: { seed: 40, pairs: 260, right: estimate, flaggedRight: estimate },
    annotator: { weights: [{ property: text, meaning: text, weight: 1 }], noise: 0.1 },
    properties: [text],
    samples: Array.from({ length: 4 }, () => ({ prompt: text, responses: [judged, judged, judged] })),
    caveats: [text],
    commands: [text],
  };
}

test('no text can add an element or an attribute to the demo’s report', () => {
  const plain = structure(demoReport(demoWith('x')));
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' })), { minLength: 1 }),
      (parts) => {
        const text = `x${parts.join('')}`;
        assert.deepEqual(structure(demoReport(demoWith(text))), plain);
      },
    ),
    { numRuns: 30 },
  );
});

test('a report is one file: no script, nothing from elsewhere, and a policy that forbids both', () => {
  const page = demoReport(demoWith('x'));
  assert.match(page, /Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;/);
  assert.doesNotMatch(page, /<script|<link|<img|<iframe|@import|url\(|https?:|\ssrc=|\shref=|\son\w+=/i);
});

test('the demo’s report states each win rate with its interval and number, and that the annotator is simulated', () => {
  const page = demoReport(demoWith('x'));
  assert.match(page, /after x in 75\.0\u00a0% of cases and after x in 80\.0\u00a0% of cases\./);
  assert.match(page, /x 68\.0\u00a0% to 81\.0\u00a0%, x 74\.0\u00a0% to 86\.0\u00a0%; n = 200/);
  assert.match(page, /No person judged these texts/);
});

test('the demo’s table has win, tie and lose of each system, their net, its KL and its length', () => {
  const [row] = /<tr><th scope="row"><span class="key c1">.*?<\/tr>/s.exec(demoReport(demoWith('x')))!;
  const cells = [...row.matchAll(/<td>(.*?)<\/td>/gs)].map(([, cell]) => cell!.replaceAll(/<[^>]*>/g, ''));
  // 148, 4 and 48 of 200; net 74 − 24, its interval by Bonett and Price with 149 and 49 of 202 by hand
  assert.deepEqual(cells, ['74', '2', '24', '+50 37.7 to 61.3', '4.2 3.9 to 4.6', '15']);
});

test('a win rate whose interval holds one half is not called a win', () => {
  const { systems, ...rest } = demoWith('x');
  const reportOf = (winRate: { value: number; low: number; high: number; n: number }) =>
    demoReport({ ...rest, systems: [{ ...systems[0]!, winRate }] });
  assert.match(reportOf({ ...estimate, low: 0.45 }), /no clear difference/);
  assert.match(reportOf({ value: 0.3, low: 0.2, high: 0.4, n: 200 }), /the original did better/);
  assert.doesNotMatch(reportOf(estimate), /no clear difference|did better/);
});

test('a demo in which nobody said anything and nothing was logged is still a report', () => {
  const { systems, rewardModel, ...data } = demoWith('');
  const silent = systems.map((system) => ({ ...system, lengths: [0, 0], metrics: [] }));
  const page = demoReport({ ...data, systems: silent, rewardModel: { ...rewardModel, metrics: [] } });
  assert.doesNotMatch(page, /NaN|undefined|Infinity/);
});

test('a run’s report shows its curves, its last samples and its settings, and says when there is nothing yet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'));
  try {
    assert.throws(() => runReport(folder), /holds no run/);
    using run = RunFolder.create(join(folder, 'my run'), { beta: 0.1, data: ['a', '<b>'] });
    assert.match(runReport(run.path), /The first step has not been logged yet/);
    run.metrics(1, { loss: 0.69 });
    run.metrics(2, { loss: 0.5, eval_loss: 0.6, num_tokens: 1234 });
    run.samples(1, [{ prompt: 'old', response: 'old' }]);
    run.samples(2, [{ prompt: 'p', response: '<i>r</i>' }]);
    const page = runReport(run.path);
    assert.match(page, /<h1>my run<\/h1>/);
    for (const shown of ['0.5', '1,234', '&lt;i&gt;r&lt;/i&gt;', 'a, &lt;b&gt;', 'held out']) {
      assert.ok(page.includes(shown), shown);
    }
    assert.doesNotMatch(page, />old</);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a run of reinforcement learning shows where it has come to, and its first samples beside its last', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'));
  try {
    using run = RunFolder.create(join(folder, 'ppo'), { kl_coef: 0.02 });
    const sample = (response: string, reward: number, finish: string) => ({
      ...{ prompt: `prompt of ${response}`, response, score: 1 + reward, reward, kl: 2.5, finish },
    });
    for (let step = 1; step <= 12; step++) {
      run.metrics(step, { 'objective/reference_reward': step - 1, 'completions/clipped_ratio': 0.25 });
      run.samples(step, [sample(`<b>said at ${step}</b>`, step - 1, step === 1 ? 'length' : 'stop')]);
    }
    const page = runReport(run.path);
    assert.match(page, /\+10<\/span><span class="detail">mean of the last 3; 0 at first/); // of 9, 10 and 11
    assert.match(page, />75\.0 %</); // a quarter was cut off
    for (const shown of [
      'Iteration 1',
      'Iteration 12',
      '&lt;b&gt;said at 1&lt;/b&gt;',
      '&lt;b&gt;said at 12&lt;/b&gt;',
    ])
      assert.ok(page.includes(shown), shown);
    assert.doesNotMatch(page, /said at 6|<b>said/);
    assert.equal([...page.matchAll(/class="cut-off"/g)].length, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('compared runs are a page of their own, without scripts and with every text as text', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'));
  try {
    using run = RunFolder.create(join(folder, 'one'), {});
    run.metrics(1, { 'objective/kl': 0.1 });
    run.metrics(2, { 'objective/kl': 0.2 });
    const reportOf = (text: string) =>
      comparisonReport({ title: text, lead: text, runs: [{ name: text, folder: run.path }], keys: ['objective/kl'] });
    for (const text of hostile) assert.deepEqual(structure(reportOf(text)), structure(reportOf('x')), text);
    assert.match(reportOf('x'), /0\.1 to 0\.2/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
