import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { TrainStage } from '../../shared/runs.ts';
import type { Studio } from '../studio.ts';
import type { RunPlace } from './places.ts';
import { withoutSecrets } from './secrets.ts';

/**
 * Which process is at a run: its number, and when the system says it began, because numbers come again. `pid` is null where
 * no process could be started.
 */
const RunProcess = z.object({
  pid: z.number().nullable(),
  began: z.string().nullable(),
  stage: TrainStage,
  startedAt: z.number(),
  /** When somebody wished it to stop. */
  stopAskedAt: z.number().nullable(),
});
export type RunProcess = z.infer<typeof RunProcess>;

export const readProcess = ({ process: file }: RunPlace): RunProcess =>
  RunProcess.parse(JSON.parse(readFileSync(file, 'utf8')));

/** Whether the process that began the run is still at it. */
export const isAlive = ({ pid, began }: RunProcess): boolean => pid !== null && beganAt(pid) === began;

/** Starts `attune train`, or lets it go on, in a process of its own that the studio's end does not end. */
export function launch(
  { attune, now, env }: Pick<Studio, 'attune' | 'now' | 'env'>,
  place: RunPlace,
  { stage, resume }: { stage: TrainStage; resume: boolean },
): void {
  const [program, ...first] = attune;
  const log = openSync(place.log, 'a');
  const more = resume ? ['--resume'] : [];
  const child = spawn(program!, [...first, 'train', stage, place.settings, ...more], {
    cwd: place.folder,
    env: withoutSecrets(env),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', () => {}); // there is no pid then, which is how it shows
  child.unref();
  const pid = child.pid ?? null;
  const began = pid === null ? null : (beganAt(pid) ?? null);
  write(place, { pid, began, stage, startedAt: now(), stopAskedAt: null });
}

/** Asks the process to stop with a checkpoint; asked again, it ends at once. */
export function interrupt({ now }: Pick<Studio, 'now'>, place: RunPlace): void {
  const known = readProcess(place);
  if (!isAlive(known)) return;
  write(place, { ...known, stopAskedAt: known.stopAskedAt ?? now() });
  process.kill(known.pid!, 'SIGINT');
}

function write({ process: file }: RunPlace, known: RunProcess): void {
  writeFileSync(`${file}.partial`, JSON.stringify(known));
  renameSync(`${file}.partial`, file);
}

/** When a process began, in the system's own terms and not to be read; undefined where it runs no more. */
function beganAt(pid: number): string | undefined {
  if (!existsSync('/proc/self/stat')) return beganByPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may have spaces in it
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return fields[0] === 'Z' ? undefined : `${boot} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

function beganByPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
