import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  jointDifficulties,
  type LengthComparison,
  lengthControlledRate,
  lengthDesign,
  lengthFit,
  mean,
  pearson,
  readDifficulties,
  readLengthComparisons,
  readOutputs,
} from '../../src/index.ts';
import { sharedData } from '../files.ts';

test('difficulties need ten systems', () => {
  assert.throws(() => jointDifficulties(new Array<LengthComparison[]>(9).fill([])), {
    code: 'invalid_value',
    message: /at least 10/,
  });
});

const rateWith = (comparisons: readonly LengthComparison[], difficultyOf: (prompt: string) => number | undefined) => {
  const own = comparisons.map((each) => ({ ...each, difficulty: difficultyOf(each.prompt) }));
  const { weights } = lengthFit('mle', lengthDesign(own))!;
  return lengthControlledRate(
    weights,
    own.map(({ difficulty }) => difficulty),
  ).lcWinRate;
};

test('difficulties of 23 models’ annotations go with the published ones, and do most of their work', async (t) => {
  const folder = join(sharedData, 'preferences/alpaca_eval');
  if (!existsSync(folder)) return t.skip('../shared/data/preferences/alpaca_eval is not here');
  const baseline = await readOutputs(join(folder, 'gpt4_1106_preview.model_outputs.jsonl.gz'));
  const difficulties = await readDifficulties(join(folder, 'instruction_difficulty.csv'));
  const annotations = join(folder, 'weighted_alpaca_eval_gpt4_turbo');
  const systems: (readonly LengthComparison[])[] = [];
  for (const file of readdirSync(annotations).filter((name) => !name.startsWith('gpt4_1106_preview'))) {
    systems.push((await readLengthComparisons(join(annotations, file), { baseline, difficulties })).comparisons);
  }
  const { byPrompt } = jointDifficulties(systems);
  assert.equal(byPrompt.size, 805);
  const published = new Map(systems[0]!.map(({ prompt, difficulty }) => [prompt, difficulty!]));
  const prompts = [...published.keys()];
  const correlation = pearson(
    prompts.map((prompt) => byPrompt.get(prompt)!),
    prompts.map((prompt) => published.get(prompt)!),
  );
  assert.ok(correlation! > 0.8, `${correlation}`); // theirs are from many more models, under another penalty
  const awayFrom = (difficultyOf: (prompt: string) => number | undefined) =>
    mean(systems.map((each) => Math.abs(rateWith(each, difficultyOf) - rateWith(each, (p) => published.get(p)))));
  const [estimated, none] = [awayFrom((prompt) => byPrompt.get(prompt)), awayFrom(() => undefined)];
  t.diagnostic(`r = ${correlation}; rates off by ${estimated} points, without difficulties by ${none}`);
  assert.ok(estimated < none / 2);
});
