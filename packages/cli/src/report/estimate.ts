/** A measured number with its 95 % interval, and of how many it is the mean. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}
