import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Run, RunDetails, RunLine, RunState } from '../../shared/runs.ts';
import type { RunPlace } from './places.ts';
import { isAlive, type RunProcess, readProcess } from './process.ts';

const TAIL_BYTES = 64 << 10;

/** A run, as its folder tells. */
export function readRun(place: RunPlace): Run {
  const known = readProcess(place);
  const lines = linesIn(tailOf(join(place.run, 'metrics.jsonl')));
  const latest: RunLine | null = lines.length === 0 ? null : Object.assign({}, ...lines);
  const state = stateOf(place, known, latest !== null);
  return {
    name: place.name,
    stage: known.stage,
    state,
    startedAt: known.startedAt,
    step: latest?.step ?? 0,
    progress: state === 'finished' ? 1 : progressOf(place, latest),
    latest,
    checkpoint: newestCheckpoint(place),
    hasReport: existsSync(join(place.run, 'report.html')),
  };
}

export function readDetails(place: RunPlace): RunDetails {
  const log = existsSync(place.log) ? tailOf(place.log) : '';
  return { ...readRun(place), settings: readFileSync(settingsFile(place), 'utf8'), log };
}

/** All lines of metrics; what a process has not finished writing is not there yet. */
export function readMetrics({ run }: RunPlace): RunLine[] {
  const file = join(run, 'metrics.jsonl');
  return existsSync(file) ? linesIn(readFileSync(file, 'utf8')) : [];
}

/** The state alone, for whoever watches. */
export const readState = (place: RunPlace): RunState =>
  stateOf(place, readProcess(place), existsSync(join(place.run, 'metrics.jsonl')));

function stateOf({ run }: RunPlace, known: RunProcess, hasBegun: boolean): RunState {
  const isStopping = known.stopAskedAt !== null;
  if (isAlive(known)) return isStopping ? 'stopping' : hasBegun ? 'running' : 'starting';
  if (existsSync(join(run, 'final'))) return 'finished';
  return isStopping ? 'stopped' : 'failed';
}

/** Complete where the run has begun, else as they were given. */
function settingsFile({ run, settings }: RunPlace): string {
  const complete = join(run, 'config.yaml');
  return existsSync(complete) ? complete : settings;
}

function progressOf(place: RunPlace, latest: RunLine | null): number | null {
  if (latest === null) return null;
  const { max_steps: steps, num_train_epochs: epochs } = parse(readFileSync(settingsFile(place), 'utf8')) ?? {};
  if (typeof steps === 'number' && steps > 0) return Math.min(1, latest.step / steps);
  return typeof epochs === 'number' && typeof latest.epoch === 'number' ? Math.min(1, latest.epoch / epochs) : null;
}

function newestCheckpoint({ run }: RunPlace): number | null {
  const folder = join(run, 'checkpoints');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const steps = names.filter((name) => /^step-\d+$/.test(name)).map((name) => Number(name.slice('step-'.length)));
  return steps.length === 0 ? null : Math.max(...steps);
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
