import { cholesky, solveLower, solveUpper } from '../../stats/cholesky.ts';
import { FractionalLikelihood, maximumLikelihood } from '../../stats/fractionalLogistic.ts';
import { type Interval, z95 } from '../../stats/intervals.ts';
import { sigmoid } from '../../stats/logistic.ts';
import { mean } from '../../stats/summary.ts';
import type { IsOwn } from './families.ts';
import type { JudgedPair, Said } from './items.ts';
import { pointsOf } from './verdicts.ts';

/** What may sway a judge, and what ought to. */
export const biasTerms = ['length', 'first', 'own', 'people'] as const;
export type BiasTerm = (typeof biasTerms)[number];

/** A weight in log-odds, all other terms held fixed. */
export interface Coefficient {
  readonly value: number;
  /** 95 %, by the sandwich over items. */
  readonly interval: Interval;
}

/** A judge's choices explained by what they should not depend on, with people's verdict held fixed where there is one. */
export interface BiasRegression {
  /** Terms that do not vary are absent. */
  readonly coefficients: Readonly<Partial<Record<BiasTerm, Coefficient>>>;
  /** Choices, and the items they are about. */
  readonly choices: number;
  readonly items: number;
}

/**
 * All biases of a judge at once, each with the others held fixed:
 *
 *   P(a is chosen) = σ(length·tanh((l_a − l_b)/s) + first·f + own·o + people·q)
 *
 * l are lengths in code points and s is the root mean square of their differences; f is 1 where a was shown first and −1
 * where b was; o is 1 where only a is the judge's own family's and −1 where only b is; q is the mean of what people said,
 * 1 for a and −1 for b. There is no intercept: exchanging a and b negates everything. Ties are half choices. The length
 * term is that of AlpacaEval's length control (Dubois et al. 2024, arXiv:2404.04475) but for s, which there depends on
 * which response is called a. The intervals come from the sandwich estimator with items as clusters (Liang and Zeger
 * 1986, Biometrika 73:13), scaled by G/(G − 1) for G items.
 *
 * Where people decided anything, only the items they decided count. Undefined for fewer than two items, where the terms
 * decide every choice (a rule that takes the longer response), and where one term is made of others: such weights have no
 * largest likelihood, or no single one.
 */
export function biasRegression(pairs: readonly JudgedPair[], judge: string, isOwn: IsOwn): BiasRegression | undefined {
  const judged = pairs.filter(({ said }) => said.get(judge)?.some(({ choice }) => choice !== 'skip'));
  const compared = judged.some(({ people }) => people.length > 0) ? judged.filter((p) => p.people.length > 0) : judged;
  const scale = Math.sqrt(mean(compared.length === 0 ? [0] : compared.map(({ lengths: [a, b] }) => (a - b) ** 2)));
  const rows = compared.flatMap((pair, item) =>
    pair.said.get(judge)!.flatMap((said): ChoiceRow[] => {
      if (said.choice === 'skip') return [];
      return [{ item, x: regressors(pair, judge, said, scale, isOwn), y: (1 + pointsOf[said.choice]) / 2 }];
    }),
  );
  const terms = biasTerms.filter((term) => rows.some(({ x }) => x[term] !== 0));
  if (terms.length === 0 || compared.length < 2) return undefined;
  const likelihood = new FractionalLikelihood({
    columns: terms.length,
    x: Float64Array.from(rows.flatMap(({ x }) => terms.map((term) => x[term]))),
    y: Float64Array.from(rows, ({ y }) => y),
    weights: new Float64Array(rows.length).fill(1),
  });
  const weights = maximumLikelihood(likelihood);
  if (!weights) return undefined;
  const errors = clusteredErrors(likelihood, weights, rows);
  const coefficient = (j: number): Coefficient => {
    const [value, half] = [weights[j]!, z95 * errors[j]!];
    return { value, interval: [value - half, value + half] };
  };
  return {
    coefficients: Object.fromEntries(terms.map((term, j) => [term, coefficient(j)])),
    choices: rows.length,
    items: compared.length,
  };
}

interface ChoiceRow {
  readonly item: number;
  readonly x: Readonly<Record<BiasTerm, number>>;
  readonly y: number;
}

function regressors(
  { lengths: [a, b], sources, people }: JudgedPair,
  judge: string,
  { shownFirst }: Said,
  scale: number,
  isOwn: IsOwn,
): Record<BiasTerm, number> {
  const own = sources.map((source) => (source !== undefined && isOwn(judge, source) ? 1 : 0)) as [number, number];
  return {
    length: scale === 0 ? 0 : Math.tanh((a - b) / scale),
    first: shownFirst ? pointsOf[shownFirst] : 0,
    own: own[0] - own[1],
    people: people.length === 0 ? 0 : mean(people.map((choice) => pointsOf[choice])),
  };
}

/** √ of the diagonal of H⁻¹·(Σ over items of g·gᵀ)·H⁻¹·G/(G − 1), g the gradient of an item's rows. [columns] */
function clusteredErrors(likelihood: FractionalLikelihood, w: Float64Array, rows: readonly ChoiceRow[]): number[] {
  const { columns, rows: design } = likelihood;
  const gradients = new Map<number, Float64Array>();
  for (const [i, { item }] of rows.entries()) {
    const gradient = gradients.get(item) ?? new Float64Array(columns);
    const residual = design.y[i]! - sigmoid(likelihood.predictor(i, w));
    for (let j = 0; j < columns; j++) gradient[j]! += residual * design.x[i * columns + j]!;
    gradients.set(item, gradient);
  }
  const factor = cholesky(likelihood.information(w));
  const variances = new Array<number>(columns).fill(0);
  for (const gradient of gradients.values()) {
    const step = solveUpper(factor, solveLower(factor, gradient)); // H⁻¹g
    for (let j = 0; j < columns; j++) variances[j]! += step[j]! ** 2;
  }
  const items = gradients.size;
  return variances.map((variance) => Math.sqrt((variance * items) / (items - 1)));
}
