import { codePoints } from '../../data/stats.ts';
import type { Choice, Comparison } from '../../data/types.ts';
import { exchanged, itemOf, type Match } from '../judgedItem.ts';
import type { Decision } from './verdicts.ts';

/** What a judge said of an item once. */
export interface Said {
  readonly choice: Choice;
  /** Which response it saw first, where that is known. */
  readonly shownFirst: 'a' | 'b' | undefined;
}

/** Two responses to one prompt, with all that was said of them. `a` and `b` are the same two for every judge. */
export interface JudgedPair {
  /** In Unicode code points. */
  readonly lengths: readonly [a: number, b: number];
  readonly sources: readonly [a: string | undefined, b: string | undefined];
  /** By judge, in the order in which it spoke. */
  readonly said: ReadonlyMap<string, readonly Said[]>;
  /** What people decided; `skip` is no decision. */
  readonly people: readonly Decision[];
}

/**
 * The items of comparisons by any judges and by people, whatever the order in which the two responses stand. Items that
 * only people judged are among them.
 */
export function judgedPairs(
  comparisons: Iterable<Comparison>,
  people: Iterable<Comparison> = [],
  match: Match = 'content',
): JudgedPair[] {
  const pairs = new Map<string, Growing>();
  const pairOf = (comparison: Comparison): { pair: Growing; said: Said } => {
    const { key, turned } = itemOf(comparison, match);
    const pair = pairs.get(key) ?? started(comparison, turned);
    pairs.set(key, pair);
    return { pair, said: saidIn(comparison, turned) };
  };
  for (const comparison of comparisons) {
    const { pair, said } = pairOf(comparison);
    const earlier = pair.said.get(comparison.judge);
    if (earlier) earlier.push(said);
    else pair.said.set(comparison.judge, [said]);
  }
  for (const comparison of people) {
    const { pair, said } = pairOf(comparison);
    if (said.choice !== 'skip') pair.people.push(said.choice);
  }
  return [...pairs.values()];
}

interface Growing extends JudgedPair {
  readonly said: Map<string, Said[]>;
  readonly people: Decision[];
}

function started({ responses: [a, b] }: Comparison, turned: boolean): Growing {
  const [first, second] = turned ? [b, a] : [a, b];
  return {
    lengths: [codePoints(first.text), codePoints(second.text)],
    sources: [first.source, second.source],
    said: new Map(),
    people: [],
  };
}

const saidIn = ({ choice, shownFirst }: Comparison, turned: boolean): Said =>
  turned ? { choice: exchanged[choice], shownFirst: shownFirst && exchanged[shownFirst] } : { choice, shownFirst };
