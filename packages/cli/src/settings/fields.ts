import { z } from 'zod';

const count = () => z.number().int().positive();
const share = () => z.number().min(0).lt(1);

/** What is trained on, from which model, and where the result goes. */
export const inputs = {
  model: z.string().min(1).describe('Model folder or GGUF file to start from'),
  data: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).describe('File to train on, or a list of them'),
  eval_data: z.string().min(1).optional().describe('File to evaluate on'),
  eval_share: share().default(0).describe('Share of the data kept for evaluation, where eval_data is not given'),
  output_dir: z.string().min(1).optional().describe("The run folder; left out, runs/<the settings file's name>"),
};

/** AdamW, its schedule, and how many updates are made of how many examples. */
export const optimization = (learningRate: number) => ({
  learning_rate: z.number().positive().default(learningRate).describe('Peak learning rate'),
  lr_scheduler_type: z
    .enum(['constant', 'linear', 'cosine'])
    .default('linear')
    .describe('Learning rate after the warm-up: as it is, or down to 0 in a line or half a cosine'),
  warmup_steps: z.number().min(0).default(0).describe('Steps of linear warm-up; below 1, the share of all steps'),
  weight_decay: z.number().min(0).default(0).describe('AdamW: decoupled weight decay, of matrices only'),
  adam_beta1: share().default(0.9).describe('AdamW: decay of the mean of gradients'),
  adam_beta2: share().default(0.999).describe('AdamW: decay of the mean of squared gradients'),
  adam_epsilon: z.number().positive().default(1e-8).describe('AdamW: added to the denominator'),
  max_grad_norm: z
    .number()
    .min(0)
    .default(1)
    .describe('Gradients are scaled down to this norm; 0 leaves them as they are'),
  per_device_train_batch_size: count().default(8).describe('Examples that go through the model at once'),
  gradient_accumulation_steps: count().default(1).describe('Batches whose gradients make one step'),
  num_train_epochs: z.number().positive().default(3).describe('Passes over the data'),
  max_steps: z
    .number()
    .int()
    .refine((steps) => steps === -1 || steps > 0, '−1 or a whole number above 0')
    .default(-1)
    .describe('Steps to make, in place of num_train_epochs; −1 counts epochs'),
  train_sampling_strategy: z
    .enum(['random', 'sequential'])
    .default('random')
    .describe('Order of the examples: shuffled anew in each epoch, or as they stand'),
});

/** Which tokens of an example are read. */
export const lengths = {
  max_length: count().default(1024).describe('Tokens of prompt and response together'),
  truncation_mode: z
    .enum(['drop', 'keep_start', 'keep_end'])
    .default('drop')
    .describe('What becomes of longer examples: left out and counted, or cut to their start or end'),
  moved_boundary: z
    .enum(['refuse', 'split'])
    .default('refuse')
    .describe('A response whose first token merges with the prompt: an error, or encoded on its own and counted'),
};

/** How often things are written down and measured. */
export const rhythm = {
  logging_steps: count().default(10).describe('Steps between two lines of metrics.jsonl'),
  eval_steps: count().optional().describe('Steps between evaluations; left out, one before and one after training'),
  save_steps: count().default(500).describe('Steps between checkpoints'),
  save_total_limit: count().optional().describe('Checkpoints that are kept; left out, all'),
};

/** Which checkpoint becomes the result. */
export const best = {
  load_best_model_at_end: z
    .boolean()
    .default(false)
    .describe('The result is the model of the best evaluation, not of the last step; each best one so far is saved'),
  metric_for_best_model: z
    .enum(['eval_accuracy', 'eval_loss'])
    .default('eval_accuracy')
    .describe('What the best evaluation is best in: the highest accuracy, or the lowest loss'),
};

/** Chance: each its own generator, so that one can change while the other stays. */
export const seeds = {
  seed: z.number().int().min(0).default(42).describe('Seed of new weights and of dropout'),
  data_seed: z.number().int().min(0).default(42).describe('Seed of the order of the data and of the evaluation share'),
};

/** LoRA: Hu et al. 2021 (arXiv:2106.09685). */
export const lora = {
  use_lora: z.boolean().default(false).describe('Train low-rank adapters; the model itself stays as it is'),
  lora_r: count().default(16).describe('LoRA: rank r of the update'),
  lora_alpha: z.number().positive().default(32).describe('LoRA: the update is scaled by lora_alpha/lora_r'),
  lora_dropout: share().default(0.05).describe('LoRA: share of inputs dropped before the update'),
  lora_target_modules: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .default('all-linear')
    .describe(
      'LoRA: layers that get an update, by name or by a regular expression over whole names; all-linear: all but the head',
    ),
};

/** What it runs on. */
export const hardware = {
  dtype: z
    .enum(['float32', 'bfloat16'])
    .default('float32')
    .describe('Number type to compute in; with bfloat16 the optimizer keeps float32 master weights'),
  device: z
    .enum(['auto', 'cpu', 'cuda', 'mps'])
    .default('auto')
    .describe('Where it runs; auto takes the fastest there is'),
  threads: count().optional().describe('Processor threads; left out, one for each core'),
};
