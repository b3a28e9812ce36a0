import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAtWork, type RunLine, type RunState, type SpaRound } from '../shared/runs.ts';
import { studioWithModel, tinyModel, until } from './runStudio.ts';
import { type Browser, jsonl, upload } from './studio.ts';

const none = 'there is no libtorch here';
const yaml = 'threads: 1\ndevice: cpu\n';
const tiny = { learning_rate: 0.01, per_device_train_batch_size: 2, use_lora: true, logging_steps: 1 };
const ended = (state: RunState) => !isAtWork(state);
const lines = (...path: string[]): Record<string, unknown>[] =>
  readFileSync(join(...path), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Starts a run, and waits for its end. */
async function finished(
  ada: Browser,
  project: string,
  run: Readonly<Record<string, unknown>> & { name: string },
): Promise<void> {
  const { status, body } = await ada.send('POST', `/projects/${project}/runs`, { settings: yaml, ...run });
  assert.equal(status, 200, JSON.stringify(body));
  const { state, log } = await until(ada, `/projects/${project}/runs/${run.name}`, (now) => ended(now.state));
  assert.equal(state, 'finished', log);
}

const reward = {
  ...{ name: 'judge', stage: 'reward', model: 'models/tiny', data: { from: 'votes' } },
  fields: { ...tiny, max_steps: 2 },
};
const ppo = (name: string, fields: object) => ({
  ...{ name, stage: 'ppo', model: 'models/tiny', rewardModel: 'runs/judge', data: { from: 'prompts' } },
  fields: {
    ...{ ...tiny, response_length: 6, gradient_accumulation_steps: 2, filter_share: 0, max_steps: 3 },
    ...{ advantage_estimator: 'gae', num_generations: 1, critic_learning_rate: 0.01, ...fields },
  },
});

test('votes make a reward model, PPO earns its reward, and its result is a start again: the circle is closed', async (t) => {
  if (!tinyModel) return t.skip(none);
  const { ada, project, studio } = await studioWithModel(t);
  await finished(ada, project, reward);
  const choices = (await ada.send('GET', `/projects/${project}/run-choices`)).body;
  assert.deepEqual(choices.rewardModels, [{ id: 'runs/judge', name: 'judge' }]);
  assert.deepEqual(choices.models, [{ id: 'models/tiny', name: 'tiny' }]);

  await finished(ada, project, ppo('earns', { reference_reward: true, kl_coef: 0.1 }));
  const folder = join(studio.folder, 'runs', project, 'earns');
  assert.deepEqual(
    lines(folder, 'data.jsonl').map(({ prompt }) => prompt),
    Array.from({ length: 12 }, (_, i) => [{ role: 'user', content: `Tell ${i} of a cat.` }]),
  );
  const { body: metrics } = await ada.send('GET', `/projects/${project}/runs/earns/metrics`);
  assert.deepEqual(
    metrics.map(({ step }: RunLine) => step),
    [1, 2, 3],
  );
  const charted = ['objective/scores', 'objective/kl', 'objective/entropy', 'completions/mean_length'];
  const read = ['loss/value_avg', 'critic/vf_explained_var', 'policy/clipfrac_avg', 'completions/clipped_ratio'];
  for (const key of [...charted, ...read, 'objective/reward_std']) assert.equal(typeof metrics[2][key], 'number', key);
  const [sample] = lines(folder, 'run/samples.jsonl');
  for (const key of ['prompt', 'response', 'score', 'kl']) assert.ok(key in sample!, key);

  const dpo = { name: 'again', stage: 'dpo', model: 'runs/earns', data: { from: 'votes' } };
  await finished(ada, project, { ...dpo, fields: { ...tiny, max_steps: 1 } });
  const next = (await ada.send('GET', `/projects/${project}/run-choices`)).body;
  assert.deepEqual(
    next.models.map(({ id }: { id: string }) => id),
    ['models/tiny', 'runs/again', 'runs/earns'],
  );
  const refused = await ada.send('POST', `/projects/${project}/runs`, { ...dpo, name: 'x', model: 'runs/judge' });
  assert.equal(refused.body.code, 'is_reward_model');
  const wrong = { ...ppo('x', {}), rewardModel: 'runs/earns' };
  assert.equal((await ada.send('POST', `/projects/${project}/runs`, wrong)).body.code, 'no_such_reward_model');
});

test('PPO stops with a checkpoint, is killed, and goes on each time; the studio outlives it', async (t) => {
  if (!tinyModel) return t.skip(none);
  const { ada, project, studio } = await studioWithModel(t);
  await finished(ada, project, reward);
  const path = `/projects/${project}/runs/long`;
  const begun = await ada.send('POST', `/projects/${project}/runs`, {
    ...ppo('long', { max_steps: 400, num_ppo_epochs: 1 }),
    settings: `${yaml}save_steps: 2`,
  });
  assert.equal(begun.status, 200, JSON.stringify(begun.body));
  await until(ada, path, ({ step }) => step >= 1);
  await ada.send('POST', `${path}/stop`, { atOnce: false });
  const stopped = await until(ada, path, ({ state }) => ended(state));
  assert.equal(stopped.state, 'stopped', stopped.log);
  assert.equal(stopped.checkpoint, stopped.step);

  await ada.send('POST', `${path}/resume`);
  await until(ada, path, ({ step, state }) => state === 'running' && step > stopped.step + 2);
  process.kill(lines(studio.folder, 'runs', project, 'long/process.json')[0]!.pid as number, 'SIGKILL');
  const killed = await until(ada, path, ({ state }) => ended(state));
  assert.equal(killed.state, 'failed');
  await ada.send('POST', `${path}/resume`);
  await until(ada, path, ({ state, step }) => state === 'running' && step > killed.checkpoint!);
  await ada.send('POST', `${path}/stop`, { atOnce: true });
  assert.equal((await until(ada, path, ({ state }) => ended(state))).state, 'stopped');
});

const spa = (name: string, fields: object = {}) => ({
  ...{ name, stage: 'spa', model: 'models/tiny', data: { from: 'votes' } },
  fields: {
    ...{ ...tiny, prompts_per_round: [4, 3], response_length: 6, seed_epochs: 1, eval_share: 0.25 },
    ...{ gradient_accumulation_steps: 1, ...fields },
  },
});
const open = (n: number) => upload(jsonl(Array.from({ length: n }, (_, i) => ({ id: `p${i}`, prompt: `New ${i}?` }))));
const rounds = async (ada: Browser, project: string, name: string): Promise<SpaRound[]> =>
  (await ada.send('GET', `/projects/${project}/runs/${name}/rounds`)).body;

test('self-annotation starts from the votes, goes over the other prompts, and tells of every round', async (t) => {
  if (!tinyModel) return t.skip(none);
  const { ada, project, studio } = await studioWithModel(t);
  await ada.send('POST', `/projects/${project}/imports`, open(8));
  await finished(ada, project, spa('alone'));
  const folder = join(studio.folder, 'runs', project, 'alone');
  assert.equal(lines(folder, 'data.jsonl').length, 12);
  assert.deepEqual(
    lines(folder, 'prompts.jsonl').map(({ prompt }) => prompt),
    Array.from({ length: 8 }, (_, i) => [{ role: 'user', content: `New ${i}?` }]),
  );
  const found = await rounds(ada, project, 'alone');
  assert.deepEqual(
    found.map(({ round, part, prompts, responses }) => [round, part, prompts, responses]),
    [
      [0, 'over', null, 0],
      [1, 'over', 4, 8],
      [2, 'over', 3, 6],
    ],
  );
  for (const { numbers, judgments, training } of found.slice(1)) {
    for (const key of ['spa/flagged', 'spa/chosen_length', 'spa/agreement'])
      assert.equal(typeof numbers![key], 'number');
    assert.equal(numbers!['spa/agreement_pairs'], 3); // a quarter of the twelve decided comparisons
    assert.ok(judgments.length > 0 && training.length > 0);
    for (const { responses, probability } of judgments) {
      if (probability !== null) assert.ok(responses[0]!.reward! >= responses[1]!.reward!);
    }
  }
  const run = (await ada.send('GET', `/projects/${project}/runs/alone`)).body;
  assert.deepEqual([run.progress, run.step], [1, 2]);
  assert.deepEqual(await rounds(ada, project, 'alone').then(([seed]) => seed!.judgments), []);
});

test('self-annotation stops in a round, is killed in another, and goes on each time to its end', async (t) => {
  if (!tinyModel) return t.skip(none);
  const { ada, project, studio } = await studioWithModel(t);
  await ada.send('POST', `/projects/${project}/imports`, open(60));
  const path = `/projects/${project}/runs/long`;
  const wish = {
    ...spa('long', { prompts_per_round: [30, 30], num_train_epochs: 2 }),
    settings: `${yaml}save_steps: 2`,
  };
  const begun = await ada.send('POST', `/projects/${project}/runs`, wish);
  assert.equal(begun.status, 200, JSON.stringify(begun.body));
  const training = async (round: number) => {
    for (;;) {
      const now = (await rounds(ada, project, 'long')).find((one) => one.round === round);
      if (now && now.training.length > 0) return;
      const { state, log } = (await ada.send('GET', path)).body;
      assert.ok(!ended(state), log);
      await sleep(20);
    }
  };
  await training(1);
  await ada.send('POST', `${path}/stop`, { atOnce: false });
  const stopped = await until(ada, path, ({ state }) => ended(state));
  assert.equal(stopped.state, 'stopped', stopped.log);
  assert.ok(stopped.progress! < 1);

  await ada.send('POST', `${path}/resume`);
  await training(2);
  process.kill(lines(studio.folder, 'runs', project, 'long/process.json')[0]!.pid as number, 'SIGKILL');
  assert.equal((await until(ada, path, ({ state }) => ended(state))).state, 'failed');
  await ada.send('POST', `${path}/resume`);
  const done = await until(ada, path, ({ state }) => ended(state));
  assert.equal(done.state, 'finished', done.log);
  assert.ok(existsSync(join(studio.folder, 'runs', project, 'long/run/final/model.safetensors')));
  assert.deepEqual(
    (await rounds(ada, project, 'long')).map(({ part }) => part),
    ['over', 'over', 'over'],
  );
});

test('a model without a chat template is trained on texts, and responds to texts', async (t) => {
  if (!tinyModel) return t.skip(none);
  const { ada, project, studio } = await studioWithModel(t, { template: false });
  await finished(ada, project, reward);
  const [pair] = lines(studio.folder, 'runs', project, 'judge/data.jsonl');
  assert.deepEqual(
    [pair!.prompt, pair!.chosen],
    ['Tell 0 of a cat.', ' The cat sat on mat 0.'], // parted by the space that a continuation begins with
  );
  await finished(ada, project, ppo('earns', { max_steps: 1 }));
  const [line] = lines(studio.folder, 'runs', project, 'earns/data.jsonl');
  assert.equal(line!.prompt, 'Tell 0 of a cat.');
});
