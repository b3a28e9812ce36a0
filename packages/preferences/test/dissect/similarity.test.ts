import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  cluster,
  commonScenarios,
  cut,
  DataError,
  degree,
  extremes,
  type FittedWeights,
  groupSimilarity,
  meanDegree,
  posteriorSimilarity,
  ranking,
  readWeights,
  similarity,
  standardScenarios,
  weightTable,
} from '../../src/index.ts';
import { fileWriter, temporaryFolder } from '../files.ts';

const folder = temporaryFolder();
const write = fileWriter(folder);
const scenarios = standardScenarios();
const close = (a: number, b: number, tolerance = 1e-12) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

const names = ['p', 'q', 'r'];
const fit = (judge: string, group: string, mean: number[], sd?: number[]): FittedWeights => ({
  judge,
  group,
  mean,
  ...(sd && { sd }),
});

test('a degree of preference is 50 for no weight, and stays within 0 and 100 far out', () => {
  assert.deepEqual([degree(0), degree(1e4), degree(-1e4)], [50, 100, 0]);
  close(degree(0.6) + degree(-0.6), 100);
});

test('ranking is by weight, first the most preferred; equal weights keep their order', () => {
  assert.deepEqual(
    ranking(['a', 'b', 'c', 'd'], [0, 2, 0, -1]).map(({ name }) => name),
    ['b', 'a', 'c', 'd'],
  );
  const { top, bottom } = extremes(['a', 'b', 'c', 'd'], [0, 2, 1, -1], 1);
  assert.deepEqual([top[0]!.name, bottom[0]!.name], ['b', 'd']);
});

const table = weightTable(
  names,
  [
    fit('one', 'Code', [1, 2, 3]),
    fit('two', 'Code', [2, 4, 9]),
    fit('one', 'Advice', [1, 0, -1]),
    fit('two', 'Advice', [-1, 0, 1]),
    fit('one', 'w_stances', [1, 0, 0]),
    fit('two', 'w_stances', [1, 0, 0]),
  ],
  scenarios,
);

test('overall similarity is the mean of the local ones over the scenarios, subsets left out', () => {
  assert.deepEqual(commonScenarios(table, scenarios), ['Code', 'Advice']);
  const local = 7 / Math.sqrt(2 * 26); // Pearson of (1,2,3) and (2,4,9): centred (−1,0,1) and (−3,−1,4)
  close(similarity(table, ['Code'])[0]![1]!, local);
  close(similarity(table, ['Code', 'Advice'])[0]![1]!, (local - 1) / 2);
  assert.equal(similarity(table, ['Code'])[1]![1], 1);
  close(similarity(table, ['Code'], 'spearman')[0]![1]!, 1);
  close(similarity(table, ['Code'], 'l1')[0]![1]!, -(1 + 2 + 6) / 3);
  close(similarity(table, ['Code'], 'l2')[0]![1]!, -Math.sqrt(1 + 4 + 36) / 3);
  close(similarity(table, ['Code'], 'l1')[0]![0]!, 0);
});

test('similarity of weights that do not vary is refused, and so is a group without fits', () => {
  const flat = weightTable(names, [fit('one', 'Code', [1, 1, 1]), fit('two', 'Code', [1, 2, 3])], scenarios);
  assert.throws(() => similarity(flat, ['Code']), /pearson of one in Code is undefined/);
  assert.throws(() => similarity(table, ['NLP Tasks']), /one in NLP Tasks/);
});

test('mean degree of a property over groups', () => {
  close(meanDegree(table, 'one', 'p', ['Code', 'Advice']), degree(1));
});

test('with certain weights the posterior similarity is the similarity; uncertain ones make it small and wide', () => {
  const uncertain = (sd: number) =>
    weightTable(
      names,
      [fit('one', 'Code', [1, 2, 3], [sd, sd, sd]), fit('two', 'Code', [2, 4, 9], [sd, sd, sd])],
      scenarios,
    );
  const [sure] = posteriorSimilarity(uncertain(0), ['Code'], { seed: 1 })!;
  close(sure!.median, 7 / Math.sqrt(52));
  assert.deepEqual(sure!.interval, [sure!.median, sure!.median]);
  const [unsure] = posteriorSimilarity(uncertain(3), ['Code'], { seed: 1 })!;
  assert.ok(unsure!.median < sure!.median && unsure!.interval[1] - unsure!.interval[0] > 0.5);
  assert.equal(posteriorSimilarity(table, ['Code'], { seed: 1 }), undefined);
});

// two pairs that are alike within and not across, and one that stands by itself
const matrix = [
  [1, 0.9, 0.2, 0.1, 0],
  [0.9, 1, 0.3, 0.2, 0],
  [0.2, 0.3, 1, 0.8, 0],
  [0.1, 0.2, 0.8, 1, 0],
  [0, 0, 0, 0, 1],
];
const judges = ['a', 'b', 'c', 'd', 'e'];

test('intra-group similarity is the mean over pairs inside, inter-group over pairs across', () => {
  const grouping = {
    name: 'kind',
    groups: new Map([
      ['x', ['a', 'b']],
      ['y', ['c', 'd']],
      ['z', ['e']],
    ]),
  };
  const { intra, inter, gap, groups } = groupSimilarity(matrix, judges, grouping, { seed: 0 });
  assert.deepEqual(
    groups.map(({ name }) => name),
    ['x', 'y', 'z'],
  );
  assert.deepEqual(
    intra.map((one) => one?.value),
    [0.9, 0.8, undefined],
  );
  close(inter!.value, (0.2 + 0.1 + 0.3 + 0.2) / 8);
  close(gap!.value, 0.85 - 0.1);
  const [low, high] = inter!.interval!;
  assert.ok(low <= inter!.value && inter!.value <= high);
});

test('a judge is never its own pair, however often it is drawn', () => {
  const alike = Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => (i === j ? 1 : 0.5)));
  const all = ['a', 'b', 'c', 'd', 'e', 'f'];
  const grouping = { name: 'kind', groups: new Map([['x', all]]) };
  const { intra, inter } = groupSimilarity(alike, all, grouping, { seed: 3 });
  assert.deepEqual(intra[0], { value: 0.5, interval: [0.5, 0.5] });
  assert.equal(inter, undefined);
});

test('a grouping with a judge that has no row is refused', () => {
  const grouping = { name: 'kind', groups: new Map([['x', ['a', 'nobody']]]) };
  assert.throws(() => groupSimilarity(matrix, judges, grouping, { seed: 0 }), /A judge of the grouping is nobody/);
});

test('clusters join the nearest first, by their average distance', () => {
  const tree = cluster(matrix);
  assert.deepEqual(
    tree.merges.map(({ a, b, size }) => [a, b, size]),
    [
      [0, 1, 2],
      [2, 3, 2],
      [5, 6, 4],
      [4, 7, 5],
    ],
  );
  close(tree.merges[2]!.distance, 1 - 0.2); // mean of 0.2, 0.1, 0.3 and 0.2
  assert.deepEqual(cut(tree, 3), [[0, 1], [2, 3], [4]]);
  assert.deepEqual(cut(tree, 1), [[0, 1, 2, 3, 4]]);
  assert.equal(new Set(tree.order).size, 5);
});

const fitted = (judge: string, group: string, mean: number) => ({
  judge,
  group,
  properties: names.map((name, i) => ({ name, mean: mean + i, sd: 0.1, q05: 0, q95: 0 })),
});

test('weights are read from fits of our own, with their standard deviations', async () => {
  const file = write('fits.jsonl', [fitted('one', '[Scenario] Code', 0), fitted('two', 'Code', 1)]);
  const read = await readWeights(file);
  assert.deepEqual([read.names, read.judges, read.groups], [names, ['one', 'two'], ['Code']]);
  assert.deepEqual(read.at('one', 'Code'), { judge: 'one', group: 'Code', mean: [0, 1, 2], sd: [0.1, 0.1, 0.1] });
  assert.equal(read.at('one', 'Advice'), undefined);
});

test('what a fit tells beyond its means is read too, and files of several judges go together', async () => {
  const whole = {
    ...fitted('one', 'Code', 0),
    samples: 60,
    heldOut: { accuracy: { share: 0.75, interval: [0.63, 0.84], n: 60 } },
    properties: names.map((name, i) => ({
      ...{ name, mean: i, sd: 0.1, q05: i - 2, q25: i - 1, q75: i + 1, q95: i + 2 },
      ...{ rhat: 1 + i / 1000, ess: 900 - i },
    })),
  };
  const read = await readWeights([write('whole.jsonl', [whole]), write('other.jsonl', [fitted('two', 'Code', 1)])]);
  assert.deepEqual(read.judges, ['one', 'two']);
  assert.deepEqual(read.at('one', 'Code'), {
    ...{ judge: 'one', group: 'Code', mean: [0, 1, 2], sd: [0.1, 0.1, 0.1], samples: 60, rhat: 1.002, ess: 898 },
    foretold: { share: 0.75, interval: [0.63, 0.84], n: 60 },
    quantiles: { q05: [-2, -1, 0], q25: [-1, 0, 1], q75: [1, 2, 3], q95: [2, 3, 4] },
  });
  assert.equal(read.at('two', 'Code')!.quantiles, undefined);
});

test('weights are read from a folder as published; an added judge may have underscores in its name', async () => {
  const weights = (value: number) => Array.from({ length: 29 }, (_, i) => value + i / 10);
  const place = (name: string) => {
    mkdirSync(join(folder, 'published'), { recursive: true });
    return `published/${name}`;
  };
  write(place('model_Code_fitted_paras.jsonl'), [{ model_name: 'human', parameters: weights(0) }]);
  write(place('model_w_stances_fitted_paras.jsonl'), [{ model_name: 'human', parameters: weights(1) }]);
  write(
    place('2.5_my_own_model.json'),
    JSON.stringify({
      '[Scenario] Code': weights(2),
      '[Query-Specific Cases] Show Explicit Subjective Stances': weights(3),
    }),
  );
  const read = await readWeights(join(folder, 'published'));
  assert.deepEqual(
    [read.judges, read.groups],
    [
      ['human', 'my_own_model'],
      ['Code', 'w_stances'],
    ],
  );
  assert.equal(read.at('my_own_model', 'w_stances')!.mean[0], 3);
});

test('weights that do not fit together are refused', async () => {
  const refused = async (name: string, content: string | object[], message: RegExp) =>
    assert.rejects(
      readWeights(write(name, content as string)),
      (error) => error instanceof DataError && message.test(error.message),
    );
  await refused(
    'model_Code_fitted_paras.jsonl',
    [{ model_name: 'x', parameters: [1, 2] }],
    /has 2 weights for x; expected 29/,
  );
  await refused('model.jsonl', [{ model_name: 'x', parameters: [1, 2] }], /does not tell its group/);
  await refused('1_x.json', '{"[Scenario] Code": ["a"]}', /"\[Scenario\] Code\[0\]" is "a"; expected a number/);
  await refused(
    'y.jsonl',
    [{ judge: 'x', group: 'Code' }],
    /is missing. Each line needs model_name and parameters, or judge/,
  );
  const other = { ...fitted('two', 'Code', 0), properties: [{ name: 'z', mean: 0 }] };
  await refused('z.jsonl', [fitted('one', 'Code', 0), other], /has weights of z for two; expected 3, of p, q, r/);
  await assert.rejects(readWeights(join(folder, 'nowhere')), /there is no such file or folder/);
  mkdirSync(join(folder, 'bare'));
  await assert.rejects(readWeights(join(folder, 'bare')), /has no weights/);
});
