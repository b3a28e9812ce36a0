import type { Battle } from './battles.ts';

/** Elo's update, as Chatbot Arena sets it. */
export interface EloOptions {
  /** How many points a battle moves at most: 4. */
  readonly k?: number;
  /** What a model starts from: 1000. */
  readonly initial?: number;
}

/**
 * Elo's ratings after some more battles, in their order (Elo 1978, The Rating of Chessplayers): each moves both models by
 *
 *   K·(y − 1/(1 + 10^((r_b − r_a)/400)))
 *
 * For live use: a vote costs nothing, and `before` is left as it was. The result depends on the order of the battles and
 * wanders by about K points for ever; {@link bradleyTerry} and {@link davidson} do neither.
 */
export function elo(
  battles: Iterable<Battle>,
  before: ReadonlyMap<string, number> = new Map(),
  { k = 4, initial = 1000 }: EloOptions = {},
): Map<string, number> {
  const ratings = new Map(before);
  for (const { a, b, outcome, weight = 1 } of battles) {
    const [first, second] = [ratings.get(a) ?? initial, ratings.get(b) ?? initial];
    const move = k * weight * (outcome - 1 / (1 + 10 ** ((second - first) / 400)));
    ratings.set(a, first + move);
    ratings.set(b, second - move);
  }
  return ratings;
}
