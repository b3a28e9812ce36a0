import { noGrad, owned, type Random } from '@attune/torch';
import { Linear } from '../nn/Linear.ts';
import type { Kind } from '../nn/Module.ts';
import type { CausalLm } from './CausalLm.ts';

/** A trunk whose head is one number: how good a response is (reward model), or will be (critic). */
export type RewardModel = CausalLm & { readonly score: Linear };

/** Whether a model has a score head. */
export const isRewardModel = (model: CausalLm): model is RewardModel => model.score !== undefined;

/** Whether `config.json` describes a model with a score head: transformers' `…ForSequenceClassification`. */
export const hasScoreHead = ({ architectures }: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(architectures) && String(architectures[0]).endsWith('ForSequenceClassification');

/** A score head whose weights are yet to be filled in; without bias, which no comparison of two responses can see. */
export const scoreHead = (hidden: number, kind: Kind): Linear => new Linear({ from: hidden, to: 1 }, kind);

const prefixes: Readonly<Record<string, string>> = { llama: 'Llama', mistral: 'Mistral', qwen2: 'Qwen2', gpt2: 'GPT2' };

/**
 * Turns a language model into a reward model, in place: its vocabulary head, where it has one of its own, gives way to a
 * score head drawn from N(0, 1/(hidden + 1)) (Stiennon et al. 2020, arXiv:2009.01325, appendix). A reward model stays
 * as it is.
 */
export function asRewardModel(model: CausalLm, random: Random): RewardModel {
  if (isRewardModel(model)) return model;
  const { dtype, device, shape } = model.head;
  const hidden = shape[1]!;
  const kind = { dtype, device } as Kind;
  const { architectures: _, ...config } = model.config;
  // No padding token: transformers looks for the last token that is none, and would pass over a response's end token.
  const single = { num_labels: 1, id2label: { 0: 'score' }, label2id: { score: 0 }, pad_token_id: null };
  const architecture = `${prefixes[String(config.model_type)]}ForSequenceClassification`;
  model.config = { ...config, architectures: [architecture], ...single };
  const score = owned(() => scoreHead(hidden, kind));
  noGrad(() => void score.weight.normal_({ std: 1 / Math.sqrt(hidden + 1), random }));
  const vocabularyHead = (model as { lmHead?: Linear }).lmHead;
  vocabularyHead?.[Symbol.dispose]();
  return Object.assign(model, { score, ...(vocabularyHead && { lmHead: undefined }) });
}
