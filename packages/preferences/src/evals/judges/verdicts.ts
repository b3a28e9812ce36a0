import type { Choice } from '../../data/types.ts';

/** A choice that was made. */
export type Decision = Exclude<Choice, 'skip'>;

/** The choices that were made; `skip` is none. */
export const decisionsOf = (said: readonly { readonly choice: Choice }[]): Decision[] =>
  said.flatMap(({ choice }) => (choice === 'skip' ? [] : [choice]));

/** What was said most often: several where they share the most votes, none of nothing. */
export function modes<T>(said: readonly T[]): T[] {
  const counts = new Map<T, number>();
  for (const one of said) counts.set(one, (counts.get(one) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts].filter(([, count]) => count === most).map(([one]) => one);
}

/**
 * One verdict of several: what was said most often, a tie where that is not one thing. Of two orders it is the rule of
 * Zheng et al. 2023 (arXiv:2306.05685, §3.4): a response wins only if it wins in both.
 */
export function plurality(decisions: readonly Decision[]): Decision | undefined {
  const most = modes(decisions);
  return most.length > 1 ? 'tie' : most[0];
}

/**
 * One verdict of several as Tan et al. 2024 (JudgeBench, arXiv:2410.12784) count: a vote each, ties none, so that a win in
 * one order and a tie in the other is a win.
 */
export function netVerdict(decisions: readonly Decision[]): Decision | undefined {
  if (decisions.length === 0) return undefined;
  const net = decisions.reduce((sum, choice) => sum + pointsOf[choice], 0);
  return net > 0 ? 'a' : net < 0 ? 'b' : 'tie';
}

/** 1 for the first response, −1 for the second. */
export const pointsOf = { a: 1, tie: 0, b: -1 } as const satisfies Record<Decision, number>;
