import { existsSync, readFileSync } from 'node:fs';
import { RunError } from '../errors.ts';

/** A line of `metrics.jsonl` or `samples.jsonl`. */
export interface StepLine {
  readonly step: number;
  readonly [key: string]: unknown;
}

/**
 * The lines of a JSONL file that a run appends to. What stands after the last line break is a line that a killed
 * process did not finish: it was never acknowledged, and is left out.
 *
 * @throws RunError naming the line that is not an object with a step
 */
export function readStepLines(path: string): StepLine[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line, i) => {
    const parsed = parseObject(line);
    if (typeof parsed?.step === 'number') return parsed as StepLine;
    throw new RunError(`${path}:${i + 1}: expected a JSON object with a step, found ${line.slice(0, 60)}`);
  });
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Lines as the text of a JSONL file. Numbers that JSON cannot write (NaN, ±∞) become null. */
export const toJsonl = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
