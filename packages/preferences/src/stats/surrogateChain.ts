import type { LogisticLikelihood } from './logistic.ts';
import { NutsChain } from './nuts.ts';
import { type Posterior, type Prior, posterior } from './posterior.ts';
import type { Quadratic } from './quadratic.ts';
import type { Random } from './random.ts';
import { SweepChain } from './sweepChain.ts';
import { normals } from './variates.ts';

/** Where a chain of weights begins. */
export interface Beginning {
  /** [columns] */
  readonly center: Float64Array;
  /** About each weight's variance. [columns] */
  readonly variance: Float64Array;
}

/** What a chain is of. */
export interface ChainTarget {
  readonly likelihood: LogisticLikelihood;
  readonly prior: Prior;
  /** Stands for the log-likelihood while the chain moves; up to a constant. */
  readonly surrogate?: Quadratic;
  /** Where parts of the samples end, whose likelihoods are wanted apart. */
  readonly ends?: readonly number[];
}

/**
 * A chain of the posterior of a logistic regression, which may move by a surrogate L̃ of the likelihood L: in sweeps
 * ({@link SweepChain}) where L̃ and prior allow, else along trajectories ({@link NutsChain}). Where it comes to is taken with
 * probability
 *
 *   min(1, [L(new)/L̃(new)] / [L(old)/L̃(old)])
 *
 * and the chain otherwise stays where it is, which makes it one of the true posterior, however good or bad L̃ is: the
 * surrogate transition method of Liu 2001 (Monte Carlo Strategies in Scientific Computing, section 9.4.3). It needs moves
 * that are reversible under L̃, as those of both are.
 */
export class SurrogateChain {
  /** Where it is; its own array, which the next step overwrites. [columns] */
  readonly weights: Float64Array;
  readonly #target: ChainTarget;
  readonly #ends: readonly number[];
  readonly #posterior: Posterior;
  readonly #random: Random;
  readonly #chain: NutsChain | SweepChain;
  readonly #before: Float64Array;
  readonly #unused: Float64Array;
  #parts: Float64Array;
  #partsBefore: Float64Array;
  #logRatio = 0; // log L − log L̃

  constructor(target: ChainTarget, begin: Beginning, random: Random) {
    const { likelihood, prior, surrogate, ends = [] } = target;
    const { columns } = likelihood.design;
    this.#target = target;
    this.#ends = ends;
    this.#posterior = posterior(surrogate?.density ?? likelihood.density, columns, prior);
    this.#random = random;
    const normal = normals(random);
    const away = begin.center.map((at, j) => at + 2 * Math.sqrt(begin.variance[j]!) * normal()); // wider than the posterior, for R-hat
    const start = this.#posterior.start(away);
    this.#chain = mover(target, this.#posterior, { ...begin, start, random });
    this.#before = Float64Array.from(start);
    this.weights = new Float64Array(columns);
    this.#unused = new Float64Array(columns);
    this.#parts = new Float64Array(ends.length);
    this.#partsBefore = new Float64Array(ends.length);
    this.#look();
  }

  /** The log-likelihood of each part where it is, in nats; overwritten by the next step. [parts] */
  get parts(): Float64Array {
    return this.#parts;
  }

  /** Trajectories since warm-up that went astray. */
  get divergences(): number {
    return this.#chain.divergences;
  }

  /** Adapts to the surrogate, which is close enough to the posterior for that. */
  warmUp(steps: number): void {
    this.#chain.warmUp(steps);
    this.#look();
  }

  /** Moves on to the next draw; false where it stayed because the surrogate was wrong about it. */
  step(): boolean {
    this.#before.set(this.#chain.position);
    [this.#parts, this.#partsBefore] = [this.#partsBefore, this.#parts];
    const logRatio = this.#logRatio;
    this.#chain.step();
    this.#look();
    if (Math.log(this.#random.uniform()) < this.#logRatio - logRatio) return true;
    this.#chain.moveTo(this.#before);
    [this.#parts, this.#partsBefore] = [this.#partsBefore, this.#parts];
    this.#logRatio = logRatio;
    this.#posterior.weights(this.#before, this.weights);
    return false;
  }

  #look(): void {
    const { likelihood, surrogate } = this.#target;
    this.#posterior.weights(this.#chain.position, this.weights);
    const exact = likelihood.byPart(this.weights, this.#ends, this.#parts);
    if (!surrogate) return;
    const followed =
      this.#chain instanceof SweepChain ? this.#chain.logQuadratic : surrogate.density(this.weights, this.#unused);
    this.#logRatio = exact - followed;
  }
}

interface Start extends Beginning {
  readonly start: Float64Array;
  readonly random: Random;
}

/** Sweeps where the density is a quadratic with at most a kink, and each weight is its own; else trajectories. */
function mover(
  { surrogate, prior }: ChainTarget,
  { density, laplaceRates }: Posterior,
  begin: Start,
): NutsChain | SweepChain {
  const { start, random, variance, center } = begin;
  if (surrogate && prior.kind !== 'horseshoe' && !areEntangled(surrogate, variance, prior)) {
    const { kind, scale } = prior;
    return new SweepChain(surrogate, {
      ...begin,
      ...(kind === 'laplace' ? { rate: 1 / scale } : { precision: 1 / scale ** 2 }),
    });
  }
  return new NutsChain(density, { start, random, laplaceRates, ...(start.length === center.length && { variance }) });
}

const ENTANGLED = 2;

/**
 * Whether some weight varies so much less once the others are held (its variance inflation factor, 1/(1 − R²)) that to go
 * through them one by one is to go in small steps: properties that nearly repeat each other.
 */
function areEntangled({ curvature }: Quadratic, variance: Float64Array, prior: Prior): boolean {
  const precision = 1 / (2 * prior.scale ** 2); // as ridgeMode() is given it for `variance`
  return variance.some((of, j) => of * (curvature[j * (variance.length + 1)]! + precision) > ENTANGLED);
}
