import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kind, OpenedModel } from '@attune/align';
import {
  type Prompt,
  type ScoredPair,
  type SimulatedAnnotator,
  simulatedAnnotator,
  toText,
  writeRecords,
} from '@attune/preferences';
import type { CommandContext } from '../command.ts';
import { StoppedError, UsageError } from '../errors.ts';
import type { Response } from '../models/responses.ts';
import { openScorer, scorePairFile } from '../models/scoring.ts';
import type { Step } from '../report/blocks.ts';
import { dpoStage } from '../settings/dpo.ts';
import { ppoStage } from '../settings/ppo.ts';
import { settingsFrom } from '../settings/readSettings.ts';
import { rewardStage } from '../settings/reward.ts';
import { spaStage } from '../settings/spa.ts';
import { formatCount, formatDuration } from '../terminal/format.ts';
import { trainDpo } from '../train/dpo.ts';
import { trainPpo } from '../train/ppo.ts';
import { trainReward } from '../train/reward.ts';
import type { Outcome } from '../train/session.ts';
import { kindOf, openStart } from '../train/setup.ts';
import { trainSpa } from '../train/spa.ts';
import { klPerResponse } from './kl.ts';
import { firstPrompts, judge, request, sample } from './sample.ts';
import { fewLabels, trainingSettings } from './settings.ts';

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
  readonly selfAnnotation: {
    /** The run's folder. */
    readonly run: string;
    /** Pairs of the annotator that it started from. */
    readonly seed: number;
  };
  readonly rewardModel: {
    /** The training run's folder. */
    readonly run: string;
    /** What it gave the held-out pairs; lengths in tokens. */
    readonly scores: readonly ScoredPair[];
  };
}

/** A model that the journey trained, and what it says now. */
export interface TrainedSystem {
  readonly name: string;
  /** Folder of the training that made it. */
  readonly run: string;
  /** Its response to each held-out prompt. */
  readonly held: readonly Response[];
  /** Σ over a response's tokens of log π(trained) − log π(start), sampled from the trained model: nats. */
  readonly kl: readonly number[];
}

/** Share of the annotator's choices that are flipped at random. */
export const noise = 0.05;

/** Held-out prompts whose responses the KL divergence is estimated from. */
const klPrompts = 50;

/**
 * Aligns a model with a simulated annotator, start to finish and in three ways: sample two responses to each prompt, let
 * the annotator choose, train on its choices by DPO; learn a reward model from them, for a short PPO; and take a few of
 * them only, for SPA, whose first stage is DPO on those few. Then every model responds to prompts that none has seen.
 * Everything is left in `out`.
 */
export async function journey(context: CommandContext, options: DemoOptions): Promise<Journey> {
  const { out } = options;
  const prompts = await firstPrompts(join(options.prompts, 'prompts.jsonl'), options.trainPrompts);
  const heldOutPrompts = await firstPrompts(join(options.prompts, 'held-out-prompts.jsonl'), options.heldOutPrompts);
  const annotator = simulatedAnnotator({ noise, seed: options.seed });
  const clock = stopwatch(context);
  const hardware = kindOf({ device: 'auto', dtype: 'float32' });
  const quiet = silenced(context);

  const { start, parameters, pairs } = await collect(context, clock, {
    options,
    annotator,
    hardware,
    prompts,
    heldOutPrompts,
  });
  const settings = trainingSettings(options, { parameters, pairs });
  await clock('Train by direct preference optimization (DPO)', async () =>
    finished(await trainDpo(quiet, settingsFrom(dpoStage, settings.dpo, demo), join(out, 'dpo'), false)),
  );
  await clock('Train a reward model', async () =>
    finished(await trainReward(quiet, settingsFrom(rewardStage, settings.reward, demo), join(out, 'reward'), false)),
  );
  const scores = await clock('Score the held-out pairs by it', () => scoreHeldOut(join(out, 'reward'), out));
  await clock('Train by reinforcement from the reward model (PPO)', async () =>
    finished(await trainPpo(quiet, settingsFrom(ppoStage, settings.ppo, demo), join(out, 'ppo'), false)),
  );

  const labels = fewLabels(pairs);
  await clock(`Train by self-annotation (SPA) from ${labels} of the choices`, async () =>
    finished(await trainSpa(quiet, settingsFrom(spaStage, settings.spa, demo), join(out, 'spa'), false)),
  );

  const systems: TrainedSystem[] = [];
  for (const { name, run } of [
    { name: 'DPO', run: join(out, 'dpo') },
    { name: 'PPO', run: join(out, 'ppo') },
    { name: `DPO (${labels} labels)`, run: join(out, 'spa', 'seed') },
    { name: `SPA (${labels} labels)`, run: join(out, 'spa', 'round-1', 'train') },
  ]) {
    using trained = await openStart(run, hardware);
    const held = await clock(`Sample the held-out prompts after ${name}`, () =>
      sample(context, trained, heldOutPrompts, { ...options, samples: 1 }),
    );
    const kl = await clock(`Measure how far ${name} has moved the model`, () =>
      klFromStart(context, options, trained, heldOutPrompts.slice(0, klPrompts)),
    );
    systems.push({ name, run, held: held.map(([only]) => only!), kl });
  }
  return {
    options,
    annotator,
    parameters,
    steps: clock.steps,
    device: hardware.device,
    heldPrompts: heldOutPrompts.map(({ prompt }) => toText(prompt)),
    start,
    systems,
    selfAnnotation: { run: join(out, 'spa'), seed: labels },
    rewardModel: { run: join(out, 'reward'), scores },
  };
}

/** Where settings come from, as errors name it. */
const demo = 'the demo';

function finished(outcome: Outcome): void {
  if (!outcome.finished) throw new StoppedError();
}

interface Collecting {
  readonly options: DemoOptions;
  readonly annotator: SimulatedAnnotator;
  readonly hardware: Kind;
  readonly prompts: readonly Prompt[];
  readonly heldOutPrompts: readonly Prompt[];
}

/** Samples the start and lets the annotator choose: `pairs.jsonl`, `held-out-pairs.jsonl`. */
async function collect(
  context: CommandContext,
  clock: Stopwatch,
  { options, annotator, hardware, prompts, heldOutPrompts }: Collecting,
): Promise<{ start: Response[]; parameters: number; pairs: number }> {
  using opened = await openStart(options.model, hardware);
  startFolder(options);
  const file = (name: string) => join(options.out, name);
  await writeRecords(
    file('prompts.jsonl'),
    prompts.map((prompt) => ({ id: prompt.id, prompt: request(opened, prompt) })),
  );
  const sampled = await clock('Sample two responses to each prompt', () =>
    sample(context, opened, prompts, { ...options, samples: 2 }),
  );
  const held = await clock('Sample the held-out prompts before training', () =>
    sample(context, opened, heldOutPrompts, { ...options, samples: 2 }),
  );
  const pairs = await clock('Let the simulated annotator choose', async () => {
    const toLearn = await judge(annotator, opened, prompts, sampled, file('pairs.jsonl'));
    const heldOut = await judge(annotator, opened, heldOutPrompts, held, file('held-out-pairs.jsonl'));
    context.say(`  ${toLearn} pairs to learn from, ${heldOut} held out`);
    return toLearn;
  });
  const parameters = opened.model.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  return { start: held.map(([first]) => first!), parameters, pairs };
}

/** What the reward model gives the held-out pairs. */
async function scoreHeldOut(reward: string, out: string): Promise<ScoredPair[]> {
  const how = { device: 'auto', dtype: 'float32', truncationMode: 'drop', movedBoundary: 'split' } as const;
  using scorer = await openScorer(reward, how);
  const { pairs } = await scorePairFile(scorer, join(out, 'held-out-pairs.jsonl'));
  return pairs.map(({ chosen, rejected, chosenTokens, rejectedTokens }) => ({
    chosen,
    rejected,
    chosenLength: chosenTokens,
    rejectedLength: rejectedTokens,
  }));
}

/** Of each of some prompts' responses, sampled from the trained model as it is. */
async function klFromStart(
  context: CommandContext,
  options: DemoOptions,
  trained: OpenedModel,
  prompts: readonly Prompt[],
): Promise<number[]> {
  const own = await sample(context, trained, prompts, { ...options, samples: 1, temperature: 1 });
  using start = await openStart(options.model, { dtype: 'float32', device: trained.model.head.device });
  const contents = prompts.map((prompt) => request(trained, prompt));
  const tokens = own.map(([only]) => only!.tokens);
  return klPerResponse(start, trained, contents, tokens);
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

/** The training's own account of its data would bury the journey's. */
const silenced = (context: CommandContext): CommandContext => ({
  json: context.json,
  get signal() {
    return context.signal;
  },
  say: () => {},
  result: context.result,
});

type Stopwatch = ReturnType<typeof stopwatch>;

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
