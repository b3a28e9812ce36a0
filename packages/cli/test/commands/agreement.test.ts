import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnnotatorPair, AnnotatorQuality } from '@attune/preferences';
import { dataFolder } from './dataFolder.ts';

const { attune, write } = dataFolder();

/** Runs `attune data agreement …` in the folder. */
const agreement = (...args: string[]) => attune('data', 'agreement', ...args);

const vote = (judge: string, item: number, choice: string, more: object = {}) => ({
  id: `${judge}-${item}`,
  prompt: [{ role: 'user', content: `Question ${item}` }],
  responses: ['first', 'second'].map((text) => ({ id: text, text: `${text} to ${item}` })),
  choice,
  judge,
  ...more,
});

const items = Array.from({ length: 20 }, (_, i) => i);
const votes = write('votes.jsonl', [
  ...items.map((i) => vote('careful', i, 'a', { shownFirst: i % 2 ? 'a' : 'b', seconds: 10 + i })),
  ...items.map((i) => vote('usual', i, i % 5 ? 'a' : 'b')),
  ...items.map((i) => vote('guessing', i, i % 2 ? 'a' : 'b')),
]);
const gold = write(
  'gold.jsonl',
  items.map((i) => vote('lead', i, 'a')),
);

test('data agreement --json gives coefficients with intervals and a row for each annotator', async () => {
  const { status, stdout } = await agreement(votes, '--gold', gold, '--threshold', '0.9', '--json');
  assert.equal(status, 0);
  const { agreement: found, annotators, pairs, ...rest } = JSON.parse(stdout);
  assert.deepEqual([rest.comparisons, rest.items, rest.threshold, found.items, found.ratings], [60, 20, 0.9, 20, 60]);
  // by hand: careful and usual say the same of 16 items, careful and guessing of 10, usual and guessing of 10
  assert.ok(Math.abs(found.percent.value - 36 / 60) < 1e-12);
  assert.ok(found.krippendorffAlpha.interval[0] <= found.krippendorffAlpha.value);
  assert.deepEqual(
    annotators.map(({ judge, gold }: AnnotatorQuality) => [judge, gold!.items, gold!.accuracy!.share, gold!.below]),
    [
      ['careful', 20, 1, 'no'],
      ['usual', 20, 0.8, 'perhaps'],
      ['guessing', 20, 0.5, 'surely'],
    ],
  );
  assert.deepEqual([annotators[0].firstShown.share, annotators[0].seconds], [0.5, 19.5]);
  assert.deepEqual(
    pairs.map(({ same }: AnnotatorPair) => same.share),
    [0.8, 0.5, 0.5],
  );
});

test('data agreement for people is a page of tables', async () => {
  const { status, stdout } = await agreement(votes, '--gold', gold, '--threshold', '0.9');
  assert.equal(status, 0);
  assert.match(stdout, /^votes\.jsonl: 60 comparisons of 20 pairs of responses by 3 annotators/);
  assert.match(stdout, /^of two annotators +0\.600 +0\.\d+ to 0\.\d+$/m);
  assert.match(stdout, /^usual .*80\.0 % \(58\.4 to 91\.9\) low\? +20$/m); // Wilson's interval of 16 of 20
  assert.match(stdout, /^guessing .*50\.0 % \(29\.9 to 70\.1\) low +20$/m);
  assert.match(stdout, /careful, usual +80\.0 %/);
  assert.match(stdout, /What was shown first was chosen in 50\.0 %/);
});

test('data agreement of one annotator says that nobody else judged', async () => {
  const { status, stdout } = await agreement(gold);
  assert.equal(status, 0);
  assert.match(stdout, /20 comparisons of 20 pairs of responses by 1 annotators; several annotators decided 0/);
});

test('gold that contradicts itself and thresholds that are no share exit with 2', async () => {
  const contradiction = write('both.jsonl', [vote('lead', 1, 'a'), vote('lead', 1, 'b')]);
  const { status, stderr } = await agreement(votes, '--gold', contradiction);
  assert.equal(status, 2);
  assert.match(stderr, /gold comparison lead-1 is b/);
  assert.equal((await agreement(votes, '--gold', gold, '--threshold', '70')).status, 2);
  assert.equal((await agreement()).status, 2);
});
