/** What a Hamiltonian sampler learns while it warms up: its step size and the variance of each coordinate. */

/** Nesterov's dual averaging of the logarithm of a step size: Hoffman and Gelman 2014 (JMLR 15:1593), eq. 6, algorithm 5. */
export class DualAveraging {
  readonly #target: number;
  readonly #center: number; // steps larger than the first are tried before smaller ones: they cost less
  #time = 0;
  #error = 0;
  #logAverage = 0;

  /**
   * @param stepSize the first one
   * @param target   mean acceptance to reach, from 0 to 1
   */
  constructor(stepSize: number, target: number) {
    this.#center = Math.log(10 * stepSize);
    this.#target = target;
  }

  /** The step size to go on with after a trajectory of this mean acceptance. γ = 0.05, t₀ = 10, κ = 0.75. */
  next(acceptance: number): number {
    const t = ++this.#time;
    this.#error += (this.#target - acceptance - this.#error) / (t + 10);
    const log = this.#center - (Math.sqrt(t) / 0.05) * this.#error;
    this.#logAverage += t ** -0.75 * (log - this.#logAverage);
    return Math.exp(log);
  }

  /** The step size to keep: a mean in which later ones count more. */
  get average(): number {
    return Math.exp(this.#logAverage);
  }
}

/** The variance of each coordinate of points seen so far: Welford 1962 (Technometrics 4:3). */
export class RunningVariance {
  #n = 0;
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;

  constructor(dimension: number) {
    this.#mean = new Float64Array(dimension);
    this.#squares = new Float64Array(dimension);
  }

  add(point: Float64Array): void {
    this.#n++;
    for (let i = 0; i < point.length; i++) {
      const off = point[i]! - this.#mean[i]!;
      this.#mean[i]! += off / this.#n;
      this.#squares[i]! += off * (point[i]! - this.#mean[i]!);
    }
  }

  /** Into `out`, drawn a little towards 0.001 as Stan does, so that few points do not make a coordinate look fixed. */
  regularized(out: Float64Array): void {
    const n = this.#n;
    for (let i = 0; i < out.length; i++) out[i] = ((this.#squares[i]! / (n - 1)) * n + 0.005) / (n + 5);
  }

  reset(): void {
    this.#n = 0;
    this.#mean.fill(0);
    this.#squares.fill(0);
  }
}

/** When warm-up looks at the draws: from step `first` up to `last`, the mass matrix made anew after each of `ends`. */
export interface Windows {
  readonly first: number;
  readonly last: number;
  readonly ends: ReadonlySet<number>;
}

/**
 * Stan's schedule: 75 steps to arrive, then windows of 25, 50, 100, … steps (the last as long as what remains), then 50
 * steps for the step size alone; under 150 steps 15 %, one window, 10 %.
 */
export function windows(steps: number): Windows {
  const short = steps < 150;
  const first = short ? Math.floor(0.15 * steps) : 75;
  const last = steps - (short ? Math.floor(0.1 * steps) : 50);
  const ends = new Set<number>();
  for (let [size, end] = [short ? last - first : 25, first]; end < last; size *= 2) {
    end = end + 3 * size > last ? last : end + size; // no room for the next, twice as long: this one takes it all
    ends.add(end - 1);
  }
  return { first, last, ends };
}
