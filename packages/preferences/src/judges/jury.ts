/** Judges together: a weighted jury, and judgments that were made before as a member of it. */
import type { Comparison } from '../data/types.ts';
import { InvalidValueError } from '../errors.ts';
import { judgedItem } from '../evals/judgedItem.ts';
import {
  choiceBy,
  combined,
  comparedIn,
  type Judge,
  type Judged,
  type JudgedComparison,
  type PairToJudge,
} from './judge.ts';

/** A judge of a jury, and how much it counts. */
export interface Juror {
  readonly judge: Judge;
  readonly weight: number;
}

/** A comparison that a jury made. */
export interface JuryComparison extends JudgedComparison {
  /** The probability, by each member, that `a` is better. */
  readonly members: Readonly<Record<string, number>>;
}

/**
 * Several judges as one: P(a ≻ b) = Σ w_m·P_m(a ≻ b) / Σ w_m, each member's own orders averaged first. All members count
 * or the pair has failed: a jury whose members change from pair to pair is not one judge.
 */
export function jury(name: string, jurors: readonly Juror[]): Judge {
  if (jurors.length === 0) throw new InvalidValueError('The number of members of a jury', 'at least 1', 0);
  const names = jurors.map(({ judge }) => judge.name);
  const twice = names.find((one, i) => names.indexOf(one) !== i);
  if (twice !== undefined) throw new InvalidValueError('A member of a jury', 'a name of its own', twice);
  return {
    name,
    async *judge(pairs) {
      const said = await Promise.all(jurors.map(({ judge }) => byPlace(judge.judge(pairs))));
      for (const [place, pair] of pairs.entries()) yield { place, ...verdictOf(name, jurors, said, { place, pair }) };
    },
  };
}

async function byPlace(judged: AsyncIterable<Judged>): Promise<Map<number, Judged>> {
  const outcomes = new Map<number, Judged>();
  for await (const outcome of judged) outcomes.set(outcome.place, outcome);
  return outcomes;
}

function verdictOf(
  name: string,
  jurors: readonly Juror[],
  said: readonly ReadonlyMap<number, Judged>[],
  { place, pair }: { readonly place: number; readonly pair: PairToJudge },
): { comparisons: JuryComparison[] } | { failure: { reason: string; said: string } } {
  const members: Record<string, number> = {};
  let [sum, weights] = [0, 0];
  for (const [i, { judge, weight }] of jurors.entries()) {
    const outcome = said[i]!.get(place);
    if (!outcome || 'failure' in outcome) {
      const why = outcome ? outcome.failure.reason : 'not reached';
      return { failure: { reason: 'a member without a verdict', said: `${judge.name}: ${why}` } };
    }
    const { probability } = combined(outcome.comparisons);
    members[judge.name] = probability;
    sum += weight * probability;
    weights += weight;
  }
  const probability = sum / weights;
  const at = new Date().toISOString();
  return {
    comparisons: [{ ...comparedIn(pair), choice: choiceBy(probability), judge: name, at, probability, members }],
  };
}

/** A comparison of a file, with how sure its judge was where it tells. */
export type RecordedComparison = Comparison & { readonly probability?: number };

/**
 * Somebody whose comparisons are there already, people or models: says of a pair what was said of the same two responses
 * to the same prompt, whichever was called `a`; of several comparisons the mean. Skips say nothing.
 */
export function recordedJudge(name: string, comparisons: Iterable<RecordedComparison>): Judge {
  const said = new Map<string, number[]>(); // by item: that the response of the first key is better
  for (const comparison of comparisons) {
    if (comparison.choice === 'skip') continue;
    const { key, turned } = itemOf(comparison);
    const probability = comparison.probability ?? { a: 1, b: 0, tie: 0.5 }[comparison.choice];
    said.set(key, [...(said.get(key) ?? []), turned ? 1 - probability : probability]);
  }
  return {
    name,
    async *judge(pairs) {
      const at = new Date().toISOString();
      for (const [place, pair] of pairs.entries()) {
        const { key, turned } = itemOf(comparedIn(pair));
        const of = said.get(key);
        if (!of) {
          yield { place, failure: { reason: 'not judged' } };
          continue;
        }
        const mean = of.reduce((sum, one) => sum + one, 0) / of.length;
        const probability = turned ? 1 - mean : mean;
        yield {
          place,
          comparisons: [{ ...comparedIn(pair), choice: choiceBy(probability), judge: name, at, probability }],
        };
      }
    },
  };
}

/** The item of two responses, and whether `a` is the second of its keys. */
function itemOf(compared: Pick<Comparison, 'id' | 'prompt' | 'responses'>): { key: string; turned: boolean } {
  const { key, choice } = judgedItem({ ...compared, choice: 'a', judge: '' });
  return { key, turned: choice === 'b' };
}
