import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseCsv } from '../../../src/data/csv.ts';
import { agreementWithPeople } from '../../../src/evals/judges/agreementWithPeople.ts';
import { type JudgedPair, judgedPairs } from '../../../src/evals/judges/items.ts';
import { positionBias } from '../../../src/evals/judges/positionBias.ts';
import { decisionsOf, netVerdict, plurality } from '../../../src/evals/judges/verdicts.ts';
import {
  type Comparison,
  cohenKappa,
  type JudgeReport,
  judgesReport,
  type ResultOptions,
  readComparisons,
  readJudgeResults,
  type Share,
} from '../../../src/index.ts';
import { published } from './published.ts';

const comparisonsIn = async (path: string): Promise<Comparison[]> => (await readComparisons(path)).comparisons;

const resultsIn = async (path: string, items: readonly Comparison[], more: Partial<ResultOptions> = {}) =>
  (await readJudgeResults(path, { items, ...more }))!.comparisons;

/** The only judge's row. */
function reportOf(comparisons: readonly Comparison[], people: readonly Comparison[]): JudgeReport {
  const { judges } = judgesReport(comparisons, { people, match: 'ids' });
  assert.equal(judges.length, 1);
  return judges[0]!;
}

/** How many that share is of. */
const countOf = ({ share, n }: Share): number => Math.round(share * n);

const percent = (value: number): string => value.toFixed(2);

const subsets = ['Natural', 'GPTInst', 'Manual', 'MT-Bench', 'LLMEval2'];
for (const subset of subsets) {
  test(`LLMBar ${subset}: every published statistic of every judge is recomputed to the last digit`, async (t) => {
    const folder = published(t, `llmbar/${subset}`);
    if (!folder) return;
    const gold = await comparisonsIn(join(folder, 'dataset.json.gz'));
    const files = readdirSync(folder).filter((name) => name.endsWith('.result.jsonl.gz'));
    assert.ok(files.length > 0);
    for (const file of files) {
      const results = await resultsIn(join(folder, file), gold);
      const statistics = readFileSync(join(folder, file.replace('.result.jsonl.gz', '.statistics.json')), 'utf8');
      const pairs = judgedPairs(results, gold, 'ids');
      const [judge] = pairs[0]!.said.keys();
      const [asGiven, exchanged] = (['a', 'b'] as const).map((first) => results.filter((c) => c.shownFirst === first));
      const right = (of: readonly JudgedPair[]) => countOf(agreementWithPeople(of, judge!).countingSkips!);
      const both = pairs.filter(({ people, said }) =>
        said.get(judge!)!.every(({ choice }) => choice === people[0]),
      ).length;
      const n = gold.length;
      const asPublished = (count: number) => `${count} / ${n} = ${pythonFloat((count / n) * 100)}%`;
      const rights = [right(judgedPairs(asGiven!, gold, 'ids')), right(judgedPairs(exchanged!, gold, 'ids'))] as const;
      assert.equal(2 * n * agreementWithPeople(pairs, judge!).countingSkips!.share, rights[0] + rights[1]);
      const kappas = [quirkKappa(asGiven!, gold), quirkKappa(exchanged!, gold)] as const;
      assertStatistics(JSON.parse(statistics), {
        correct_False: asPublished(rights[0]),
        correct_True: asPublished(rights[1]),
        correct_average: `${pythonFloat(((rights[0] + rights[1]) / 2 / n) * 100)}%`,
        correct_both: asPublished(both),
        equal: asPublished(sameInBothOrders(pairs, judge!)),
        kappa_False: kappas[0],
        kappa_True: kappas[1],
        kappa_average: (kappas[0] + kappas[1]) / 2,
        kappa_agreement: cohenKappa(asGiven!.map((c, i) => [oneOrNot(c), oneOrNot(exchanged![i]!)]))!,
      });
    }
  });
}

/** As Python writes a float. */
const pythonFloat = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** LLMBar counts two replies without a verdict as the same verdict; a report leaves them out. */
function sameInBothOrders(pairs: readonly JudgedPair[], judge: string): number {
  const unread = pairs.filter(({ said }) => said.get(judge)!.every(({ choice }) => choice === 'skip')).length;
  return countOf(positionBias(pairs, judge).consistency!) + unread;
}

/** LLMBar's kappas map the verdict to 1 for the first output and to 0 else, and labels not at all: they are 1 and 2. */
const quirkKappa = (results: readonly Comparison[], gold: readonly Comparison[]): number =>
  cohenKappa(results.map((c, i) => [oneOrNot(c), gold[i]!.choice === 'a' ? 1 : 2]))!;

const oneOrNot = ({ choice }: Comparison): 0 | 1 => (choice === 'a' ? 1 : 0);

/** Text to the letter; numbers to 1e-12, of which the last digits are rounding's. */
function assertStatistics(actual: Record<string, string | number>, expected: Record<string, string | number>): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    if (typeof value === 'string') assert.equal(actual[name], value, name);
    else assert.ok(Math.abs((actual[name] as number) - value) < 1e-12, `${name}: ${actual[name]} and ${value}`);
  }
}

test('PandaLM: the kappas of its people, their majorities, and GPT-3.5’s agreement with them', async (t) => {
  const [tests, results] = [
    published(t, 'pandalm/testset-v1.json.gz'),
    published(t, 'pandalm/gpt-3.5-turbo-testset-v1.json.gz'),
  ];
  if (!tests || !results) return;
  const people = await comparisonsIn(tests);
  for (const [names, kappa] of [
    [['annotator1', 'annotator2'], '0.8520'],
    [['annotator1', 'annotator3'], '0.8789'],
    [['annotator2', 'annotator3'], '0.8617'],
  ] as const) {
    const [first, second] = names.map((name) => people.filter(({ judge }) => judge === name));
    const said = judgedPairs(first!, second!, 'ids').map(
      (pair) => [pair.said.get(names[0])![0]!.choice, pair.people[0]!] as const,
    );
    assert.deepEqual([cohenKappa(said)!.toFixed(4), said.length], [kappa, 999]);
    assert.equal(reportOf(first!, second!).people!.kappa!.value.toFixed(2), Number(kappa).toFixed(2)); // in both orders
  }
  const gpt = reportOf(await resultsIn(results, people), people);
  // the README of the data: 697 of 999, "garbage" (25 of them) counted as wrong
  assert.equal(countOf(gpt.people!.countingSkips!), 697);
  assert.equal(percent(100 * gpt.people!.countingSkips!.share), '69.77');
  assert.deepEqual([gpt.comparisons, gpt.items, gpt.skips, gpt.ties], [999, 999, 25, 38]);
  const majorities = judgedPairs([], people, 'ids').map(({ people: said }) => plurality(said));
  const count = (choice: string) => majorities.filter((one) => one === choice).length;
  assert.deepEqual([count('tie'), count('a'), count('b')], [105, 422, 472]);
});

// Tan et al. 2024 (arXiv:2410.12784), accuracy on the GPT-4o pairs; reward models are asked in one order
const judgeBench = [
  ['arena_hard.o1-mini-2024-09-12', 'both orders', '65.71'],
  ['reward_model.Skywork_Skywork-Reward-Gemma-2-27B', 'first order', '64.29'],
  ['reward_model.internlm_internlm2-20b-reward', 'first order', '63.43'],
  ['reward_model.Skywork_Skywork-Reward-Llama-3.1-8B', 'first order', '62.29'],
  ['reward_model.internlm_internlm2-7b-reward', 'first order', '59.43'],
  ['reward_model.Ray2333_GRM-Gemma-2B-rewardmodel-ft', 'first order', '59.43'],
] as const;
for (const [judge, orders, accuracy] of judgeBench) {
  test(`JudgeBench: ${judge} is right in ${accuracy} % of the pairs, by ${orders}`, async (t) => {
    const [tests, results] = [
      published(t, 'judgebench/gpt-4o-2024-05-13.jsonl.gz'),
      published(t, `judgebench/gpt-4o-2024-05-13.judged-by.${judge}.jsonl.gz`),
    ];
    if (!tests || !results) return;
    const gold = await comparisonsIn(tests);
    const judged = await resultsIn(results, gold);
    if (orders === 'first order') {
      const { share } = reportOf(
        judged.filter((c) => c.shownFirst === 'a'),
        gold,
      ).people!.countingSkips!;
      assert.equal(percent(100 * share), accuracy);
    }
    const net = judgedPairs(judged, gold, 'ids').filter(
      ({ said, people }) => netVerdict(decisionsOf([...said.values()].flat())) === people[0],
    );
    assert.equal(percent((100 * net.length) / gold.length), accuracy); // reward models are nearly the same in both orders
  });
}

test('MT-Bench: GPT-4’s games in both orders, counted as FastChat counts them', async (t) => {
  const path = published(t, 'mt-bench/model_judgment.gpt-4_pair.jsonl.gz');
  if (!path) return;
  const comparisons = await comparisonsIn(path);
  const report = reportOf(comparisons, []);
  // counted by hand from the file's pairs of g1_winner and g2_winner: 18 model_1 twice, 20 model_2 twice, 8 tie twice;
  // 16 model_1 then model_2, 2 the other way round, 9 with one tie; 1 with one error and 1 with two
  const { consistency, forFirst, forSecond, tieInOne } = report.position;
  assert.deepEqual([countOf(consistency!), consistency!.n, forFirst, forSecond, tieInOne], [46, 73, 16, 2, 9]);
  assert.deepEqual([report.comparisons, report.items, report.skips], [150, 75, 3]);
  const games = judgedPairs(comparisons).map(({ said, sources }) => ({
    said: decisionsOf(said.get('gpt-4')!),
    sources,
  }));
  const winners = games.flatMap(({ said, sources }) => {
    const verdict = plurality(said)!;
    return said.length < 2 ? [] : [verdict === 'tie' ? verdict : sources[verdict === 'a' ? 0 : 1]];
  });
  const count = (name: string) => winners.filter((one) => one === name).length;
  assert.deepEqual([count('phi-3'), count('phi-3-dpo'), count('tie')], [18, 20, 35]); // FastChat leaves out both errors
});

test('the leaderboard of evaluators obeys the definitions it is made by, but for one row', (t) => {
  const path = published(t, 'alpaca_eval/evaluators_leaderboard.csv');
  if (!path) return;
  const [head, ...records] = parseCsv(readFileSync(path, 'utf8'));
  const rows = new Map(
    records.map(({ cells }) => [
      cells[0]!,
      Object.fromEntries(head!.cells.map((name, i) => [name, cells[i] === '' ? undefined : Number(cells[i])])),
    ]),
  );
  const near = (actual: number | undefined, expected: number) => assert.ok(Math.abs(actual! - expected) < 1e-9);
  const people = rows.get('humans')!;
  assert.equal(people.Bias, 0);
  near(people.Variance, 100 - people['Human agreement']!); // one person with most of the other three
  const longest = rows.get('longest')!; // a rule says the same each time
  assert.equal(longest.Variance, 0);
  near(longest.Bias, 100 - longest['Human agreement']!);
  assert.equal(longest['Proba. prefer longer'], 1);
  // where all 648 items have four discrete preferences, agreements are halves of hits out of 2,592
  for (const name of [
    'alpaca_eval_gpt4_fn',
    'alpaca_farm_greedy_gpt4',
    'gpt4',
    'humans',
    'text_davinci_003',
    'longest',
  ]) {
    const row = rows.get(name)!;
    for (const column of ['Human agreement', 'Bias', 'Variance']) {
      const halves = (row[column]! / 100) * 2592 * 2;
      near(halves, Math.round(halves));
    }
  }
  const agreements = [...rows].map(([name, row]) => [name, row['Human agreement']!] as const);
  const outside = agreements.filter(([, agreement]) => !(agreement > 50 && agreement < 100));
  assert.deepEqual(
    outside.map(([name]) => name),
    ['weighted_alpaca_eval_gpt-4o-mini-2024-07-18'],
  );
});
