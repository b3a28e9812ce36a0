/** What drifts. [dimension] */
export interface Drifting {
  readonly position: Float64Array;
  readonly momentum: Float64Array;
}

/** How it drifts. */
export interface Drift {
  /** The inverse of each coordinate's mass. [dimension] */
  readonly variance: Float64Array;
  /** Of the Laplace priors; where 0, a coordinate moves straight on. [dimension] */
  readonly rates: Float64Array;
  /** Backwards where negative. */
  readonly time: number;
}

/**
 * Moves a position for a time. A Laplace prior's pull is constant on either side of 0: the path under it is made of
 * parabolas, here followed exactly, so that its kink costs no energy however long the step is. (To kick by the smooth
 * part alone and let the rest flow exactly is Neal's splitting: Neal 2011, Handbook of MCMC, section 5.5.1.)
 */
export function drift(drifting: Drifting, { variance, rates, time }: Drift): void {
  const { position, momentum } = drifting;
  for (let i = 0; i < position.length; i++) {
    const q = position[i]!;
    const p = momentum[i]!;
    const pull = q > 0 ? rates[i]! : -rates[i]!;
    const end = q + variance[i]! * time * (p - (pull * time) / 2);
    // the pull is towards 0 always: a path that ends on the side where it began has not left it
    if (end * q > 0) {
      position[i] = end;
      momentum[i] = p - pull * time;
    } else cross(drifting, i, variance[i]!, rates[i]!, time);
  }
}

/** The path of a coordinate that may cross 0, parabola by parabola. */
function cross({ position, momentum }: Drifting, i: number, variance: number, rate: number, time: number): void {
  let q = position[i]!;
  let p = momentum[i]!;
  let left = time;
  for (;;) {
    const side = q > 0 || (q === 0 && p * left > 0) ? 1 : -1;
    const pull = side * rate;
    const end = q + variance * left * (p - (pull * left) / 2);
    if (end * side >= 0 || rate === 0) {
      position[i] = end;
      momentum[i] = p - pull * left;
      return;
    }
    // energy is kept: that of the place has become speed when the path is at 0
    const speed = Math.sqrt(p * p + (2 * rate * Math.abs(q)) / variance);
    if (speed === 0) return; // at rest at 0
    const arrival = left > 0 ? -side * speed : side * speed;
    left -= (p - arrival) / pull;
    if (Math.abs(left) * rate > 4 * speed) left %= (4 * speed) / rate; // whole periods change nothing
    q = 0;
    p = arrival;
  }
}
