import { type Share, shareOf } from '../../stats/shares.ts';
import type { JudgedPair, Said } from './items.ts';
import { decisionsOf, plurality } from './verdicts.ts';

/** Whether the order in which a judge sees two responses sways it. */
export interface PositionBias {
  /** How often the verdict is the same in both orders, of items judged in both. */
  readonly consistency: Share | undefined;
  /** Of these items, how often each order's first response won. */
  readonly forFirst: number;
  /** How often each order's second response won. */
  readonly forSecond: number;
  /** How often it was a tie in one order and not in the other. */
  readonly tieInOne: number;
  /**
   * How often the response shown first was chosen, of all choices whose order is known: ½ without bias if each response
   * was as often first as second, or the order was drawn.
   */
  readonly firstShown: Share | undefined;
}

/** The position bias of a judge. Where it judged an order of an item more than once, its {@link plurality} counts. */
export function positionBias(pairs: readonly JudgedPair[], judge: string): PositionBias {
  const counts = { same: 0, forFirst: 0, forSecond: 0, tieInOne: 0, chosen: 0, first: 0 };
  for (const { said: byJudge } of pairs) {
    const said = byJudge.get(judge) ?? [];
    for (const { choice, shownFirst } of said) {
      if (!shownFirst || choice === 'tie' || choice === 'skip') continue;
      counts.chosen++;
      if (choice === shownFirst) counts.first++;
    }
    const swayed = swayOf(said);
    if (swayed) counts[swayed]++;
  }
  const { same, forFirst, forSecond, tieInOne } = counts;
  return {
    consistency: shareOf(same, same + forFirst + forSecond + tieInOne),
    forFirst,
    forSecond,
    tieInOne,
    firstShown: shareOf(counts.first, counts.chosen),
  };
}

/** What the order did to an item; undefined where it was not decided in both. */
function swayOf(said: readonly Said[]): 'same' | 'forFirst' | 'forSecond' | 'tieInOne' | undefined {
  const shown = (first: 'a' | 'b') => plurality(decisionsOf(said.filter(({ shownFirst }) => shownFirst === first)));
  const [aFirst, bFirst] = [shown('a'), shown('b')];
  if (!aFirst || !bFirst) return undefined;
  if (aFirst === bFirst) return 'same';
  if (aFirst === 'tie' || bFirst === 'tie') return 'tieInOne';
  return aFirst === 'a' ? 'forFirst' : 'forSecond';
}
