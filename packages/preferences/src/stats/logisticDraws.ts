import { InvalidValueError } from '../errors.ts';
import { inverseDiagonal } from './cholesky.ts';
import type { LogisticLikelihood } from './logistic.ts';
import type { Prior } from './posterior.ts';
import { linearized, type Quadratic, ridgeMode, taylor } from './quadratic.ts';
import { type Random, seededRandom } from './random.ts';
import { mean, standardDeviation } from './summary.ts';
import { type Beginning, SurrogateChain } from './surrogateChain.ts';

/** How much is drawn. */
export interface DrawOptions {
  readonly chains: number;
  /** Steps of each chain before its first draw. */
  readonly warmup: number;
  /** Draws of each chain. */
  readonly draws: number;
  readonly seed: number;
  /** Where parts of the samples end, whose likelihoods are wanted apart. */
  readonly ends?: readonly number[];
  /** Follow the likelihood itself, by the No-U-Turn sampler: slower, for the same posterior. */
  readonly exact?: boolean;
}

/** Draws from a posterior of weights. */
export interface LogisticDraws {
  readonly chains: number;
  /** Of each chain. */
  readonly draws: number;
  /** [columns][chains · draws], one chain after the other. */
  readonly weights: readonly Float64Array[];
  /** Log-likelihood of each part that was asked for, in nats. [parts][chains · draws] */
  readonly parts: readonly Float64Array[];
  /** Trajectories of the No-U-Turn sampler that went astray: with any, the draws may miss a part of the posterior. */
  readonly divergences: number;
  /** How often a move by the quadratic was taken; 1 where chains follow the likelihood itself. */
  readonly acceptance: number;
}

const LARGEST_ERROR = 0.5; // nats: with more, too many moves would be in vain

/**
 * Draws from the posterior of a logistic regression, in chains that begin apart.
 *
 * A pilot chain finds a quadratic that stands for the log-likelihood while a chain moves (see {@link SurrogateChain}): its
 * cost does not grow with the samples. Under Laplace and normal priors chains then move by sweeps (see {@link SweepChain}),
 * or, where columns nearly repeat each other, along trajectories of the No-U-Turn sampler ({@link NutsChain}). Where the
 * quadratic is off by more than half a nat (few samples, wide priors), these follow the likelihood itself.
 *
 * @param likelihood used as scratch: not by two at once
 */
export function logisticDraws(likelihood: LogisticLikelihood, prior: Prior, options: DrawOptions): LogisticDraws {
  const { chains, warmup, draws, seed, ends = [], exact = false } = options;
  if (!(chains >= 1)) throw new InvalidValueError('chains', 'at least 1', chains);
  if (!(draws >= 4)) throw new InvalidValueError('draws', 'at least 4', draws);
  const stream = (n: number) => seededRandom(seed * 65_537 + n);
  const { error, surrogate, ...begin } = pilot(likelihood, prior, stream(0));
  const target = { likelihood, prior, ends, ...(!exact && error <= LARGEST_ERROR && { surrogate }) };
  const weights = Array.from({ length: likelihood.design.columns }, () => new Float64Array(chains * draws));
  const parts = ends.map(() => new Float64Array(chains * draws));
  let [divergences, taken] = [0, 0];
  for (let c = 0; c < chains; c++) {
    const chain = new SurrogateChain(target, begin, stream(c + 1));
    chain.warmUp(warmup);
    for (let d = c * draws; d < (c + 1) * draws; d++) {
      if (chain.step()) taken++;
      for (let j = 0; j < weights.length; j++) weights[j]![d] = chain.weights[j]!;
      for (let part = 0; part < parts.length; part++) parts[part]![d] = chain.parts[part]!;
    }
    divergences += chain.divergences;
  }
  return { chains, draws, weights, parts, divergences, acceptance: taken / (chains * draws) };
}

interface Pilot extends Beginning {
  readonly surrogate: Quadratic;
  /** Standard deviation of log L − log L̃ over the posterior, in nats. */
  readonly error: number;
}

/** A short chain that follows the likelihood's quadratic about a first guess at the mode, and the better one it finds. */
function pilot(likelihood: LogisticLikelihood, prior: Prior, random: Random): Pilot {
  const { mode, factor } = ridgeMode(likelihood, Math.SQRT2 * prior.scale); // the deviation of a Laplace distribution
  const variance = inverseDiagonal(factor);
  const target = { likelihood, prior, surrogate: taylor(likelihood, mode) };
  const chain = new SurrogateChain(target, { center: mode, variance }, random);
  chain.warmUp(200);
  const points = Array.from({ length: 200 }, () => {
    chain.step();
    return Float64Array.from(chain.weights);
  });
  const surrogate = linearized(
    likelihood,
    points.filter((_, i) => i % 4 === 0),
  );
  const unused = new Float64Array(mode.length);
  const error = standardDeviation(points.map((w) => likelihood.logLikelihood(w) - surrogate.density(w, unused)));
  return { center: mode.map((_, j) => mean(points.map((w) => w[j]!))), variance, surrogate, error };
}
