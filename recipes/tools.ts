import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Runs `./attune` with these arguments, in the project's folder. What it says goes to the terminal. */
export function attune(...args: readonly string[]): void {
  console.error(`$ ./attune ${args.join(' ')}`);
  const { status } = spawnSync(join(root, 'attune'), args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`./attune ${args[0]} ended with ${status}.`);
}

/** Makes a file or folder if it is not there yet, so that an experiment that was stopped goes on where it was. */
export function unlessThere(path: string, make: () => void): string {
  if (!existsSync(path)) make();
  return path;
}

/**
 * A training, or what is left to do of it.
 *
 * @param recipe its settings, in this folder
 */
export function train(stage: string, recipe: string, run: string, settings: Readonly<Record<string, unknown>>): string {
  if (existsSync(join(run, 'final'))) return run;
  const set = Object.entries({ ...settings, output_dir: run }).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const resume = existsSync(join(run, 'config.yaml')) ? ['--resume'] : [];
  attune('train', stage, join(import.meta.dirname, recipe), ...set, ...resume);
  return run;
}

/** The objects of a JSONL file. */
export const readLines = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

/** Mean over seeds, with the half-width of Student's 95 % interval. */
export function overSeeds(values: readonly number[]): { mean: number; half: number } {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const quantiles: Record<number, number> = { 2: 12.71, 3: 4.303, 4: 3.182, 5: 2.776 }; // Student's t, 97.5 %, n − 1 degrees
  return { mean, half: (quantiles[n]! * deviation) / Math.sqrt(n) };
}

/** `0.62 ± 0.03` */
export const withHalf = (values: readonly number[], digits = 3): string => {
  const { mean, half } = overSeeds(values);
  return `${mean.toFixed(digits)} ± ${half.toFixed(digits)}`;
};
