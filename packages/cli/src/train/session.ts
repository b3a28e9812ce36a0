import { join } from 'node:path';
import {
  adaptersOf,
  addLora,
  allLinear,
  type CausalLm,
  loadCheckpoint,
  mergeAdapters,
  type Progress,
  type Resumable,
  saveAdapter,
  saveCheckpoint,
  saveModel,
} from '@attune/align';
import { AdamW, Random, type Schedule, schedule } from '@attune/torch';
import type { CommandContext } from '../command.ts';
import { SettingError } from '../errors.ts';
import { runReport } from '../report/runReport.ts';
import { writeWhole } from '../run/durable.ts';
import { readStepLines, type StepLine } from '../run/lines.ts';
import { checkpointAt, isFinished, latestCheckpoint, RunFolder } from '../run/RunFolder.ts';
import { formatBytes } from '../terminal/format.ts';
import { standardError } from '../terminal/screen.ts';
import { type TrainingView, trainingView } from '../terminal/trainingView.ts';
import { type BestSettings, bestEvaluation } from './best.ts';
import type { Windows } from './Windows.ts';

/** Settings that every kind of training has. */
export interface CommonSettings extends BestSettings {
  readonly learning_rate: number;
  readonly lr_scheduler_type: 'constant' | 'linear' | 'cosine';
  readonly warmup_steps: number;
  readonly weight_decay: number;
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly adam_epsilon: number;
  readonly max_grad_norm: number;
  readonly logging_steps: number;
  readonly eval_steps?: number;
  readonly save_steps: number;
  readonly save_total_limit?: number;
  readonly seed: number;
}

/** Settings of adapters. */
export interface LoraSettings {
  readonly use_lora: boolean;
  readonly lora_r: number;
  readonly lora_alpha: number;
  readonly lora_dropout: number;
  readonly lora_target_modules: string | readonly string[];
  readonly seed: number;
}

/**
 * Makes a model ready to learn: all of its weights, or adapters on it.
 *
 * @param noise where dropout draws from; left out, nothing is dropped
 */
export function makeTrainable(model: CausalLm, settings: LoraSettings, noise?: Random): void {
  if (!settings.use_lora) {
    for (const parameter of model.parameters()) parameter.setRequiresGrad();
    return;
  }
  const { lora_r: rank, lora_alpha: alpha, lora_dropout: dropout, lora_target_modules: named } = settings;
  const targets = named === 'all-linear' ? allLinear : [named].flat().map(target);
  addLora(model, { rank, alpha, dropout, targets }, new Random(settings.seed, model.head.device));
  for (const [, adapter] of adaptersOf(model)) adapter.noise = noise;
}

/** A layer's name, or a regular expression over whole names, as PEFT reads it. */
function target(named: string): string | RegExp {
  if (/^[\w.]+$/.test(named)) return named;
  try {
    return new RegExp(`^(?:${named})$`);
  } catch (cause) {
    const problem = `is neither the name of a layer nor a regular expression (${(cause as Error).message})`;
    throw new SettingError(`lora_target_modules: ${named} ${problem}.`, { cause });
  }
}

/** The optimizer of a run and its learning rate. The optimizer is the caller's to dispose. */
export function optimizing(
  model: CausalLm,
  settings: CommonSettings,
  totalSteps: number,
): { optimizer: AdamW; learningRate: Schedule; maxGradNorm: number } {
  const { learning_rate: peak, warmup_steps: warmup, max_grad_norm } = settings;
  const optimizer = new AdamW([...model.trainable().values()], {
    b1: settings.adam_beta1,
    b2: settings.adam_beta2,
    epsilon: settings.adam_epsilon,
    weightDecay: settings.weight_decay,
    decays: (parameter) => parameter.shape.length > 1,
  });
  const warmupSteps = warmup < 1 ? Math.ceil(warmup * totalSteps) : warmup;
  const learningRate = schedule(settings.lr_scheduler_type, { peak, warmupSteps, totalSteps });
  return { optimizer, learningRate, maxGradNorm: max_grad_norm || Number.POSITIVE_INFINITY };
}

/** A run as its kind of training hands it over. */
export interface Session<Step extends { step: number; tokens: number }> {
  readonly path: string;
  readonly settings: CommonSettings & Readonly<Record<string, unknown>>;
  readonly resume: boolean;
  readonly model: CausalLm;
  /** Copies the model's tokenizer into the folder of the result. */
  readonly copyTokenizer: (to: string) => void;
  /** Where the model came from; adapters name it. */
  readonly base: string;
  readonly optimizer: AdamW;
  readonly noise: Random;
  /** A second network that learns beside the first and is saved with it: PPO's critic. */
  readonly critic?: Resumable;
  /** Numbers of a training's own that it goes on with: kept in checkpoints, and put back before `start`. */
  readonly state?: Record<string, number | readonly number[]>;
  readonly windows: Windows<unknown>;
  /** The training, from the step after `stepsDone` on. */
  start(stepsDone: number): AsyncGenerator<Step>;
  /** A step's numbers under TRL's keys. */
  metrics(step: Step): Record<string, number>;
  /** Numbers on held-out data, under TRL's keys. */
  evaluate?(): Record<string, number> | Promise<Record<string, number>>;
  /** What the model said at this step, for `samples.jsonl`. */
  samples?(step: Step): readonly Readonly<Record<string, unknown>>[];
  /** Steps between two lots of samples; left out, `logging_steps`. */
  readonly samplesEvery?: number;
  /** Whether adapters become a part of the model at the end, so that `final/` stands by itself. */
  readonly merged?: boolean;
}

/** What is left of a run when it has ended or was stopped. */
export interface Outcome {
  readonly run: string;
  readonly step: number;
  readonly steps: number;
  /** What `step` counts; left out, steps. */
  readonly unit?: 'step' | 'round';
  readonly finished: boolean;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Follows a training to its end, or until Ctrl-C: shows it, writes it down, evaluates, saves checkpoints, and at the end
 * the model and the report.
 */
export async function follow<Step extends { step: number; tokens: number }>(
  context: CommandContext,
  session: Session<Step>,
): Promise<Outcome> {
  if (session.resume && isFinished(session.path)) return alreadyFinished(context, session);
  using course = new Course(context, session);
  if (course.step === 0) await course.evaluate();
  for await (const made of untilStopped(session.start(course.step), context.signal)) {
    await course.take(made);
    if (context.signal.aborted) break;
  }
  return await course.end();
}

/** How far a training has come, and what is written of it. */
class Course<Step extends { step: number; tokens: number }> implements Disposable {
  readonly #context: CommandContext;
  readonly #session: Session<Step>;
  readonly #folder: RunFolder;
  readonly #view: TrainingView;
  #progress: Progress;
  #saved: number; // step of the newest checkpoint
  #metrics: Record<string, number> = {};

  /** A new run, or the one in the folder from its newest checkpoint on. */
  constructor(context: CommandContext, session: Session<Step>) {
    const { path, settings, resume, windows } = session;
    const checkpoint = resume ? latestCheckpoint(path) : undefined;
    this.#context = context;
    this.#session = session;
    this.#folder = resume ? RunFolder.resume(path, settings) : RunFolder.create(path, settings);
    this.#progress = checkpoint
      ? loadCheckpoint(checkpoint.path, session)
      : { step: 0, position: windows.position, tokens: 0 };
    if (checkpoint && session.critic) loadCheckpoint(join(checkpoint.path, 'critic'), session.critic);
    Object.assign(session.state ?? {}, this.#progress.numbers);
    windows.resume(this.step, this.#progress.position);
    this.#saved = this.step;
    this.#view = trainingView(standardError(), { steps: windows.total, firstStep: this.step + 1 });
  }

  get step(): number {
    return this.#progress.step;
  }

  /** Measures on held-out data, where the session has any. */
  async evaluate(): Promise<void> {
    if (!this.#session.evaluate) return;
    const values = await this.#session.evaluate();
    this.#folder.metrics(this.step, values);
    this.#view.update(this.step, values);
    this.#metrics = { ...this.#metrics, ...values };
  }

  /** Shows and logs a step, and evaluates and saves where it is time to. */
  async take(made: Step): Promise<void> {
    const { settings, windows, state, samples, samplesEvery = settings.logging_steps } = this.#session;
    const { step } = made;
    this.#progress = { step, position: windows.position, tokens: this.#progress.tokens + made.tokens, numbers: state };
    const values = {
      ...this.#session.metrics(made),
      epoch: step / windows.perEpoch,
      num_tokens: this.#progress.tokens,
    };
    this.#metrics = { ...this.#metrics, ...values };
    this.#view.update(step, this.#metrics);
    const last = step === windows.total;
    const due = (every: number | undefined) => every !== undefined && step % every === 0;
    if (due(settings.logging_steps) || last) this.#folder.metrics(step, values);
    if (samples && (due(samplesEvery) || last)) this.#folder.samples(step, samples(made));
    const measured = due(settings.eval_steps) || last;
    if (measured) await this.evaluate();
    const worthKeeping = due(settings.save_steps) || (measured && this.#best()?.step === step);
    if (this.#context.signal.aborted || (worthKeeping && !last)) await this.#save();
  }

  /** The result, where the training came to its end; and the report. */
  async end(): Promise<Outcome> {
    const { path, windows } = this.#session;
    const finished = this.step === windows.total;
    // A step that was given up on its way leaves the one before it to be saved.
    if (this.#context.signal.aborted && !finished && this.step > this.#saved) await this.#save();
    this.#view.end();
    if (finished) {
      await this.#goBackToBest();
      await this.#folder.final((to) => saveResult(this.#session, to));
    }
    this.#folder.report(runReport(path));
    const peak = formatBytes(process.resourceUsage().maxRSS * 1024);
    this.#context.say(`peak memory: ${peak}, Node and libtorch included`);
    return { run: path, step: this.step, steps: windows.total, finished, metrics: this.#metrics };
  }

  async #save(): Promise<void> {
    const { critic, settings } = this.#session;
    const write = (to: string) => {
      saveCheckpoint(to, this.#session, this.#progress);
      if (critic) saveCheckpoint(join(to, 'critic'), critic, this.#progress);
    };
    const kept = { keep: settings.save_total_limit, spared: this.#best()?.step };
    const { path } = await this.#folder.checkpoint(this.step, write, kept);
    this.#saved = this.step;
    this.#view.say(`saved ${path}`);
  }

  #best(): StepLine | undefined {
    return bestEvaluation(readStepLines(join(this.#session.path, 'metrics.jsonl')), this.#session.settings);
  }

  /** Takes the model of the best evaluation for the result, where the settings ask for it. */
  async #goBackToBest(): Promise<void> {
    const best = this.#best();
    if (!best || best.step === this.step) return;
    loadCheckpoint(checkpointAt(this.#session.path, best.step).path, this.#session);
    this.#metrics = { ...this.#metrics, ...(await this.#session.evaluate?.()) };
    this.#context.say(`the result is the model of step ${best.step}, the best of the evaluations`);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

/** The steps of a training until it is stopped, also where that ends a step on its way. */
async function* untilStopped<Step>(steps: AsyncGenerator<Step>, signal: AbortSignal): AsyncGenerator<Step> {
  try {
    yield* steps;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
}

/** A run that has its result needs nothing but a report, which it may have been killed before. */
function alreadyFinished(
  context: CommandContext,
  { path, settings, windows: { total: steps } }: Pick<Session<never>, 'path' | 'settings' | 'windows'>,
): Outcome {
  context.say(`${path} is finished: nothing was trained.`);
  writeWhole(join(path, 'report.html'), runReport(path));
  const lines = readStepLines(join(path, 'metrics.jsonl'));
  const { step: _, time: __, ...metrics } = Object.assign({}, ...lines, bestEvaluation(lines, settings));
  return { run: path, step: steps, steps, finished: true, metrics };
}

/** The model with its tokenizer, or the adapter that stands on it. */
function saveResult(
  { model, base, copyTokenizer, merged }: Pick<Session<never>, 'model' | 'base' | 'copyTokenizer' | 'merged'>,
  folder: string,
): void {
  if (merged) mergeAdapters(model);
  if (adaptersOf(model).length > 0) saveAdapter(model, folder, { base });
  else saveModel(model, folder);
  copyTokenizer(folder);
}
