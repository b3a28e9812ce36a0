import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { assertClose } from '../../../align/test/assertClose.ts';
import { noShared, shared } from '../../../align/test/shared.ts';
import { attune } from '../train/attune.ts';
import { pairs, tinyModel, workshop, writeLines } from '../train/fixture.ts';
import { tinyRewardModel } from '../train/rewardFixture.ts';
import { readLines } from './lines.ts';

const root = workshop();
const model = join(root, 'reward');
const data = join(root, 'pairs.jsonl');
before(async () => {
  await tinyRewardModel(model);
  writeLines(data, pairs(12));
});

async function measured(...args: string[]) {
  const ended = await attune('eval', 'rm-accuracy', '--json', ...args);
  assert.equal(ended.code, 0, ended.stderr);
  return { ...JSON.parse(ended.stdout), stderr: ended.stderr };
}

/** A scored pair: the better response's lead in score, and in tokens. */
const line = (lead: number, longerBy: number, task: string) => ({
  id: 'x',
  chosen: lead + 5, // a shift per prompt changes nothing
  rejected: 5,
  chosenTokens: 100 + longerBy,
  rejectedTokens: 100,
  task,
});

const known = [
  ...Array.from({ length: 30 }, () => line(1, 12, 'a')),
  ...Array.from({ length: 10 }, () => line(-1, 30, 'b')),
  ...Array.from({ length: 8 }, () => line(1, -12, 'a')),
  line(0, 0, 'b'),
  line(0, 5, 'b'),
];

test('of scores with known truth: accuracy with Wilson’s interval, by group, by length, beside length alone, calibration', async () => {
  const scores = writeLines(join(root, 'known.jsonl'), known);
  const report = join(root, 'report.html');
  const all = await measured('--scores', scores, '--group-by', 'task', '--report', report);
  const { accuracy } = all;
  assert.deepEqual([accuracy.right, accuracy.wrong, accuracy.ties, accuracy.n], [38, 10, 2, 50]);
  assert.equal(accuracy.accuracy, 39 / 50);
  // Wilson's formula for 39 of 50 at z = 1.959964, worked out in Python.
  assertClose(accuracy.interval, [0.6475845, 0.8724608], { atol: 1e-6 });
  assert.deepEqual([all.majority.accuracy, all.majority.n], [0.5, 50]);
  assert.deepEqual([all.lengthOnly.prefers, all.lengthOnly.hindsight], ['longer', true]);
  assert.equal(all.lengthOnly.accuracy, 41.5 / 50);
  assert.deepEqual(
    all.groups.map(({ name, right, n }: { name: string; right: number; n: number }) => [name, right, n]),
    [
      ['a', 38, 38],
      ['b', 0, 12],
    ],
  );
  const [, tens, twenties] = all.buckets;
  assert.deepEqual([tens.betterLonger.right, tens.betterShorter.right, twenties.betterLonger.right], [30, 8, 0]);
  // 48 pairs of which it is sure by σ(1) and right in 38, two of which it knows nothing.
  const sure = 1 / (1 + Math.exp(-1));
  assertClose(all.calibration.expectedError, (48 / 50) * Math.abs(38 / 48 - sure), { atol: 1e-9 });

  const html = readFileSync(report, 'utf8');
  assert.match(html, /Of 50 pairs the reward model ranks 78\.0\s%.*10 to 24 tokens.*<svg.*By group/s);
  assert.doesNotMatch(html, /(?:src|href)\s*=\s*["']?(?:https?:)?\/\/|<script/i);
});

test('training pairs tell the length baseline which way to choose, also where that is wrong on the pairs measured', async () => {
  const scores = writeLines(join(root, 'known.jsonl'), known);
  const train = writeLines(join(root, 'train.jsonl'), [line(0, -3, 'a'), line(0, -4, 'a'), line(0, 3, 'a')]);
  const { lengthOnly } = await measured('--scores', scores, '--train', train);
  assert.deepEqual([lengthOnly.prefers, lengthOnly.hindsight, lengthOnly.accuracy], ['shorter', false, 8.5 / 50]);
});

test('with a model it measures what attune score gives, file by file and all together', async () => {
  const out = join(root, 'scores.jsonl');
  const { code } = await attune('score', '--model', model, '--data', data, '--out', out, '--threads', '1');
  assert.equal(code, 0);
  const other = writeLines(join(root, 'other.jsonl'), pairs(5));
  const { files, accuracy, lengthOnly } = await measured(
    ...['--model', model, '--data', data, other, '--train', data, '--threads', '1'],
  );
  const right = readLines(out).filter(({ chosen, rejected }) => chosen > rejected).length;
  assert.deepEqual([files[0].file, files[0].right, files[0].n], [data, right, 12]);
  assert.equal(accuracy.n, 17);
  assert.equal(accuracy.right, files[0].right + files[1].right);
  assert.equal(lengthOnly.hindsight, false);
  const again = await measured('--scores', out);
  assert.equal(again.accuracy.right, right);
});

const judges = { 'Skywork_Skywork-Reward-Llama-3.1-8B': 0.6229, 'internlm_internlm2-7b-reward': 0.5943 };
for (const [judge, published] of Object.entries(judges)) {
  // The accuracy of the first verdict, from the README beside the data.
  test(`JudgeBench: the scores of ${judge} are right in ${(100 * published).toFixed(2)} %`, async (t) => {
    const path = shared('preferences', 'judgebench', `gpt-4o-2024-05-13.judged-by.reward_model.${judge}.jsonl.gz`);
    if (!path) return t.skip(noShared);
    const rows = gunzipSync(readFileSync(path)).toString().trim().split('\n');
    const lines = rows.map((row) => {
      const { pair_id: id, source, label, judgments } = JSON.parse(row);
      const [a, b] = judgments[0].scores;
      const [chosen, rejected] = label === 'A>B' ? [a, b] : [b, a];
      return { id, source, chosen, rejected, chosenTokens: 1, rejectedTokens: 1 };
    });
    const scores = writeLines(join(root, 'judgebench.jsonl'), lines);
    const { accuracy, groups } = await measured('--scores', scores, '--group-by', 'source');
    assert.equal(accuracy.n, 350);
    assertClose(accuracy.right / accuracy.n, published, { atol: 5e-5 });
    assert.equal(
      groups.reduce((sum: number, { n }: { n: number }) => sum + n, 0),
      350,
    );
  });
}

test('the published sets are read as they are: ties are counted, groups come from their fields', async (t) => {
  const autoJ = shared('preferences', 'auto-j', 'testdata_pairwise.jsonl.gz');
  const llmBar = shared('preferences', 'llmbar', 'Natural', 'dataset.json.gz');
  if (!autoJ || !llmBar) return t.skip(noShared);
  const { files, stderr } = await measured(
    ...['--model', model, '--data', llmBar, '--max-length', '300', '--truncation-mode', 'drop', '--threads', '1'],
  );
  const left = /(\d+) too long and left out/.exec(stderr)?.[1] ?? 0;
  assert.equal(files[0].n + Number(left), 100); // the README of LLMBar: 100 pairs in Natural

  const rows = gunzipSync(readFileSync(autoJ))
    .toString()
    .split('\n')
    .slice(0, 80)
    .map((row) => JSON.parse(row));
  const some = writeLines(join(root, 'auto-j.jsonl'), rows);
  const judged = await measured(
    ...['--model', model, '--data', some, '--group-by', 'scenario', '--truncation-mode', 'keep_end', '--threads', '1'],
  );
  const ties = rows.filter(({ label }) => label === 2).length;
  assert.ok(ties > 5);
  assert.equal(judged.files[0].undecided.ties, ties);
  assert.match(judged.stderr, new RegExp(`${ties} ties, of which neither response is to be preferred, are not in`));
  const lost = Number(/(\d+) too long and left out/.exec(judged.files[0].lost)?.[1] ?? 0);
  assert.equal(judged.files[0].n + lost, 80 - ties);
  const scenarios = new Set(rows.map(({ scenario }) => scenario));
  assert.ok(judged.groups.every(({ name }: { name: string }) => scenarios.has(name)));
});

test('bad input is named with its remedy, ends with 2 and writes nothing', async () => {
  const report = join(root, 'none.html');
  const scores = writeLines(join(root, 'some.jsonl'), known);
  const language = await tinyModel(join(root, 'language'));
  const cases: [args: string[], message: RegExp][] = [
    [[], /Give --model and --data, or --scores/],
    [['--model', model], /Give --model and --data, or --scores/],
    [['--model', language, '--data', data], /is a language model: it has no score head/],
    [['--scores', scores, '--data', data], /--scores stands in place of --model and --data/],
    [['--scores', scores, '--group-by', 'topic'], /--group-by topic: .*has no such field\. It has id, chosen/],
    [['--model', model, '--data', data, '--group-by', 'topic'], /--group-by topic: .*has no such field/],
    [['--scores', data], /12 lines cannot be used\. Each line needs chosen, rejected, chosenTokens.*attune score/s],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await attune('eval', 'rm-accuracy', '--report', report, ...args);
    assert.match(stderr, message);
    assert.equal(code, 2, stderr);
  }
  assert.equal(existsSync(report), false);
});
