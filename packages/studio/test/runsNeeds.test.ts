import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing, needInWords } from '../shared/runNeeds.ts';
import { NewRun } from '../shared/runs.ts';
import { testOnBoth } from './both.ts';
import { decidedItems } from './decidedItems.ts';
import { studioWithModel, until } from './runStudio.ts';
import { jsonl, member, owner, testStudio, upload } from './studio.ts';

const prompts = (n: number) => upload(jsonl(Array.from({ length: n }, (_, i) => ({ prompt: `Question ${i}?` }))));
const wish = (stage: string, from: string, more: object = {}) => ({
  ...{ name: 'x', stage, model: 'models/tiny', data: { from }, ...more },
});
const ppo = wish('ppo', 'prompts', { rewardModel: 'runs/judge' });
const spa = (...promptsPerRound: number[]) => wish('spa', 'votes', { fields: { prompts_per_round: promptsPerRound } });

/** A folder that looks like the result of a run of `train reward`. */
function rewardRun(folder: string, project: string): void {
  const run = join(folder, 'runs', project, 'judge');
  mkdirSync(join(run, 'run/final'), { recursive: true });
  const process = { pid: null, began: null, stage: 'reward', startedAt: 0, stopAskedAt: null };
  writeFileSync(join(run, 'process.json'), JSON.stringify(process));
  writeFileSync(join(run, 'settings.yaml'), '');
  writeFileSync(join(run, 'run/final/adapter_config.json'), '{"task_type":"SEQ_CLS"}');
}

testOnBoth(
  'what a project lacks for a training is refused in the words in which the page says it',
  async (_, place) => {
    const { studio } = place;
    const ada = await owner(place);
    const { id: project } = (await ada.send('POST', '/projects', { name: 'Stories' })).body;
    mkdirSync(join(studio.folder, 'models/tiny'), { recursive: true });
    writeFileSync(join(studio.folder, 'models/tiny/config.json'), '{}');
    const refused = async (asked: ReturnType<typeof wish>) => {
      const { status, body } = await ada.send('POST', `/projects/${project}/runs`, asked);
      assert.equal(status, 400, JSON.stringify(body));
      const choices = (await ada.send('GET', `/projects/${project}/run-choices`)).body;
      const { stage, data, fields } = NewRun.parse(asked);
      const promptsPerRound = 'prompts_per_round' in fields ? fields.prompts_per_round : undefined;
      const [first] = missing({ stage, data, ...(promptsPerRound && { promptsPerRound }) }, choices);
      assert.deepEqual([body.code, body.message], [first!.code, needInWords(first!)]);
      assert.doesNotMatch(body.message, /\{\{/);
      return body.code;
    };
    assert.equal(await refused(wish('dpo', 'votes')), 'no_pairs');
    assert.equal(await refused(ppo), 'no_reward_model');
    rewardRun(studio.folder, project);
    assert.equal(await refused(ppo), 'no_prompts');
    await decidedItems(studio, project, 4);
    assert.equal(await refused(spa(1)), 'few_pairs');
    await ada.send('POST', `/projects/${project}/imports`, prompts(8));
    const choices = (await ada.send('GET', `/projects/${project}/run-choices`)).body;
    assert.deepEqual([choices.pairs, choices.prompts, choices.openPrompts], [4, 12, 8]);
  },
);

testOnBoth('prompts count once however many items have them; those that triage sorted out do not', async (_, place) => {
  const ada = await owner(place);
  const { id: project } = (await ada.send('POST', '/projects', { name: 'Stories', overlap: 1 })).body;
  const count = async () => {
    const { prompts, openPrompts, pairs } = (await ada.send('GET', `/projects/${project}/run-choices`)).body;
    return [prompts, openPrompts, pairs];
  };
  await ada.send('POST', `/projects/${project}/imports`, prompts(3));
  const comparison = { prompt: 'Question 0?', a: 'Yes.', b: 'No.' };
  await ada.send('POST', `/projects/${project}/imports`, upload(jsonl([comparison, { ...comparison, a: 'Perhaps.' }])));
  assert.deepEqual(await count(), [3, 3, 0]);
  const { items } = (await ada.send('GET', `/projects/${project}/queue`)).body;
  const vote = { itemId: items[0].itemId, choice: 'first', seconds: 1 };
  assert.equal((await ada.send('POST', `/projects/${project}/votes`, vote)).status, 200);
  assert.deepEqual(await count(), [3, 2, 1]);
  const page = (await ada.send('GET', `/projects/${project}/triage?prefetch=3`)).body;
  const asked = page.items.find((item: { prompt: { content: string }[] }) => item.prompt[0]!.content === 'Question 2?');
  await ada.send('POST', `/projects/${project}/triage`, { itemId: asked.itemId, class: 'unanswerable' });
  assert.deepEqual(await count(), [2, 1, 1]);
});

test('more prompts than nobody has decided anything about are refused, also where YAML asks for them', async (t) => {
  const { ada, project } = await studioWithModel(t);
  await ada.send('POST', `/projects/${project}/imports`, prompts(8));
  for (const asked of [spa(5, 4), { ...spa(1), settings: 'prompts_per_round: [9]' }]) {
    const { body } = await ada.send('POST', `/projects/${project}/runs`, asked);
    assert.equal(body.code, 'few_prompts');
    assert.match(body.message, /^9 prompts are asked for, and this project has 8 /);
  }
});

test('no setting names a file by hand, and what the form sends is checked by one schema on both sides', async (t) => {
  const { ada, project, studio } = await studioWithModel(t);
  rewardRun(studio.folder, project);
  const refused = async (asked: object) => {
    const { status, body } = await ada.send('POST', `/projects/${project}/runs`, asked);
    assert.equal(status, 400);
    assert.ok(!existsSync(join(studio.folder, 'runs', project, 'x')));
    return body.message;
  };
  for (const name of ['model', 'data', 'eval_data', 'output_dir', 'reward_model', 'sft_data']) {
    assert.match(await refused({ ...ppo, settings: `${name}: /etc/passwd` }), /is chosen above/);
  }
  await ada.send('POST', `/projects/${project}/imports`, prompts(8));
  for (const name of ['prompts', 'initial_model', 'judge_model']) {
    assert.match(await refused({ ...spa(1), settings: `${name}: /etc/passwd` }), /is chosen above/);
  }
  for (const fields of [{ kl_coef: -1 }, { max_steps: 0.5 }, { advantage_estimator: 'none' }, { betta: 1 }]) {
    assert.match(await refused({ ...ppo, fields }), /^body/);
    assert.equal(NewRun.safeParse({ ...ppo, fields }).success, false);
  }
  assert.match(await refused({ ...ppo, data: { from: 'votes' } }), /^body/);
  assert.match(await refused(wish('ppo', 'prompts')), /^body/);
});

test('a run is given no key of the studio’s, and neither its log nor its settings tell where the studio lies', async (t) => {
  const place = await testStudio(t);
  const ada = await owner(place);
  const { id: project } = (await ada.send('POST', '/projects', { name: 'Stories' })).body;
  const { folder } = place.studio;
  mkdirSync(join(folder, 'models/tiny'), { recursive: true });
  writeFileSync(join(folder, 'models/tiny/config.json'), '{}');
  await decidedItems(place.studio, project, 3);
  const tell = 'console.error(JSON.stringify(process.env), process.argv.join(" "))'; // in place of the training
  const secrets = { ATTUNE_TEST_KEY: 'k3y', DATABASE_URL: 'postgres://u:pa55@h', HF_TOKEN: 't0ken' };
  const env = { PATH: process.env.PATH, KEPT: 'kept', ...secrets };
  Object.assign(place.studio, { attune: [process.execPath, '-e', tell, '--'], env });
  assert.equal((await ada.send('POST', `/projects/${project}/runs`, wish('dpo', 'votes'))).status, 200);
  const { log, ...run } = await until(ada, `/projects/${project}/runs/x`, ({ state }) => state === 'failed');
  assert.match(log, /"KEPT":"kept"/);
  assert.match(log, new RegExp(`runs/${project}/x/settings.yaml`));
  const told = log + JSON.stringify(run);
  for (const secret of ['k3y', 'pa55', 't0ken', folder]) assert.ok(!told.includes(secret), secret);
  assert.ok(readFileSync(join(folder, 'runs', project, 'x/log.txt'), 'utf8').includes(folder));
});

test('only editors see the rounds of a run', async (t) => {
  const { ada, project, ...place } = await studioWithModel(t);
  rewardRun(place.studio.folder, project);
  const bob = await member(place, ada, project, 'annotator', 'Bob');
  assert.equal((await bob.send('GET', `/projects/${project}/runs/judge/rounds`)).status, 403);
  assert.deepEqual((await ada.send('GET', `/projects/${project}/runs/judge/rounds`)).body, []);
});
