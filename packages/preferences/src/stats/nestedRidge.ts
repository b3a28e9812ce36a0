import { type Differences, RidgeRanking } from './ridgeRanking.ts';

/** A kind of features and a ridge, with what cross-validation says of them. */
export interface RidgeChoice {
  readonly features: number; // index among those given
  readonly ridge: number;
  readonly loss: number; //     −log σ(margin) on held-out folds, nats a pair; log 2 is a coin's
  readonly accuracy: number; // share of pairs ranked right
}

/** The result of nestedRidge. */
export interface NestedRidge {
  /** Margins of every pair by weights, features and ridge that its fold had no part in. In the order of the pairs. */
  readonly margins: Float64Array;
  /** Every choice there was, by ordinary cross-validation. */
  readonly choices: readonly RidgeChoice[];
  /** The one of the least loss, and its weights from all pairs, for features as they were given. */
  readonly chosen: RidgeChoice;
  readonly weights: Float64Array;
}

/**
 * Chooses features and ridge by cross-validation, and says how good the choice is by a second one around it: for each fold
 * the choice is made anew from the others (of them, too, each is predicted without itself), so that a pair's own answer is
 * neither in the weights that rank it nor in what was chosen for it (Stone 1974, "Cross-validatory choice").
 *
 * Of K folds and for every choice there are K(K+1)/2 fits: that without f and g serves both.
 *
 * @param candidates features of the same pairs in the same folds; one at least
 * @param ridges from the strongest to the weakest: each fit starts where the one before it ended
 * @param progress is told of each fit
 * @throws InvalidValueError for a fold without pairs
 */
export function nestedRidge(
  candidates: readonly Differences[],
  ridges: readonly number[],
  progress: (fits: number) => void = () => {},
): NestedRidge {
  const choices: RidgeChoice[] = [];
  const outer: Float64Array[][] = []; // by choice and fold: margins of the fold by weights learned without it
  const inner: number[][] = []; //       by choice and fold: loss of the others, each by weights without it and the fold
  const rankings: RidgeRanking[] = [];
  let folds: Uint8Array = new Uint8Array();
  for (const [features, differences] of candidates.entries()) {
    folds = differences.folds;
    const ranking = new RidgeRanking(differences);
    rankings.push(ranking);
    for (const [i, { margins, losses }] of validated(ranking, ridges, progress).entries()) {
      const all = margins.flatMap((own) => [...own]);
      const [loss, accuracy] = [
        mean(all.map(lossOf)),
        mean(all.map((margin) => (margin > 0 ? 1 : margin < 0 ? 0 : 0.5))),
      ];
      choices.push({ features, ridge: ridges[i]!, loss, accuracy });
      outer.push(margins);
      inner.push(losses);
    }
  }
  const best = (losses: readonly number[]) => losses.indexOf(Math.min(...losses));
  const taken = Array.from(outer[0]!, (_, fold) => best(inner.map((losses) => losses[fold]!)));
  const next = new Uint32Array(taken.length);
  const margins = Float64Array.from(folds, (fold) => outer[taken[fold]!]![fold]![next[fold]!++]!);
  const chosen = choices[best(choices.map(({ loss }) => loss))]!;
  const ranking = rankings[chosen.features]!;
  return { margins, choices, chosen, weights: ranking.unscaled(ranking.fit(chosen.ridge)) };
}

/** Cross-validation within cross-validation, for each ridge. */
function validated(
  ranking: RidgeRanking,
  ridges: readonly number[],
  progress: (fits: number) => void,
): { margins: Float64Array[]; losses: number[] }[] {
  const { folds } = ranking;
  const results = ridges.map(() => ({
    margins: Array.from({ length: folds }, (): Float64Array => new Float64Array()),
    losses: new Array<number>(folds).fill(0),
  }));
  for (let f = 0; f < folds; f++) {
    for (let g = 0; g <= f; g++) {
      let weights = new Float64Array(ranking.width);
      for (const [i, ridge] of ridges.entries()) {
        weights = ranking.fit(ridge, [f, g], weights);
        const { margins, losses } = results[i]!;
        if (f === g) margins[f] = ranking.margins(weights, f);
        else {
          losses[f]! += sum(ranking.margins(weights, g).map(lossOf));
          losses[g]! += sum(ranking.margins(weights, f).map(lossOf));
        }
        progress(1);
      }
    }
  }
  return results;
}

/** −log σ(margin) */
const lossOf = (margin: number): number => Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin);
const sum = (values: Float64Array | readonly number[]): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};
const mean = (values: readonly number[]): number => sum(values) / values.length;
