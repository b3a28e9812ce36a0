import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { BesidePage } from '../shared/beside.ts';
import { isAtWork } from '../shared/runs.ts';
import { studioWithModel, tinyModel, until } from './runStudio.ts';
import { member } from './studio.ts';

const none = 'there is no libtorch here';
const fields = { learning_rate: 0.05, per_device_train_batch_size: 4, use_lora: true, max_steps: 2 };
const wish = (name: string, stage: string) => ({
  ...{ name, stage, model: 'models/tiny', data: { from: 'votes' }, fields },
  settings: 'threads: 1\ndevice: cpu\n',
});

test('a run is held beside its start: what both say, what a reward model gives them, and people are asked blind', async (t) => {
  if (!tinyModel) return t.skip(none);
  const { ada, project, ...place } = await studioWithModel(t);
  for (const [name, stage] of [
    ['judge', 'reward'],
    ['better', 'dpo'],
  ] as const) {
    await ada.send('POST', `/projects/${project}/runs`, wish(name, stage));
    const { state, log } = await until(ada, `/projects/${project}/runs/${name}`, (run) => !isAtWork(run.state));
    assert.equal(state, 'finished', log);
  }
  const path = `/projects/${project}/runs/better/beside`;
  assert.deepEqual((await ada.send('GET', path)).body, {
    start: 'models/tiny',
    job: null,
    summary: null,
    votes: null,
    pairs: [],
  });
  assert.equal((await ada.send('POST', `${path}/ask`)).status, 404);
  const asked = { prompts: 5, maxTokens: 8, rewardModel: 'runs/judge' };
  const ofReward = await ada.send('POST', `/projects/${project}/runs/judge/beside`, asked);
  assert.equal(ofReward.body.code, 'is_reward_model');
  const wrong = await ada.send('POST', path, { ...asked, rewardModel: 'runs/better' });
  assert.equal(wrong.body.code, 'no_such_reward_model');

  assert.equal((await ada.send('POST', path, asked)).status, 200);
  let page: BesidePage;
  do {
    await sleep(100);
    page = (await ada.send('GET', path)).body;
  } while (page.job!.state === 'running');
  assert.deepEqual([page.job!.state, page.job!.error, page.pairs.length], ['finished', null, 5]);
  for (const { start, result } of page.pairs) {
    for (const { tokens, score } of [start, result]) assert.ok(tokens <= 8 && Number.isFinite(score));
  }
  const { rate, low, high } = page.summary!.winRate!;
  const scores = page.pairs.map(({ start, result }) => (Math.sign(result.score! - start.score!) + 1) / 2);
  assert.ok(Math.abs(rate - scores.reduce((a, b) => a + b, 0) / 5) < 1e-12 && low < rate && rate < high);

  const differ = page.pairs.filter(({ start, result }) => {
    const texts = [start.text.trim(), result.text.trim()];
    return texts[0] !== texts[1] && !texts.includes('');
  });
  const { body } = await ada.send('POST', `${path}/ask`);
  assert.equal(body.added, differ.length);
  assert.equal((await ada.send('POST', `${path}/ask`)).body.added, 0); // they are there already
  const { items } = (await ada.send('GET', `/projects/${project}/items?kind=comparison&limit=200`)).body;
  const made = items.filter(({ aSource }: { aSource: string | null }) => aSource !== null);
  assert.equal(made.length, differ.length);
  for (const item of made) assert.deepEqual([item.aSource, item.bSource].sort(), ['models/tiny', 'runs/better']);

  assert.equal((await ada.send('GET', path)).body.votes, null);
  let wins = 0; // Ada takes every other comparison for the result
  for (let i = 0; i < differ.length; ) {
    const [item] = (await ada.send('GET', `/projects/${project}/queue`)).body.items;
    const texts = [item.first, item.second].sort();
    const pair = differ.find(
      ({ prompt, result, start }) =>
        isDeepStrictEqual(prompt, item.prompt) &&
        isDeepStrictEqual([result.text.trim(), start.text.trim()].sort(), texts),
    );
    const isResultFirst = pair?.result.text.trim() === item.first;
    const forResult = pair !== undefined && i++ % 2 === 0;
    if (forResult) wins++;
    const choice = forResult === isResultFirst ? 'first' : 'second';
    await ada.send('POST', `/projects/${project}/votes`, { itemId: item.itemId, choice, seconds: 1 });
  }
  const { votes } = (await ada.send('GET', path)).body as BesidePage;
  assert.deepEqual([votes!.comparisons, votes!.votes], [differ.length, differ.length]);
  assert.ok(Math.abs(votes!.winRate.rate - wins / differ.length) < 1e-12);

  const bob = await member({ ...place }, ada, project, 'annotator', 'Bob');
  for (const [method, end] of [
    ['GET', ''],
    ['POST', '/stop'],
    ['POST', '/ask'],
  ] as const) {
    assert.equal((await bob.send(method, `${path}${end}`)).status, 403);
  }
});
