import { noGrad, Random, setThreads, type Tensor, tensor, tidy } from '@attune/torch';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { createModel } from '../../src/models/create.ts';
import { Packed } from '../../src/models/Packed.ts';
import type { RewardModel } from '../../src/models/rewardModel.ts';
import type { Kind } from '../../src/nn/Module.ts';

// The slow, plain ways of computing things, which the fast ones are held against.

// Products this small gain nothing from threads, which on a busy machine only wait for each other.
setThreads(1);

/** One sequence through the model alone: [tokens, vocab]. */
export function sequenceLogits(model: CausalLm, ids: readonly number[]): Tensor {
  using packed = new Packed([{ ids }]);
  const hidden = model.hidden(tensor(ids, { dtype: 'int64' }), packed);
  return model.logits(hidden);
}

/** The same as numbers, [tokens][vocab]. */
export const logitsOf = (model: CausalLm, ids: readonly number[]): number[][] =>
  tidy(() => noGrad(() => rowsOf(sequenceLogits(model, ids))));

/** Sum of log π(response | prompt), over the whole [tokens, vocab]: a scalar. */
export function responseLogp(model: CausalLm, prompt: readonly number[], response: readonly number[]): Tensor {
  const all = sequenceLogits(model, [...prompt, ...response]).logSoftmax(1);
  const before = all.narrow(0, prompt.length - 1, response.length);
  return before.gather(1, tensor(response, { dtype: 'int64' }).unsqueeze(1)).sum();
}

/** A reward model's score of a sequence: the state of its last token against the head. */
export function scoreAlone(model: RewardModel, ids: readonly number[]): number {
  return tidy(() =>
    noGrad(() => {
      using packed = new Packed([{ ids }]);
      const hidden = model.hidden(tensor(ids, { dtype: 'int64' }), packed);
      const last = hidden.select(0, ids.length - 1);
      return last.mul(model.score.weight.squeeze(0)).sum().item();
    }),
  );
}

/** log π(ids[t + 1] | ids[..t]) for every t: one fewer than ids. */
export const tokenLogpsOf = (model: CausalLm, ids: readonly number[]): number[] =>
  tidy(() => {
    const all = noGrad(() => sequenceLogits(model, ids).logSoftmax(1)).narrow(0, 0, ids.length - 1);
    return all
      .gather(1, tensor(ids.slice(1), { dtype: 'int64' }).unsqueeze(1))
      .flatten()
      .toArray();
  });

/** A matrix as rows of numbers. */
export function rowsOf(matrix: Tensor): number[][] {
  const width = matrix.shape[1]!;
  const values = matrix.toArray();
  return Array.from({ length: matrix.shape[0]! }, (_, i) => values.slice(i * width, (i + 1) * width));
}

export const tinyConfigs = {
  llama: {
    model_type: 'llama',
    vocab_size: 19,
    hidden_size: 16,
    intermediate_size: 20,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    tie_word_embeddings: false,
  },
  mistral: {
    model_type: 'mistral',
    vocab_size: 19,
    hidden_size: 16,
    intermediate_size: 20,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    sliding_window: 4,
    tie_word_embeddings: true,
  },
  gpt2: { model_type: 'gpt2', vocab_size: 19, n_embd: 16, n_layer: 2, n_head: 2, n_positions: 64 },
} as const;

export type Family = keyof typeof tinyConfigs;

/** A small random model whose next-token distributions are far from even. The caller owns it. */
export function tinyModel(family: Family = 'llama', seed = 1, kind: Partial<Kind> = {}): CausalLm {
  const model = createModel(tinyConfigs[family], new Random(seed), { dtype: 'float64', device: 'cpu', ...kind });
  noGrad(() => {
    for (const parameter of model.parameters()) if (parameter.shape.length === 2) parameter.mul_(20);
  });
  return model;
}

/** Makes every parameter gather gradients. */
export function learning<Model extends CausalLm>(model: Model): Model {
  for (const parameter of model.parameters()) parameter.setRequiresGrad();
  return model;
}

/** The gradients that gathered, all in one list, and sets them aside. */
export function takeGradients(model: CausalLm): number[] {
  return tidy(() =>
    model.parameters().flatMap((parameter) => {
      const values = parameter.grad?.toArray() ?? [];
      parameter.grad = undefined;
      return values;
    }),
  );
}
