/** The files that AlpacaEval publishes, and everything known about the win rates in them. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  isExtremeChange,
  type LengthComparison,
  type LengthWeights,
  lengthControlledRate,
  lengthDesign,
  lengthFit,
  parseCsv,
  rateBetween,
  readDifficulties,
  readLengthComparisons,
  readLengthWeights,
  readOutputs,
  readWins,
  winRate,
} from '../../src/index.ts';
import { sharedData } from '../files.ts';

const folder = join(sharedData, 'preferences/alpaca_eval');
const absent = existsSync(folder) ? false : '../shared/data/preferences/alpaca_eval is not here';

interface Fit {
  readonly coef: readonly number[];
  readonly length_controlled_winrate: number;
}

interface Expected extends Readonly<Record<string, unknown>> {
  readonly n: number;
  readonly win_rate: number;
  readonly standard_error: number;
  readonly n_wins: number;
  readonly n_wins_base: number;
  readonly n_draws: number;
  readonly discrete_win_rate: number;
  readonly avg_length: number;
  readonly published: { readonly length_controlled_winrate: number };
  readonly mle_fit?: Fit;
  readonly mle_fit_minimal?: Fit;
  readonly l1_cv_fit?: Fit;
  readonly from_published_weights?: Fit & { readonly lc_standard_error: number };
}

const expectedOf = (): [string, Expected][] =>
  Object.entries(JSON.parse(readFileSync(join(folder, 'expected_winrates.json'), 'utf8')));

const close = (value: number, expected: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(value - expected) < tolerance, `${what}: ${value}, not ${expected}`);

const difficultiesOf = (comparisons: readonly LengthComparison[]) => comparisons.map(({ difficulty }) => difficulty);

function checkFit(
  kind: 'mle' | 'l1-cv',
  comparisons: readonly LengthComparison[],
  expected: Fit,
  tolerance: { readonly rate: number; readonly weights: number },
  what: string,
): void {
  const { weights } = lengthFit(kind, lengthDesign(comparisons))!;
  const ours = [weights.length, weights.difficulty, weights.system].filter((weight) => weight !== undefined);
  assert.equal(ours.length, expected.coef.length);
  for (const [j, weight] of ours.entries()) close(weight, expected.coef[j]!, tolerance.weights, `${what}, weight ${j}`);
  const { lcWinRate } = lengthControlledRate(weights, difficultiesOf(comparisons));
  close(lcWinRate, expected.length_controlled_winrate, tolerance.rate, what);
}

/** Where the leaderboard's entry and its weights come from different fits, or a row is missing. */
const otherFits = ['NullModel'];

test('every number of expected_winrates.json from the annotations of 24 models', { skip: absent }, async (t) => {
  const baseline = await readOutputs(join(folder, 'gpt4_1106_preview.model_outputs.jsonl.gz'));
  const difficulties = await readDifficulties(join(folder, 'instruction_difficulty.csv'));
  const weights = await readLengthWeights(join(folder, 'length_controlled_v1_weights.csv'));
  const all = expectedOf();
  assert.equal(all.length, 24);
  for (const [model, expected] of all) {
    await t.test(model, async () => {
      const file = join(folder, 'weighted_alpaca_eval_gpt4_turbo', `${model}.annotations.jsonl.gz`);
      const raw = winRate((await readWins(file)).probabilities);
      close(raw.winRate, expected.win_rate, 1e-9, 'win rate');
      close(raw.standardError!, expected.standard_error, 1e-9, 'standard error');
      const { n, n_wins, n_wins_base, n_draws } = expected;
      assert.deepEqual([raw.n, raw.wins, raw.losses, raw.ties], [n, n_wins, n_wins_base, n_draws]);
      close(raw.discreteWinRate, expected.discrete_win_rate, 1e-9, 'discrete win rate');
      const { comparisons, meanLengths } = await readLengthComparisons(file, { baseline, difficulties });
      assert.equal(Math.trunc(meanLengths![0]), expected.avg_length);
      checkPublished(model, comparisons, weights.get(model)!, expected);
      if (!expected.mle_fit) return; // the baseline against itself: nothing to fit
      checkFit('mle', comparisons, expected.mle_fit, { rate: 1e-6, weights: 1e-6 }, 'mle'); // six digits in the file
      // liblinear stopped at its tolerance, on folds of an unstable sort: "reproducible to about 0.05"
      checkFit('l1-cv', comparisons, expected.l1_cv_fit!, { rate: 0.1, weights: 0.15 }, 'l1-cv');
      const minimal = comparisons.map((each) => ({ ...each, difficulty: undefined }));
      checkFit('mle', minimal, expected.mle_fit_minimal!, { rate: 1e-6, weights: 1e-6 }, 'mle without difficulty');
    });
  }
});

function checkPublished(
  model: string,
  comparisons: readonly LengthComparison[],
  weights: LengthWeights,
  { from_published_weights: from, published }: Expected,
): void {
  const { lcWinRate, lcStandardError } = lengthControlledRate(weights, difficultiesOf(comparisons));
  if (!otherFits.includes(model)) close(lcWinRate, published.length_controlled_winrate, 1e-6, 'the leaderboard');
  if (!from) return;
  assert.deepEqual([weights.length, weights.difficulty, weights.system], from.coef);
  close(lcWinRate, from.length_controlled_winrate, 1e-8, 'from published weights'); // eight digits in the file
  close(lcStandardError!, from.lc_standard_error, 1e-7, 'their spread over prompts');
}

test('the nine models of AlpacaEval 1, with its ties and its missing verdicts', { skip: absent }, async () => {
  const [head, ...rows] = parseCsv(readFileSync(join(folder, 'alpaca_eval_gpt4_leaderboard.csv'), 'utf8'));
  const files = readdirSync(join(folder, 'alpaca_eval_gpt4'));
  assert.equal(files.length, 9);
  for (const file of files) {
    const published = rows.find(({ cells }) => cells[0] === file.replace('.annotations.jsonl.gz', ''))!;
    const cell = (name: string) => Number(published.cells[head!.cells.indexOf(name)]);
    const found = winRate((await readWins(join(folder, 'alpaca_eval_gpt4', file))).probabilities);
    close(found.winRate, cell('win_rate'), 1e-9, file);
    close(found.standardError!, cell('standard_error'), 1e-9, file);
    close(found.discreteWinRate, cell('discrete_win_rate'), 1e-9, file);
    const counts = [found.n, found.wins, found.losses, found.ties];
    assert.deepEqual(counts, ['n_total', 'n_wins', 'n_wins_base', 'n_draws'].map(cell), file);
  }
});

test('the published rates of 188 models follow from their weights to 1e-9', { skip: absent }, async () => {
  const { values } = await readDifficulties(join(folder, 'instruction_difficulty.csv'));
  const weights = await readLengthWeights(join(folder, 'length_controlled_v1_weights.csv'));
  assert.equal(weights.size, 200);
  const [head, ...rows] = parseCsv(
    readFileSync(join(folder, 'weighted_alpaca_eval_gpt4_turbo_leaderboard.csv'), 'utf8'),
  );
  const column = head!.cells.indexOf('length_controlled_winrate');
  const published = new Map(rows.map(({ cells }) => [cells[0]!, Number(cells[column])]));
  const shared = [...weights].filter(([model]) => published.has(model));
  const same = shared.filter(
    ([model, each]) => Math.abs(lengthControlledRate(each, values).lcWinRate - published.get(model)!) < 1e-9,
  );
  assert.deepEqual([shared.length, same.length], [199, 188]);
});

test('against the baseline, a model’s rate on the leaderboard is its own', { skip: absent }, async () => {
  const { values } = await readDifficulties(join(folder, 'instruction_difficulty.csv'));
  const weights = await readLengthWeights(join(folder, 'length_controlled_v1_weights.csv'));
  const [claude, baseline] = [weights.get('claude-2')!, weights.get('gpt4_1106_preview')!];
  assert.equal(rateBetween(claude, baseline, values), lengthControlledRate(claude, values).lcWinRate);
  assert.ok(rateBetween(claude, weights.get('alpaca-7b')!, values) > 50);
});

test('a model that says nothing leads the leaderboard without AlpacaEval’s warning', { skip: absent }, () => {
  const published = (name: string) => expectedOf().find(([model]) => model === name)![1];
  const { win_rate, published: row } = published('NullModel');
  assert.ok(row.length_controlled_winrate > 86);
  assert.equal(isExtremeChange(win_rate, row.length_controlled_winrate), false);
});
