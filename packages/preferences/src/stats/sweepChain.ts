import type { Quadratic } from './quadratic.ts';
import type { Random } from './random.ts';
import { normals } from './variates.ts';

/** What a chain of sweeps begins with. */
export interface SweepOptions {
  /** [columns] */
  readonly start: Float64Array;
  /** About where each coordinate lies, and its variance; they decide how long its path is, not what is sampled. [columns] */
  readonly center: Float64Array;
  readonly variance: Float64Array;
  /** Adds −rate·Σ|w_j| to the log density: a Laplace prior of scale 1/rate. 0 by default. */
  readonly rate?: number;
  /** Adds −½·precision·Σw_j²: a normal prior of variance 1/precision. 0 by default. */
  readonly precision?: number;
  readonly random: Random;
}

const TIME = 2.1; // of π/2, which forgets where it began, and π, which only turns it round: means gain, quantiles do not lose
const SLOWEST = 1e-8; // a path without curvature is that of so little: the same to the last digit

/**
 * A Markov chain of exp(quadratic(w) − rate·Σ|w_j| − ½·precision·Σw_j²), one coordinate after the other. Given all others,
 * a coordinate has a normal density with a kink at 0. It gets a random speed and follows Hamilton's equations for a while,
 * exactly: on either side of 0 its path is an arc of a sine (Pakman and Paninski 2014, arXiv:1208.4118). Nothing is ever
 * refused, and nothing is adapted. More than a quarter of a period takes it beyond the middle more often than not, so that
 * means are surer than those of independent draws: the overrelaxation of Adler 1981 (Physical Review D 23:2901), which this
 * is where the rate is 0.
 *
 * A sweep goes through the coordinates forwards or backwards, by chance: so it is reversible.
 */
export class SweepChain {
  /** Where the chain is; its own array, which the next step overwrites. [columns] */
  readonly position: Float64Array;
  /** None ever: paths are exact. */
  readonly divergences = 0;
  readonly #quadratic: Quadratic;
  readonly #rate: number;
  readonly #precision: number;
  readonly #random: Random;
  readonly #normal: () => number;
  readonly #slope: Float64Array; //  of the quadratic where the chain is. [columns]
  readonly #bend: Float64Array; //    each coordinate's curvature, the prior's precision included. [columns]
  readonly #inverse: Float64Array; // of each coordinate's mass. [columns]
  readonly #frequency: Float64Array;
  readonly #speed: Float64Array; //   √inverse
  readonly #cos: Float64Array; //     cos ωt, sin ωt / ω and (1 − cos ωt)/ω² at the end of a path
  readonly #sin: Float64Array;
  readonly #versed: Float64Array;

  constructor(quadratic: Quadratic, { start, center, variance, rate = 0, precision = 0, random }: SweepOptions) {
    const columns = start.length;
    this.#quadratic = quadratic;
    this.#rate = rate;
    this.#precision = precision;
    this.#random = random;
    this.#normal = normals(random);
    this.position = new Float64Array(columns);
    this.#slope = new Float64Array(columns);
    this.#bend = center.map((_, j) => quadratic.curvature[j * columns + j]! + precision);
    this.#inverse = center.map((at, j) => {
      const sd = Math.sqrt(variance[j]!);
      // the kink's expected curvature is twice the rate times the density at 0
      const kink = (2 * rate * Math.exp(-((at / sd) ** 2) / 2)) / (sd * Math.sqrt(2 * Math.PI));
      return 1 / (this.#bend[j]! + kink);
    });
    this.#speed = this.#inverse.map(Math.sqrt);
    this.#frequency = this.#inverse.map((v, j) => Math.max(SLOWEST, Math.sqrt(v * this.#bend[j]!)));
    this.#cos = this.#frequency.map((w) => Math.cos(w * TIME));
    this.#sin = this.#frequency.map((w) => Math.sin(w * TIME) / w);
    this.#versed = this.#sin.map((sin, j) => (sin * sin) / (1 + this.#cos[j]!));
    this.moveTo(start);
  }

  /** Puts the chain elsewhere, or back to where it was. */
  moveTo(position: Float64Array): void {
    this.position.set(position);
    this.#quadratic.density(this.position, this.#slope);
  }

  /** The quadratic where the chain is, up to a constant: half of what its slopes there and at the center say together. */
  get logQuadratic(): number {
    const { center, slope } = this.#quadratic;
    let sum = 0;
    for (let j = 0; j < center.length; j++) sum += (slope[j]! + this.#slope[j]!) * (this.position[j]! - center[j]!);
    return sum / 2;
  }

  /** Comes from where it began to where the density is. */
  warmUp(steps: number): void {
    for (let i = 0; i < steps; i++) this.step();
  }

  /** Moves on to the next draw. */
  step(): void {
    const { position } = this;
    const columns = position.length;
    const { curvature } = this.#quadratic;
    const slope = this.#slope;
    const backwards = this.#random.uniform() < 0.5;
    for (let i = 0; i < columns; i++) {
      const j = backwards ? columns - 1 - i : i;
      const before = position[j]!;
      const after = this.#path(j, before, this.#speed[j]! * this.#normal(), slope[j]! - this.#precision * before);
      position[j] = after;
      const move = after - before;
      for (let k = 0, at = j * columns; k < columns; k++, at++) slope[k]! -= curvature[at]! * move;
    }
  }

  /** Where a coordinate comes to from `q` with a speed, the slope along it being what it is there, but for the kink's. */
  #path(j: number, q: number, speed: number, slope: number): number {
    const acceleration = this.#inverse[j]! * (q > 0 ? slope - this.#rate : slope + this.#rate);
    const end = q + speed * this.#sin[j]! + acceleration * this.#versed[j]!;
    const speedAtEnd = speed * this.#cos[j]! + acceleration * this.#sin[j]!;
    // it has stayed on its side if it ends there and did not turn on the way from going towards 0 to going away from it
    return end * q > 0 && !(speed * q < 0 && speedAtEnd * q > 0) ? end : this.#pathAcross(j, q, speed, slope);
  }

  /**
   * The same for a path that may cross 0, arc by arc. With x = tan(ωt/2)/ω an arc from q with speed u and acceleration a is
   * at 0 where (q·ω² + 2a)·x² + 2u·x + q = 0; none here is longer than half a period, so that the first x > 0 is wanted.
   * What is left of the time is only known by its sine and cosine, and all of it goes without another sine or arc.
   */
  #pathAcross(j: number, q: number, speed: number, slope: number): number {
    const square = this.#frequency[j]! ** 2;
    const inverse = this.#inverse[j]!;
    let cos = this.#cos[j]!;
    let sin = this.#sin[j]!;
    for (;;) {
      const side = q > 0 || (q === 0 && speed > 0) ? 1 : -1;
      const acceleration = inverse * (slope - side * this.#rate);
      const x = arrival(side * q, side * speed, side * acceleration, square);
      const scale = 1 / (1 + square * x * x);
      const [cosThere, sinThere] = [(1 - square * x * x) * scale, 2 * x * scale];
      const left = sin * cosThere - cos * sinThere; // positive where it arrives in time
      if (!(x > 0 && left > 0)) return q + speed * sin + (acceleration * sin * sin) / (1 + cos);
      speed = speed * cosThere + acceleration * sinThere;
      slope += this.#bend[j]! * q;
      cos = cos * cosThere + square * sin * sinThere;
      sin = left;
      q = 0;
    }
  }
}

/** tan(ωt/2)/ω of when an arc that begins at q ≥ 0 is at 0 for the first time after that; not above 0: never. */
const arrival = (q: number, speed: number, acceleration: number, square: number): number =>
  q > 0
    ? q / (Math.sqrt(speed * speed - (square * q + 2 * acceleration) * q) - speed)
    : (-2 * speed) / (square * q + 2 * acceleration);
