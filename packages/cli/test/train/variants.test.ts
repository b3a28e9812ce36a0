import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { type LossType, preferenceLosses } from '@attune/align';
import { readStepLines, type StepLine } from '../../src/run/lines.ts';
import { attune } from './attune.ts';
import { pairs, settingsFile, texts, tinyModel, workshop, writeLines } from './fixture.ts';

const root = workshop();
const files = { model: join(root, 'model'), pairs: '', unweighted: '', texts: '' };
let count = 0;

before(async () => {
  await tinyModel(files.model);
  files.pairs = writeLines(join(root, 'pairs.jsonl'), pairs(16));
  files.unweighted = writeLines(join(root, 'unweighted.jsonl'), pairs(16, { weights: false }));
  files.texts = writeLines(join(root, 'texts.jsonl'), texts(20, 'completions'));
});

interface Trained {
  readonly path: string;
  readonly lines: StepLine[];
  readonly stderr: string;
}

/** Trains two steps (or as the settings say) through the command line. */
async function train(settings: object, stage = 'dpo'): Promise<Trained> {
  const folder = join(root, 'runs', `${count++}`);
  const few = { max_steps: 2, per_device_train_batch_size: 4, learning_rate: 1e-3 };
  const data = stage === 'sft' ? files.texts : files.pairs;
  const file = settingsFile(folder, 'run', { ...few, model: files.model, data, ...settings });
  const { code, stderr } = await attune('train', stage, file);
  assert.equal(code, 0, stderr);
  const path = join(folder, 'run');
  return { path, lines: readStepLines(join(path, 'metrics.jsonl')), stderr };
}

function assertFinite(lines: readonly StepLine[]): void {
  assert.deepEqual(
    lines.map(({ step }) => step),
    [1, 2],
  );
  for (const line of lines) {
    for (const [key, value] of Object.entries(line)) assert.ok(Number.isFinite(value), `${key} is ${value}`);
    assert.ok((line.grad_norm as number) > 0, 'nothing was learned');
  }
}

/** What a loss cannot do without. */
const needed = (loss: string): object => ({
  ...(loss === 'exo_pair' && { label_smoothing: 0.001 }),
  ...(loss.startsWith('aot') && { data: files.unweighted }),
});

for (const loss of Object.keys(preferenceLosses) as LossType[]) {
  test(`${loss} trains, whole and by adapters, its reference remembered or beside it`, async () => {
    const settings = { loss_type: loss, ...needed(loss) };
    const { lines } = await train(settings);
    assertFinite(lines);
    const adapted = await train({ ...settings, use_lora: true, lora_r: 2 });
    assertFinite(adapted.lines);
    if (!preferenceLosses[loss].needsReference) return;
    const live = await train({ ...settings, precompute_ref_log_probs: false });
    assertSame(live.lines, lines, 1e-5);
    const adaptersOff = await train({ ...settings, use_lora: true, lora_r: 2, precompute_ref_log_probs: false });
    assertSame(adaptersOff.lines, adapted.lines, 1e-5);
  });
}

/** The same numbers under the same names at the same steps, up to rounding; `time` is whatever it was. */
function assertSame(actual: readonly StepLine[], expected: readonly StepLine[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (const [i, { time: _, ...line }] of expected.entries()) {
    for (const [key, value] of Object.entries(line)) {
      const [a, b] = [actual[i]![key] as number, value as number];
      assert.ok(Math.abs(a - b) <= tolerance * Math.max(Math.abs(b), 1), `step ${line.step}, ${key}: ${a} is not ${b}`);
    }
  }
}

test('gradients are accumulated without a trace: 8 × 1, 1 × 8 and 2 × 4 log the same numbers', async () => {
  for (const [stage, settings] of [
    ['dpo', { data: files.pairs }],
    ['dpo', { data: files.pairs, loss_type: ['sigmoid', 'sft'], loss_weights: [1, 0.5] }],
    ['dpo', { data: files.unweighted, loss_type: 'orpo' }],
    ['sft', {}],
  ] as const) {
    const of = async (batch: number, windows: number) => {
      const parts = { per_device_train_batch_size: batch, gradient_accumulation_steps: windows };
      return (await train({ ...settings, ...parts, max_steps: 4 }, stage)).lines;
    };
    const whole = await of(8, 1);
    assert.equal(new Set(whole.map(({ loss }) => loss)).size, 4);
    for (const parts of [await of(1, 8), await of(2, 4)]) assertSame(parts, whole, 1e-6);
  }
});

test('a sum of losses is the weighted sum of what each of them logs alone', async () => {
  const loss = async (settings: object) =>
    (await train({ data: files.unweighted, ...settings, max_steps: 1 })).lines[0]!.loss as number;
  const [sigmoid, bco, sft] = [
    await loss({ loss_type: 'sigmoid' }),
    await loss({ loss_type: 'bco_pair' }),
    await loss({ loss_type: 'sft' }),
  ];
  const sum = await loss({ loss_type: ['sigmoid', 'bco_pair', 'sft'], loss_weights: [0.8, 0.2, 2] });
  assert.ok(Math.abs(sum - (0.8 * sigmoid + 0.2 * bco + 2 * sft)) < 1e-5, `${sum}`);
});

test('every divergence trains, and α = 1 is the reverse one', async () => {
  const of = async (settings: object) => (await train({ beta: 0.3, ...settings })).lines;
  const reverse = await of({});
  for (const f_divergence_type of ['forward_kl', 'js_divergence', 'alpha_divergence']) {
    const lines = await of({ f_divergence_type });
    assertFinite(lines);
    assert.notEqual(lines[1]!.loss, reverse[1]!.loss);
  }
  assertSame(await of({ f_divergence_type: 'alpha_divergence', f_alpha_divergence_coef: 1 }), reverse, 1e-5);
});

test('the learning rate is constant, falls in a line, or in half a cosine', async () => {
  const rates = async (lr_scheduler_type: string) =>
    (await train({ lr_scheduler_type, max_steps: 4 })).lines.map((line) => 1e3 * (line.learning_rate as number));
  const close = (actual: number[], expected: number[]) => {
    for (const [i, rate] of expected.entries()) assert.ok(Math.abs(rate - actual[i]!) < 1e-9, `${actual}`);
  };
  close(await rates('constant'), [1, 1, 1, 1]);
  close(await rates('linear'), [1, 0.75, 0.5, 0.25]);
  close(await rates('cosine'), [1, (2 + Math.SQRT2) / 4, 0.5, (2 - Math.SQRT2) / 4]); // ½(1 + cos(π·k/4))
});

test('examples in their own order do not depend on the seed; shuffled ones do', async () => {
  const losses = async (settings: object) =>
    (await train({ ...settings, loss_type: 'sft' })).lines.map(({ loss }) => loss);
  const ordered = { data: files.unweighted, train_sampling_strategy: 'sequential' };
  assert.deepEqual(await losses({ ...ordered, data_seed: 1 }), await losses({ ...ordered, data_seed: 2 }));
  const shuffled = { data: files.unweighted };
  assert.notDeepEqual(await losses({ ...shuffled, data_seed: 1 }), await losses({ ...shuffled, data_seed: 2 }));
});

test('examples that are too long are left out or cut at the end asked for, and counted', async () => {
  for (const [stage, max_length] of [
    ['dpo', 50],
    ['sft', 36],
  ] as const) {
    const counts = async (truncation_mode: string) => {
      const { stderr } = await train({ max_length, truncation_mode, max_steps: 1 }, stage);
      return stderr.match(/\d+ of \d+ examples kept, \d+ too long and left out, \d+ cut/)?.[0];
    };
    const dropped = await counts('drop');
    const long = Number(/kept, (\d+) too long/.exec(dropped!)![1]);
    assert.ok(long > 0, dropped);
    for (const mode of ['keep_start', 'keep_end']) {
      assert.match((await counts(mode))!, new RegExp(`^16 of 16 examples kept, 0 too long and left out, ${long} cut$`));
    }
  }
});

test('held-out pairs are measured before, between and after, the same in batches of any size', async () => {
  const measured = async (settings: object) => {
    const { lines } = await train({ data: files.unweighted, max_steps: 4, loss_type: ['sigmoid', 'sft'], ...settings });
    return lines.filter((line) => 'eval_loss' in line);
  };
  const accumulated = { per_device_train_batch_size: 1, gradient_accumulation_steps: 4 };
  const share = await measured({ eval_share: 0.25, eval_steps: 2 });
  assert.deepEqual(
    share.map(({ step, eval_pairs }) => [step, eval_pairs]),
    [
      [0, 4],
      [2, 4],
      [4, 4],
    ],
  );
  assertSame(await measured({ eval_share: 0.25, eval_steps: 2, ...accumulated }), share, 1e-5);
  const file = await measured({ eval_data: files.unweighted, loss_type: 'sigmoid' });
  assert.deepEqual(
    file.map(({ step, eval_pairs }) => [step, eval_pairs]),
    [
      [0, 16],
      [4, 16],
    ],
  );
  assert.ok(Math.abs((file[0]!.eval_loss as number) - Math.LN2) < 1e-6); // policy = reference: −log σ(0)
});

test('evaluating changes nothing about training, also where adapters drop some of their inputs', async () => {
  const losses = async (settings: object) => {
    const adapters = { use_lora: true, lora_r: 2, lora_dropout: 0.5, learning_rate: 0.01 };
    const { lines } = await train({ eval_data: files.pairs, max_steps: 4, ...adapters, ...settings });
    return lines.filter(({ loss }) => loss !== undefined).map(({ loss }) => loss);
  };
  assert.deepEqual(await losses({ eval_steps: 1 }), await losses({}));
});
