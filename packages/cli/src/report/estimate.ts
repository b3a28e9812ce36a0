/** A number and how far it might be off. */
export interface Ranged {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A measured number with its 95 % interval, and of how many it is the mean. */
export interface Estimate extends Ranged {
  readonly n: number;
}
