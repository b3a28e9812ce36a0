import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
import { RunError } from '../errors.ts';
import { partialSuffix, removeFolder, writeFolder, writeWhole } from './durable.ts';
import { hold } from './hold.ts';
import { readStepLines, type StepLine, toJsonl } from './lines.ts';
import { fileHeader, scalars } from './tensorboard.ts';

type Settings = Readonly<Record<string, unknown>>;

/** A checkpoint on the disk. */
export interface Checkpoint {
  readonly step: number;
  readonly path: string;
}

/** Settings that say how a run is watched and kept, not what it computes: they may change when it is resumed. */
const watching = new Set(['logging_steps', 'eval_steps', 'save_steps', 'save_total_limit']);

/** The newest checkpoint of a run folder, whether or not the run goes on. */
export const latestCheckpoint = (runFolder: string): Checkpoint | undefined => checkpoints(runFolder).at(-1);

/** The checkpoint of a step. @throws RunError where it is not there any more */
export function checkpointAt(runFolder: string, step: number): Checkpoint {
  const found = checkpoints(runFolder).find((checkpoint) => checkpoint.step === step);
  if (found) return found;
  throw new RunError(`${runFolder} has no checkpoint of step ${step}. Was it removed? Start the run again.`);
}

/** The checkpoints of a run folder, oldest first. */
export function checkpoints(runFolder: string): Checkpoint[] {
  const folder = join(runFolder, 'checkpoints');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => /^step-\d+$/.test(name))
    .map((name) => ({ step: Number(name.slice('step-'.length)), path: join(folder, name) }))
    .sort((a, b) => a.step - b.step);
}

/**
 * Asks before any work is done whether a run can be started, or resumed, in this folder with these settings. Nothing is
 * written.
 *
 * @throws RunError as `RunFolder.create` and `RunFolder.resume` do
 */
export function checkRun(path: string, settings: Settings, { resume }: { resume: boolean }): void {
  if (resume) refuseOther(path, settings);
  else refuseOccupied(path);
}

/** Whether the run has come to its end: its result is there. */
export const isFinished = (runFolder: string): boolean => existsSync(join(runFolder, 'final'));

/**
 * A run's folder while the run goes on: `config.yaml`, `metrics.jsonl` with a TensorBoard event file beside it,
 * `samples.jsonl`, `checkpoints/step-N/`, `final/`. The process may be killed at any moment: a checkpoint that was
 * saved stays whole, and resuming cuts away what was logged after it. One process at a time has a run: a lock beside the
 * folder, `.NAME.lock`, sees to that.
 */
export class RunFolder implements Disposable {
  readonly path: string;
  readonly #metrics: number;
  readonly #samples: number;
  readonly #events: number;
  readonly #now: () => number;
  readonly #held: Disposable;

  private constructor(
    path: string,
    held: Disposable,
    lines: { metrics: StepLine[]; samples: StepLine[] },
    now: () => number,
  ) {
    this.path = path;
    this.#held = held;
    this.#now = now;
    mkdirSync(join(path, 'checkpoints'), { recursive: true });
    this.#metrics = appending(join(path, 'metrics.jsonl'), toJsonl(lines.metrics));
    this.#samples = appending(join(path, 'samples.jsonl'), toJsonl(lines.samples));
    this.#events = appending(join(path, 'events.out.tfevents.0.attune'), eventsOf(lines.metrics, now()));
  }

  /**
   * A new run.
   *
   * @param settings complete, as `readSettings` gives them
   * @param now seconds since 1970
   * @throws RunError when the folder already holds something, or another process is about to write there
   */
  static create(path: string, settings: Settings, now = secondsSince1970): RunFolder {
    checkRun(path, settings, { resume: false });
    mkdirSync(path, { recursive: true });
    const held = holdRun(path);
    writeWhole(join(path, 'config.yaml'), stringify(settings));
    return new RunFolder(path, held, { metrics: [], samples: [] }, now);
  }

  /**
   * A run that goes on from its newest checkpoint (`latestCheckpoint`), or from its start where it has none. What was
   * logged of later steps is cut away, so log a step before saving its checkpoint.
   *
   * @param last the step to go on from, for runs that keep none in checkpoints
   * @throws RunError when there is no run, it was started with other settings, or another process is at it
   */
  static resume(
    path: string,
    settings: Settings,
    now = secondsSince1970,
    last = latestCheckpoint(path)?.step ?? -1,
  ): RunFolder {
    checkRun(path, settings, { resume: true });
    const held = holdRun(path);
    const kept = (name: string) => readStepLines(join(path, name)).filter(({ step }) => step <= last);
    for (const folder of [path, join(path, 'checkpoints')].filter(existsSync)) {
      for (const name of readdirSync(folder).filter((entry) => entry.endsWith(partialSuffix))) {
        rmSync(join(folder, name), { recursive: true });
      }
    }
    return new RunFolder(path, held, { metrics: kept('metrics.jsonl'), samples: kept('samples.jsonl') }, now);
  }

  /** Logs one step's numbers, under TRL's keys, to `metrics.jsonl` and the event file. */
  metrics(step: number, values: Readonly<Record<string, number>>): void {
    const line = { step, time: this.#now(), ...values };
    writeSync(this.#metrics, toJsonl([line]));
    writeSync(this.#events, eventOf(line));
  }

  /** Logs responses sampled at a step. */
  samples(step: number, samples: readonly Readonly<Record<string, unknown>>[]): void {
    writeSync(this.#samples, toJsonl(samples.map((sample) => ({ step, ...sample }))));
  }

  /**
   * Saves `checkpoints/step-N/`: `write` fills the folder it is given. Of the older ones, `keep` − 1 stay, among them the
   * one of step `spared`, which stays in any case.
   */
  async checkpoint(
    step: number,
    write: (folder: string) => Promise<void> | void,
    { keep = Infinity, spared }: { keep?: number; spared?: number } = {},
  ): Promise<Checkpoint> {
    for (const file of [this.#metrics, this.#samples]) fsyncSync(file); // what resuming will keep
    const path = join(this.path, 'checkpoints', `step-${step}`);
    await writeFolder(path, write);
    const all = checkpoints(this.path);
    const removable = all.slice(0, -1).filter((old) => old.step !== spared);
    for (const old of removable.slice(0, Math.max(0, all.length - keep))) await removeFolder(old.path);
    return { step, path };
  }

  /** Saves `final/`: the run's result. */
  final(write: (folder: string) => Promise<void> | void): Promise<void> {
    return writeFolder(join(this.path, 'final'), write);
  }

  /** Writes `report.html`. */
  report(html: string): string {
    const path = join(this.path, 'report.html');
    writeWhole(path, html);
    return path;
  }

  [Symbol.dispose](): void {
    for (const file of [this.#metrics, this.#samples, this.#events]) closeSync(file);
    this.#held[Symbol.dispose]();
  }
}

function holdRun(path: string): Disposable {
  const held = hold(lockOf(path));
  if (held) return held;
  throw new RunError(
    `Another process is writing ${path}. Wait until it has ended, or choose another folder with --set output_dir=….`,
  );
}

const lockOf = (path: string): string => join(dirname(resolve(path)), `.${basename(resolve(path))}.lock`);

const secondsSince1970 = (): number => Date.now() / 1000;

/** Replaces a file by this content, whole or not at all, and opens it for appending. */
function appending(path: string, content: string | Uint8Array): number {
  writeWhole(path, content);
  return openSync(path, 'a');
}

/** The event file is a function of `metrics.jsonl`, so that resuming can write it anew. */
const eventsOf = (metrics: readonly StepLine[], now: number): Buffer =>
  Buffer.concat([fileHeader(timeOf(metrics[0]) ?? now), ...metrics.map(eventOf)]);

function eventOf(line: StepLine): Buffer {
  const { step, time: _, ...values } = line;
  const numbers = Object.entries(values).filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  return scalars(step, timeOf(line) ?? 0, Object.fromEntries(numbers));
}

const timeOf = (line: StepLine | undefined): number | undefined =>
  typeof line?.time === 'number' ? line.time : undefined;

/** A run that was killed before it had its settings has left nothing but a file that may be deleted. */
function refuseOccupied(path: string): void {
  if (existsSync(path) && !statSync(path).isDirectory()) {
    throw new RunError(`${path} is a file. Choose a folder for the run with --set output_dir=….`);
  }
  const names = existsSync(path) ? readdirSync(path).filter((name) => !name.endsWith(partialSuffix)) : [];
  if (names.length === 0) return;
  const remedy = names.includes('config.yaml') ? 'Go on with --resume, or choose' : 'Choose';
  throw new RunError(`${path} is not empty. ${remedy} another folder with --set output_dir=….`);
}

function refuseOther(path: string, settings: Settings): void {
  if (existsSync(lockOf(path))) holdRun(path)[Symbol.dispose]();
  const config = join(path, 'config.yaml');
  if (!existsSync(config)) {
    throw new RunError(`${path} holds no run to go on with: it has no config.yaml. Leave --resume out to start one.`);
  }
  refuseChanges(path, parse(readFileSync(config, 'utf8')), settings);
}

function refuseChanges(path: string, before: Settings, now: Settings): void {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  const plain = JSON.parse(JSON.stringify(now)) as Settings; // as YAML gives it back: without what is undefined
  const changed = [...names].filter((name) => !watching.has(name) && !isDeepStrictEqual(before[name], plain[name]));
  if (changed.length === 0) return;
  const list = changed.map((name) => `${name} was ${asText(before[name])} and is now ${asText(plain[name])}`);
  const remedy = 'Resume with the settings it was started with, or start another run with --set output_dir=….';
  throw new RunError(`${path} was started with other settings: ${list.join('; ')}. ${remedy}`);
}

const asText = (value: unknown): string => (value === undefined ? 'left out' : JSON.stringify(value));
