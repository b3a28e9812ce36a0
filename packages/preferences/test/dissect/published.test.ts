/** What the published weights, labels and log-probabilities of the study say, against what its paper reports. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  commonScenarios,
  degree,
  explainProbability,
  extremes,
  groupSimilarity,
  labelAgreement,
  labelsFromLetters,
  letterFolders,
  letterStrength,
  meanDegree,
  overlap,
  publishedGroupings,
  publishedJudges,
  readGroupIndex,
  readLabels,
  readLetterFolder,
  readWeights,
  similarity,
  standardScenarios,
  weightsOf,
} from '../../src/index.ts';
import { sharedData } from '../files.ts';

const data = join(sharedData, 'dissection');
const skip = existsSync(data) ? false : '../shared/data/dissection is not here';

/** To the digits that are given. */
const shows = (value: number, digits: number, expected: number) =>
  assert.equal(Number(value.toFixed(digits)), expected, String(value));

const published = () => readWeights(join(data, 'fitted_paras_comparison'));
const scenarios = standardScenarios();

test('the published weights are of 33 judges in 16 groups', { skip }, async () => {
  const table = await published();
  assert.deepEqual([table.judges.length, table.groups.length, table.names.length], [33, 16, 29]);
  assert.deepEqual(
    table.judges,
    publishedJudges().map(({ name }) => name),
  );
  assert.equal(commonScenarios(table, scenarios).length, 11);
  for (const judge of table.judges) for (const group of table.groups) assert.ok(table.at(judge, group));
  const once = await readWeights(join(data, 'single_fit_paras_comparison'));
  assert.deepEqual(once.groups, [...table.groups, 'all']);
});

test('Figure 1: what humans, GPT-4-Turbo and LLaMA-2-70B-Chat prefer in communication', { skip }, async () => {
  const table = await published();
  const top = (judge: string, count: number) => {
    const { mean } = weightsOf(table, judge, 'Communication');
    const { top, bottom } = extremes(table.names, mean, count);
    return {
      top: top.map(({ name }) => name),
      last: bottom.at(-1)!.name,
      of: (name: string) => degree(mean[table.names.indexOf(name)]!),
    };
  };
  // read off the picture by the specification, within half a percent
  const near = (value: number, expected: number) =>
    assert.ok(Math.abs(value - expected) <= 0.5, `${value} is not ${expected}`);
  const human = top('human', 2);
  assert.deepEqual([human.top, human.last], [['lengthy', 'friendly'], 'admit limits']);
  near(human.of('lengthy'), 62);
  near(human.of('friendly'), 59);
  near(human.of('admit limits'), 39);
  const gpt4 = top('gpt-4-1106-preview', 3);
  assert.deepEqual(gpt4.top, ['no severe errors', 'contain rich info', 'no moderate errors']);
  near(gpt4.of('no severe errors'), 78);
  near(gpt4.of('contain rich info'), 68.5);
  near(gpt4.of('no moderate errors'), 65);
  const llama = top('llama-2-70b-chat', 2);
  assert.deepEqual(llama.top, ['contain rich info', 'friendly']);
  near(llama.of('contain rich info'), 73);
  near(llama.of('friendly'), 67.5);
});

test('Table 4: how much humans and GPT-4-Turbo mind errors, on average over the scenarios', { skip }, async () => {
  const table = await published();
  const groups = commonScenarios(table, scenarios);
  const found = (judge: string, name: string) => meanDegree(table, judge, name, groups);
  shows(found('human', 'no severe errors'), 2, 62.86);
  shows(found('gpt-4-1106-preview', 'no severe errors'), 2, 76.19);
  shows(found('human', 'no moderate errors'), 2, 52.45);
  shows(found('gpt-4-1106-preview', 'no moderate errors'), 2, 58);
  const rest = table.judges
    .filter((judge) => judge !== 'gpt-4-1106-preview')
    .map((judge) => found(judge, 'no severe errors'));
  shows(Math.max(...rest), 2, 65.27);
});

test('humans dislike admitted limits most in unsafe queries, then in communication', { skip }, async () => {
  const table = await published();
  const place = table.names.indexOf('admit limits');
  const byDegree = commonScenarios(table, scenarios).sort(
    (a, b) => weightsOf(table, 'human', a).mean[place]! - weightsOf(table, 'human', b).mean[place]!,
  );
  assert.deepEqual(byDegree.slice(0, 2), ['Unsafe Queries', 'Communication']);
});

test('judges of a size are alike: 0.83 among the small, 0.88 among the large, 0.74 across', { skip }, async () => {
  const table = await published();
  const matrix = similarity(table, commonScenarios(table, scenarios));
  const [size, family, alignment] = publishedGroupings(table.judges).map((grouping) =>
    groupSimilarity(matrix, table.judges, grouping, { seed: 0, resamples: 500 }),
  );
  assert.deepEqual(
    size!.groups.map(({ judges }) => judges.length),
    [20, 10],
  );
  shows(size!.intra[0]!.value, 2, 0.83);
  shows(size!.intra[1]!.value, 2, 0.88);
  shows(size!.inter!.value, 2, 0.74);
  assert.ok(size!.gap!.interval![0] > 0.05);
  // the paper sees no such gap by family and by alignment; NumPy's numbers for alignment
  shows(alignment!.intra[0]!.value, 4, 0.7352);
  shows(alignment!.intra[1]!.value, 4, 0.8192);
  shows(alignment!.inter!.value, 4, 0.779);
  for (const other of [family!, alignment!]) assert.ok(other.gap!.value < size!.gap!.value / 2);
});

test('alignment leaves preferences as they are: 0.84 to 0.96, but for LLaMA-2-7B', { skip }, async () => {
  const table = await published();
  const matrix = similarity(table, commonScenarios(table, scenarios));
  const pairs = publishedJudges().flatMap(({ name, base }) =>
    base ? [{ base, value: matrix[table.judges.indexOf(name)]![table.judges.indexOf(base)]! }] : [],
  );
  const [outliers, others] = [true, false].map((is) =>
    pairs.filter(({ base }) => (base === 'llama-2-7b') === is).map(({ value }) => value),
  );
  shows(Math.min(...others!), 2, 0.84);
  shows(Math.max(...others!), 2, 0.96);
  assert.ok(Math.max(...outliers!) < 0.6);
});

test('the three most and least preferred properties of every judge in every scenario', { skip }, async () => {
  const table = await published();
  for (const judge of table.judges) {
    for (const group of table.groups) {
      const { mean } = weightsOf(table, judge, group);
      const { top, bottom } = extremes(table.names, mean);
      const between = mean.filter((weight) => weight <= top[2]!.weight && weight >= bottom[0]!.weight);
      assert.equal(between.length, 25); // all but the two before the third, and the two after the third last
    }
  }
  const { top, bottom } = extremes(table.names, weightsOf(table, 'human', 'Communication').mean);
  assert.deepEqual(
    [...top, ...bottom].map(({ name, weight }) => [name, Number(degree(weight).toFixed(2))]),
    [
      ['lengthy', 61.91],
      ['friendly', 58.8],
      ['no severe errors', 55.47],
      ['polite', 48.7],
      ['correct mistakes', 48.51],
      ['admit limits', 38.65],
    ],
  ); // by NumPy
});

test('group sizes: scenarios are disjoint and cover all samples, subsets overlap', { skip }, () => {
  const index = readGroupIndex(join(data, 'query_aware_idxs.json'), 5240);
  const sizes = Object.fromEntries([...index].map(([group, positions]) => [group, positions.length]));
  const names = scenarios.scenarios.map(({ name }) => name);
  for (const name of names) assert.equal(sizes[name], ['Knowledge-aware', 'Others'].includes(name) ? 820 : 400, name);
  assert.deepEqual(
    scenarios.subsets.map(({ key }) => sizes[key]),
    [459, 121, 1418, 388, 401],
  );
  assert.equal(new Set(names.flatMap((name) => index.get(name)!)).size, 5240);
  for (const a of names) for (const b of names) if (a < b) assert.equal(overlap(index.get(a)!, index.get(b)!), 0);
  assert.ok(overlap(index.get('w_constraints')!, index.get('intent_unclear')!) > 0);
});

test('labels, strength and agreement of the 30 open models', { skip }, async () => {
  const [human] = await readLabels(join(data, 'example_preference_labels.json'), { samples: 5240 });
  const folders = letterFolders(join(data, 'first_token_logprobs'));
  assert.equal(folders.length, 30);
  const found = new Map<string, { strength: number; agreement: number }>();
  for (const { judge, folder } of folders) {
    const answers = await readLetterFolder(folder, 5240);
    const { labels } = labelsFromLetters(answers);
    found.set(judge, {
      strength: letterStrength(answers).strength!,
      agreement: labelAgreement(labels, human!.labels)!.share,
    });
  }
  const strength = (judge: string) => found.get(judge)!.strength;
  // the ends of the ranges that the paper reports, ~0.49 to 2.24 before alignment and ~1.66 to 7.61 after it
  shows(strength('llama-2-7b'), 2, 0.49);
  shows(strength('qwen-72b'), 2, 2.24);
  shows(strength('qwen-14b-chat'), 2, 1.66);
  shows(strength('mistral-8x7b-instruct-v0.1'), 2, 7.61);
  for (const { name, base } of publishedJudges()) {
    if (base) assert.ok(strength(name) > strength(base), `${name} is not stronger than ${base}`);
  }
  // by NumPy from the same files
  shows(found.get('qwen-72b')!.agreement, 4, 0.7802);
  shows(found.get('llama-2-7b')!.agreement, 4, 0.5668);
});

test('values that a model did not give are missing, not ties', { skip }, async () => {
  const { origins, labels } = labelsFromLetters(await readLetterFolder(join(data, 'first_token_logprobs/qwen-14b')));
  assert.equal(origins.filter((origin) => origin === 'missing').length, 4);
  assert.equal(labels.filter((label) => label === undefined).length, 4);
});

test('the labels of the two added models come out of their log-probabilities', { skip }, async () => {
  const folder = join(data, 'added_model_example');
  for (const judge of readdirSync(folder)) {
    const { labels } = labelsFromLetters(await readLetterFolder(join(folder, judge), 5240));
    const [expected] = await readLabels(join(folder, judge, 'labels.json'), { samples: 5240 });
    assert.deepEqual(labels, expected!.labels);
  }
});

test('a made-up sample is explained by published weights', { skip }, async () => {
  const table = await published();
  const features = table.names.map((name) => Number(name === 'lengthy') - Number(name === 'admit limits'));
  const { values, prediction } = explainProbability(features, weightsOf(table, 'human', 'Communication').mean);
  assert.ok(values[table.names.indexOf('lengthy')]! > 0.1);
  assert.ok(values[table.names.indexOf('admit limits')]! > 0.1); // A admits less, which people prefer
  assert.ok(Math.abs(values.reduce((a, b) => a + b, 0) - (prediction - 0.5)) < 1e-12);
});
