import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunError } from '../../errors.ts';
import { writeWhole } from '../../run/durable.ts';
import { isFinished } from '../../run/RunFolder.ts';

/** Where the parts of a run lie. */
export const seedFolder = (run: string): string => join(run, 'seed');
export const roundFolder = (run: string, round: number): string => join(run, `round-${round}`);
export const trainFolder = (round: string): string => join(round, 'train');
export const pairsFile = (round: string): string => join(round, 'pairs.jsonl');

/** A training is through when its model is there and its report, the last of its files, is too. */
export const isTrained = (folder: string): boolean => isFinished(folder) && existsSync(join(folder, 'report.html'));

/** A round is over when its pairs are written, the last of its files. */
export const isOver = (round: string): boolean => existsSync(pairsFile(round));

/**
 * Writes what a part of a run goes on from, or makes sure that it is what was written before.
 *
 * @throws RunError where it is not: the data has changed since
 */
export function keep(path: string, text: string): void {
  if (!existsSync(path)) writeWhole(path, text);
  else if (readFileSync(path, 'utf8') !== text)
    throw new RunError(
      `${path} was drawn from other data than there is now. Resume with the files that the run was started with, or ` +
        'start another run with --set output_dir=….',
    );
}

/** What a round spends its time on. */
export type Part = 'sampling' | 'judging' | 'training';

/** Seconds of each part so far. */
export type Seconds = Readonly<Record<Part, number>>;

const secondsFile = (round: string): string => join(round, 'seconds.json');

export function secondsOf(round: string): Seconds {
  const path = secondsFile(round);
  return { sampling: 0, judging: 0, training: 0, ...(existsSync(path) && JSON.parse(readFileSync(path, 'utf8'))) };
}

/**
 * Adds up how long a part of a round takes, in `seconds.json`, over all processes that worked on it. What a process did
 * that was killed after its last lap is not in it.
 */
export class Stopwatch implements Disposable {
  readonly #round: string;
  readonly #part: Part;
  #since = performance.now();

  constructor(round: string, part: Part) {
    this.#round = round;
    this.#part = part;
  }

  /** Writes down the time since the last lap. */
  lap(): void {
    const [before, now] = [secondsOf(this.#round), performance.now()];
    const seconds = { ...before, [this.#part]: before[this.#part] + (now - this.#since) / 1000 };
    this.#since = now;
    writeWhole(secondsFile(this.#round), JSON.stringify(seconds));
  }

  [Symbol.dispose](): void {
    this.lap();
  }
}
