import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { attune, attuneUntil } from './attune.ts';
import { settingsFile, workshop } from './fixture.ts';
import { contents, type Killable, killable } from './kills.ts';
import { linesOf, quickPpo, rlFiles } from './rlFixture.ts';

// What is compared is always a run that was stopped with one that was not: the promise is that nobody can tell.

const root = workshop();
let kinds: Record<string, object>;

before(async () => {
  const files = await rlFiles(root);
  const { adapter, heldOut, texts } = files;
  const quick = { ...quickPpo(files), eval_data: heldOut, eval_steps: 3, sft_data: texts };
  const moving = { kl_target: 0.5, kl_horizon: 50, num_ppo_epochs: 2, missing_eos_penalty: 0.5 };
  kinds = {
    critic: { ...quick, ...moving, critic_warmup_steps: 1 },
    shared: { ...quick, ...moving, use_lora: true, lora_r: 2, share_trunk: true, reward_model: adapter },
    rloo: { ...quick, critic_learning_rate: undefined, advantage_estimator: 'rloo', num_generations: 2 },
  };
});

let runs = 0;

/** A run's settings file in a folder of its own, where nothing is remembered of another run. */
function newRun(kind: string): { args: string[]; path: string; folder: string } {
  const folder = join(root, `${kind}-${runs++}`);
  return { args: ['train', 'ppo', settingsFile(folder, 'run', kinds[kind]!)], path: join(folder, 'run'), folder };
}

/** What two runs have in common that compute the same. */
const endOf = (run: string) => ({
  weights: Object.fromEntries(
    Object.entries(contents(join(run, 'final'))).filter(([name]) => name.endsWith('.safetensors')),
  ),
  metrics: linesOf(run, 'metrics'),
  samples: linesOf(run, 'samples'),
  names: readdirSync(run).sort(),
});

const moments: [kind: string, moment: string, at: string][] = [
  ['critic', 'in a rollout', 'after writeSync {"step":3 then 3 token'],
  ['critic', 'in an update, the policy’s made and the critic’s not', 'after writeSync {"step":4 then 2 update'],
  ['critic', 'while a checkpoint is written', 'before writeFileSync step-4.partial/critic/state.json'],
  ['shared', 'in a rollout', 'after writeSync {"step":5 then 2 token'],
  ['shared', 'in the second of four updates', 'after writeSync {"step":3 then 4 update'],
  ['rloo', 'in an update before the first checkpoint', 'after writeSync {"step":1 then 2 update'],
];
const whileMeasuring = ['after readFileSync config.json then 4 token', 'before renameSync .json'] as const;

type Undisturbed = Killable<ReturnType<typeof endOf>> & ReturnType<typeof newRun>;

const known = new Map<string, Undisturbed>();

/** The run that was never stopped, and its kills; made once. */
async function undisturbed(kind: string): Promise<Undisturbed> {
  const made = known.get(kind);
  if (made) return made;
  const at = moments.filter(([of]) => of === kind).map(([, , moment]) => moment);
  if (kind === 'critic') at.push(...whileMeasuring);
  const run = newRun(kind);
  known.set(kind, { ...run, ...(await killable(run, at, endOf)) });
  return known.get(kind)!;
}

async function assertSameAsWhole(kind: string, path: string): Promise<void> {
  assert.deepEqual(endOf(path), (await undisturbed(kind)).whole);
}

for (const [kind, moment, at] of moments) {
  test(`${kind}: killed ${moment} and resumed, a run ends with the same weights, numbers and samples to the last bit`, async () => {
    const { args, path, killed } = await undisturbed(kind);
    killed(at);
    assert.ok(!existsSync(join(path, 'final')));
    const resumed = await attune(...args, '--resume');
    assert.equal(resumed.code, 0, resumed.stderr);
    await assertSameAsWhole(kind, path);
  });
}

test('what a process leaves that is killed is what those runs were resumed from; and it is resumed', async () => {
  const at = 'before writeFileSync step-4.partial/critic/state.json';
  const { args, path, folder } = newRun('critic');
  const ended = await attuneUntil(`SIGKILL ${at}`, ...args);
  assert.deepEqual([ended.code, ended.stdout], [null, ''], ended.stderr);
  const copied = await undisturbed('critic');
  copied.killed(at);
  assert.deepEqual(contents(folder), contents(copied.folder));
  const resumed = await attune(...args, '--resume');
  assert.equal(resumed.code, 0, resumed.stderr);
  await assertSameAsWhole('critic', path);
});

test('Ctrl-C in a rollout saves the iteration before it, says how to go on, ends with 1; resumed, the run is the same', async () => {
  const { args, path } = newRun('critic');
  const stopped = await attuneUntil('SIGINT after writeSync {"step":5 then 1 token', ...args);
  assert.equal(stopped.code, 1, stopped.stderr);
  assert.match(stopped.stdout, /^Stopped after step 5 of 6\. Go on with\n {2}attune train ppo \S+ --resume\n$/);
  assert.doesNotMatch(stopped.stderr, /Error/);
  assert.ok(existsSync(join(path, 'checkpoints/step-5/critic/weights.safetensors')));
  assert.ok(!existsSync(join(path, 'final')));
  const resumed = await attune(...args, '--resume');
  assert.equal(resumed.code, 0, resumed.stderr);
  await assertSameAsWhole('critic', path);
});

test('Ctrl-C right after a checkpoint does not save it twice; in the first rollout there is nothing to save', async () => {
  for (const [signalAt, step, saved] of [
    ['SIGINT after renameSync step-2 then 1 token', 2, ['step-2']],
    ['SIGINT after writeSync {"step":0 then 1 token', 0, []],
  ] as const) {
    const { args, path } = newRun('rloo');
    const stopped = await attuneUntil(signalAt, ...args);
    assert.equal(stopped.code, 1, stopped.stderr);
    assert.match(stopped.stdout, new RegExp(`^Stopped after step ${step} of 6`));
    assert.deepEqual(readdirSync(join(path, 'checkpoints')), saved);
    assert.equal((await attune(...args, '--resume')).code, 0);
    await assertSameAsWhole('rloo', path);
  }
});

const cacheOf = (folder: string): string[] =>
  existsSync(join(folder, '.reference')) ? readdirSync(join(folder, '.reference')).sort() : [];

test('killed while the reference is measured, a run has left nothing: it is started again, and is the same', async () => {
  const { args, path, folder, killed } = await undisturbed('critic');
  killed(whileMeasuring[0]);
  assert.deepEqual(readdirSync(folder), ['run.yaml']);
  killed(whileMeasuring[1]);
  assert.match(cacheOf(folder).join(), /^\w{32}\.json\.partial$/);
  assert.equal((await attune(...args)).code, 0);
  await assertSameAsWhole('critic', path);
});

test('what is remembered of the reference is used again, and measured again where its file was damaged', async () => {
  const { args, path, folder } = newRun('rloo');
  const again = async (name: string) => {
    const run = join(folder, name);
    const { code, stderr } = await attune(...args, '--set', 'max_steps=1', '--set', `output_dir=${run}`);
    assert.equal(code, 0, stderr);
    return { remeasured: stderr.match(/\.json is damaged: the responses .* are measured again\./g)?.length ?? 0, run };
  };
  const { run: first } = await again('first');
  const files = cacheOf(folder).map((name) => join(folder, '.reference', name));
  const good = files.map((file) => readFileSync(file, 'utf8'));
  const damages: ((text: string) => string)[] = [
    (text) => text,
    (text) => text.slice(0, -9),
    () => '',
    (text) => text.replace(/"score":(-?)/, '"score":$11'), // a digit more
    () => 'null',
  ];
  for (const [i, damage] of damages.entries()) {
    files.forEach((file, f) => void writeFileSync(file, damage(good[f]!)));
    const { remeasured, run } = await again(`again-${i}`);
    assert.equal(remeasured, i === 0 ? 0 : 2);
    assert.deepEqual(linesOf(run, 'metrics'), linesOf(first, 'metrics'));
    assert.deepEqual(
      files.map((file) => readFileSync(file, 'utf8')),
      good,
    );
  }
  assert.equal(good.length, 2, 'of the prompts to train on and of those held out');
  assert.ok(!existsSync(path));
});
