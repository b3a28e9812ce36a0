import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { dpoStage } from '../packages/cli/src/settings/dpo.ts';
import { ppoStage } from '../packages/cli/src/settings/ppo.ts';
import { pretrainStage } from '../packages/cli/src/settings/pretrain.ts';
import { readSettings } from '../packages/cli/src/settings/readSettings.ts';
import { rewardStage } from '../packages/cli/src/settings/reward.ts';
import { sftStage } from '../packages/cli/src/settings/sft.ts';
import { spaStage } from '../packages/cli/src/settings/spa.ts';
import type { Stage } from '../packages/cli/src/settings/stage.ts';
import { attune } from '../packages/cli/test/train/attune.ts';
import { pairs, texts, tinyModel, workshop, writeLines } from '../packages/cli/test/train/fixture.ts';

const here = import.meta.dirname;
const stages: Readonly<Record<string, Stage>> = {
  'dpo.yaml': dpoStage,
  'sft.yaml': sftStage,
  'hh-reward/reward.yaml': rewardStage,
  'rlhf/reward.yaml': rewardStage,
  'rlhf/ppo.yaml': ppoStage,
  'spa/spa.yaml': spaStage,
  'spa/unlabelled.yaml': spaStage,
  'spa/smollm2.yaml': spaStage,
  'spa/dpo.yaml': dpoStage,
  'spa/sft.yaml': sftStage,
  'storyteller/pretrain.yaml': pretrainStage,
  'storyteller/familiar.yaml': sftStage,
};
const root = workshop();
const model = join(root, 'model');
before(() => tinyModel(model));

// recipes/dissect has property sets: its own test reads them.
for (const file of globSync('**/*.yaml', { cwd: here, exclude: ['dissect/**'] }).sort()) {
  test(`recipes/${file} holds settings of its training, and none that has no effect`, () => {
    const stage = stages[file];
    assert.ok(stage, 'say above which training it is for');
    readSettings(stage, join(here, file));
  });
}

/** A recipe on a model and data of a few lines, with everything else as it stands. */
async function train(stage: string, ...set: readonly string[]): Promise<void> {
  const settings = [`model=${model}`, `output_dir=${join(root, stage)}`, 'threads=1', ...set];
  const { code, stderr } = await attune(
    ...['train', stage, join(here, `${stage}.yaml`)],
    ...settings.flatMap((setting) => ['--set', setting]),
  );
  assert.equal(code, 0, stderr);
}

test('recipes/dpo.yaml trains', async () => {
  const [data, heldOut] = [12, 4].map((count, i) => writeLines(join(root, `pairs-${i}.jsonl`), pairs(count)));
  await train('dpo', `data=${data}`, `eval_data=${heldOut}`);
});

test('recipes/sft.yaml trains', () =>
  train('sft', `data=${writeLines(join(root, 'texts.jsonl'), texts(20, 'completions'))}`));

test('recipes/library.ts learns its preference: the margin rises with every step', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(here, 'library.ts'), model], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const margins = stdout
    .trim()
    .split('\n')
    .map((line) => Number(line.split(' ')[2]));
  assert.equal(margins.length, 10);
  assert.ok(
    margins.every((margin, i) => i === 0 || margin > margins[i - 1]!),
    stdout,
  );
});

test('the library example of the README is the one that runs', () => {
  const readme = readFileSync(join(here, '../README.md'), 'utf8');
  const [, example] = /```ts\n([^`]*)```/.exec(readme) ?? [];
  const program = readFileSync(join(here, 'library.ts'), 'utf8');
  assert.equal(example, program.replace(/^\/\*\*.*?\*\/\n/s, ''));
});
