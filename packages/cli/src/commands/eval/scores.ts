import type { MeanScore } from '@attune/preferences';
import { formatCount, intervalText, twoDecimals } from '../../terminal/format.ts';

/** The head over {@link scoreCells}. */
export const scoreHead = ['score', '95 % interval', 's.e.', 'n'] as const;

/** A mean of scores from 1 to 10 in the cells of a table; a dash where there is none. */
export function scoreCells(score: MeanScore | undefined): string[] {
  if (!score) return ['–', '', '', '0'];
  const { mean, interval, standardError, n } = score;
  return [
    twoDecimals(mean),
    interval ? intervalText(interval, twoDecimals) : '',
    standardError === undefined ? '' : twoDecimals(standardError),
    formatCount(n),
  ];
}

/** The same as fields of a file's row. */
export const scoreFields = (score: MeanScore | undefined) => ({
  score: score?.mean,
  standardError: score?.standardError,
  low: score?.interval?.[0],
  high: score?.interval?.[1],
  n: score?.n ?? 0,
});

const LISTED = 24; // as many as fit on a screen; the ids below are complete

/** A reply that could not be read. */
interface Unread {
  /** What it is about, for people. */
  readonly about: string;
  readonly said: string;
}

/** Replies that are in no mean, each with how it ends; undefined where there is none. */
export function unreadText(unread: readonly Unread[]): string | undefined {
  if (unread.length === 0) return undefined;
  const shown = unread.slice(0, LISTED).map(({ about, said }) => `  ${about}: ${ending(said)}`);
  const rest = unread.slice(LISTED).map(({ about }) => about);
  const more = rest.length > 0 ? [`  and ${rest.join(', ')}`] : [];
  const counted = `${formatCount(unread.length)} ${unread.length === 1 ? 'reply' : 'replies'} without a score`;
  return [`${counted}, in no mean:`, ...shown, ...more].join('\n');
}

/** The last of what was said, on one line: a judge's text may hold anything. */
function ending(said: string): string {
  const line = said.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  if (line === '') return '(nothing)';
  const characters = [...line];
  return characters.length > 60 ? `…${characters.slice(-60).join('')}` : line;
}

/** The ids of questions that nothing was said about. */
export const missingText = (missing: readonly string[], questions: number): string | undefined =>
  missing.length === 0
    ? undefined
    : `${formatCount(missing.length)} of ${formatCount(questions)} questions have no reply: ${missing.join(', ')}`;
