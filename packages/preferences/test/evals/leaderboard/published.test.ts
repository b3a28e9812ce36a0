import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bradleyTerry, readBattles } from '../../../src/index.ts';
import { sharedData } from '../../files.ts';

test('against one baseline a rating is the log-odds of AlpacaEval’s published win rate', async (t) => {
  const folder = join(sharedData, 'preferences/alpaca_eval');
  if (!existsSync(folder)) return t.skip('../shared/data/preferences/alpaca_eval is not here');
  const published = JSON.parse(readFileSync(join(folder, 'expected_winrates.json'), 'utf8'));
  const models = ['claude-2', 'alpaca-7b', 'Qwen-14B-Chat', 'FuseChat-Gemma-2-9B-Instruct'];
  const read = await Promise.all(
    models.map((model) =>
      readBattles(join(folder, 'weighted_alpaca_eval_gpt4_turbo', `${model}.annotations.jsonl.gz`)),
    ),
  );
  const battles = read.flatMap((one) => one.battles);
  const fit = bradleyTerry(battles, { priorDeviation: Infinity });
  const theta = (model: string) => fit.theta[fit.models.indexOf(model)]!;
  for (const model of models) {
    const rate = published[model].win_rate / 100;
    assert.ok(Math.abs(theta(model) - theta('gpt4_1106_preview') - Math.log(rate / (1 - rate))) < 1e-9);
  }
  assert.equal(fit.table.prompts, 805); // the same prompts in every file
});

test('of four players the strengths are those of the worked example that Arena’s own tests have', (t) => {
  const file = join(sharedData, 'reference/published.json');
  if (!existsSync(file)) return t.skip('../shared/data/reference/published.json is not here');
  const { wins, expected_strengths: strengths } = JSON.parse(readFileSync(file, 'utf8')).bradley_terry;
  const battles = wins.map(([a, b, weight]: [string, string, number]) => ({ a, b, outcome: 1, weight }));
  const { models, theta } = bradleyTerry(battles, { priorDeviation: Infinity });
  for (const [i, model] of models.entries()) {
    assert.ok(Math.abs(Math.exp(theta[i]!) / strengths[model] - 1) < 1e-3); // theta's mean of 0 is a geometric mean of 1
  }
  assert.equal(models.length, 4);
});
