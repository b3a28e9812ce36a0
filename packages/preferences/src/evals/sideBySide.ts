import type { Comparison } from '../data/types.ts';
import { type Interval, z95 } from '../stats/intervals.ts';
import { type Contest, verdictOf, winsOf } from './winRate.ts';

/** How often a system did better, alike and worse. Rates in percent; win + tie + lose = 100. */
export interface SideBySideRow {
  readonly win: number;
  readonly tie: number;
  readonly lose: number;
  /** win − lose, in percentage points. */
  readonly net: number;
  /** Of `net`: 100·√((w + l − (w − l)²)/n) with the shares w and l. */
  readonly standardError: number;
  /** Of `net`: 95 %. */
  readonly interval: Interval;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  readonly n: number;
}

/** A system beside another, per category and overall. */
export interface SideBySide {
  /** Undefined where no comparison of the two was decided. */
  readonly overall: SideBySideRow | undefined;
  /** In the order in which they first appear. */
  readonly categories: ReadonlyMap<string, SideBySideRow>;
  /** Nobody decided. */
  readonly skips: number;
  /** Of other systems. */
  readonly others: number;
}

/**
 * The table of a human evaluation: win, tie and lose per category and overall, as Table 4 of Hou et al. 2024 (arXiv:
 * 2404.00934). Each comparison counts once: where several people judged the same responses their votes are not
 * independent, and the errors are too small.
 */
export function sideBySide(
  contest: Contest,
  comparisons: Iterable<Comparison>,
  categoryOf: (comparison: Comparison) => string | undefined = () => undefined,
): SideBySide {
  const overall = { win: 0, tie: 0, loss: 0 };
  const categories = new Map<string, typeof overall>();
  const verdicts = Array.from(comparisons, (comparison) => ({ ...verdictOf(comparison), comparison }));
  const wins = winsOf(contest, verdicts);
  for (const [i, { comparison }] of wins.verdicts.entries()) {
    const probability = wins.probabilities[i]!;
    const outcome = probability === 0.5 ? 'tie' : probability > 0.5 ? 'win' : 'loss';
    overall[outcome]++;
    const category = categoryOf(comparison);
    if (category === undefined) continue;
    const tally = categories.get(category) ?? { win: 0, tie: 0, loss: 0 };
    tally[outcome]++;
    categories.set(category, tally);
  }
  return {
    overall: overall.win + overall.tie + overall.loss > 0 ? sideBySideRow(overall) : undefined,
    categories: new Map([...categories].map(([category, tally]) => [category, sideBySideRow(tally)])),
    skips: wins.skips,
    others: wins.others,
  };
}

/**
 * A row of the table. The interval is Bonett and Price's (2012, Journal of Educational and Behavioral Statistics 37:479):
 * net ± z·standard error after one win and one loss more, so that it keeps a width where nobody lost.
 */
export function sideBySideRow({ win, tie, loss }: { win: number; tie: number; loss: number }): SideBySideRow {
  const n = win + tie + loss;
  const { net, standardError } = netOf(win, loss, n);
  const adjusted = netOf(win + 1, loss + 1, n + 2);
  const half = z95 * adjusted.standardError;
  return {
    win: (100 * win) / n,
    tie: (100 * tie) / n,
    lose: (100 * loss) / n,
    net,
    standardError,
    interval: [Math.max(-100, adjusted.net - half), Math.min(100, adjusted.net + half)],
    wins: win,
    ties: tie,
    losses: loss,
    n,
  };
}

/** In percent. */
function netOf(wins: number, losses: number, n: number): { net: number; standardError: number } {
  const [w, l] = [wins / n, losses / n];
  return { net: 100 * (w - l), standardError: 100 * Math.sqrt(Math.max(0, w + l - (w - l) ** 2) / n) };
}
