/** How well a reward model agrees with the preferences of others: statistics of its scores alone. */
import { bucketEdges, checkEdges } from '../data/balance.ts';
import { InvalidValueError } from '../errors.ts';
import { type Interval, wilsonInterval } from '../stats/intervals.ts';

/** What a reward model gave the two responses of a pair. */
export interface PairScores {
  readonly chosen: number;
  readonly rejected: number;
}

/** A scored pair with the lengths of its responses, in tokens or any other one unit. */
export interface ScoredPair extends PairScores {
  readonly chosenLength: number;
  readonly rejectedLength: number;
  /** What the pair is counted under: a task, a source. */
  readonly group?: string;
}

/** How often the chosen response is the one that wins. Shares from 0 to 1. */
export interface Accuracy {
  /** Equal scores count half. */
  readonly accuracy: number;
  /** 95 %, Wilson's. */
  readonly interval: Interval;
  readonly right: number;
  readonly wrong: number;
  /** Equal scores: the model does not decide. */
  readonly ties: number;
  readonly n: number;
}

/**
 * Pairwise accuracy: the share of pairs whose chosen response has the higher score (Table 5 of Hou et al. 2024,
 * arXiv:2404.00934). A constant added to both scores of a pair changes nothing, nor does any increasing transform.
 *
 * @throws InvalidValueError for no pairs, or a score that is not a number
 */
export function pairAccuracy(pairs: readonly PairScores[]): Accuracy {
  let [right, wrong] = [0, 0];
  for (const { chosen, rejected } of pairs) {
    if (Number.isNaN(chosen) || Number.isNaN(rejected)) throw new InvalidValueError('A score', 'a number', Number.NaN);
    if (chosen > rejected) right++;
    else if (chosen < rejected) wrong++;
  }
  return accuracy(right, wrong, pairs.length);
}

function accuracy(right: number, wrong: number, n: number): Accuracy {
  if (n === 0) throw new InvalidValueError('The number of pairs', 'at least 1', 0);
  const ties = n - right - wrong;
  const points = right + ties / 2;
  return { accuracy: points / n, interval: wilsonInterval(points, n), right, wrong, ties, n };
}

/** The accuracy within each group, in the order the groups first appear; pairs without one are `no group`. */
export function accuracyByGroup(pairs: readonly ScoredPair[]): Map<string, Accuracy> {
  const groups = Map.groupBy(pairs, ({ group }) => group ?? 'no group');
  return new Map([...groups].map(([name, members]) => [name, pairAccuracy(members)]));
}

/** Pairs with `from` ≤ |length difference| < `to`. What no pair falls under is undefined. */
export interface LengthBucket {
  readonly from: number;
  /** Absent for the last bucket, which has no end. */
  readonly to?: number;
  /** Pairs whose chosen response is the longer one. */
  readonly betterLonger: Accuracy | undefined;
  readonly betterShorter: Accuracy | undefined;
}

/**
 * The accuracy by how much longer one response is, apart for pairs whose better response is the longer one and for those
 * whose better one is the shorter. A model that goes by length is right on the first and wrong on the second.
 *
 * @param edges lower ends of the buckets, rising from 0; the last one has no upper end
 */
export function accuracyByLengthDifference(
  pairs: readonly ScoredPair[],
  edges: readonly number[] = bucketEdges,
): { readonly equalLength: Accuracy | undefined; readonly buckets: readonly LengthBucket[] } {
  checkEdges(edges);
  const among = (holds: (longerBy: number) => boolean) => {
    const members = pairs.filter(({ chosenLength, rejectedLength }) => holds(chosenLength - rejectedLength));
    return members.length === 0 ? undefined : pairAccuracy(members);
  };
  const buckets = edges.map((from, i) => {
    const to = edges[i + 1];
    const inside = (size: number) => size > 0 && size >= from && size < (to ?? Infinity);
    return {
      from,
      ...(to !== undefined && { to }),
      betterLonger: among(inside),
      betterShorter: among((by) => inside(-by)),
    };
  });
  return { equalLength: among((by) => by === 0), buckets };
}

/** What always choosing the first response gets right when the order is random: half, whatever the pairs. */
export const majorityBaseline = (n: number): Accuracy => accuracy(0, 0, n);

/** The accuracy of a rule that sees nothing but the lengths. */
export interface LengthBaseline extends Accuracy {
  readonly prefers: 'longer' | 'shorter';
}

/** A pair's lengths. */
export type PairLengths = Pick<ScoredPair, 'chosenLength' | 'rejectedLength'>;

/**
 * The best that length alone can do: choose the longer response, or always the shorter, whichever is right more often on
 * the training pairs. Every score that rises or falls with length decides as one of the two. Equal lengths are ties.
 */
export function lengthBaseline(test: readonly PairLengths[], train: readonly PairLengths[]): LengthBaseline {
  const byLength = ({ chosenLength, rejectedLength }: PairLengths) => ({
    chosen: chosenLength,
    rejected: rejectedLength,
  });
  const prefers = pairAccuracy(train.map(byLength)).accuracy >= 0.5 ? 'longer' : 'shorter';
  const { right, wrong, n } = pairAccuracy(test.map(byLength));
  return { prefers, ...(prefers === 'longer' ? accuracy(right, wrong, n) : accuracy(wrong, right, n)) };
}
