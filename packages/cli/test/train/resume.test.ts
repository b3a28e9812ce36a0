import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { readStepLines } from '../../src/run/lines.ts';
import { attune, attuneUntil } from './attune.ts';
import { pairs, settingsFile, texts, tinyModel, workshop, writeLines } from './fixture.ts';
import { contents, type Killable, killable } from './kills.ts';

// What is compared is always a run that was stopped with one that was not: the promise is that nobody can tell.

const root = workshop();
let stages: Record<string, { stage: string; weights: string; settings: object }>;

before(async () => {
  const model = await tinyModel(join(root, 'model'));
  const pairFile = writeLines(join(root, 'pairs.jsonl'), pairs(20));
  const textFiles = (['completions', 'conversations'] as const).map((form) =>
    writeLines(join(root, `${form}.jsonl`), texts(20, form)),
  );
  const plainFile = writeLines(
    join(root, 'plain.jsonl'),
    pairs(20).map(({ chosen }) => ({ text: JSON.stringify(chosen) })),
  );
  const rhythm = { max_steps: 10, save_steps: 4, per_device_train_batch_size: 2, gradient_accumulation_steps: 2 };
  const common = { ...rhythm, learning_rate: 0.01, warmup_steps: 2, eval_share: 0.2, eval_steps: 3 };
  const lora = { use_lora: true, lora_r: 2, lora_dropout: 0.3 };
  const shape = { hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1 };
  const whole = 'model.safetensors';
  stages = {
    dpo: { stage: 'dpo', weights: whole, settings: { ...common, model, data: pairFile } },
    lora: {
      stage: 'dpo',
      weights: 'adapter_model.safetensors',
      settings: { ...common, ...lora, model, data: pairFile },
    },
    bfloat16: { stage: 'dpo', weights: whole, settings: { ...common, model, data: pairFile, dtype: 'bfloat16' } },
    reward: {
      stage: 'reward',
      weights: 'adapter_model.safetensors',
      settings: {
        ...{ ...common, ...lora, learning_rate: 0.05, save_total_limit: 1, model, data: pairFile },
        ...{ load_best_model_at_end: true, metric_for_best_model: 'eval_loss' },
      },
    },
    sft: { stage: 'sft', weights: whole, settings: { ...common, model, data: textFiles, save_total_limit: 1 } },
    pretrain: {
      stage: 'pretrain',
      weights: whole,
      settings: { ...common, ...shape, intermediate_size: 32, block_size: 16, tokenizer: model, data: plainFile },
    },
  };
});

const runs = { count: 0 };

/** A run's settings file in a folder of its own, where nothing is remembered of another run. */
function newRun(name: string): { args: string[]; path: string; folder: string } {
  const { stage, settings } = stages[name]!;
  const folder = join(root, `${name}-${runs.count++}`);
  return { args: ['train', stage, settingsFile(folder, 'run', settings)], path: join(folder, 'run'), folder };
}

const linesWithoutTime = (run: string) => readStepLines(join(run, 'metrics.jsonl')).map(({ time: _, ...line }) => line);

/** What two runs have in common that compute the same. */
const endOf = (name: string) => (run: string) => ({
  weights: createHash('sha256')
    .update(readFileSync(join(run, 'final', stages[name]!.weights)))
    .digest('hex'),
  lines: linesWithoutTime(run),
  names: readdirSync(run).sort(),
  checkpoints: readdirSync(join(run, 'checkpoints')).sort(),
});

type End = ReturnType<ReturnType<typeof endOf>>;

const moments: [name: string, moment: string, at: string][] = [
  ['dpo', 'before the first checkpoint', 'after writeSync {"step":2'],
  ['dpo', 'between two checkpoints', 'after writeSync {"step":6'],
  ['dpo', 'while a checkpoint is written', 'before writeFileSync step-8.partial/state.json'],
  ['dpo', 'when a checkpoint has just come into its place', 'after renameSync step-8'],
  ['dpo', 'after the last step, before its result', 'before renameSync final'],
  ['dpo', 'when all but the report is written', 'before renameSync report.html'],
  ['lora', 'with dropout, before the first checkpoint', 'after writeSync {"step":3'],
  ['lora', 'with dropout, after a checkpoint', 'after writeSync {"step":7'],
  ['bfloat16', 'with float32 master weights', 'after writeSync {"step":7'],
  ['reward', 'between two checkpoints', 'after writeSync {"step":7'],
  ['reward', 'when the best model was loaded, before it is the result', 'before renameSync final'],
  ['pretrain', 'between two checkpoints', 'after writeSync {"step":6'],
];
const beforeSettings = 'before renameSync config.yaml';
const whileOneIsRemoved = 'after renameSync step-8';

interface Undisturbed extends Killable<End> {
  readonly args: string[];
  readonly path: string;
  readonly folder: string;
}

const known = new Map<string, Undisturbed>();

/** The run that was never stopped, and its kills; made once. */
async function undisturbed(name: string): Promise<Undisturbed> {
  const made = known.get(name);
  if (made) return made;
  const at = moments.filter(([of]) => of === name).map(([, , moment]) => moment);
  if (name === 'dpo') at.push(beforeSettings);
  if (name === 'sft') at.push(whileOneIsRemoved);
  const run = newRun(name);
  known.set(name, { ...run, ...(await killable(run, at, endOf(name))) });
  return known.get(name)!;
}

for (const [name, moment, at] of moments) {
  test(`${name}: killed ${moment} and resumed, a run ends with the same weights and numbers to the last bit`, async () => {
    const { args, path, whole, killed } = await undisturbed(name);
    killed(at);
    const resumed = await attune(...args, '--resume');
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.deepEqual(endOf(name)(path), whole);
  });
}

test('what a process leaves that is killed is what those runs were resumed from; and it is resumed', async () => {
  const at = 'before writeFileSync step-8.partial/state.json';
  const { args, path, folder } = newRun('dpo');
  const ended = await attuneUntil(`SIGKILL ${at}`, ...args);
  assert.deepEqual([ended.code, ended.stdout], [null, ''], ended.stderr);
  const copied = await undisturbed('dpo');
  copied.killed(at);
  assert.deepEqual(contents(folder), contents(copied.folder));
  const resumed = await attune(...args, '--resume');
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.deepEqual(endOf('dpo')(path), copied.whole);
});

test('killed before its settings are written, a run has left nothing: it is started again, not resumed', async () => {
  const { args, path, whole, killed } = await undisturbed('dpo');
  killed(beforeSettings);
  assert.deepEqual(readdirSync(path), ['config.yaml.partial']);
  const resumed = await attune(...args, '--resume');
  assert.equal(resumed.code, 2);
  assert.match(resumed.stderr, /holds no run to go on with: it has no config\.yaml\. Leave --resume out/);
  assert.equal((await attune(...args)).code, 0);
  assert.deepEqual(endOf('dpo')(path), whole);
});

test('Ctrl-C stops after the step with a checkpoint, says how to go on, ends with 1; resumed, the run is the same', async () => {
  const { args, path } = newRun('lora');
  const stopped = await attuneUntil('SIGINT after writeSync {"step":5', ...args);
  assert.equal(stopped.code, 1, stopped.stderr);
  const step = Number(
    /Stopped after step (\d) of 10\. Go on with\n {2}attune train dpo \S+ --resume\n$/.exec(stopped.stdout)?.[1],
  );
  assert.ok(step === 5 || step === 6, stopped.stdout); // the signal is heard when the step, or the next, lets go
  assert.ok(existsSync(join(path, `checkpoints/step-${step}/weights.safetensors`)));
  assert.ok(!existsSync(join(path, 'final')));
  const resumed = await attune(...args, '--resume', '--json');
  assert.equal(resumed.code, 0, resumed.stderr);
  const { whole } = await undisturbed('lora');
  const { weights, lines } = endOf('lora')(path);
  assert.deepEqual([weights, lines], [whole.weights, whole.lines]); // the checkpoints are others: of the step it stopped after
});

test('Ctrl-C in the last step stops nothing: the run is finished and ends with 0', async () => {
  const { args, path } = newRun('dpo');
  const ended = await attuneUntil('SIGINT after writeSync {"step":10', ...args);
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /^Done: 10 steps\./);
  assert.equal(endOf('dpo')(path).weights, (await undisturbed('dpo')).whole.weights);
});

test('sft: killed while an older checkpoint is removed, watched otherwise when resumed, a run ends with the same weights', async () => {
  const { args, path, whole, killed } = await undisturbed('sft');
  killed(whileOneIsRemoved);
  assert.deepEqual(readdirSync(join(path, 'checkpoints')).sort(), ['step-4', 'step-8']);
  const resumed = await attune(...args, '--resume', '--set', 'logging_steps=5', '--set', 'eval_steps=9');
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal(endOf('sft')(path).weights, whole.weights);
});

test('a finished run that is resumed trains nothing and tells its result', async () => {
  const { args, path } = newRun('sft');
  const first = await attune(...args, '--json');
  const metrics = readFileSync(join(path, 'metrics.jsonl'), 'utf8');
  const again = await attune(...args, '--resume', '--json');
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /is finished: nothing was trained/);
  assert.deepEqual(JSON.parse(again.stdout), JSON.parse(first.stdout));
  assert.equal(readFileSync(join(path, 'metrics.jsonl'), 'utf8'), metrics);
});

test('resuming with other settings is refused before anything is read, with both values of each', async () => {
  const { args } = await undisturbed('sft');
  const settings = ['learning_rate=0.02', 'seed=7', 'data=nowhere.jsonl'].flatMap((set) => ['--set', set]);
  const other = await attune(...args, '--resume', ...settings);
  assert.equal(other.code, 2);
  assert.match(other.stderr, /started with other settings: data was \[".*"\] and is now "nowhere\.jsonl"; /);
  assert.match(other.stderr, /; learning_rate was 0\.01 and is now 0\.02; seed was 42 and is now 7\. /);
  assert.match(
    other.stderr,
    /Resume with the settings it was started with, or start another run with --set output_dir/,
  );
});
