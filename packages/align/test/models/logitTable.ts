import { embedding, type Tensor, tensor } from '@attune/torch';
import type { EncodedPair } from '../../src/data/encode.ts';
import { CausalLm } from '../../src/models/CausalLm.ts';

// Models that are told their logits, so that everything behind the logits can be held against plain arithmetic.

/**
 * A model whose logits are given, `rows` [·, vocab]: those after a token are the row of its id, or the row of its place in
 * the batch. Its head passes on what it gets, and its only weights are those rows.
 */
export class LogitTable extends CausalLm {
  readonly rows: Tensor;
  readonly vocabSize: number;
  readonly maxPositions = 1024;
  readonly by: 'token' | 'place';
  readonly layers: [] = [];
  readonly #head: Tensor; // no weight

  constructor(rows: readonly (readonly number[])[], by: 'token' | 'place') {
    super({});
    const vocab = rows[0]!.length;
    const passesOn = Array.from({ length: vocab }, (_, i) => Array.from({ length: vocab }, (_, j) => Number(i === j)));
    this.rows = tensor(rows, { dtype: 'float64' });
    this.#head = tensor(passesOn, { dtype: 'float64' });
    this.vocabSize = vocab;
    this.by = by;
  }

  get head(): Tensor {
    return this.#head;
  }

  hidden(ids: Tensor): Tensor {
    return this.by === 'token' ? embedding(this.rows, ids) : this.rows;
  }

  norm(states: Tensor): Tensor {
    return states;
  }

  override [Symbol.dispose](): void {
    this.#head[Symbol.dispose]();
    super[Symbol.dispose]();
  }
}

/** A table by token over 19 tokens: logits from −2 to 2, other ones for another phase. */
export const sineTable = (phase: number): LogitTable =>
  new LogitTable(
    Array.from({ length: 19 }, (_, token) =>
      Array.from({ length: 19 }, (_, v) => 2 * Math.sin(phase * (token * 19 + v + 1))),
    ),
    'token',
  );

/** A pair by its logits: [tokens][vocab] of either response under either model. */
export interface LogitCase {
  readonly beta: number;
  readonly lambda: number;
  readonly alpha: number;
  readonly policy_logits_w: number[][];
  readonly ref_logits_w: number[][];
  readonly tokens_w: number[];
  readonly policy_logits_l: number[][];
  readonly ref_logits_l: number[][];
  readonly tokens_l: number[];
}

/**
 * The pair, and two models that give it these logits. Both responses start with a token that is certain and counts
 * nothing, because what follows a prompt is the same for both.
 */
export function tablesOf(given: LogitCase): { pair: EncodedPair; policy: LogitTable; reference: LogitTable } {
  const certain = given.policy_logits_w[0]!.map((_, i) => (i === 0 ? 0 : -1e4));
  const table = (w: number[][], l: number[][]) => new LogitTable([certain, ...w, certain, ...l, certain], 'place');
  return {
    pair: { prompt: [0], chosen: [0, ...given.tokens_w], rejected: [0, ...given.tokens_l] },
    policy: table(given.policy_logits_w, given.policy_logits_l),
    reference: table(given.ref_logits_w, given.ref_logits_l),
  };
}

/** SPA's worked example: vocabulary 3, two tokens against one. Worked out from eq. 7 to 12 of arXiv:2406.04412. */
export const workedExample: LogitCase & { readonly expected: Record<string, number | number[]> } = {
  beta: 0.1,
  lambda: 0.5,
  alpha: 0.1,
  policy_logits_w: [
    [2, 0, -1],
    [0.5, 1.5, 0],
  ],
  ref_logits_w: [
    [1, 0.5, -0.5],
    [0, 1, 0.5],
  ],
  tokens_w: [0, 1],
  policy_logits_l: [[0, 1, 2]],
  ref_logits_l: [[0.5, 1, 1]],
  tokens_l: [2],
  expected: {
    logp_policy_w: -0.634214804,
    logp_policy_l: -0.407605964,
    logp_ref_w: -1.284400276,
    logp_ref_l: -0.958020088,
    margin: 0.009977134881,
    margin_extrapolated: 0.008730176759,
    log_Z_w: [0.13112774, 0.051187624],
    log_Z_l: [0.119960108],
    loss_clean: 0.688171056,
    loss_flagged: 0.689168769,
    dloss_dmargin_clean: -0.497505737,
    dloss_dmargin_flagged: -0.397505737,
  },
};

/** log softmax of one row of logits. */
export function logSoftmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const whole = most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
  return logits.map((logit) => logit - whole);
}

/** The rows [tokens][vocab] of a model's logits that predict a response, and its tokens: one response in plain numbers. */
export interface PlainResponse {
  readonly policy: readonly (readonly number[])[];
  readonly reference: readonly (readonly number[])[];
  readonly tokens: readonly number[];
}

/** log π̃(y) token by token: softmax of (1+λ)·h_θ − λ·h_ref over the vocabulary. */
export const plainExtrapolated = ({ policy, reference, tokens }: PlainResponse, lambda: number): number[] =>
  tokens.map((token, t) => {
    const mixed = policy[t]!.map((logit, v) => (1 + lambda) * logit - lambda * reference[t]![v]!);
    return logSoftmax(mixed)[token]!;
  });

/** log π(y) token by token. */
export const plainLogps = (rows: readonly (readonly number[])[], tokens: readonly number[]): number[] =>
  tokens.map((token, t) => logSoftmax(rows[t]!)[token]!);

/** λ·D_{1+λ}(π_θ ‖ π_ref) at each position, by the definition of the Rényi divergence: log Σ_v π_θ^(1+λ)·π_ref^(−λ). */
export const renyi = ({ policy, reference }: PlainResponse, lambda: number): number[] =>
  policy.map((row, t) => {
    const [p, q] = [logSoftmax(row), logSoftmax(reference[t]!)];
    return Math.log(p.reduce((sum, logp, v) => sum + Math.exp((1 + lambda) * logp - lambda * q[v]!), 0));
  });

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
