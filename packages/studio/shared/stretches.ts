/** Stretches of a run's curves, as the rules of a diagnosis compare them. */
import type { RunLine } from './runs.ts';

export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** The numbers under a key, in their order. */
export const series = (lines: readonly RunLine[], key: string): number[] =>
  lines.map((line) => line[key]).filter((value) => isNumber(value));

/** A stretch of a curve: its mean, and the standard error of that. */
export interface Stretch {
  readonly mean: number;
  readonly error: number;
}

export function stretch(values: readonly number[]): Stretch {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, error: Math.sqrt(square / values.length) };
}

/** The first and the last fifth of a curve, and the fifth with the lowest mean. NaN of a curve that is not there. */
export function fifths(values: readonly number[]): { first: Stretch; last: Stretch; best: Stretch } {
  const size = Math.max(2, Math.floor(values.length / 5));
  const parts = [0, 1, 2, 3].map((i) => stretch(values.slice(i * size, (i + 1) * size)));
  const last = stretch(values.slice(-size));
  const best = [...parts, last].reduce((a, b) => (b.mean < a.mean ? b : a));
  return { first: parts[0]!, last, best };
}

/** More than three standard errors of the difference. */
export const apart = (a: Stretch, b: Stretch): boolean => Math.abs(a.mean - b.mean) > 3 * Math.hypot(a.error, b.error);

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
