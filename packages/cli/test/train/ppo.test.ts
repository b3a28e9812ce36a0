import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { encodePrompt, isRewardModel, loadModel, openModel } from '@attune/align';
import { readPrompts } from '@attune/preferences';
import { readSafetensors, tidy } from '@attune/torch';
import { assertClose } from '../../../align/test/assertClose.ts';
import { logitsOf, scoreAlone } from '../../../align/test/models/plain.ts';
import { attune, type Ended } from './attune.ts';
import { settingsFile, workshop } from './fixture.ts';
import { linesOf, quickPpo, type RlFiles, rlFiles } from './rlFixture.ts';

const root = workshop();
let files: RlFiles;
let whole: Ended & { path: string };

/** A run in a folder of its own. */
async function trained(name: string, settings: object): Promise<Ended & { path: string }> {
  const folder = join(root, name);
  const ended = await attune(
    'train',
    'ppo',
    settingsFile(folder, 'run', { ...quickPpo(files), ...settings }),
    '--json',
  );
  assert.equal(ended.code, 0, ended.stderr);
  return { ...ended, path: join(folder, 'run') };
}

before(async () => {
  files = await rlFiles(root);
  const { heldOut, texts } = files;
  const beside = { eval_data: heldOut, eval_steps: 2, sft_data: texts, missing_eos_penalty: 0.5 };
  whole = await trained('whole', { ...beside, kl_target: 0.5, logging_steps: 2 });
});

test('a run of train ppo logs what TRL logs, under its names, and what the paper needs beside it', () => {
  const [start, first] = linesOf(whole.path, 'metrics');
  // TRL's names: ../shared/guides/peers.md, 3b; less eps and val/ratio_var, of its own clock and loop, and policy/entropy_avg.
  const [objective, policy] = ['kl entropy non_score_reward rlhf_reward scores', 'approxkl_avg clipfrac_avg'];
  const trls = [
    ...objective.split(' ').map((name) => `objective/${name}`),
    ...policy.split(' ').map((name) => `policy/${name}`),
    ...['loss/policy_avg', 'loss/value_avg', 'val/clipfrac_avg', 'val/ratio', 'val/num_eos_tokens', 'lr', 'episode'],
  ];
  const ours = ['objective/reference_reward', 'objective/beta', 'loss/sft_avg', 'advantages/std', 'grad_norm', 'epoch'];
  for (const name of [...trls, ...ours]) assert.equal(typeof first![name], 'number', name);
  const held = ['eval_objective/scores', 'eval_objective/reference_reward', 'eval_objective/kl', 'eval_win_rate'];
  for (const name of held) assert.equal(typeof start![name], 'number', name);
  assertClose(start!['eval_objective/kl'] as number, 0, { atol: 1e-5 }); // the policy is its reference
  assert.equal(start!.eval_prompts, 3);
  const steps = linesOf(whole.path, 'metrics').filter((line) => 'episode' in line);
  // Of ten prompts two are filtered out: two iterations of four make an epoch.
  assert.deepEqual(
    steps.map(({ step, episode, epoch }) => [step, episode, epoch]),
    [
      [2, 8, 1],
      [4, 16, 2],
      [6, 24, 3],
    ],
  );
  assert.match(whole.stderr, /2 of 10 prompts left out: the scores of their responses vary by less than 0?\.\d/);
  const { metrics, ...outcome } = JSON.parse(whole.stdout);
  assert.deepEqual(outcome, { run: whole.path, step: 6, steps: 6, finished: true });
  assert.ok(metrics['objective/kl'] !== 0 && metrics['objective/beta'] !== 0.02, 'β was moved');
});

test('samples.jsonl holds what was said at each logged step, and what it was worth', () => {
  const samples = linesOf(whole.path, 'samples');
  assert.deepEqual(
    samples.map(({ step }) => step),
    [2, 4, 6].flatMap((step) => [step, step, step, step]),
  );
  for (const { prompt, response, score, reward, kl, finish } of samples) {
    assert.deepEqual(
      [prompt, response].map((said) => typeof said),
      ['string', 'string'],
    );
    assert.ok([score, reward, kl].every((value) => Number.isFinite(value)));
    assert.ok(finish === 'stop' || finish === 'length');
  }
});

test('the result is a language model that other commands take, as are its checkpoints when they are exported', async () => {
  const checkpoint = join(root, 'exported');
  const { code, stderr } = await attune('export', join(whole.path, 'checkpoints/step-2'), checkpoint, '--format', 'hf');
  assert.equal(code, 0, stderr);
  const weights = (path: string) => {
    using model = loadModel(path);
    assert.ok(!isRewardModel(model));
    return model.parameters().flatMap((parameter) => parameter.toArray());
  };
  const [start, early, end] = [weights(files.model), weights(checkpoint), weights(join(whole.path, 'final'))];
  assert.notDeepEqual(early, start);
  assert.notDeepEqual(end, early);
  assert.ok(readdirSync(join(whole.path, 'final')).includes('tokenizer.json'));
  assert.ok(existsSync(join(whole.path, 'report.html')));
});

/** What a run wrote down of its reference, in the order of the prompts. */
function baselinesOf(path: string): { score: number; variance?: number }[] {
  const folder = join(path, '../.reference');
  const [name] = readdirSync(folder);
  return JSON.parse(readFileSync(join(folder, name!), 'utf8')).baselines;
}

const quiet = { filter_share: 0, max_steps: 1, missing_eos_penalty: 0.5 };

test('the greedy reference takes the likeliest token each time, and its score is the reward model’s of that', async () => {
  const { path } = await trained('greedy', quiet);
  using policy = await openModel(files.model, { dtype: 'float32', device: 'cpu' });
  using reward = await openModel(files.reward, { dtype: 'float32', device: 'cpu' });
  const { model: judge } = reward;
  assert.ok(isRewardModel(judge));
  const [end] = policy.tokenizer.eosIds;
  const { prompts } = await readPrompts(files.prompts);
  const expected = prompts.map(({ prompt }) => {
    const ids = encodePrompt(policy.tokenizer, prompt);
    let left = 6;
    while (left > 0 && ids.at(-1) !== end) {
      const logits = logitsOf(policy.model, ids).at(-1)!;
      ids.push(logits.indexOf(Math.max(...logits)));
      left--;
    }
    return scoreAlone(judge, ids) - (ids.at(-1) === end ? 0 : 0.5);
  });
  assertClose(
    baselinesOf(path).map(({ score }) => score),
    expected,
    { atol: 1e-5 },
  ); // float32, in another order
});

test('a sampled reference is drawn by the seed, another than what is evaluated; without a filter no variance is measured', async () => {
  const of = async (name: string, settings: object) => {
    const { path } = await trained(name, { ...quiet, reference_decoding: 'sampled', ...settings });
    return baselinesOf(path);
  };
  const greedy = baselinesOf(join(root, 'greedy/run'));
  const drawn = await of('sampled', {});
  assert.notDeepEqual(drawn, greedy);
  assert.notDeepEqual(await of('sampled-otherwise', { seed: 7 }), drawn);
  assert.ok(drawn.every(({ variance }) => variance === undefined));
  // Held out, responses and the reference's own are drawn alike, but not the same: rewards of 0 would be no measurement.
  const [start] = linesOf(whole.path, 'metrics');
  assert.notEqual(start!['eval_objective/reference_reward'], 0);
});

test('without the reference reward training sees the scores themselves; held out, the reference is still what counts', async () => {
  const { path } = await trained('raw', { ...quiet, reference_reward: false, eval_data: files.heldOut });
  const [start, step] = linesOf(path, 'metrics');
  assert.equal(step!['objective/reference_reward'], step!['objective/scores']);
  const [same] = linesOf(whole.path, 'metrics');
  for (const name of ['eval_objective/reference_reward', 'eval_win_rate']) assert.equal(start![name], same![name]);
});

test('on one trunk a run is what it is with four models, but for rounding', async () => {
  const settings = { use_lora: true, lora_r: 2, reward_model: files.adapter };
  const group = { advantage_estimator: 'rloo', num_generations: 2, critic_learning_rate: undefined };
  const runs = [settings, { ...settings, share_trunk: true }].map((each, i) => [`trunk-${i}`, each] as const);
  const [apart, shared] = await Array.fromAsync(runs, ([name, each]) => trained(name, { ...each, ...group }));
  // Merged adapters are one product where adapters beside the trunk are three: float32 rounds them differently.
  const close = { atol: 1e-4, rtol: 1e-3 };
  const weights = ({ path }: { path: string }) =>
    tidy(() =>
      [...readSafetensors(join(path, 'final/adapter_model.safetensors')).values()].flatMap((t) => t.toArray()),
    );
  assertClose(weights(shared!), weights(apart!), close);
  const [ours, theirs] = [linesOf(shared!.path, 'metrics'), linesOf(apart!.path, 'metrics')];
  for (const [i, line] of ours.entries()) {
    assert.deepEqual(Object.keys(line), Object.keys(theirs[i]!));
    assertClose(Object.values(line) as number[], Object.values(theirs[i]!) as number[], close);
  }
  // With a critic, which learns in adapters of another rank, the first update is the same: scores, values, gradient.
  const critics = await Array.fromAsync(runs, ([name, each]) =>
    trained(`${name}-critic`, { ...each, max_steps: 1, num_mini_batches: 1 }),
  );
  const first = critics.map(({ path }) => linesOf(path, 'metrics')[0]!);
  for (const name of ['objective/scores', 'loss/value_avg', 'critic/vf_explained_var', 'advantages/std', 'grad_norm']) {
    assertClose(first[1]![name] as number, first[0]![name] as number, { ...close, what: name });
  }
});
