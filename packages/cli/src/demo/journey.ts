import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenedModel } from '@attune/align';
import {
  type Content,
  type Pair,
  type Prompt,
  readPrompts,
  type ScoredPair,
  type SimulatedAnnotator,
  simulatedAnnotator,
  toMessages,
  toText,
  writeRecords,
} from '@attune/preferences';
import type { CommandContext } from '../command.ts';
import { StoppedError, UsageError } from '../errors.ts';
import { newTokens, promptThatFits, type Response, respond } from '../models/responses.ts';
import type { Step } from '../report/blocks.ts';
import { dpoStage } from '../settings/dpo.ts';
import { settingsFrom } from '../settings/readSettings.ts';
import { formatCount, formatDuration } from '../terminal/format.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';
import { trainDpo } from '../train/dpo.ts';
import { kindOf, openStart } from '../train/setup.ts';
import { klPerResponse } from './kl.ts';

/** The model that comes with Attune, and the prompts it was made for. */
export const bundled = join(import.meta.dirname, '..', '..', '..', '..', 'models', 'storyteller');

/** What the journey is made with. */
export interface DemoOptions {
  /** Model folder, or whatever else holds a model. */
  readonly model: string;
  /** Folder with `prompts.jsonl` and `held-out-prompts.jsonl`. */
  readonly prompts: string;
  readonly out: string;
  /** Prompts to train on, and prompts to compare on. */
  readonly trainPrompts: number;
  readonly heldOutPrompts: number;
  readonly maxNewTokens?: number;
  readonly seed: number;
}

/** Everything that was seen on the way, for the report. */
export interface Journey {
  readonly options: DemoOptions;
  readonly annotator: SimulatedAnnotator;
  readonly parameters: number;
  readonly steps: readonly Step[];
  /** 'cpu' or 'cuda'. */
  readonly device: string;
  readonly heldPrompts: readonly string[];
  /** What the model that was started from said to each held-out prompt. */
  readonly start: readonly Response[];
  readonly systems: readonly TrainedSystem[];
  readonly rewardModel?: {
    /** The training run's folder. */
    readonly run: string;
    /** What it gave the held-out pairs; lengths in tokens. */
    readonly scores: readonly ScoredPair[];
  };
}

/** A model that the journey trained, and what it says now. */
export interface TrainedSystem {
  readonly name: 'DPO' | 'PPO';
  /** The training run's folder. */
  readonly run: string;
  /** Its response to each held-out prompt. */
  readonly held: readonly Response[];
  /** Σ over a response's tokens of log π(trained) − log π(start), sampled from the trained model: nats. */
  readonly kl: readonly number[];
}

/** Share of the annotator's choices that are flipped at random. */
export const noise = 0.05;

/** Stories are told a little more carefully than the model thinks, before and after training alike. */
const temperature = 0.8;

/** Held-out prompts whose responses the KL divergence is estimated from. */
const klPrompts = 100;

/** Models above this are trained through adapters, with a rate for those. */
const smallModel = 30e6;

/**
 * Aligns a model with a simulated annotator, start to finish: sample two responses to each prompt, let the annotator
 * choose, train by DPO, sample held-out prompts from the model before and after. Everything is left in `out`.
 */
export async function journey(context: CommandContext, options: DemoOptions): Promise<Journey> {
  const { out, seed } = options;
  const annotator = simulatedAnnotator({ noise, seed });
  const [prompts, heldOutPrompts] = await Promise.all([
    firstPrompts(join(options.prompts, 'prompts.jsonl'), options.trainPrompts),
    firstPrompts(join(options.prompts, 'held-out-prompts.jsonl'), options.heldOutPrompts),
  ]);
  const clock = stopwatch(context);
  const hardware = kindOf({ device: 'auto', dtype: 'float32' });

  const { pairs, heldOutPairs, before, parameters } = await (async () => {
    using start = await openStart(options.model, hardware);
    startFolder(options);
    const size = start.model.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
    const sampled = await clock('Sample two responses to each prompt', () =>
      sample(context, start, prompts, { ...options, samples: 2 }),
    );
    const held = await clock('Sample the held-out prompts before training', () =>
      sample(context, start, heldOutPrompts, { ...options, samples: 2 }),
    );
    const judged = await clock('Let the simulated annotator choose', async () => ({
      pairs: await judge(annotator, start, prompts, sampled, join(out, 'pairs.jsonl')),
      heldOutPairs: await judge(annotator, start, heldOutPrompts, held, join(out, 'held-out-pairs.jsonl')),
    }));
    return { ...judged, before: held.map(([first]) => first!), parameters: size };
  })();
  context.say(`  ${pairs} pairs to learn from, ${heldOutPairs} held out`);

  const run = join(out, 'dpo');
  const trained = await clock('Train by direct preference optimization', () => {
    const settings = settingsFrom(dpoStage, dpoSettings(options, parameters), 'the demo');
    return trainDpo(silenced(context), settings, run, false);
  });
  if (!trained.finished) throw new StoppedError();

  using aligned = await openStart(run, hardware);
  const after = await clock('Sample the held-out prompts after training', () =>
    sample(context, aligned, heldOutPrompts, { ...options, samples: 1 }),
  );
  const kl = await clock('Measure how far the model has moved', async () => {
    const some = heldOutPrompts.slice(0, klPrompts);
    const own = await sample(context, aligned, some, { ...options, samples: 1, temperature: 1 }); // KL is of the model as it is
    using start = await openStart(options.model, hardware);
    const contents = some.map((prompt) => request(aligned, prompt));
    return klPerResponse(
      start,
      aligned,
      contents,
      own.map(([only]) => only!.tokens),
    );
  });
  return {
    options,
    annotator,
    parameters,
    steps: clock.steps,
    device: hardware.device,
    heldPrompts: heldOutPrompts.map(({ prompt }) => toText(prompt)),
    start: before,
    systems: [{ name: 'DPO', run, held: after.map(([only]) => only!), kl }],
  };
}

/** Settings of the demo's training that are not the defaults. */
function dpoSettings({ model, out, seed }: DemoOptions, parameters: number) {
  const small = parameters < smallModel;
  return {
    model,
    data: join(out, 'pairs.jsonl'),
    eval_data: join(out, 'held-out-pairs.jsonl'),
    output_dir: join(out, 'dpo'),
    learning_rate: small ? 2e-4 : 5e-4,
    per_device_train_batch_size: small ? 16 : 4,
    gradient_accumulation_steps: small ? 1 : 2,
    num_train_epochs: 2,
    warmup_steps: 0.1,
    logging_steps: 1,
    seed,
    data_seed: seed,
    moved_boundary: 'split' as const,
    ...(!small && { use_lora: true, lora_dropout: 0 }),
  };
}

/** An empty folder for the demo; what an earlier demo left there goes. `demo.json` marks it as a demo's own. */
function startFolder(options: DemoOptions): void {
  const mark = join(options.out, 'demo.json');
  if (existsSync(options.out) && !existsSync(mark)) {
    throw new UsageError(`${options.out} exists and is not of an earlier demo. Choose another folder with --out.`);
  }
  rmSync(options.out, { recursive: true, force: true });
  mkdirSync(options.out, { recursive: true });
  writeFileSync(mark, `${JSON.stringify(options, null, 2)}\n`);
}

async function firstPrompts(file: string, count: number): Promise<Prompt[]> {
  const { prompts } = await readPrompts(file);
  if (prompts.length >= count) return prompts.slice(0, count);
  throw new UsageError(`${file} has ${prompts.length} prompts, ${count} were asked for.`);
}

/** A story's beginning as the model is to see it: as it stands, or as a request to a chat model. */
function request({ tokenizer }: OpenedModel, { prompt }: Prompt): Content {
  if (!tokenizer.hasChatTemplate) return prompt;
  return [{ role: 'user', content: `Write a short bedtime story for a small child. It begins: ${toText(prompt)}` }];
}

/** Every prompt's responses, in the order of the prompts. */
async function sample(
  { signal }: CommandContext,
  opened: OpenedModel,
  prompts: readonly Prompt[],
  {
    samples,
    seed,
    maxNewTokens,
    temperature: t = temperature,
  }: DemoOptions & { samples: number; temperature?: number },
): Promise<Response[][]> {
  const encoded = prompts.map((prompt, i) => ({
    id: prompt.id ?? String(i),
    ids: promptThatFits(opened, request(opened, prompt), 1),
  }));
  const longest = encoded.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const shown = progress(standardError(), { label: 'sample', total: prompts.length * samples, unit: 'responses' });
  const responses: Response[][] = prompts.map(() => []);
  let done = 0;
  for await (const { prompt, ...response } of respond(opened, encoded, {
    samples,
    seed,
    temperature: t,
    stop: [],
    batchSize: 64,
    maxNewTokens: newTokens(maxNewTokens, longest, opened.model.maxPositions),
  })) {
    responses[prompt]![response.index] = response;
    shown.update(++done);
    if (signal.aborted) throw new StoppedError();
  }
  shown.end();
  return responses;
}

/** Writes the annotator's choices as preference pairs, in the form that the model is prompted in. @returns how many */
async function judge(
  annotator: SimulatedAnnotator,
  opened: OpenedModel,
  prompts: readonly Prompt[],
  responses: readonly Response[][],
  file: string,
): Promise<number> {
  const answer = (text: string): Content => (opened.tokenizer.hasChatTemplate ? toMessages(text, 'assistant') : text);
  const pairs = prompts.flatMap((prompt, i): Pair[] => {
    const [a, b] = responses[i]!;
    if (a!.text === b!.text) return [];
    const id = prompt.id ?? String(i);
    const { choice } = annotator.compare({ id, a: a!.text, b: b!.text });
    const [chosen, rejected] = choice === 'a' ? [a!, b!] : [b!, a!];
    return [{ id, prompt: request(opened, prompt), chosen: answer(chosen.text), rejected: answer(rejected.text) }];
  });
  await writeRecords(file, pairs);
  return pairs.length;
}

/** The training's own account of its data would bury the journey's. */
const silenced = (context: CommandContext): CommandContext => ({
  json: context.json,
  get signal() {
    return context.signal;
  },
  say: () => {},
  result: context.result,
});

/** Says what is being done and remembers how long it took. */
function stopwatch({ say }: CommandContext) {
  const steps: Step[] = [];
  const clock = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    say(`${what} …`);
    const start = performance.now();
    const result = await work();
    const seconds = (performance.now() - start) / 1000;
    steps.push({ what, seconds });
    say(`  ${formatDuration(seconds)}`);
    return result;
  };
  return Object.assign(clock, { steps });
}

/** Of a number of parameters: 2.76 M. */
export const inMillions = (parameters: number): string => `${formatCount(Math.round(parameters / 1e4) / 100)} M`;
