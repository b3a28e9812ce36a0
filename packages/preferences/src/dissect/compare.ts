/** How the values of two responses become one comparison: 1 where A has more, −1 where B has, 0 where neither. */

/** −1, 0 or 1. */
export type Sign = -1 | 0 | 1;

export const signOf = (difference: number): Sign => (difference > 0 ? 1 : difference < 0 ? -1 : 0);

/** The sign of a difference that is at least `least`; differences below count as none. */
export const signFrom = (difference: number, least: number): Sign =>
  Math.abs(difference) >= least ? signOf(difference) : 0;

/** 1 where only A has anything of it, −1 where only B has. */
export const anyOrNone = (a: number, b: number): Sign => (a > 0 && b <= 0 ? 1 : a <= 0 && b > 0 ? -1 : 0);

/** For a shorter text of 0, 1, … 11 words: from how many words on another is clearly longer. */
const clearlyLongerThan = [1, 3, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19];

/** For longer texts: the shorter has at most this share of the words of the longer, and at least so many fewer. */
const clearGaps = [
  { share: 0.7, fewer: 10 },
  { share: 0.8, fewer: 20 },
  { share: 0.9, fewer: 40 },
];

/** The comparison of two counts of words: only a clear difference is one. */
export function clearlyLonger(a: number, b: number): Sign {
  const [shorter, longer] = a < b ? [a, b] : [b, a];
  const bound = clearlyLongerThan[shorter];
  const isClear =
    bound === undefined
      ? clearGaps.some(({ share, fewer }) => shorter <= share * longer && longer - shorter >= fewer)
      : longer >= bound;
  return isClear ? signOf(a - b) : 0;
}

/** A difference of word counts from −1 to 1: logarithmic, whole from 500 words on. */
export const normedLength = (difference: number): number =>
  signOf(difference) * Math.min(Math.log1p(Math.abs(difference)) / Math.log(501), 1);

/** A difference as a share of `range`, within −1 and 1. */
export const normed = (difference: number, range: number): number => Math.max(-1, Math.min(1, difference / range));
