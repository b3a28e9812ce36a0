import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Run, RunDetails, RunLine, RunState, TrainStage } from '../../shared/runs.ts';
import type { RunPlace } from './places.ts';
import { isAlive, type RunProcess, readProcess } from './process.ts';
import { withoutFolder } from './secrets.ts';

const TAIL_BYTES = 64 << 10;

/** A run, as its folder tells. */
export function readRun(place: RunPlace): Run {
  const known = readProcess(place);
  const lines = linesIn(tailOf(join(place.run, 'metrics.jsonl')));
  const latest: RunLine | null = lines.length === 0 ? null : Object.assign({}, ...lines);
  const state = stateOf(place, known);
  return {
    name: place.name,
    stage: known.stage,
    state,
    startedAt: known.startedAt,
    step: latest?.step ?? 0,
    progress: state === 'finished' ? 1 : progressOf(place, known.stage, latest),
    latest,
    checkpoint: newestCheckpoint(place),
    hasReport: existsSync(join(place.run, 'report.html')),
  };
}

/** @param folder of the studio, which settings and log do not show */
export function readDetails(place: RunPlace, folder: string): RunDetails {
  const log = existsSync(place.log) ? tailOf(place.log) : '';
  const settings = readFileSync(settingsFile(place), 'utf8');
  return { ...readRun(place), settings: withoutFolder(settings, folder), log: withoutFolder(log, folder) };
}

/** All lines of metrics; what a process has not finished writing is not there yet. */
export function readMetrics({ run }: RunPlace): RunLine[] {
  const file = join(run, 'metrics.jsonl');
  return existsSync(file) ? linesIn(readFileSync(file, 'utf8')) : [];
}

/** The state alone, for whoever watches. */
export const readState = (place: RunPlace): RunState => stateOf(place, readProcess(place));

function stateOf(place: RunPlace, known: RunProcess): RunState {
  const { run } = place;
  const isStopping = known.stopAskedAt !== null;
  if (isAlive(known)) return isStopping ? 'stopping' : hasBegun(place, known) ? 'running' : 'starting';
  if (existsSync(join(run, 'final'))) return 'finished';
  return isStopping ? 'stopped' : 'failed';
}

/** Self-annotation logs rounds, the first of which may be hours away: it runs as soon as its folder is there. */
const hasBegun = ({ run }: RunPlace, { stage }: RunProcess): boolean =>
  (statSync(join(run, stage === 'spa' ? 'config.yaml' : 'metrics.jsonl'), { throwIfNoEntry: false })?.size ?? 0) > 0;

/** Complete where the run has begun, else as they were given. */
function settingsFile({ run, settings }: RunPlace): string {
  const complete = join(run, 'config.yaml');
  return existsSync(complete) ? complete : settings;
}

function progressOf(place: RunPlace, stage: TrainStage, latest: RunLine | null): number | null {
  const given = parse(readFileSync(settingsFile(place), 'utf8')) ?? {};
  if (stage === 'spa') return shareOfRounds(place, given);
  if (latest === null) return null;
  const { max_steps: steps, num_train_epochs: epochs } = given;
  if (typeof steps === 'number' && steps > 0) return Math.min(1, latest.step / steps);
  return typeof epochs === 'number' && typeof latest.epoch === 'number' ? Math.min(1, latest.epoch / epochs) : null;
}

/** The seed counts as a round. */
function shareOfRounds(
  { run }: RunPlace,
  { prompts_per_round: sizes }: { prompts_per_round?: unknown },
): number | null {
  if (!Array.isArray(sizes)) return null;
  const over = sizes.filter((_, i) => existsSync(join(run, `round-${i + 1}`, 'pairs.jsonl'))).length;
  return (over + Number(existsSync(join(run, 'seed', 'final')))) / (sizes.length + 1);
}

function newestCheckpoint({ run }: RunPlace): number | null {
  const folder = join(run, 'checkpoints');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const steps = names.filter((name) => /^step-\d+$/.test(name)).map((name) => Number(name.slice('step-'.length)));
  return steps.length === 0 ? null : Math.max(...steps);
}

/** The first whole lines of a file. @param most bytes that are read */
export function firstLines(path: string, most: number): string[] {
  if (!existsSync(path)) return [];
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(fstatSync(file).size, most));
    const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, 0));
    return text.split('\n').slice(0, -1);
  } finally {
    closeSync(file);
  }
}

/** The end of a file, from the start of a line. */
function tailOf(path: string): string {
  if (!existsSync(path)) return '';
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const read = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const text = bytes.toString('utf8', 0, read);
    return size > TAIL_BYTES ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    closeSync(file);
  }
}

/** Whole lines; one that is no step is left out, because a file may be read in the midst of being replaced. */
export const linesIn = (text: string): RunLine[] =>
  text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      try {
        const value = JSON.parse(line) as RunLine | null;
        return typeof value?.step === 'number' ? [value] : [];
      } catch {
        return [];
      }
    });
