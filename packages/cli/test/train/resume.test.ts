import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { readStepLines } from '../../src/run/lines.ts';
import { attune, attuneUntil } from './attune.ts';
import { pairs, settingsFile, texts, tinyModel, workshop, writeLines } from './fixture.ts';

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
function newRun(name: string): { args: string[]; path: string } {
  const { stage, settings } = stages[name]!;
  const folder = join(root, `${name}-${runs.count++}`);
  return { args: ['train', stage, settingsFile(folder, 'run', settings)], path: join(folder, 'run') };
}

const undisturbed = new Map<string, string>();

/** The run that was never stopped; made once. */
async function whole(name: string): Promise<string> {
  const known = undisturbed.get(name);
  if (known) return known;
  const { args, path } = newRun(name);
  const { code, stderr } = await attune(...args);
  assert.equal(code, 0, stderr);
  undisturbed.set(name, path);
  return path;
}

const linesWithoutTime = (run: string) => readStepLines(join(run, 'metrics.jsonl')).map(({ time: _, ...line }) => line);

async function assertSameAsWhole(name: string, path: string): Promise<void> {
  const expected = await whole(name);
  const { weights } = stages[name]!;
  const bytes = (run: string) => readFileSync(join(run, 'final', weights));
  assert.ok(bytes(path).equals(bytes(expected)), `${path}: the weights are others`);
  assert.deepEqual(linesWithoutTime(path), linesWithoutTime(expected));
  assert.deepEqual(readdirSync(path).sort(), readdirSync(expected).sort());
  const checkpoints = (run: string) => readdirSync(join(run, 'checkpoints')).sort();
  assert.deepEqual(checkpoints(path), checkpoints(expected));
}

const moments: [name: string, moment: string, signalAt: string][] = [
  ['dpo', 'before the first checkpoint', 'SIGKILL after writeSync {"step":2'],
  ['dpo', 'between two checkpoints', 'SIGKILL after writeSync {"step":6'],
  ['dpo', 'while a checkpoint is written', 'SIGKILL before writeFileSync step-8.partial/state.json'],
  ['dpo', 'when a checkpoint has just come into its place', 'SIGKILL after renameSync step-8'],
  ['dpo', 'after the last step, before its result', 'SIGKILL before renameSync final'],
  ['dpo', 'when all but the report is written', 'SIGKILL before renameSync report.html'],
  ['lora', 'with dropout, before the first checkpoint', 'SIGKILL after writeSync {"step":3'],
  ['lora', 'with dropout, after a checkpoint', 'SIGKILL after writeSync {"step":7'],
  ['bfloat16', 'with float32 master weights', 'SIGKILL after writeSync {"step":7'],
  ['reward', 'between two checkpoints', 'SIGKILL after writeSync {"step":7'],
  ['reward', 'when the best model was loaded, before it is the result', 'SIGKILL before renameSync final'],
  ['pretrain', 'between two checkpoints', 'SIGKILL after writeSync {"step":6'],
];

for (const [name, moment, signalAt] of moments) {
  test(`${name}: killed ${moment} and resumed, a run ends with the same weights and numbers to the last bit`, async () => {
    const { args, path } = newRun(name);
    const killed = await attuneUntil(signalAt, ...args);
    assert.deepEqual([killed.code, killed.stdout], [null, ''], killed.stderr);
    const resumed = await attune(...args, '--resume');
    assert.equal(resumed.code, 0, resumed.stderr);
    await assertSameAsWhole(name, path);
  });
}

test('killed before its settings are written, a run has left nothing: it is started again, not resumed', async () => {
  const { args, path } = newRun('dpo');
  await attuneUntil('SIGKILL before renameSync config.yaml', ...args);
  assert.deepEqual(readdirSync(path), ['config.yaml.partial']);
  const resumed = await attune(...args, '--resume');
  assert.equal(resumed.code, 2);
  assert.match(resumed.stderr, /holds no run to go on with: it has no config\.yaml\. Leave --resume out/);
  assert.equal((await attune(...args)).code, 0);
  await assertSameAsWhole('dpo', path);
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
  const expected = await whole('lora');
  assert.deepEqual(linesWithoutTime(path), linesWithoutTime(expected));
  const bytes = (run: string) => readFileSync(join(run, 'final/adapter_model.safetensors'));
  assert.ok(bytes(path).equals(bytes(expected)));
});

test('Ctrl-C in the last step stops nothing: the run is finished and ends with 0', async () => {
  const { args, path } = newRun('dpo');
  const ended = await attuneUntil('SIGINT after writeSync {"step":10', ...args);
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /^Done: 10 steps\./);
  const bytes = (run: string) => readFileSync(join(run, 'final/model.safetensors'));
  assert.ok(bytes(path).equals(bytes(await whole('dpo'))));
});

test('sft: killed while an older checkpoint is removed, watched otherwise when resumed, a run ends with the same weights', async () => {
  const { args, path } = newRun('sft');
  await attuneUntil('SIGKILL after renameSync step-8', ...args);
  assert.deepEqual(readdirSync(join(path, 'checkpoints')).sort(), ['step-4', 'step-8']);
  const resumed = await attune(...args, '--resume', '--set', 'logging_steps=5', '--set', 'eval_steps=9');
  assert.equal(resumed.code, 0, resumed.stderr);
  const bytes = (run: string) => readFileSync(join(run, 'final/model.safetensors'));
  assert.ok(bytes(path).equals(bytes(await whole('sft'))));
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
  const path = await whole('sft');
  const settings = ['learning_rate=0.02', 'seed=7', 'data=nowhere.jsonl'].flatMap((set) => ['--set', set]);
  const other = await attune('train', 'sft', `${path}.yaml`, '--resume', ...settings);
  assert.equal(other.code, 2);
  assert.match(other.stderr, /started with other settings: data was \[".*"\] and is now "nowhere\.jsonl"; /);
  assert.match(other.stderr, /; learning_rate was 0\.01 and is now 0\.02; seed was 42 and is now 7\. /);
  assert.match(
    other.stderr,
    /Resume with the settings it was started with, or start another run with --set output_dir/,
  );
});
