import { z } from 'zod';
import { hardware, inputs, optimization, rhythm, seeds } from './fields.ts';
import { type Conflict, commonConflicts, type Stage } from './stage.ts';

const count = () => z.number().int().positive();
const { model: _, ...otherInputs } = inputs;
const base = optimization(1e-3);

/**
 * The settings of `attune train pretrain`: a new Llama-form model from text. Names of its parts are those of
 * `config.json`. Where the defaults differ from fine-tuning's they are the usual ones of language-model pretraining
 * (Touvron et al. 2023, arXiv:2302.13971, section 2.3), with a learning rate for small models.
 */
export const PretrainSettings = z.strictObject({
  ...otherInputs,
  tokenizer: z.string().min(1).describe('Folder with tokenizer.json; its vocabulary is the model’s'),
  hidden_size: count().default(256).describe('Width of the residual stream'),
  num_hidden_layers: count().default(6).describe('Layers'),
  num_attention_heads: count().default(8).describe('Query heads'),
  num_key_value_heads: count().default(4).describe('Key and value heads, shared by groups of query heads'),
  intermediate_size: count().default(688).describe('Width of the gated MLP'),
  tie_word_embeddings: z.boolean().default(true).describe('One matrix for input embeddings and output head'),
  block_size: count().default(512).describe('Tokens of one training example, cut from the text without gaps'),
  ...base,
  lr_scheduler_type: base.lr_scheduler_type
    .unwrap()
    .default('cosine')
    .describe(base.lr_scheduler_type.description ?? ''),
  warmup_steps: base.warmup_steps
    .unwrap()
    .default(0.05)
    .describe(base.warmup_steps.description ?? ''),
  weight_decay: base.weight_decay
    .unwrap()
    .default(0.1)
    .describe(base.weight_decay.description ?? ''),
  adam_beta2: base.adam_beta2
    .unwrap()
    .default(0.95)
    .describe(base.adam_beta2.description ?? ''),
  num_train_epochs: base.num_train_epochs
    .unwrap()
    .default(1)
    .describe(base.num_train_epochs.description ?? ''),
  ...rhythm,
  ...hardware,
  ...seeds,
});
export type PretrainSettings = z.infer<typeof PretrainSettings>;

/** `attune train pretrain`: a new model, from text. */
export const pretrainStage: Stage<typeof PretrainSettings> = {
  name: 'pretrain',
  title: 'a new language model from text',
  schema: PretrainSettings,
  explain: () => ['−mean over all tokens of log π(token | tokens before in its block)'],
  conflicts: (settings, changed) => [...commonConflicts(settings, changed), ...shapeConflicts(settings)],
};

function shapeConflicts(settings: PretrainSettings): Conflict[] {
  const { hidden_size: width, num_attention_heads: heads, num_key_value_heads: kvHeads } = settings;
  const conflicts: Conflict[] = [];
  if (width % heads !== 0 || (width / heads) % 2 !== 0) {
    const problem = `is ${width}; expected an even number for each of the ${heads} heads of num_attention_heads`;
    conflicts.push({ setting: 'hidden_size', problem });
  }
  if (heads % kvHeads !== 0) {
    const problem = `is ${kvHeads}; expected a divisor of num_attention_heads, which is ${heads}`;
    conflicts.push({ setting: 'num_key_value_heads', problem });
  }
  return conflicts;
}
