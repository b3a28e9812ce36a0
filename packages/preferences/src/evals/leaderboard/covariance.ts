import { solveLower, solveUpper } from '../../stats/cholesky.ts';
import type { BattleTable, Controls } from './battles.ts';
import { type Layout, moments, noMoments, sizeOf } from './likelihood.ts';

/** The posterior's covariance by Laplace: the inverse of minus the Hessian, from its Cholesky factor. [n][n] */
export function inverse(factor: Float64Array): Float64Array {
  const n = Math.round(Math.sqrt(factor.length));
  const out = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const column = new Float64Array(n);
    column[j] = 1;
    out.set(solveUpper(factor, solveLower(factor, column)), j * n); // symmetric: columns are rows
  }
  return out;
}

/**
 * The sandwich H⁻¹·G·H⁻¹ (Huber 1967; White 1982, Econometrica 50:1; over clusters Liang and Zeger 1986, Biometrika 73:13):
 * right also where the model is not, and where battles on one prompt depend on each other.
 *
 *   G = C/(C − 1)·Σ_c s_c·s_cᵀ,  s_c the gradient of the log likelihood of prompt c's battles
 *
 * @param inverseCurvature H⁻¹, [n][n]
 */
export function sandwich(
  inverseCurvature: Float64Array,
  table: BattleTable,
  controls: Controls['rows'],
  layout: Layout,
  at: Float64Array,
): Float64Array {
  const n = sizeOf(layout);
  const meat = new Float64Array(n * n);
  const byPrompt: number[][] = Array.from({ length: table.prompts }, () => []);
  for (let i = 0; i < table.a.length; i++) byPrompt[table.prompt[i]!]!.push(i);
  const score = new Float64Array(n);
  const addScore = scores(table, controls, layout, at, score);
  for (const battles of byPrompt) {
    const touched = new Set<number>();
    for (const i of battles) addScore(i, touched);
    for (const p of touched) for (const q of touched) meat[p * n + q]! += score[p]! * score[q]!;
    for (const p of touched) score[p] = 0;
  }
  const correction = table.prompts / (table.prompts - 1);
  return times(times(inverseCurvature, meat, n), inverseCurvature, n).map((value) => correction * value);
}

/** Adds the gradient of one battle's log likelihood to `score`, and the places it changes to `touched`. */
function scores(
  table: BattleTable,
  controls: Controls['rows'],
  layout: Layout,
  at: Float64Array,
  score: Float64Array,
): (battle: number, touched: Set<number>) => void {
  const { models, controls: count } = layout;
  const places = Int32Array.from({ length: 2 + count }, (_, j) => models + j - 2); // ∂η is not 0 there
  const values = Float64Array.from({ length: 2 + count }, (_, j) => (j === 0 ? 1 : -1));
  const last = score.length - 1;
  const now = noMoments();
  return (i, touched) => {
    places[0] = table.a[i]!;
    places[1] = table.b[i]!;
    for (let j = 0; j < count; j++) values[2 + j] = controls[i]![j]!;
    const eta = places.reduce((sum, place, p) => sum + at[place]! * values[p]!, 0);
    moments(eta, layout.hasTies ? at[last]! : -Infinity, now);
    const slope = table.weight[i]! * (table.lead[i]! - now.lead);
    for (let p = 0; p < places.length; p++) {
      score[places[p]!]! += slope * values[p]!;
      touched.add(places[p]!);
    }
    if (!layout.hasTies) return;
    score[last]! += table.weight[i]! * (Number(table.lead[i] === 0) - now.tie);
    touched.add(last);
  };
}

/** A·B. [n][n] */
function times(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const left = a[i * n + k]!;
      if (left === 0) continue;
      for (let j = 0; j < n; j++) out[i * n + j]! += left * b[k * n + j]!;
    }
  }
  return out;
}
