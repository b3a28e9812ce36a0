import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type AlignBenchCategory,
  type AlignBenchQuestion,
  alignBenchCategories,
  alignBenchScores,
  alignBenchTotals,
  readAlignBench,
} from '../../../src/evals/benchmarks/alignBench.ts';
import { type MeanScore, meanOfMeans, meanScore } from '../../../src/evals/benchmarks/meanScore.ts';
import { readScoredReplies } from '../../../src/evals/benchmarks/scoredReplies.ts';
import { alignBenchTypes } from '../../../src/judges/presets/alignBenchTypes.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { fileWriter, sharedData, temporaryFolder } from '../../files.ts';
import { formCount, type JudgeAnswer, judgeAnswers } from './judgeAnswers.ts';

const write = fileWriter(temporaryFolder());
const folder = join(sharedData, 'alignbench');
const absent = 'the shared data are not here';

const categories = Object.keys(alignBenchCategories) as AlignBenchCategory[];

/** Made here: from 4 questions to 46 in each category, of all sub-categories in turn. */
const own: AlignBenchQuestion[] = categories.flatMap((category, c) =>
  Array.from({ length: 4 + 6 * c }, (_, i) => {
    const all = alignBenchTypes.flatMap(({ subcategories }) => subcategories);
    return { id: `${c}-${i}`, category, subcategory: all[(7 * c + i) % all.length]!, prompt: '问', reference: '答' };
  }),
);

const scored = async (questions: readonly AlignBenchQuestion[], answers: readonly object[]) => {
  const file = write('judged.jsonl', answers);
  const bySystem = await readScoredReplies([file], new Set(questions.map(({ id }) => id)));
  return alignBenchScores(questions, bySystem.get('')!);
};

const plainMean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const near = (actual: number | undefined, expected: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-12, `${actual} for ${expected}`); // sums in another order

/** What the scores must be, from the scores that the answers were made of, and nothing else. */
async function held(questions: readonly AlignBenchQuestion[], answers: readonly JudgeAnswer[]) {
  const scores = await scored(questions, answers);
  const known = answers.map((answer, i) => ({ ...answer, ...questions[i]! }));
  const means = new Map(
    categories.map((key) => [
      key,
      plainMean(known.flatMap(({ category, score }) => (category === key && score !== undefined ? [score] : []))),
    ]),
  );
  for (const [key, expected] of means) near(scores.categories[key].score?.mean, expected);
  const of = (names: readonly AlignBenchCategory[]) => plainMean(names.map((name) => means.get(name)!));
  const reasoning = of(['mathematics', 'logical_reasoning']);
  const language = of(['fundamental', 'chinese_understanding', 'open_ended', 'writing', 'role_play', 'professional']);
  near(scores.reasoning?.mean, reasoning);
  near(scores.language?.mean, language);
  near(scores.total?.mean, (reasoning + language) / 2);
  for (const { name, score } of scores.dimensions) {
    const values = known.flatMap(({ dimensions }) => dimensions[name] ?? []);
    near(score?.mean, plainMean(values));
    assert.equal(score?.n, values.length);
  }
  assert.deepEqual(
    scores.failures.map(({ id }) => id),
    known.filter(({ score }) => score === undefined).map(({ id }) => id),
  );
  assert.deepEqual(
    scores.incomplete,
    known.filter(({ form }) => form === 'wrong dimensions').map(({ id }) => id),
  );
  return { scores, known };
}

test('scores follow from the answers that can be read; malformed ones are listed and in no mean', async () => {
  const { scores, known } = await held(own, judgeAnswers(own, 1));
  assert.ok(scores.failures.length > 10);
  assert.equal(scores.failures.length + scores.total!.n, known.length);
  assert.deepEqual(scores.missing, []);
});

test('all 683 questions of both versions with recorded judge answers, malformed in every way', async (t) => {
  if (!existsSync(folder)) return t.skip(absent);
  for (const [version, seed] of [
    ['1.0', 2],
    ['1.1', 3],
  ] as const) {
    const questions = await readAlignBench(join(folder, `alignbench_v${version}.jsonl`));
    assert.equal(questions.length, 683);
    const answers = judgeAnswers(questions, seed);
    assert.equal(new Set(answers.map(({ form }) => form)).size, formCount); // every kind occurs
    const { scores } = await held(questions, answers);
    // Counts of the benchmark's README.
    const counts = categories.map((key) => (scores.categories[key].score?.n ?? 0) + scores.categories[key].failed);
    assert.deepEqual(counts, [112, 92, 68, 58, 38, 75, 116, 124]);
    assert.equal(new Set(scores.subcategories.map(({ name }) => name)).size, 36);
  }
});

test('the rule reproduces all 57 published rows within 0.005', (t) => {
  if (!existsSync(folder)) return t.skip(absent);
  const { tables } = JSON.parse(readFileSync(join(folder, 'leaderboards.json'), 'utf8'));
  const constant = meanScore([{ question: '1', score: 5 }])!;
  const rows = Object.values(tables as Record<string, Record<string, number>[]>).flat();
  assert.equal(rows.length, 57);
  for (const row of rows) {
    const printed = (key: string): MeanScore => ({ ...constant, mean: row[key]! });
    const { reasoning, language, total } = alignBenchTotals(printed);
    const halves = (row.reasoning! + row.language!) / 2;
    const means = { reasoning: reasoning!.mean, language: language!.mean, overall: halves };
    // Printed to two decimals, which are off by 0.005 at most; 1e-9 for the sums.
    for (const [key, mean] of Object.entries(means)) {
      assert.ok(Math.abs(mean - row[key]!) <= 0.005 + 1e-9, `${row.model}: ${key}`);
    }
    assert.ok(Math.abs(total!.mean - row.overall!) <= 0.005 + 1e-9, `${row.model}: overall, of the categories`);
  }
});

test('a judge that always says the same gives that at every level', async () => {
  for (const constant of [1, 7, 10]) {
    const answers = own.map(({ id, subcategory }) => {
      const { dimensions } = alignBenchTypes.find(({ subcategories }) => subcategories.includes(subcategory))!;
      const entries = [...dimensions, '综合得分'].map((name) => `'${name}': ${constant}`);
      return { id, reply: `{${entries.join(', ')}}` };
    });
    const { total, reasoning, language, ...rest } = await scored(own, answers);
    const all = [total, reasoning, language, ...Object.values(rest.categories).map(({ score }) => score)];
    const finer = [...rest.subcategories, ...rest.dimensions].map(({ score }) => score);
    for (const score of [...all, ...finer]) near(score?.mean, constant);
    for (const score of all) near(score?.standardError, 0);
  }
});

test('unreadable replies move no mean, whatever they are', async () => {
  const fine = own.map(({ id }, i) => ({ id, reply: `{'综合得分': ${1 + (i % 10)}}` }));
  const spoiled = fine.map((answer, i) => (i % 3 === 1 ? { ...answer, reply: "{'综合得分': -1}" } : answer));
  const [partial, whole] = [
    await scored(own, spoiled),
    await scored(
      own,
      fine.filter((_, i) => i % 3 !== 1),
    ),
  ];
  assert.deepEqual(partial.total, whole.total);
  assert.equal(partial.failures.length, spoiled.filter((_, i) => i % 3 === 1).length);
  assert.equal(whole.missing.length, partial.failures.length);
});

test('a category in which nothing could be read leaves its half and the total without a value', async () => {
  const answers = own.map(({ id, category }) => ({ id, reply: category === 'writing' ? '无' : "{'综合得分': 5}" }));
  const { total, reasoning, language, categories: means } = await scored(own, answers);
  assert.deepEqual([total, language, means.writing.score], [undefined, undefined, undefined]);
  assert.equal(reasoning?.mean, 5);
});

test('scores that were read before are held to the same scale', async () => {
  const answers = own.map(({ id }, i) => ({ id, score: [5, 11, -1, 6.5, undefined][i % 5] }));
  const { categories: means, failures } = await scored(own, answers);
  assert.equal(means.writing.score?.mean, 5);
  assert.equal(failures.length, answers.filter(({ score }) => score !== 5).length);
  assert.deepEqual(
    failures.slice(0, 4).map(({ said }) => said),
    ['11', '-1', '6.5', ''],
  );
});

test('replies to questions that there are not, or twice the same, are errors with their lines', async () => {
  const ids = new Set(['1', '2']);
  const file = write('twice.jsonl', [
    { id: 1, score: 5 },
    { question_id: 1, judgment: '5' },
    { id: '3', score: 5 },
    { id: 2, model: 'x', score: 5 },
    { id: 2, model: 'y', score: 5 },
  ]);
  await assert.rejects(
    readScoredReplies([file], ids),
    /line 2: question 1 was scored in .*twice\.jsonl, line 1 too\n {2}line 3: there is no question 3/,
  );
  const unnamed = write('unnamed.jsonl', [{ score: 5 }]);
  await assert.rejects(readScoredReplies([unnamed], ids), /line 1: .*id \(or question_id\)/);
});

test('what the original’s judge.py writes is read: model_id and judgment, its own score aside', async () => {
  const row = { question_id: 1, model_id: 'glm', judgment: "{'综合得分': 6}", rating: { 综合得分: 6 }, score: -1 };
  const bySystem = await readScoredReplies([write('original.jsonl', [row])], new Set(['1']));
  assert.deepEqual(bySystem, new Map([['glm', [{ id: '1', system: 'glm', turn: 1, reply: row.judgment }]]]));
});

test('a question of an unknown category or sub-category is an error with its line', async () => {
  const question = { question_id: 1, category: '数学计算', subcategory: '初等数学', question: '问', reference: '答' };
  const [read] = await readAlignBench(write('one.jsonl', [{ ...question, 7: question }]));
  assert.deepEqual(read, { id: '1', category: 'mathematics', subcategory: '初等数学', prompt: '问', reference: '答' });
  await assert.rejects(
    readAlignBench(write('two.jsonl', [question, { ...question, category: '数学' }])),
    /line 2: "category"/,
  );
  await assert.rejects(
    readAlignBench(write('three.jsonl', [{ ...question, subcategory: '算' }])),
    /line 1: "subcategory"/,
  );
});

test('a standard error takes questions as the sample: with one score each it is sd/√n, repeated scores add nothing', () => {
  const values = [3, 5, 8, 9];
  const once = values.map((score, i) => ({ question: String(i), score }));
  // sd with n − 1 of 3, 5, 8, 9: √(22.75/3), by hand.
  near(meanScore(once)?.standardError, Math.sqrt(22.75 / 3) / 2);
  near(meanScore([...once, ...once])?.standardError, Math.sqrt(22.75 / 3) / 2);
  const alone = meanScore(once.slice(0, 1))!;
  assert.deepEqual([alone.mean, alone.n, alone.standardError, alone.interval], [3, 1, undefined, undefined]);
  assert.equal(meanScore([]), undefined);
});

test('intervals of means of few questions cover as often as they say, and never leave the scale', () => {
  const random = seededRandom(11);
  const runs = 2000;
  let [covered, of] = [0, 0];
  for (let run = 0; run < runs; run++) {
    // Sums of 12 uniform numbers are nearly normal, with mean 6 and variance 1: two categories of 4 and 9 questions.
    const category = (n: number) =>
      meanScore(
        Array.from({ length: n }, (_, i) => {
          const score = Array.from({ length: 12 }, () => random.uniform()).reduce((sum, one) => sum + one, 0);
          return { question: String(i), score };
        }),
      );
    const parts = [category(4), category(9)];
    for (const { interval } of [parts[0]!, meanOfMeans(parts)!]) {
      covered += Number(interval![0] <= 6 && 6 <= interval![1]);
      of++;
      assert.ok(interval![0] >= 1 && interval![1] <= 10);
    }
  }
  // Three standard errors of a share of 4,000 are 1 point; the normal quantile instead of t would cover 88 % of the first.
  assert.ok(Math.abs(covered / of - 0.95) < 0.011, String(covered / of));
});
