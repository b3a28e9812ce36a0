/** Are judges of a kind more alike than judges of different kinds? */
import { InvalidValueError } from '../errors.ts';
import type { Interval } from '../stats/intervals.ts';
import { seededRandom } from '../stats/random.ts';
import { quantile } from '../stats/summary.ts';
import type { Grouping } from './judges.ts';
import type { Matrix } from './similarity.ts';

/** A mean of similarities; its interval is absent where fewer than two judges could be drawn anew. */
export interface MeanSimilarity {
  readonly value: number;
  readonly interval?: Interval;
}

/** The similarities of a grouping. */
export interface GroupSimilarity {
  readonly name: string;
  readonly groups: readonly { readonly name: string; readonly judges: readonly string[] }[];
  /** Of each group: the mean over all pairs inside it; undefined of a single judge. */
  readonly intra: readonly (MeanSimilarity | undefined)[];
  /** The mean over all pairs of judges of different groups; undefined of a single group. */
  readonly inter: MeanSimilarity | undefined;
  /** All pairs inside a group, less those across; undefined where there are not both. */
  readonly gap: MeanSimilarity | undefined;
}

/**
 * Intra- and inter-group similarity. The 95 % intervals are the bootstrap's over judges, drawn with replacement within
 * their groups: they tell what other judges of the same kinds might give. A judge's similarity to itself never counts.
 *
 * @param judges names the rows of the matrix
 * @throws InvalidValueError where a judge of the grouping has no row
 */
export function groupSimilarity(
  matrix: Matrix,
  judges: readonly string[],
  { name, groups }: Grouping,
  { seed, resamples = 2000 }: { readonly seed: number; readonly resamples?: number },
): GroupSimilarity {
  const members = [...groups.values()].map((own) => own.map((judge) => rowOf(judges, judge)));
  const random = seededRandom(seed);
  const drawn = Array.from({ length: resamples }, () =>
    means(
      matrix,
      members.map((own) => own.map(() => own[random.below(own.length)]!)),
    ),
  );
  const value = means(matrix, members);
  const estimate = (pick: (of: Means) => number | undefined): MeanSimilarity | undefined => {
    const found = pick(value);
    if (found === undefined) return undefined;
    const values = Float64Array.from(drawn.map(pick).filter((one) => one !== undefined)).sort();
    if (values.length < resamples / 2) return { value: found };
    return { value: found, interval: [quantile(values, 0.025), quantile(values, 0.975)] };
  };
  return {
    name,
    groups: [...groups].map(([group, own]) => ({ name: group, judges: own })),
    intra: members.map((_, g) => estimate(({ intra }) => intra[g])),
    inter: estimate(({ inter }) => inter),
    gap: estimate(({ within, inter }) => (within === undefined || inter === undefined ? undefined : within - inter)),
  };
}

function rowOf(judges: readonly string[], judge: string): number {
  const row = judges.indexOf(judge);
  if (row < 0) throw new InvalidValueError('A judge of the grouping', `one of ${judges.join(', ')}`, judge);
  return row;
}

interface Means {
  readonly intra: readonly (number | undefined)[];
  readonly within: number | undefined;
  readonly inter: number | undefined;
}

/** @param members rows of the matrix by group; a row may be there several times */
function means(matrix: Matrix, members: readonly (readonly number[])[]): Means {
  const inside = members.map((own) => pairSum(matrix, own, own));
  const whole = members.flat();
  const all = pairSum(matrix, whole, whole);
  const within = inside.reduce((a, b) => ({ sum: a.sum + b.sum, n: a.n + b.n }), { sum: 0, n: 0 });
  const average = ({ sum, n }: Sum) => (n === 0 ? undefined : sum / n);
  return {
    intra: inside.map(average),
    within: average(within),
    inter: average({ sum: all.sum - within.sum, n: all.n - within.n }),
  };
}

interface Sum {
  readonly sum: number;
  readonly n: number;
}

/** Over ordered pairs of different judges. */
function pairSum(matrix: Matrix, rows: readonly number[], columns: readonly number[]): Sum {
  let [sum, n] = [0, 0];
  for (const i of rows) {
    for (const j of columns) {
      if (i === j) continue;
      sum += matrix[i]![j]!;
      n++;
    }
  }
  return { sum, n };
}
