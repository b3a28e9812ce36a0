import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataFolder } from '../dataFolder.ts';

const { path, write, text, attune } = dataFolder();
const dissect = (...args: readonly string[]) => attune('dissect', ...args);

const data = join(import.meta.dirname, '../../../../../../shared/data/dissection');
const skip = existsSync(data) ? false : '../shared/data/dissection is not here';

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

const fit = (judge: string, group: string, means: number[]) => ({
  judge,
  group,
  properties: ['warm', 'long', 'true'].map((name, i) => ({ name, mean: means[i], sd: 0.1 })),
});
const weights = write('weights.jsonl', [
  fit('ann', 'Code', [1, 2, 3]),
  fit('ben', 'Code', [2, 4, 9]),
  fit('cy', 'Code', [3, 2, 1]),
]);

test('dissect similarity --json gives judges, matrix and groups as the contract has them', async () => {
  const groups = write('groups.json', JSON.stringify({ taste: { alike: ['ann', 'ben'], other: ['cy'] } }));
  const { status, stdout } = await dissect('similarity', '--weights', weights, '--groups', groups, '--json');
  assert.equal(status, 0);
  const found = JSON.parse(stdout);
  assert.deepEqual(found.judges, ['ann', 'ben', 'cy']);
  const r = 7 / Math.sqrt(52); // Pearson of (1, 2, 3) and (2, 4, 9)
  close(found.pearson[0][1], r);
  close(found.pearson[2][1], -r);
  const [taste] = found.groups;
  assert.equal(taste.name, 'taste');
  close(taste.intra[0], r);
  assert.equal(taste.intra[1], null);
  close(taste.inter, (-1 - r) / 2);
  assert.equal(found.posterior.length, 3);
  assert.deepEqual(
    found.clusters.merges.map(({ a, b }: { a: number; b: number }) => [a, b]),
    [
      [0, 1],
      [2, 3],
    ],
  );
});

test('dissect similarity says what is wrong with a grouping, and exits with 2', async () => {
  const groups = write('strange.json', JSON.stringify({ alike: ['ann', 'dora'] }));
  const { status, stderr } = await dissect('similarity', '--weights', weights, '--groups', groups);
  assert.equal(status, 2);
  assert.match(stderr, /strange\.json: the grouping groups has dora, which has no weights/);
});

test('dissect similarity recomputes the study’s groups, for people', { skip }, async () => {
  const { status, stdout } = await dissect('similarity', '--weights', join(data, 'fitted_paras_comparison'));
  assert.equal(status, 0);
  assert.match(stdout, /^size +within up to 14B +20 +0\.83 +0\.\d\d to 0\.\d\d$/m);
  assert.match(stdout, /^size +within over 30B +10 +0\.88 /m);
  assert.match(stdout, /^size +across +0\.74 /m);
  assert.match(stdout, /^llama-2-7b-chat +llama-2-7b +0\.47$/m);
});

test('dissect weights gives ranks and degrees of preference', async () => {
  const ranked = await dissect('weights', '--weights', weights, '--judges', 'cy', '--json');
  assert.equal(ranked.status, 0);
  const [only] = JSON.parse(ranked.stdout).fits;
  assert.deepEqual([only.judge, only.group, only.top[0].name, only.bottom.at(-1).name], ['cy', 'Code', 'warm', 'true']);
  const one = await dissect('weights', '--weights', weights, '--property', 'long');
  assert.match(one.stdout, /^ann +88\.08 +88\.1$/m); // 100·σ(2) = 88.08
  const strange = await dissect('weights', '--weights', weights, '--property', 'loud');
  assert.equal(strange.status, 2);
  assert.match(strange.stderr, /--property loud: there are weights only of warm, long, true/);
});

const features = write('features.jsonl', [
  { id: 's0', features: { warm: 1, long: -1, true: 0 }, group: 'Code' },
  { id: 's1', features: { warm: 0, long: 0, true: 0 }, group: 'Advice' },
]);

test('dissect explain tells each property’s share, and they sum to the prediction', async () => {
  const args = ['explain', '--weights', weights, '--features', features, '--judge', 'ann'];
  const { status, stdout } = await dissect(...args, '--sample', 's0', '--json');
  assert.equal(status, 0);
  const [found] = JSON.parse(stdout).explanations;
  assert.deepEqual([found.group, found.prefers], ['Code', 'B']);
  close(found.logOdds, -1);
  assert.deepEqual(
    found.properties.map(({ name, logOdds, logOddsSd }: Record<string, unknown>) => [name, logOdds, logOddsSd]),
    [
      ['long', -2, 0.1],
      ['warm', 1, 0.1],
    ],
  );
  const shares = found.properties.map(({ probability }: { probability: number }) => probability);
  close(shares[0] + shares[1], 1 / (1 + Math.E) - 0.5);
  const people = await dissect(...args, '--sample', '0');
  assert.match(people.stdout, /^ann in Code prefers B: A is preferred with 26\.9 %, from 50 % by$/m);
  assert.match(people.stdout, /^long +B +−2 +−\d+\.\d$/m);
  const unknown = await dissect(...args, '--sample', 's9');
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /--sample s9: features\.jsonl has no such id, and its positions go from 0 to 1/);
});

test('dissect labels: from log-probabilities to labels that it reads back', async () => {
  mkdirSync(path('judge'), { recursive: true });
  const lines = (...pairs: number[][]) => pairs.map(([response_a, response_b]) => ({ response_a, response_b }));
  write('judge/AB.jsonl', lines([-1, -2], [-1, -2], [0, 0]));
  write('judge/BA.jsonl', lines([-3, -1], [-1, -4], [0, 0]));
  const { status, stdout } = await dissect('labels', '--logprobs', 'judge', '--out', 'labels.json', '--json');
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(text('labels.json')), ['A', 'B', null]);
  const [account] = JSON.parse(stdout).judges;
  assert.deepEqual([account.judge, account.a, account.b, account.missing, account.ties], ['judge', 1, 1, 1, 0]);
  close(account.strength, (1 + 1 + 2 + 3) / 4);
  const mine = write('mine.csv', 'A\nA\nA\n');
  const against = await dissect('labels', '--labels', 'labels.json', '--against', mine, '--samples', '3');
  assert.match(against.stdout, /^labels +1 +1 +1 +50\.0 %/m);
  const short = await dissect('labels', '--labels', mine, '--samples', '4');
  assert.equal(short.status, 2);
  assert.match(short.stderr, /mine\.csv: has 3 labels; expected 4, one for each sample\. Position 3 \(from 0\)/);
});

test('dissect labels wants one source', async () => {
  assert.match((await dissect('labels')).stderr, /Give one of --logprobs, --labels, --model and --api/);
  assert.match((await dissect('labels', '--model', 'x')).stderr, /--model needs --data/);
});

const storyteller = join(import.meta.dirname, '../../../../../models/storyteller');

test('dissect labels --model asks in both orders, and leaves what is too long without a label', async () => {
  const [long, short] = ['A dog ran to the park and was happy.', 'The cat sat.'];
  const samples = write('samples.jsonl', [
    { prompt: 'Hi', response_a: long, response_b: short },
    { prompt: 'Hi', response_a: short, response_b: long },
    { prompt: 'and so on '.repeat(100), response_a: long, response_b: short },
  ]);
  const args = ['--model', storyteller, '--data', samples, '--logprobs-out', 'told', '--out', 'told.json'];
  const { status, stderr } = await dissect('labels', ...args);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /1 samples have no label, the first at position 2/);
  const labels = JSON.parse(text('told.json'));
  assert.deepEqual(labels.toSorted(), ['A', 'B', null]); // exchanging the responses exchanges the label
  assert.equal(labels[2], null);
  const again = JSON.parse((await dissect('labels', '--logprobs', 'told', '--json')).stdout);
  assert.deepEqual([again.judges[0].a, again.judges[0].b, again.judges[0].missing], [1, 1, 1]);
});
