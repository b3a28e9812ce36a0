import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { explain, settingLines } from '../../src/settings/explain.ts';
import { settingsFrom } from '../../src/settings/readSettings.ts';
import { SpaSettings, spaStage } from '../../src/settings/spa.ts';

const read = (values: object) => settingsFrom(spaStage, { model: 'm', ...values } as never, 'the test');

test('the defaults are the paper’s', (t) => {
  const path = join(import.meta.dirname, '../../../../../shared/data/spa/settings.json');
  if (!existsSync(path)) return t.skip(`${path} is not here`);
  const { common: paper } = JSON.parse(readFileSync(path, 'utf8'));
  const ours = read({ data: 'd', prompts: 'p' });
  assert.deepEqual(
    {
      beta: ours.beta,
      alpha: ours.refine_alpha,
      K_percent: 100 * ours.noise_share,
      lambda_by_round: ours.extrapolation,
      window_pairs: ours.noise_window,
      denoise_warmup_fraction: ours.refine_after,
      rounds: ours.prompts_per_round.length,
      responses_per_prompt: ours.num_generations,
      temperature: ours.temperature,
      top_p: ours.top_p,
      max_new_tokens: ours.response_length,
      batch_pairs: ours.per_device_train_batch_size * ours.gradient_accumulation_steps,
      learning_rate: ours.learning_rate,
      schedule: ours.lr_scheduler_type,
      warmup_ratio: ours.warmup_steps,
      seed_epochs: ours.seed_epochs,
      round_epochs: ours.num_train_epochs,
      max_length: ours.max_length,
      max_prompt_length: ours.max_prompt_length,
      rng_seed: ours.seed,
    },
    Object.fromEntries(Object.entries(paper).filter(([name]) => !elsewhere.has(name))),
  );
  assert.equal(ours.data_seed, paper.rng_seed);
  const blocks = JSON.parse(readFileSync(path, 'utf8')).split_after_shuffle_seed_42 as Record<string, number>[];
  assert.deepEqual(
    ours.prompts_per_round,
    blocks.slice(1, 4).map(({ start, end }) => end! - start!),
  );
});

/** What is no setting (the optimizer is AdamW always), or for the machine to decide. */
const elsewhere = new Set(['pi_init', 'preference_dataset', 'optimizer', 'precision', 'hardware']);

test('--explain shows the loss in one line, judgment and detection, with the papers', () => {
  const said = explain(spaStage);
  assert.match(said, /softplus\(−m\) \+ αz·m/);
  for (const equation of ['(7)', '(8)', '(10)', '(11)', '12)']) assert.ok(said.includes(equation), equation);
  for (const paper of ['arXiv:2406.04412', 'arXiv:2305.18290']) assert.ok(said.includes(paper), paper);
  for (const { name, means } of settingLines(SpaSettings)) assert.notEqual(means, '', name);
});

const conflicts: [settings: object, problem: RegExp][] = [
  [{ data: 'd' }, /prompts is missing: with seed_share 1 no pair is left over to take prompts from/],
  [{ data: 'd', prompts: 'p', initial_model: 'i' }, /initial_model has no effect beside data: π_init is the model/],
  [{ initial_model: 'i' }, /prompts is missing, and so is data/],
  [{ prompts: 'p' }, /initial_model is missing: without data the judge has no π_init/],
  [{ prompts: 'p', initial_model: 'i', seed_epochs: 1 }, /seed_epochs has no effect without data/],
  [
    { prompts: 'p', initial_model: 'i', judge_reference: 'none' },
    /initial_model has no effect: this judge does not read/,
  ],
  [{ data: 'd', prompts: 'p', judge_model: 'r' }, /judge_model has no effect with judge: self/],
  [{ data: 'd', prompts: 'p', judge: 'reward_model' }, /judge_model is missing: which reward model is to judge/],
  [
    { data: 'd', prompts: 'p', judge: 'pairwise', length_penalty: 0.1 },
    /length_penalty has no effect with judge: pairwise/,
  ],
  [{ data: 'd', prompts: 'p', judge: 'pairwise', num_generations: 3 }, /num_generations must be 2 for judge: pairwise/],
  [
    { data: 'd', prompts: 'p', prompts_per_round: [] },
    /prompts_per_round is \[\]; expected a list with something in it/,
  ],
  [{ data: 'd', prompts: 'p', prompts_per_round: [8, 0] }, /prompts_per_round is \[8,0\]; expected more than 0/],
  [{ data: 'd', prompts: 'p', as_released: ['eso'] }, /as_released is \["eso"\]; expected one of threshold, ties, eos/],
  [{ data: 'd', prompts: 'p', temperature: 0 }, /temperature is 0; expected more than 0/],
  [{ data: 'd', prompts: 'p', max_steps: 3 }, /max_steps is not a setting of spa/],
];

for (const [settings, problem] of conflicts) {
  test(`refused: ${JSON.stringify(settings)}`, () => assert.throws(() => read(settings), problem));
}

test('settings that go together are taken', () => {
  read({ data: 'd', seed_share: 0.1, num_train_epochs: 2 });
  read({ prompts: ['p', 'q'], judge: 'reward_model', judge_model: 'r', num_generations: 4 });
  read({ prompts: 'p', judge_reference: 'none' });
  read({ data: 'd', prompts: 'p', judge: 'pairwise', use_lora: true, lora_r: 4 });
});
