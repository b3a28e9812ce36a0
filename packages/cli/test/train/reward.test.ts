import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { assertClose } from '../../../align/test/assertClose.ts';
import { readJson } from '../../../align/test/shared.ts';
import { readLines } from '../commands/lines.ts';
import { attune, type Ended } from './attune.ts';
import { pairs, settingsFile, tinyModel, workshop, writeLines } from './fixture.ts';
import { plainScore } from './rewardFixture.ts';

const root = workshop();
const model = join(root, 'model');
const given = pairs(12);
const data = join(root, 'pairs.jsonl');
const [whole, lora] = [join(root, 'whole'), join(root, 'lora')];
const quick = { max_steps: 4, save_steps: 2, per_device_train_batch_size: 4, learning_rate: 0.02 };
let ended: Ended;

async function trained(name: string, settings: object, ...args: string[]): Promise<Ended> {
  const file = settingsFile(root, name, { ...quick, model, data, ...settings });
  const made = await attune('train', 'reward', file, '--json', ...args);
  assert.equal(made.code, 0, made.stderr);
  return made;
}

before(async () => {
  await tinyModel(model);
  writeLines(data, given);
  ended = await trained('whole', { eval_share: 0.25 });
  await trained('lora', { use_lora: true, lora_r: 2 });
});

let outputs = 0;
const place = () => join(root, `out-${outputs++}`);

async function scores(of: string): Promise<number[]> {
  const out = `${place()}.jsonl`;
  const { code, stderr } = await attune('score', '--model', of, '--data', data, '--out', out, '--threads', '1');
  assert.equal(code, 0, stderr);
  return readLines(out).flatMap(({ chosen, rejected }) => [chosen, rejected]);
}

async function exported(run: string, ...args: string[]): Promise<string> {
  const to = place();
  const { code, stderr } = await attune('export', run, to, '--format', 'hf', ...args);
  assert.equal(code, 0, stderr);
  return to;
}

test('a run of train reward logs loss, accuracy, margin and rewards of training and of held-out pairs', () => {
  const lines = readLines(join(whole, 'metrics.jsonl'));
  const names = ['loss', 'accuracy', 'margin', 'mean_reward', 'min_reward', 'max_reward'];
  for (const name of names) {
    assert.equal(typeof lines[0][`eval_${name}`], 'number', name);
    assert.equal(typeof lines[1][name], 'number', name);
  }
  assert.equal(lines[0].eval_pairs, 3);
  const { metrics, ...outcome } = JSON.parse(ended.stdout);
  assert.deepEqual(outcome, { run: whole, step: 4, steps: 4, finished: true });
  assert.ok(metrics.min_reward <= metrics.mean_reward && metrics.mean_reward <= metrics.max_reward);
});

test('its result is a …ForSequenceClassification folder with the tokenizer, and scores as a plain pass does', async () => {
  const config = readJson(join(whole, 'final/config.json'));
  assert.deepEqual(config.architectures, ['LlamaForSequenceClassification']);
  assert.deepEqual([config.num_labels, config.pad_token_id], [1, null]);
  assert.ok(readdirSync(join(whole, 'final')).includes('tokenizer.json'));
  const plain = [];
  for (const { prompt, chosen, rejected } of given)
    plain.push(await plainScore(whole, prompt, chosen), await plainScore(whole, prompt, rejected));
  assertClose(await scores(whole), plain, { atol: 1e-5 });
});

test('an adapter run keeps its head beside its adapters, and export merges them into one reward model', async () => {
  assert.deepEqual(readJson(join(lora, 'final/adapter_config.json')).modules_to_save, ['score']);
  const learned = await scores(lora);
  const merged = await exported(lora);
  assert.deepEqual(readJson(join(merged, 'config.json')).architectures, ['LlamaForSequenceClassification']);
  assertClose(await scores(merged), learned, { atol: 1e-4 }); // W + BA in place of Wx + BAx
  assert.deepEqual(await scores(await exported(lora, '--no-merge')), learned);
});

test('a checkpoint is exported with the head it had then', async () => {
  for (const run of [whole, lora]) {
    const early = await scores(await exported(join(run, 'checkpoints/step-2')));
    assert.notDeepEqual(early, await scores(run));
    assert.equal(early.length, 24);
  }
});

test('the best evaluation’s model is the result, its checkpoint outlives the limit, and its scores stand in the run', async () => {
  const settings = { eval_share: 0.34, eval_steps: 1, load_best_model_at_end: true, save_total_limit: 1, max_steps: 6 };
  const { stdout, stderr } = await trained('best', { ...settings, learning_rate: 0.05 });
  const run = join(root, 'best');
  const evaluations = readLines(join(run, 'metrics.jsonl')).filter((line) => line.step > 0 && 'eval_loss' in line);
  const best = evaluations.reduce((a, b) => (b.eval_accuracy > a.eval_accuracy ? b : a));
  assert.ok(best.step < 6, 'the last step was the best: there is nothing to see');
  assert.match(stderr, new RegExp(`the result is the model of step ${best.step}, the best of the evaluations`));
  assert.equal(JSON.parse(stdout).metrics.eval_loss, best.eval_loss);
  assert.ok(readdirSync(join(run, 'checkpoints')).includes(`step-${best.step}`));
  assert.deepEqual(await scores(run), await scores(await exported(join(run, `checkpoints/step-${best.step}`))));
  const held = readLines(join(run, 'scores.jsonl'));
  assert.equal(held.length, best.eval_pairs);
  const right = held.filter(({ chosen, rejected }) => chosen > rejected).length;
  assert.equal(right / held.length, best.eval_accuracy);
});

test('length_balance trains on balanced pairs and leaves its report in the run', async () => {
  const long = { id: 'long', prompt: 'Tell', chosen: ' cat cat cat cat cat cat', rejected: ' mat' };
  const short = { id: 'short', prompt: 'Say', chosen: ' cat', rejected: ' mat mat mat mat mat' };
  const unequal = [long, { ...long, id: 'longer', prompt: 'Ask' }, short].flatMap((p, i) => [
    p,
    { ...p, id: `${p.id}-${i}`, prompt: `${p.prompt} me` },
  ]);
  const file = writeLines(join(root, 'unequal.jsonl'), unequal);
  const { stderr } = await trained('balanced', { data: file, length_balance: true, max_steps: 1 });
  const report = readJson(join(root, 'balanced/balance.json'));
  assert.deepEqual([report.pairs, report.kept, report.dropped], [6, 4, 2]);
  assert.match(stderr, /Length balancing.*4 of 6 pairs kept/s);
});

test('settings that have no effect, or miss what they need, are refused by name', async () => {
  const cases: [object, RegExp][] = [
    [{ metric_for_best_model: 'eval_loss' }, /metric_for_best_model has no effect without load_best_model_at_end/],
    [{ load_best_model_at_end: true }, /load_best_model_at_end needs eval_data or eval_share/],
    [{ load_best_model_at_end: true, eval_share: 0.2 }, /load_best_model_at_end needs eval_steps/],
    [{ ties: 'half' }, /ties/],
  ];
  for (const [settings, message] of cases) {
    const { code, stderr } = await attune('train', 'reward', settingsFile(root, 'wrong', { model, data, ...settings }));
    assert.match(stderr, message);
    assert.equal(code, 2);
  }
});

test('GGUF has no place for a score head, and says so', async () => {
  const { code, stderr } = await attune('export', whole, `${place()}.gguf`, '--format', 'gguf');
  assert.equal(code, 2);
  assert.match(stderr, /no place for the tensor score\.weight/);
});

test('a reward model is trained on as one, with the head it has; dpo and sft refuse it', async () => {
  await trained('again', { model: whole, learning_rate: 1e-30, max_steps: 1 });
  assertClose(await scores(join(root, 'again')), await scores(whole), { atol: 1e-6 });
  const texts = writeLines(join(root, 'texts.jsonl'), [{ prompt: 'The cat', completion: ' sat' }]);
  for (const [stage, file] of [
    ['dpo', data],
    ['sft', texts],
  ] as const) {
    const { code, stderr } = await attune(
      'train',
      stage,
      settingsFile(root, `refused-${stage}`, { model: whole, data: file }),
    );
    assert.match(stderr, /whole: is a reward model: it scores responses and has no words of its own/);
    assert.equal(code, 2);
  }
});
