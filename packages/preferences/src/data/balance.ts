/** Takes the length of a response out of what preference pairs teach. */
import { InvalidValueError } from '../errors.ts';
import { pairKey } from './keys.ts';
import { randomOrder } from './ranks.ts';
import type { Count } from './stats.ts';
import { type Pair, toText } from './types.ts';

/** Lower ends of the buckets, in tokens; the last bucket has no upper end. The project's choice: the paper tells none. */
export const bucketEdges: readonly number[] = [0, 10, 25, 50, 100, 200, 400];

/** What is to be balanced: the lengths of a pair's responses, and a key that stays the pair's own in any order. */
export interface KeyedLengths {
  readonly key: string;
  readonly chosen: number;
  readonly rejected: number;
}

/** How to balance. */
export interface BalanceOptions {
  readonly seed: number;
  /** Lower ends of the buckets, rising from 0. */
  readonly edges?: readonly number[];
}

/** Pairs of unequal responses by which one is longer. */
export interface Sides {
  readonly betterLonger: number;
  readonly betterShorter: number;
}

/** One range of length differences: `from` ≤ |difference| < `to`. */
export interface BucketReport {
  readonly from: number;
  /** Absent for the last bucket, which has no end. */
  readonly to?: number;
  readonly before: Sides;
  /** As many as the smaller side had, on both sides. */
  readonly after: Sides;
  readonly dropped: number;
}

/** What balancing did. pairs = kept + dropped. */
export interface BalanceReport {
  readonly buckets: readonly BucketReport[];
  readonly pairs: number;
  readonly kept: number;
  readonly dropped: number;
  /** Pairs with responses of equal length, all of them kept. */
  readonly equal: number;
  /** Share (0 to 1) of the pairs of unequal lengths that were dropped. */
  readonly lostShare: number;
}

/**
 * Bucket-based length balancing: Hou et al. 2024, ChatGLM-RLHF (arXiv:2404.00934). Annotators lean towards longer
 * responses, and a reward model learns that. So pairs are put into buckets by |length(chosen) − length(rejected)|, and in
 * each bucket as many pairs are kept whose better response is the longer one as pairs whose better response is the
 * shorter one. Whatever goes by bucket and by which response is longer is then right half the time.
 *
 * The paper gives neither the ranges nor how the numbers are made equal. Here the larger side is down-sampled at random,
 * pairs of equal length stay, and a bucket with an empty side is dropped whole. Which pairs stay depends on their keys
 * and the seed, never on their order; balancing what is balanced drops nothing.
 *
 * @returns the places (from 0, rising) of the pairs to keep
 */
export function balancedPlaces(
  lengths: readonly KeyedLengths[],
  { seed, edges = bucketEdges }: BalanceOptions,
): { kept: number[]; report: BalanceReport } {
  checkEdges(edges);
  const buckets = edges.map(() => ({ longer: [] as number[], shorter: [] as number[] }));
  const kept: number[] = [];
  for (const place of randomOrder(keysOf(lengths), seed)) {
    const difference = lengths[place]!.chosen - lengths[place]!.rejected;
    if (difference === 0) kept.push(place);
    else buckets[bucketOf(Math.abs(difference), edges)]![difference > 0 ? 'longer' : 'shorter'].push(place);
  }
  const equal = kept.length;
  for (const { longer, shorter } of buckets) {
    const each = Math.min(longer.length, shorter.length);
    kept.push(...longer.slice(0, each), ...shorter.slice(0, each));
  }
  const reports = buckets.map(({ longer, shorter }, i) =>
    bucketReport(edges[i]!, edges[i + 1], longer.length, shorter.length),
  );
  const dropped = lengths.length - kept.length;
  const lostShare = dropped / Math.max(1, lengths.length - equal);
  const report = { buckets: reports, pairs: lengths.length, kept: kept.length, dropped, equal, lostShare };
  return { kept: kept.sort((a, b) => a - b), report };
}

/** {@link balancedPlaces} of preference pairs, whose key is id and content. Kept pairs are the very objects given, in their order. */
export function balanceLengths(
  pairs: readonly Pair[],
  count: Count,
  options: BalanceOptions,
): { pairs: Pair[]; places: number[]; report: BalanceReport } {
  const lengths = pairs.map((pair) => ({
    key: `${pair.id ?? ''} ${pairKey(pair)}`,
    chosen: count(toText(pair.chosen)),
    rejected: count(toText(pair.rejected)),
  }));
  const { kept, report } = balancedPlaces(lengths, options);
  return { pairs: kept.map((place) => pairs[place]!), places: kept, report };
}

const keysOf = (lengths: readonly KeyedLengths[]): string[] => lengths.map(({ key }) => key);

const bucketOf = (difference: number, edges: readonly number[]): number =>
  edges.findLastIndex((edge) => edge <= difference);

function bucketReport(from: number, to: number | undefined, longer: number, shorter: number): BucketReport {
  const each = Math.min(longer, shorter);
  return {
    from,
    ...(to !== undefined && { to }),
    before: { betterLonger: longer, betterShorter: shorter },
    after: { betterLonger: each, betterShorter: each },
    dropped: longer + shorter - 2 * each,
  };
}

/** @throws InvalidValueError for lower ends of buckets that do not rise from 0 */
export function checkEdges(edges: readonly number[]): void {
  const rising = edges.every((edge, i) => Number.isFinite(edge) && (i === 0 ? edge === 0 : edge > edges[i - 1]!));
  if (edges.length === 0 || !rising) throw new InvalidValueError('edges', 'numbers rising from 0', edges.join(', '));
}
