/** Who wins MT-bench in pairs (Zheng et al. 2023, arXiv:2306.05685, §3.4), by comparisons or by ratings. */
import { promptKey } from '../../data/keys.ts';
import type { Comparison } from '../../data/types.ts';
import { judgedItem } from '../judgedItem.ts';
import { type WinRate, winRate } from '../winRate.ts';
import { type MtBenchQuestion, mtBenchRating } from './mtBench.ts';
import type { RepliesBySystem } from './scoredReplies.ts';

/** How a system did against all others. Ties are half wins: FastChat's `win_rate_adjusted`. */
export interface MtBenchWins {
  readonly overall: WinRate;
  readonly categories: ReadonlyMap<string, WinRate>;
}

/** What comparisons of pairs come to. */
export interface MtBenchPairs {
  readonly systems: ReadonlyMap<string, MtBenchWins>;
  /** Pairs of which a reply could not be read, in one order or both: they count nowhere. */
  readonly failures: readonly string[];
  /** Pairs that were judged in one order only: they count nowhere either. */
  readonly oneOrder: readonly string[];
  /** Comparisons whose prompt is no question of the file: they are in no category. */
  readonly unknown: readonly string[];
}

/** What a pair says of one of its two systems. */
interface Outcome {
  readonly system: string;
  readonly category: string | undefined;
  readonly probability: number;
}

/**
 * Wins by the rule of the source: a response wins only if it wins in both orders, else the pair is a tie.
 *
 * @param comparisons two for each pair, of responses that name their `source`
 */
export function mtBenchPairs(questions: readonly MtBenchQuestion[], comparisons: readonly Comparison[]): MtBenchPairs {
  const categoryOf = new Map(questions.map(({ turns, category }) => [promptKey(turns[0]!), category]));
  const [outcomes, failures, oneOrder, unknown]: [Outcome[], string[], string[], string[]] = [[], [], [], []];
  for (const orders of Map.groupBy(comparisons, pairOf).values()) {
    const { id, prompt, responses, choice } = orders[0]!;
    const choices = orders.map((one) => judgedItem(one).choice);
    if (choices.includes('skip')) failures.push(id);
    else if (orders.length === 1) oneOrder.push(id);
    else {
      const category = categoryOf.get(promptKey(prompt.slice(0, 1)));
      if (category === undefined) unknown.push(id);
      const unanimous = choices.every((one) => one === choices[0]);
      const first = unanimous && choice !== 'tie' ? Number(choice === 'a') : 0.5;
      outcomes.push(
        ...outcomesOf(
          responses.map(({ source = '' }) => source),
          category,
          first,
        ),
      );
    }
  }
  return { systems: winsOf(outcomes), failures, oneOrder, unknown };
}

/** Equal in both orders; of the same words by other systems it is another pair. */
const pairOf = (comparison: Comparison): string =>
  JSON.stringify([judgedItem(comparison).key, ...comparison.responses.map(({ source }) => source).sort()]);

/** Ratings that are no further apart are a tie of the two answers. */
const alike = 0.1;

/** Wins of systems that were rated alone: the better rating of the same turn wins, within 0.1 they tie. */
export function mtBenchRatedPairs(
  questions: readonly MtBenchQuestion[],
  bySystem: RepliesBySystem,
): ReadonlyMap<string, MtBenchWins> {
  const categoryOf = new Map(questions.map(({ id, category }) => [id, category]));
  const rated = [...bySystem].flatMap(([system, replies]) =>
    replies.flatMap((reply) => {
      const rating = mtBenchRating(reply);
      return rating === undefined ? [] : [{ ...reply, system, rating, category: categoryOf.get(reply.id) }];
    }),
  );
  const outcomes: Outcome[] = [];
  for (const answers of Map.groupBy(rated, ({ id, turn }) => JSON.stringify([id, turn])).values()) {
    for (const [i, one] of answers.entries()) {
      for (const other of answers.slice(i + 1)) {
        const apart = one.rating - other.rating;
        const first = Math.abs(apart) <= alike ? 0.5 : Number(apart > 0);
        outcomes.push(...outcomesOf([one.system, other.system], one.category, first));
      }
    }
  }
  return winsOf(outcomes);
}

const outcomesOf = ([a, b]: readonly string[], category: string | undefined, first: number): Outcome[] => [
  { system: a!, category, probability: first },
  { system: b!, category, probability: 1 - first },
];

function winsOf(outcomes: readonly Outcome[]): Map<string, MtBenchWins> {
  const rate = (own: readonly Outcome[]) => winRate(own.map(({ probability }) => probability));
  return new Map(
    [...Map.groupBy(outcomes, ({ system }) => system)].map(([system, own]) => {
      const known = own.filter((one): one is Outcome & { category: string } => one.category !== undefined);
      const categories = [...Map.groupBy(known, ({ category }) => category)];
      return [system, { overall: rate(own), categories: new Map(categories.map(([name, of]) => [name, rate(of)])) }];
    }),
  );
}
