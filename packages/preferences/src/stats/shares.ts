import { type Interval, wilsonInterval } from './intervals.ts';

/** A share from 0 to 1 of `n`, and how far it might be off. */
export interface Share {
  readonly share: number;
  /** 95 %, Wilson's. */
  readonly interval: Interval;
  readonly n: number;
}

/** `successes` (whole or not) of `n`; undefined of nothing. */
export const shareOf = (successes: number, n: number): Share | undefined =>
  n === 0 ? undefined : { share: successes / n, interval: wilsonInterval(successes, n), n };
