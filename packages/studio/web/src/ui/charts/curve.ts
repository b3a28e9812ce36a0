/** A curve: a value at some of the steps. */
export interface Curve {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}
