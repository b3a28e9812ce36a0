import type { JudgeWeights } from '../../../../shared/dissect.ts';

/** How likely a response is preferred that is better in this property alone: σ of its weight. */
export const degreeOf = (weight: number): number => 1 / (1 + Math.exp(-weight));

/** Where weights lie on an axis that is as wide to the left as to the right of "no preference", and its ticks in percent. */
export function weightScale(judges: readonly JudgeWeights[]): {
  place: (weight: number) => number;
  ticks: readonly { percent: number; at: number }[];
} {
  const ends = judges.flatMap(({ weights }) => weights.flatMap(({ q05, q95 }) => [Math.abs(q05), Math.abs(q95)]));
  const reach = 1.08 * Math.max(0.2, ...ends);
  const place = (weight: number) => 50 + (50 * weight) / reach;
  const step = reach > 2.5 ? 20 : reach > 0.5 ? 10 : 5;
  const percents = Array.from({ length: 99 }, (_, i) => i + 1).filter((percent) => (percent - 50) % step === 0);
  return {
    place,
    ticks: percents
      .map((percent) => ({ percent, at: place(Math.log(percent / (100 - percent))) }))
      .filter(({ at }) => at >= 0 && at <= 100),
  };
}

/** The properties of all judges, those first that the first judge minds most. */
export function orderOf(judges: readonly JudgeWeights[]): string[] {
  const [first] = judges;
  const known = [...new Set(judges.flatMap(({ weights }) => weights.map(({ property }) => property)))];
  const size = (name: string) => Math.abs(first?.weights.find(({ property }) => property === name)?.mean ?? 0);
  return known.sort((a, b) => size(b) - size(a));
}
