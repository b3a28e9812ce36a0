import {
  type Accuracy,
  combined,
  type Judged,
  type JudgedComparison,
  type JuryComparison,
  pairAccuracy,
  type Share,
  shareOf,
} from '@attune/preferences';
import { formatCount, formatShare, intervalText, oneDecimal, shareText } from '../terminal/format.ts';
import { table } from '../terminal/table.ts';
import type { Contests } from './contests.ts';
import { type FailureLine, type Failures, failuresOf, toldFailures } from './failures.ts';
import { isConsistent } from './verdicts.ts';

/** How a judge decided: n + failed + left are all the pairs. */
export interface Account extends Failures {
  /** Pairs with a verdict; those that were seen in both orders count once, by the mean of what was said. */
  readonly n: number;
  /** Not reached before the work was stopped. */
  readonly left: number;
  /** How often `a` was the better one; ties count half. Of pairs that is how often it agrees with the label. */
  readonly choseA: Accuracy | undefined;
  /** With the choices that stand in a file of comparisons, of those that decide. */
  readonly agreement: Accuracy | undefined;
  /** The same response in both orders, of judges that are asked in both. */
  readonly consistent: Share | undefined;
  /** Of verdicts that decide, how often for the response shown first: ½ without a bias of place. */
  readonly firstShown: Share | undefined;
  /** Of a jury: pairs of which its members do not all say the same. */
  readonly divided: Share | undefined;
}

/** @param outcomes by place; undefined what was not reached */
export function accountOf({ contests, lines }: Contests, outcomes: readonly (Judged | undefined)[]): Account {
  const failures: FailureLine[] = [];
  const judged: { comparisons: readonly JudgedComparison[]; choice: Choice; label: Choice | undefined }[] = [];
  for (const [place, outcome] of outcomes.entries()) {
    const { id, choice: label } = contests[place]!;
    if (!outcome) continue;
    if ('failure' in outcome) failures.push({ id, line: lines[place]!, ...outcome.failure });
    else judged.push({ ...outcome, choice: combined(outcome.comparisons).choice, label });
  }
  const all = judged.flatMap(({ comparisons }) => comparisons);
  const orders = judged.map(({ comparisons }) => isConsistent(comparisons)).filter((same) => same !== undefined);
  const seen = all.filter(({ shownFirst, choice }) => shownFirst && (choice === 'a' || choice === 'b'));
  const votes = all.flatMap((one) => ('members' in one ? [Object.values((one as JuryComparison).members)] : []));
  const decided = judged.filter(({ label }) => label === 'a' || label === 'b');
  return {
    n: judged.length,
    ...failuresOf(failures),
    left: outcomes.filter((outcome) => outcome === undefined).length,
    choseA: share(judged.map(({ choice }) => ({ choice, label: 'a' }))),
    agreement: share(decided.map(({ choice, label }) => ({ choice, label: label as 'a' | 'b' }))),
    consistent: shareOf(orders.filter((same) => same).length, orders.length),
    firstShown: shareOf(seen.filter(({ shownFirst, choice }) => shownFirst === choice).length, seen.length),
    divided: shareOf(votes.filter(isDivided).length, votes.length),
  };
}

type Choice = JudgedComparison['choice'];

const isDivided = (votes: readonly number[]): boolean => new Set(votes.map((p) => Math.sign(p - 0.5))).size > 1;

function share(judged: readonly { choice: Choice; label: 'a' | 'b' }[]): Accuracy | undefined {
  if (judged.length === 0) return undefined;
  const points = (choice: Choice, of: 'a' | 'b') => Number(choice === of);
  return pairAccuracy(
    judged.map(({ choice, label }) => ({
      chosen: points(choice, label),
      rejected: points(choice, label === 'a' ? 'b' : 'a'),
    })),
  );
}

/** The account for people. */
export function describe(kind: Contests['kind'], account: Account): string {
  const { choseA, agreement, consistent, firstShown, divided } = account;
  const row = (name: string, { accuracy, interval, right, wrong, ties, n }: Accuracy) => [
    name,
    formatShare(accuracy),
    intervalText(interval, (value) => oneDecimal(100 * value)),
    ...[right, ties, wrong, n].map(formatCount),
  ];
  const rows = [
    ...(choseA && kind !== 'pairs' ? [row('chose the first', choseA)] : []),
    ...(agreement ? [row(kind === 'pairs' ? 'chose the chosen' : 'agrees with the file', agreement)] : []),
  ];
  const sentences = [
    consistent && `The same response is better in both orders in ${shareText(consistent)} of them.`,
    firstShown && `The response shown first is better in ${shareText(firstShown)} of the verdicts that decide.`,
    divided && `The members do not all say the same of ${shareText(divided)} of them.`,
  ].filter((sentence) => sentence !== undefined);
  const shares = rows.length > 0 ? [table(['', 'share', '95 % interval', 'yes', 'ties', 'no', 'n'], rows)] : [];
  return [...shares, ...(sentences.length > 0 ? [sentences.join('\n')] : []), ...toldFailures(account)].join('\n\n');
}
