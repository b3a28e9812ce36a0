/** A studio as it looks after some weeks: people, votes, a judge, runs, talks. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@attune/preferences';
import type { QueuePage, VoteChoice } from '../../shared/queue.ts';
import { type Browser, jsonl, member, owner, type TestStudio, upload } from '../studio.ts';
import { believableGold, believableGuidelines, believableItems, believablePrompts } from './believableItems.ts';

/** Who has come in by now, and where to look. */
export interface Believable {
  readonly ada: Browser;
  readonly ben: Browser;
  /** Addresses without the origin. */
  readonly project: string;
  readonly empty: string;
  /** A link that nobody has used yet. */
  readonly invitation: string;
}

/** @param place an empty studio; `modelServer` answers for the models of the arena */
export async function believableStudio(place: TestStudio, modelServer: string): Promise<Believable> {
  const ada = await owner(place);
  const guidelines = believableGuidelines;
  const { id } = await post(ada, '/projects', { name: 'Everyday questions', guidelines });
  const empty = (await post(ada, '/projects', { name: '诗歌 · Poems' })).id;
  const path = `/projects/${id}`;
  await post(ada, `${path}/imports`, upload(jsonl(believableItems), 'questions.jsonl'));
  await post(ada, `${path}/imports?answers=gold`, upload(jsonl(believableGold), 'gold.jsonl'));
  await post(ada, `${path}/imports`, upload(jsonl(believablePrompts), 'prompts.jsonl'));

  const ben = await member(place, ada, id, 'annotator', 'Ben');
  const chen = await member(place, ada, id, 'annotator', 'Chen');
  await member(place, ada, id, 'viewer', 'Dora');
  await judge(ben, path, 25, 1);
  await judge(chen, path, 22, 2);
  await judge(ada, path, 8, 3);
  await sort(ben, path);
  await judgedByRule(ada, path);
  await talks(place, ada, id, modelServer);
  runs(place.studio.folder, id);
  await post(ada, '/keys', { name: 'nightly export' });
  const { pathname, hash } = new URL((await post(ada, `${path}/invitations`, { role: 'annotator' })).link);
  return { ada, ben, project: path, empty: `/projects/${empty}`, invitation: pathname + hash };
}

async function post(who: Browser, path: string, body: unknown) {
  const reply = await who.send('POST', path, body);
  assert.equal(reply.status, 200, `${path}: ${JSON.stringify(reply.body)}`);
  return reply.body;
}

/** Mostly the calmer answer, sometimes not, now and then a tie or a skip with a reason. */
async function judge(who: Browser, path: string, votes: number, seed: number): Promise<void> {
  const random = seededRandom(seed);
  for (let i = 0; i < votes; i++) {
    const [item] = ((await who.send('GET', `${path}/queue?prefetch=1`)).body as QueuePage).items;
    if (!item) return;
    const { first, second } = item;
    const calmer = first.split('!').length <= second.split('!').length ? 'first' : 'second';
    const other = calmer === 'first' ? 'second' : 'first';
    const u = random.uniform();
    const choice: VoteChoice = u < 0.72 ? calmer : u < 0.88 ? other : u < 0.95 ? 'tie' : u < 0.97 ? 'bothBad' : 'skip';
    await post(who, `${path}/votes`, {
      ...{ itemId: item.itemId, choice, seconds: 6 + 30 * random.uniform() ** 2 },
      ...((choice === 'first' || choice === 'second') && { strength: 1 + random.below(3) }),
      ...(choice === 'skip' && { note: 'I do not know enough about this' }),
      ...(i % 11 === 3 && { note: 'Both are true, but only one answers the question.' }),
    });
  }
}

async function sort(who: Browser, path: string): Promise<void> {
  for (const as of ['unclear intent', 'kept']) {
    const [item] = (await who.send('GET', `${path}/triage?prefetch=1`)).body.items;
    await post(who, `${path}/triage`, { itemId: item.itemId, class: as });
  }
}

async function judgedByRule(ada: Browser, path: string): Promise<void> {
  const rule = 'weights:\n  words: 0.01\n  listItems: 0.2\n';
  await post(ada, `${path}/judging`, { from: 'rule', name: 'likes lists', rule });
  while ((await ada.send('GET', `${path}/judging`)).body.judging?.state === 'running') await sleep(20);
}

const battles = [
  ...[
    { models: [0, 1], first: 14, second: 9, tie: 4 },
    { models: [0, 2], first: 19, second: 5, tie: 2 },
  ],
  { models: [1, 2], first: 12, second: 8, tie: 5 },
] as const;

/** Three models, and what came of seventy-eight talks. */
async function talks({ studio: { db } }: TestStudio, ada: Browser, projectId: string, url: string): Promise<void> {
  const models: string[] = [];
  for (const [name, model] of [
    ['Tuned, 7 B', 'tuned'],
    ['Base, 7 B', 'base'],
    ['Small, 0.5 B', 'small'],
  ]) {
    models.push((await post(ada, `/projects/${projectId}/arena/models`, { name, url, model, keyName: null })).id);
  }
  const user = (await ada.send('GET', '/me')).body.id;
  for (const {
    models: [one, other],
    ...counts
  } of battles) {
    const said = Object.entries(counts).flatMap(([choice, n]) => Array.from({ length: n }, () => choice));
    for (const choice of said) {
      const id = randomUUID();
      const chat = { id, project_id: projectId, user_id: user, created_at: 0 };
      const [first, second] = ['Yes.', 'Yes, and here is **why**:\n\n- it is so,\n- it was so.'];
      await db
        .insertInto('arena_chats')
        .values({ ...chat, first_model: models[one]!, second_model: models[other]! })
        .execute();
      await db
        .insertInto('arena_turns')
        .values({ chat_id: id, turn: 0, prompt: 'Is it so?', first: first!, second: second!, at: 0 })
        .execute();
      const vote = { chat_id: id, project_id: projectId, user_id: user, choice, at: 0 };
      await db.insertInto('arena_votes').values(vote).execute();
    }
  }
}

/** A model folder, a run that went well, one that was stopped, and one that failed. */
function runs(folder: string, projectId: string): void {
  const model = join(folder, 'models/base-7b');
  mkdirSync(model, { recursive: true });
  writeFileSync(join(model, 'config.json'), '{"architectures":["LlamaForCausalLM"]}');
  endedRun(folder, projectId, {
    name: 'dpo-1',
    steps: 60,
    log: 'step 60 of 60\nThe report is in report.html\n',
    isWhole: true,
  });
  endedRun(folder, projectId, {
    name: 'dpo-2',
    steps: 22,
    log: 'step 22 of 60\nstopped with a checkpoint\n',
    hasStopped: true,
  });
  const log =
    'loading models/base-7b\n✗ There is no room for a batch of 64 examples of 4096 tokens: 21.4 GB are needed and 14.2 GB are free.\n';
  endedRun(folder, projectId, { name: 'reward-1', steps: 0, log });
}

interface Ended {
  readonly name: string;
  readonly steps: number;
  readonly log: string;
  readonly isWhole?: boolean;
  readonly hasStopped?: boolean;
}

function endedRun(folder: string, projectId: string, { name, steps, log, isWhole, hasStopped }: Ended): void {
  const place = join(folder, 'runs', projectId, name);
  const run = join(place, 'run');
  mkdirSync(join(run, isWhole ? 'final' : 'checkpoints'), { recursive: true });
  if (hasStopped) mkdirSync(join(run, `checkpoints/step-${steps}`));
  const startedAt = Date.UTC(2026, 2, 14, 9, 26);
  const known = {
    pid: null,
    began: null,
    stage: name.split('-')[0],
    startedAt,
    stopAskedAt: hasStopped ? startedAt : null,
  };
  writeFileSync(join(place, 'process.json'), JSON.stringify(known));
  writeFileSync(
    join(place, 'settings.yaml'),
    `model: ${join(folder, 'models/base-7b')}\nbeta: 0.1\nlearning_rate: 0.00001\nlogging_steps: 1\nmax_steps: 60\nuse_lora: true\n`,
  );
  writeFileSync(join(place, 'log.txt'), log);
  const random = seededRandom(11);
  const noise = (size: number) => size * (random.uniform() - 0.5);
  const lines = Array.from({ length: steps }, (_, i) => {
    const learned = 1 - Math.exp(-i / 25);
    return {
      ...{
        step: i + 1,
        loss: Math.LN2 - 0.3 * learned + noise(0.08),
        'rewards/accuracies': 0.5 + 0.3 * learned + noise(0.1),
      },
      ...{ 'rewards/margins': 0.9 * learned + noise(0.15), 'rewards/chosen': -0.2 * learned + noise(0.1) },
      ...{ 'rewards/rejected': -1.1 * learned + noise(0.1), 'logps/chosen': -120 - 4 * learned + noise(3) },
      ...{
        'logps/rejected': -131 - 14 * learned + noise(3),
        grad_norm: 1.4 + noise(0.6),
        learning_rate: 1e-5 * (1 - i / 60),
      },
    };
  });
  writeFileSync(join(run, 'metrics.jsonl'), jsonl(lines));
  if (!isWhole) return;
  writeFileSync(join(run, 'report.html'), '<!doctype html><title>dpo-1</title><h1>dpo-1</h1>');
  const said = {
    step: 60,
    prompt: 'How do I store potatoes?',
    completion: 'In the dark, dry, and not beside onions.',
    reward: 0.8241,
  };
  writeFileSync(join(run, 'samples.jsonl'), jsonl([said]));
  writeFileSync(join(place, 'beside.jsonl'), jsonl(besideItsStart));
}

const asked = (content: string) => [{ role: 'user', content }];

/** What a run's result and its start said to two prompts, and what a reward model gave them. */
const besideItsStart = [
  {
    id: 'potatoes',
    prompt: asked('How do I store potatoes?'),
    start: { text: 'Potatoes are a vegetable. You can store potatoes.', tokens: 11, score: -0.412 },
    result: { text: 'In the dark, dry, and not beside onions.', tokens: 12, score: 0.824 },
  },
  {
    id: 'boat',
    prompt: asked('What is a good name for a boat?'),
    start: { text: 'Boaty!', tokens: 3, score: 0.105 },
    result: { text: 'I would call it Patience.', tokens: 7, score: 0.633 },
  },
];
