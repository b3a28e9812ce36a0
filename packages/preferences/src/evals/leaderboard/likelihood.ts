import type { Concave } from '../../stats/newton.ts';
import type { BattleTable, Controls } from './battles.ts';

/** What is fitted: the models' ratings θ, the controls' coefficients β, and where ties have a parameter its log, δ. */
export interface Layout {
  readonly models: number;
  readonly controls: number;
  readonly hasTies: boolean;
}

/** How many numbers are fitted: [θ, β, δ]. */
export const sizeOf = ({ models, controls, hasTies }: Layout): number => models + controls + Number(hasTies);

/**
 * Battles added up as far as the likelihood lets them be: without controls one cell for each two models, with controls one
 * for each battle. Σ over a cell's battles, `lead` in favour of its first model.
 */
export class Cells {
  readonly #table: BattleTable;
  readonly #cellOf: Int32Array; // [battles]
  readonly #flipped: Uint8Array; // [battles], 1 where the cell's first model is the battle's second
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly controls: readonly Float64Array[]; // [cells][controls], or none
  readonly weight: Float64Array;
  readonly lead: Float64Array;
  readonly ties: Float64Array;

  constructor(table: BattleTable, controls: Controls['rows'] = []) {
    const isEach = controls.length > 0;
    const cells = new Map<string | number, number>();
    const firsts: number[] = [];
    this.#table = table;
    this.#flipped = new Uint8Array(table.a.length);
    this.#cellOf = Int32Array.from(table.a, (a, i) => {
      const b = table.b[i]!;
      if (!isEach && a > b) this.#flipped[i] = 1;
      const key = isEach ? i : `${Math.min(a, b)} ${Math.max(a, b)}`;
      const cell = cells.get(key) ?? cells.size;
      if (cell === cells.size) firsts.push(i);
      cells.set(key, cell);
      return cell;
    });
    this.a = Int32Array.from(firsts, (i) => (this.#flipped[i] ? table.b[i]! : table.a[i]!));
    this.b = Int32Array.from(firsts, (i) => (this.#flipped[i] ? table.a[i]! : table.b[i]!));
    this.controls = controls.map((row) => Float64Array.from(row));
    this.weight = new Float64Array(firsts.length);
    this.lead = new Float64Array(firsts.length);
    this.ties = new Float64Array(firsts.length);
    this.count();
  }

  /** Counts the battles, those of each prompt as often as `times` says: once without it. [prompts] */
  count(times?: ArrayLike<number>): void {
    const { weight, lead, prompt } = this.#table;
    for (const sums of [this.weight, this.lead, this.ties]) sums.fill(0);
    for (let i = 0; i < weight.length; i++) {
      const [cell, w] = [this.#cellOf[i]!, weight[i]! * (times ? times[prompt[i]!]! : 1)];
      this.weight[cell]! += w;
      this.lead[cell]! += this.#flipped[i] ? -w * lead[i]! : w * lead[i]!;
      if (lead[i] === 0) this.ties[cell]! += w;
    }
  }
}

/**
 * What a model says of one battle: with D = e^(η/2) + e^(−η/2) + ν, where η is the lead of `a` and ν = 0 without ties,
 *
 *   P(a) = e^(η/2)/D      P(b) = e^(−η/2)/D      P(tie) = ν/D
 *
 * `lead` is the mean of (1[a] − 1[b])/2, `tie` = P(tie), and the others are variances and covariance of the two.
 */
export interface Moments {
  logD: number;
  lead: number;
  tie: number;
  leadLead: number;
  leadTie: number;
  tieTie: number;
}

/** Writes the moments at η and δ = log ν (−∞ without ties); finite however great η is. */
export function moments(eta: number, delta: number, out: Moments): Moments {
  const half = Math.abs(eta) / 2;
  const top = Math.max(half, delta);
  const strong = Math.exp(half - top);
  const weak = Math.exp(-half - top);
  const even = Math.exp(delta - top);
  const sum = strong + weak + even;
  const tie = even / sum;
  const lead = (Math.sign(eta) * (strong - weak)) / (2 * sum);
  out.logD = top + Math.log(sum);
  out.lead = lead;
  out.tie = tie;
  out.leadLead = (strong + weak) / (4 * sum) - lead * lead;
  out.leadTie = -lead * tie;
  out.tieTie = tie * (1 - tie);
  return out;
}

export const noMoments = (): Moments => ({ logD: 0, lead: 0, tie: 0, leadLead: 0, leadTie: 0, tieTie: 0 });

/**
 * The log posterior Σ lead·η + ties·δ − weight·log D − τ/2·|φ|² − ½(Σθ)², η = θ_a − θ_b + z·β: an exponential family with
 * a normal prior of precision τ on each number. The last term is 0 at the mode: it only says that the ratings' mean is 0,
 * which the battles cannot.
 */
export function ratingPosterior(cells: Cells, layout: Layout, precision: number): Concave {
  const { models, controls, hasTies } = layout;
  const size = sizeOf(layout);
  const now = noMoments();
  const deltaOf = (at: Float64Array) => (hasTies ? at[size - 1]! : -Infinity);
  const etaOf = (at: Float64Array, c: number) => {
    let eta = at[cells.a[c]!]! - at[cells.b[c]!]!;
    for (let j = 0; j < controls; j++) eta += at[models + j]! * cells.controls[c]![j]!;
    return eta;
  };
  const sumOf = (at: Float64Array) => {
    let sum = 0;
    for (let j = 0; j < models; j++) sum += at[j]!;
    return sum;
  };
  return {
    value(at) {
      const delta = deltaOf(at);
      let value = -(sumOf(at) ** 2) / 2;
      for (let j = 0; j < size; j++) value -= (precision / 2) * at[j]! ** 2;
      for (let c = 0; c < cells.weight.length; c++) {
        if (cells.weight[c] === 0) continue;
        const eta = etaOf(at, c);
        value += cells.lead[c]! * eta - cells.weight[c]! * moments(eta, delta, now).logD;
        if (hasTies) value += cells.ties[c]! * delta;
      }
      return value;
    },
    derivatives(at, gradient, curvature) {
      const delta = deltaOf(at);
      const sum = sumOf(at);
      curvature.fill(0);
      for (let j = 0; j < size; j++) {
        gradient[j] = -precision * at[j]! - (j < models ? sum : 0);
        curvature[j * size + j] = precision;
      }
      for (let i = 0; i < models; i++) for (let j = 0; j <= i; j++) curvature[i * size + j]! += 1;
      const last = size - 1;
      for (let c = 0; c < cells.weight.length; c++) {
        const w = cells.weight[c]!;
        if (w === 0) continue;
        moments(etaOf(at, c), delta, now);
        const [a, b, z] = [cells.a[c]!, cells.b[c]!, cells.controls[c]!];
        const slope = cells.lead[c]! - w * now.lead;
        const spread = w * now.leadLead;
        gradient[a]! += slope;
        gradient[b]! -= slope;
        curvature[a * size + a]! += spread;
        curvature[b * size + b]! += spread;
        curvature[Math.max(a, b) * size + Math.min(a, b)]! -= spread;
        for (let j = 0; j < controls; j++) {
          const [row, across] = [(models + j) * size, spread * z[j]!];
          gradient[models + j]! += slope * z[j]!;
          curvature[row + a]! += across;
          curvature[row + b]! -= across;
          for (let k = 0; k <= j; k++) curvature[row + models + k]! += across * z[k]!;
        }
        if (!hasTies) continue;
        const across = w * now.leadTie;
        gradient[last]! += cells.ties[c]! - w * now.tie;
        curvature[last * size + a]! += across;
        curvature[last * size + b]! -= across;
        for (let j = 0; j < controls; j++) curvature[last * size + models + j]! += across * z[j]!;
        curvature[last * size + last]! += w * now.tieTie;
      }
    },
  };
}
