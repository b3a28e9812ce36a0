/** What votes tell about those who gave them. */
import { dawidSkene, seededRandom, shareOf } from '@attune/preferences';
import type { AnnotatorQuality, Quality, Share } from '../../shared/quality.ts';
import { estimates } from './agreement.ts';
import { CHOICES, type VoteColumns } from './columns.ts';

/** Everything that can be said from the votes alone; annotators by their keys. */
export type VoteReport = Pick<Quality, 'agreement' | 'pairs' | 'firstShown' | 'longer' | 'gold'> & {
  readonly annotators: readonly Omit<AnnotatorQuality, 'name' | 'judge'>[];
};

const SKIP = CHOICES.indexOf('skip');
const BOTH_BAD = CHOICES.indexOf('bothBad');
const TIE = CHOICES.indexOf('tie');
const LABELS = 3; // a, b, neither
const MOST_PAIRS = 200;

/** Both bad and alike are one label here: neither response is better. */
const labelOf = (choice: number): number => (choice === BOTH_BAD ? TIE : choice);

/** A first vote that decides something, on an item that is not gold. */
interface Rating {
  readonly annotator: number;
  readonly label: number;
}

/**
 * @param seed of the intervals' resampling, so that a page does not flicker
 */
export function voteReport(votes: VoteColumns, seed = 1): VoteReport {
  const compared = [...ratingsByItem(votes).values()].filter((ratings) => ratings.length > 1);
  const everybody = tallies(votes);
  const all = everybody.reduce(added, emptyTally());
  const others = agreementWithOthers(compared, votes.annotators.length);
  const reliability = reliabilities(compared, votes.annotators);
  return {
    agreement: agreementOf(compared, seed),
    annotators: votes.annotators.map((annotator, i) => ({
      annotator,
      ...(({ votes, ties, skips }) => ({ votes, ties, skips }))(everybody[i]!),
      ...{ agreement: others[i]!, reliability: reliability.get(annotator) ?? null },
      ...sharesOf(everybody[i]!),
      seconds: median(everybody[i]!.seconds),
    })),
    pairs: pairsOf(compared, votes.annotators),
    ...(({ firstShown, longer, gold }) => ({ firstShown, longer, gold }))(sharesOf(all)),
  };
}

function ratingsByItem({ item, annotator, choice, round, gold }: VoteColumns): Map<number, Rating[]> {
  const items = new Map<number, Rating[]>();
  for (let i = 0; i < item.length; i++) {
    if (round[i]! > 0 || choice[i] === SKIP || gold[i]! >= 0) continue;
    const rating = { annotator: annotator[i]!, label: labelOf(choice[i]!) };
    const ratings = items.get(item[i]!);
    if (ratings) ratings.push(rating);
    else items.set(item[i]!, [rating]);
  }
  return items;
}

function agreementOf(compared: readonly Rating[][], seed: number): VoteReport['agreement'] {
  const patterns = new Map<string, { counts: number[]; items: number }>();
  for (const ratings of compared) {
    const counts = countsOf(ratings);
    const key = counts.join(' ');
    const pattern = patterns.get(key);
    if (pattern) pattern.items++;
    else patterns.set(key, { counts, items: 1 });
  }
  return {
    items: compared.length,
    ratings: compared.reduce((sum, { length }) => sum + length, 0),
    ...estimates([...patterns.values()], seededRandom(seed)),
  };
}

function countsOf(ratings: readonly Rating[]): number[] {
  const counts = new Array<number>(LABELS).fill(0);
  for (const { label } of ratings) counts[label]!++;
  return counts;
}

/** Of each annotator, how often the others of an item say the same. */
function agreementWithOthers(compared: readonly Rating[][], annotators: number): (Share | null)[] {
  const [same, n] = [new Float64Array(annotators), new Float64Array(annotators)];
  for (const ratings of compared) {
    const counts = countsOf(ratings);
    for (const { annotator, label } of ratings) {
      same[annotator]! += (counts[label]! - 1) / (ratings.length - 1);
      n[annotator]!++;
    }
  }
  return Array.from(n, (judged, i) => share(same[i]!, judged));
}

const MOST_FOR_RELIABILITY = 20_000; // votes; more change no digit that is shown

/** By Dawid and Skene, over items that several judged; of two annotators nothing says which one is wrong. */
function reliabilities(compared: readonly Rating[][], names: readonly string[]): Map<string, number> {
  const votes = thinned(compared).flatMap((ratings, item) =>
    ratings.map(({ annotator, label }) => ({ item: `${item}`, annotator: names[annotator]!, label: `${label}` })),
  );
  if (new Set(votes.map(({ annotator }) => annotator)).size < 3) return new Map();
  const { annotators } = dawidSkene(votes, { maxIterations: 100, tolerance: 1e-3 });
  return new Map([...annotators].map(([name, { reliability }]) => [name, reliability]));
}

/** Every k-th item's votes, so that no more than are wanted remain. */
function thinned(compared: readonly Rating[][]): readonly Rating[][] {
  const every = Math.ceil(compared.reduce((sum, { length }) => sum + length, 0) / MOST_FOR_RELIABILITY);
  return compared.filter((_, i) => i % every === 0);
}

/** Of every two annotators that share items: how often they say the same, and Cohen's kappa (1960). */
function pairsOf(compared: readonly Rating[][], names: readonly string[]): VoteReport['pairs'] {
  const tables = new Map<string, { who: [number, number]; table: number[][]; n: number }>();
  for (const ratings of compared) {
    for (const x of ratings) {
      for (const y of ratings) {
        if (x.annotator >= y.annotator) continue;
        const key = `${x.annotator} ${y.annotator}`;
        let pair = tables.get(key);
        if (!pair) {
          const table = Array.from({ length: LABELS }, () => new Array<number>(LABELS).fill(0));
          tables.set(key, (pair = { who: [x.annotator, y.annotator], table, n: 0 }));
        }
        pair.table[x.label]![y.label]!++;
        pair.n++;
      }
    }
  }
  const most = [...tables.values()].sort((a, b) => b.n - a.n).slice(0, MOST_PAIRS);
  return most.map(({ who, table, n }) => ({
    annotators: [names[who[0]]!, names[who[1]]!] as [string, string],
    same: share(diagonal(table), n)!,
    kappa: cohenKappa(table, n),
  }));
}

const diagonal = (table: readonly number[][]): number => table.reduce((sum, row, i) => sum + row[i]!, 0);

function cohenKappa(table: readonly number[][], n: number): number | null {
  const sums = (of: (i: number, j: number) => number) =>
    table.map((_, i) => table.reduce((sum, _row, j) => sum + of(i, j), 0));
  const rows = sums((i, j) => table[i]![j]!);
  const columns = sums((i, j) => table[j]![i]!);
  const byChance = rows.reduce((sum, row, i) => sum + (row / n) * (columns[i]! / n), 0);
  return 1 - byChance < 1e-12 ? null : (diagonal(table) / n - byChance) / (1 - byChance);
}

/** Counts of one annotator, each success with the votes it is a share of. */
interface Tally {
  votes: number;
  ties: number;
  skips: number;
  readonly firstShown: [number, number];
  readonly longer: [number, number];
  readonly gold: [number, number];
  readonly consistency: [number, number];
  readonly seconds: number[];
}

const emptyTally = (): Tally => ({
  ...{ votes: 0, ties: 0, skips: 0, seconds: [] },
  ...{ firstShown: [0, 0], longer: [0, 0], gold: [0, 0], consistency: [0, 0] },
});

function tallies(votes: VoteColumns): Tally[] {
  const { annotators, item, annotator, choice, round, shownFirst, longer, gold, seconds } = votes;
  const all = annotators.map(emptyTally);
  const said = new Map<string, number>(); // first choices on items that came again
  const again = new Set<string>();
  for (let i = 0; i < item.length; i++) if (round[i]! > 0) again.add(`${item[i]} ${annotator[i]}`);
  for (let i = 0; i < item.length; i++) {
    if (round[i] === 0 && again.size > 0) said.set(`${item[i]} ${annotator[i]}`, labelOf(choice[i]!));
  }
  for (let i = 0; i < item.length; i++) {
    const tally = all[annotator[i]!]!;
    const code = choice[i]!;
    const label = labelOf(code);
    tally.votes++;
    if (!Number.isNaN(seconds[i]!)) tally.seconds.push(seconds[i]!);
    if (code === SKIP) {
      tally.skips++;
      continue;
    }
    if (label === TIE) tally.ties++;
    else {
      if (shownFirst[i]! >= 0) hit(tally.firstShown, shownFirst[i] === label);
      if (longer[i]! >= 0) hit(tally.longer, longer[i] === label);
    }
    if (gold[i]! >= 0 && round[i] === 0) hit(tally.gold, gold[i] === label);
    const first = round[i]! > 0 ? said.get(`${item[i]} ${annotator[i]}`) : undefined;
    if (first !== undefined && first !== SKIP) hit(tally.consistency, first === label);
  }
  return all;
}

function hit(count: [number, number], success: boolean): void {
  count[0] += Number(success);
  count[1]++;
}

function added(sum: Tally, { firstShown, longer, gold }: Tally): Tally {
  const both = (x: [number, number], y: [number, number]): [number, number] => [x[0] + y[0], x[1] + y[1]];
  return {
    ...sum,
    ...{ firstShown: both(sum.firstShown, firstShown), longer: both(sum.longer, longer), gold: both(sum.gold, gold) },
  };
}

const sharesOf = ({ firstShown, longer, gold, consistency }: Tally) => ({
  ...{ firstShown: share(...firstShown), longer: share(...longer) },
  ...{ gold: share(...gold), consistency: share(...consistency) },
});

function share(successes: number, n: number): Share | null {
  const found = shareOf(Math.min(successes, n), n); // fractions add up to a little more than n
  return found ? { share: found.share, interval: [found.interval[0], found.interval[1]], n } : null;
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
