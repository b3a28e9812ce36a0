import { DualAveraging, RunningVariance, windows } from './adaptation.ts';
import { drift } from './laplaceDrift.ts';
import type { LogDensity } from './logistic.ts';
import type { Random } from './random.ts';
import { normals } from './variates.ts';

/** How a chain moves. */
export interface NutsOptions {
  /** Where the chain begins. [dimension] */
  readonly start: Float64Array;
  readonly random: Random;
  /** A first guess at each coordinate's variance, which warm-up improves; 1 by default. [dimension] */
  readonly variance?: Float64Array;
  /**
   * Adds −Σ rate_j·|q_j| to the density: a Laplace prior of scale 1/rate, kept apart from `density` because of its kink.
   * [dimension]
   */
  readonly laplaceRates?: Float64Array;
  /** The mean acceptance that the step size is made for. */
  readonly targetAcceptance?: number;
  /** A trajectory has at most 2^maxDepth − 1 steps. */
  readonly maxDepth?: number;
}

const DIVERGENT = 1000; // nats of energy gained: the trajectory has left the density it should follow
const MOST = 600; // nats of energy lost: a sum of such weights is still in range

/** A point of a trajectory. */
class Phase {
  readonly position: Float64Array;
  readonly momentum: Float64Array;
  readonly gradient: Float64Array;
  logp = 0;

  constructor(dimension: number) {
    this.position = new Float64Array(dimension);
    this.momentum = new Float64Array(dimension);
    this.gradient = new Float64Array(dimension);
  }

  /** By a loop: for some dozen numbers it is faster than the arrays' own copying. */
  set({ position, momentum, gradient, logp }: Phase): void {
    for (let i = 0; i < position.length; i++) {
      this.position[i] = position[i]!;
      this.momentum[i] = momentum[i]!;
      this.gradient[i] = gradient[i]!;
    }
    this.logp = logp;
  }
}

/**
 * A Markov chain of the No-U-Turn sampler: Hoffman and Gelman 2014 (JMLR 15:1593), in the form that Stan and NumPyro have,
 * Betancourt 2017 (arXiv:1701.02434), appendix A: the next draw is chosen from the whole trajectory by the density's
 * weight, rather from its newer half, and the trajectory ends where its ends no longer move apart (A.4.2). Step size by
 * dual averaging, diagonal mass matrix from the draws of warm-up.
 *
 * The trajectory is walked without recursion, the U-turns of its parts found from as many kept points as it has
 * doublings: Phan, Pradhan and Jankowiak 2019 (arXiv:1912.11554). A step allocates nothing.
 */
export class NutsChain {
  /** Trajectories since warm-up that went astray: the draws may miss a part of the distribution. */
  divergences = 0;
  /** How often the density was computed. */
  evaluations = 0;

  readonly #density: LogDensity;
  readonly #random: Random;
  readonly #normal: () => number;
  readonly #target: number;
  readonly #maxDepth: number;
  readonly #variance: Float64Array; // the inverse of the mass matrix
  readonly #rates: Float64Array;
  #stepSize = 1;

  readonly #now: Phase; //       where the chain is
  readonly #left: Phase; //      the trajectory's ends
  readonly #right: Phase;
  readonly #candidate: Phase; // chosen from its newer half
  readonly #sum: Float64Array; //              of the trajectory's momenta
  readonly #newerSum: Float64Array; //         of those of its newer half
  readonly #keptMomenta: readonly Float64Array[]; // where parts of the newer half begin, one of each size
  readonly #keptSums: readonly Float64Array[]; //    the newer half's sum up to there
  #acceptance = 0; // summed over the trajectory's steps
  #steps = 0;
  #diverged = false;

  constructor(density: LogDensity, options: NutsOptions) {
    const { start, random, variance, laplaceRates, targetAcceptance = 0.8, maxDepth = 10 } = options;
    const dimension = start.length;
    const numbers = () => new Float64Array(dimension);
    [this.#density, this.#random, this.#normal] = [density, random, normals(random)];
    [this.#target, this.#maxDepth] = [targetAcceptance, maxDepth];
    this.#rates = laplaceRates ?? numbers();
    this.#variance = variance ? Float64Array.from(variance) : numbers().fill(1);
    [this.#now, this.#left, this.#right, this.#candidate] = [0, 1, 2, 3].map(() => new Phase(dimension)) as Four<Phase>;
    [this.#sum, this.#newerSum] = [numbers(), numbers()];
    this.#keptMomenta = Array.from({ length: maxDepth }, numbers);
    this.#keptSums = Array.from({ length: maxDepth }, numbers);
    this.moveTo(start);
  }

  /** Where the chain is: an array of its own, which the next step overwrites. [dimension] */
  get position(): Float64Array {
    return this.#now.position;
  }

  get stepSize(): number {
    return this.#stepSize;
  }

  /** Puts the chain elsewhere, or back to where it was. */
  moveTo(position: Float64Array): void {
    this.#now.position.set(position);
    this.#now.logp = this.#evaluate(this.#now);
  }

  /** Adapts step size and mass matrix over as many steps; what they drew is forgotten. */
  warmUp(steps: number): void {
    const { first, last, ends } = windows(steps);
    const variance = new RunningVariance(this.position.length);
    this.#findStepSize();
    let averaging = new DualAveraging(this.#stepSize, this.#target);
    for (let i = 0; i < steps; i++) {
      this.step();
      this.#stepSize = averaging.next(this.#acceptance / this.#steps);
      if (i >= first && i < last) variance.add(this.position);
      if (!ends.has(i)) continue;
      variance.regularized(this.#variance);
      variance.reset();
      this.#findStepSize();
      averaging = new DualAveraging(this.#stepSize, this.#target);
    }
    if (steps > 0) this.#stepSize = averaging.average;
    this.divergences = 0;
  }

  /** Moves on to the next draw. */
  step(): void {
    const energy = this.#begin();
    let weight = 1; // of the trajectory, relative to its first point
    for (let depth = 0; depth < this.#maxDepth; depth++) {
      const forward = this.#random.uniform() < 0.5;
      const newer = this.#grow(
        forward ? this.#right : this.#left,
        forward ? this.#stepSize : -this.#stepSize,
        depth,
        energy,
      );
      if (newer === undefined) break;
      if (this.#random.uniform() * weight < newer) this.#now.set(this.#candidate);
      weight += newer;
      for (let i = 0; i < this.#sum.length; i++) this.#sum[i]! += this.#newerSum[i]!;
      if (this.#turns(this.#left.momentum, this.#right.momentum, this.#sum)) break;
    }
    if (this.#diverged) this.divergences++;
  }

  /** A new momentum, and a trajectory of one point; returns its energy. */
  #begin(): number {
    const { momentum } = this.#now;
    for (let i = 0; i < momentum.length; i++) momentum[i] = this.#normal() / Math.sqrt(this.#variance[i]!);
    this.#left.set(this.#now);
    this.#right.set(this.#now);
    this.#sum.set(momentum);
    this.#acceptance = 0;
    this.#steps = 0;
    this.#diverged = false;
    return this.#kinetic(momentum) - this.#now.logp;
  }

  /**
   * Adds 2^depth points at an end of the trajectory, which moves along, and chooses one of them as the candidate.
   *
   * @returns their weight; undefined where they turn or diverge, and are not to be used
   */
  #grow(end: Phase, stepSize: number, depth: number, energy: number): number | undefined {
    let weight = 0;
    this.#newerSum.fill(0);
    for (let leaf = 0; leaf < 2 ** depth; leaf++) {
      const gained = this.#leapfrog(end, stepSize) - energy;
      this.#steps++;
      if (!(gained < DIVERGENT)) {
        this.#diverged = true;
        return undefined;
      }
      const share = Math.exp(Math.min(-gained, MOST));
      this.#acceptance += Math.min(1, share);
      weight += share;
      if (this.#random.uniform() * weight < share) this.#candidate.set(end);
      if (this.#partTurns(leaf, end.momentum)) return undefined;
    }
    return weight;
  }

  /**
   * Whether a balanced part of the newer half that ends with `leaf` makes a U-turn. An even leaf may begin parts: it is
   * kept at the number of ones among its higher bits, which leaves the beginnings of all parts still open untouched. An
   * odd leaf ends as many parts as it has ones at its end.
   */
  #partTurns(leaf: number, momentum: Float64Array): boolean {
    let slot = ones(leaf >>> 1);
    if (leaf % 2 === 0) {
      const kept = this.#keptMomenta[slot]!;
      const before = this.#keptSums[slot]!;
      for (let i = 0; i < kept.length; i++) {
        kept[i] = momentum[i]!;
        before[i] = this.#newerSum[i]! - momentum[i]!;
      }
      return false;
    }
    for (let bits = leaf; bits % 2 === 1; bits >>>= 1, slot--) {
      if (this.#turns(this.#keptMomenta[slot]!, momentum, this.#newerSum, this.#keptSums[slot]!)) return true;
    }
    return false;
  }

  /**
   * Whether a part's ends no longer move apart: p♯·ρ ≤ 0 at one of them, with p♯ the velocity and ρ = `sum` − `before`
   * the momenta summed; the ends count half, as in the trapezoidal rule.
   */
  #turns(from: Float64Array, to: Float64Array, sum: Float64Array, before?: Float64Array): boolean {
    const variance = this.#variance;
    let atFrom = 0;
    let atTo = 0;
    for (let i = 0; i < variance.length; i++) {
      const rho = sum[i]! - (before ? before[i]! : 0) - (from[i]! + to[i]!) / 2;
      atFrom += variance[i]! * from[i]! * rho;
      atTo += variance[i]! * to[i]! * rho;
    }
    return atFrom <= 0 || atTo <= 0;
  }

  /** One leapfrog step in place, its momentum added to the newer half's sum; returns the energy where it ends. */
  #leapfrog(phase: Phase, stepSize: number): number {
    const { position, momentum, gradient } = phase;
    const variance = this.#variance;
    const sum = this.#newerSum;
    for (let i = 0; i < position.length; i++) momentum[i]! += (stepSize / 2) * gradient[i]!;
    drift(phase, { variance, rates: this.#rates, time: stepSize });
    phase.logp = this.#evaluate(phase);
    let kinetic = 0;
    for (let i = 0; i < position.length; i++) {
      momentum[i]! += (stepSize / 2) * gradient[i]!;
      kinetic += variance[i]! * momentum[i]! ** 2;
      sum[i]! += momentum[i]!;
    }
    return kinetic / 2 - phase.logp;
  }

  #evaluate({ position, gradient }: Phase): number {
    this.evaluations++;
    let logp = this.#density(position, gradient);
    const rates = this.#rates;
    for (let i = 0; i < rates.length; i++) logp -= rates[i]! * Math.abs(position[i]!);
    return logp;
  }

  #kinetic(momentum: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < momentum.length; i++) sum += this.#variance[i]! * momentum[i]! ** 2;
    return sum / 2;
  }

  /** Halves or doubles the step size until the acceptance of one step crosses 0.8: Hoffman and Gelman's algorithm 4. */
  #findStepSize(): void {
    const acceptance = () => {
      const energy = this.#begin();
      return energy - this.#leapfrog(this.#right, this.#stepSize);
    };
    const log = Math.log(0.8);
    const factor = acceptance() > log ? 2 : 0.5;
    for (let tries = 0; tries < 50; tries++) {
      this.#stepSize *= factor;
      if (acceptance() > log !== factor > 1) return;
    }
  }
}

type Four<T> = [T, T, T, T];

/** How many bits of a whole number are 1. */
function ones(n: number): number {
  let count = 0;
  for (let rest = n; rest > 0; rest &= rest - 1) count++;
  return count;
}
