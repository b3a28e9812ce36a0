import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cluster,
  type FittedWeights,
  groupSimilarity,
  posteriorSimilarity,
  similarity,
  standardScenarios,
  weightTable,
} from '@attune/preferences';
import { chinese } from '../../src/report/dissect/chinese.ts';
import type { DissectReportData } from '../../src/report/dissect/data.ts';
import { dissectReport } from '../../src/report/dissect/dissectReport.ts';
import type { SampleKind } from '../../src/report/dissect/words.ts';
import { english } from '../../src/report/dissect/words.ts';
import { hostile, structure } from './hostile.ts';

const scenarios = standardScenarios();
const weights = (k: number, size = 1) => [0.4 * size, -0.2, 0.1 * k, 0];

/** A fit whose 90 % interval is ± 0.3 around each mean. */
function fit(judge: string, group: string, mean: readonly number[]): FittedWeights {
  const shifted = (by: number) => mean.map((w) => w + by);
  return {
    ...{ judge, group, mean, sd: mean.map(() => 0.18), samples: 120, rhat: 1.003, ess: 4321 },
    foretold: { share: 0.75, interval: [0.67, 0.82], n: 120 },
    quantiles: { q05: shifted(-0.3), q25: shifted(-0.12), q75: shifted(0.12), q95: shifted(0.3) },
  };
}

/** A report with all that there may be; every text in it that comes from outside is `text`. */
function data(text: string, bare = false): DissectReportData {
  const judges = [`${text}1`, `${text}2`, `${text}3`];
  const names = ['p', 'q', 'r', 's'].map((name) => `${name} ${text}`);
  const fits = judges.flatMap((judge, j) =>
    ['Code', 'w_stances', `other ${text}`].map((group, g) => {
      const full = fit(judge, group, weights(j - g, 1 + j));
      return bare ? { judge, group, mean: full.mean } : full;
    }),
  );
  const table = weightTable(names, fits, scenarios);
  const over = ['Code'];
  const matrix = similarity(table, over);
  const grouping = {
    name: text,
    groups: new Map([
      [`a ${text}`, judges.slice(0, 2)],
      [`b ${text}`, judges.slice(2)],
    ]),
  };
  const share = { share: 0.6, interval: [0.5, 0.7] as const, n: 90 };
  const strength = (judge: string, base: string | undefined, value: number) => ({
    ...{ judge, base, strength: { value, low: value - 0.1, high: value + 0.1, n: 50 } },
    ...{ first: share, consistent: share },
  });
  const kinds: SampleKind[] = ['asked', 'surest', 'undecided', 'apart', 'wrong'];
  return {
    ...{ weights: table, scenarios, over, shown: judges },
    similarity: {
      ...{ over, matrix, clusters: cluster(matrix) },
      groupings: [{ grouping, kinds: groupSimilarity(matrix, judges, grouping, { seed: 1, resamples: 50 }) }],
      posterior: posteriorSimilarity(table, over, { seed: 1, draws: 20 }),
    },
    strengths: [strength(judges[0]!, undefined, 0.5), strength(judges[1]!, judges[0], 2.5)],
    samples: kinds.map((kind) => ({
      ...{ kind, name: text, group: 'Code' },
      raw: { prompt: text, response_a: text, response_b: text, model_a: text, model_b: text },
      properties: [
        { name: names[0]!, feature: 1 },
        { name: names[1]!, feature: -1 },
      ],
      judges: [
        { name: judges[0]!, label: 'A', prediction: 0.65, interval: [0.55, 0.74], shares: [0.1, 0.05] },
        { name: judges[1]!, label: 'B', prediction: 0.65, interval: undefined, shares: [0.1, 0.05] },
      ],
    })),
  };
}

/** A page without its marks that keep words on a line. */
const plain = (page: string): string => page.replaceAll('\u00a0', ' ');

test('the report states P with its interval: 100·σ(w), from the 5 % to the 95 % quantile', () => {
  const page = plain(dissectReport(data('x'), english));
  // σ(0.4) = 0.5987, σ(0.1) = 0.5250, σ(0.7) = 0.6682, by hand
  assert.match(page, /x1, p x: 59\.9 \(52\.5 – 66\.8\)/);
  assert.match(page, /p x, Code: 59\.9 \(52\.5 – 66\.8\)/);
  assert.match(page, /<li class="liked"><span>p x<\/span><b>59\.9<\/b>/);
  assert.match(page, /<li class="disliked"><span>q x<\/span><b>45\.0<\/b>/); // σ(−0.2)
});

test('a number whose 90 % interval holds 50 is marked as unsure', () => {
  const page = dissectReport(data('x'), english);
  assert.match(page, /<g class="liked"><title>p x, Code/); //           0.1 to 0.7
  assert.match(page, /<g class="disliked unsure"><title>q x, Code/); // −0.5 to 0.1
});

test('how far it can be trusted is told: left-out labels, R-hat, effective draws', () => {
  const page = plain(dissectReport(data('x'), english));
  assert.match(page, /67\.0 % – 82\.0 %, n = 120/);
  assert.match(page, /R-hat is at most 1\.003 and every weight is worth at least 4,321 independent draws/);
});

test('weights without their uncertainty are drawn without intervals, and the report says so', () => {
  const { similarity: alike, samples, ...rest } = data('x', true);
  const page = dissectReport({ ...rest, similarity: { ...alike!, posterior: undefined }, samples: [] }, english);
  assert.match(page, /nothing is known of how uncertain they are/);
  assert.doesNotMatch(page, /class="most" x1="[\d.]+" x2="[\d.]+" y1="[\d.]+" y2="[\d.]+"\/><line class="half"/);
  assert.doesNotMatch(page, /How far it can be trusted|NaN|undefined|Infinity/);
});

test('weights too great for P are drawn as log-odds', () => {
  const table = weightTable(['p', 'q'], [fit('one', 'all', [-12, 3])], scenarios);
  const page = dissectReport(
    { weights: table, scenarios, over: ['all'], shown: ['one'], similarity: undefined, strengths: [], samples: [] },
    english,
  );
  assert.match(page, /one, p: −12\.0 \(−12\.3 – −11\.7\)/);
  assert.match(page, /weight, log-odds/);
  assert.match(page, /<h1>What one prefers<\/h1>/);
  assert.doesNotMatch(page, /Who is like whom|class="tabs"|NaN|undefined|Infinity/);
});

test('a sample shows what was foretold, what was said, and each share of the way there', () => {
  const page = plain(dissectReport(data('x'), english));
  assert.match(page, /A preferred, 65\.0 %<\/b> <small>A: 55\.0 % to 74\.0 %/);
  assert.match(page, /A preferred, 65\.0 %<\/b> <span class="cut-off">said B/);
  assert.match(page, /\+10\.0<\/span>/);
  assert.match(page, /chosen by x1/);
});

test('strength before and after alignment is told with its interval, beside the similarity of the weights', () => {
  const page = dissectReport(data('x'), english);
  assert.match(page, /x1: 0\.50 \(0\.40 – 0\.60\)/);
  assert.match(page, /x2: 2\.50 \(2\.40 – 2\.60\)/);
});

test('the Chinese report has Chinese words for everything that is ours, and the same structure', () => {
  const [page, original] = [dissectReport(data('x'), chinese), dissectReport(data('x'), english)];
  assert.deepEqual(structure(page), structure(original));
  assert.match(page, /<html lang="zh-CN">/);
  for (const word of ['代码', '有主观立场', '谁与谁相似', '逐个样本']) assert.ok(page.includes(word), word);
  const said = page.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ');
  // Left in Latin letters: names of this and of commands, letters of responses, and what the data call theirs.
  const foreign = said
    .match(/[A-Za-z-]{2,}/g)!
    .filter((word) => !/^(Attune|attune|dissect|fit|other|hat|R-hat|x\d?)$/.test(word));
  assert.deepEqual(foreign, []);
});

test('no text of a judge, property, sample or group can add an element or an attribute', () => {
  for (const words of [english, chinese]) {
    for (const text of hostile) {
      const harmless = 'x'.repeat([...text].length); // of the same length: what has no room is not drawn
      assert.deepEqual(
        structure(dissectReport(data(text), words)),
        structure(dissectReport(data(harmless), words)),
        text,
      );
    }
  }
});

test('the report is one file without scripts, and nothing in it is loaded', () => {
  const page = dissectReport(data('x'), english);
  assert.match(page, /Content-Security-Policy" content="default-src &#39;none&#39;/);
  assert.doesNotMatch(page, /<script|<link|<img|<iframe|@import|url\(|https?:|\ssrc=|\shref=|\son\w+=/i);
  assert.doesNotMatch(page, /NaN|undefined|Infinity/);
});
