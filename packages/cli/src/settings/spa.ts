import { z } from 'zod';
import { hardware, lengths, lora, optimization, rhythm, seeds } from './fields.ts';
import { type Conflict, commonConflicts, type Stage } from './stage.ts';

const count = () => z.number().int().positive();
const share = () => z.number().min(0).max(1);
const files = () => z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

// Every training of a run has its own number of steps, and nothing is evaluated on the way.
const { max_steps: _, ...updates } = optimization(5e-7);
const { eval_steps: __, ...writing } = rhythm;

/** What the released code does otherwise than the paper says, each of which can be replayed. */
const deviations = ['threshold', 'ties', 'eos'] as const;

/** The settings of `attune train spa`: the paper's values, under TRL's names where TRL has one. */
export const SpaSettings = z.strictObject({
  model: z.string().min(1).describe('Model to start from (SFT): π_init; without data, π₀'),
  data: files().optional().describe('Labelled pairs, of which the seed is taken; left out, the model starts as it is'),
  initial_model: z.string().min(1).optional().describe('Without data: π_init, which the model was made from'),
  eval_share: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Share of the labelled pairs kept apart: in each round the own labels are held to theirs'),
  seed_share: z.number().gt(0).max(1).default(1).describe('Share of the other labelled pairs that is the seed'),
  prompts: files()
    .optional()
    .describe('Prompts to respond to; left out, those of the pairs outside of the seed, whose labels are not read'),
  prompts_per_round: z
    .array(count())
    .min(1)
    .default([8000, 20000, 30000])
    .describe('Prompts of each round, none of which comes twice; their number is the number of rounds'),
  output_dir: z.string().min(1).optional().describe("The run folder; left out, runs/<the settings file's name>"),

  num_generations: z.number().int().min(2).default(2).describe('Responses to each prompt'),
  temperature: z.number().positive().default(0.7).describe('Of sampling'),
  top_p: z.number().gt(0).max(1).default(1).describe('Of sampling: the likeliest tokens that together have this mass'),
  response_length: count().default(300).describe('Tokens a response may have'),
  max_prompt_length: count()
    .default(1024)
    .describe('Tokens of a prompt to respond to; longer ones lose their beginning'),
  local_rollout_forward_batch_size: count().default(64).describe('Responses that are sampled at a time'),

  beta: z
    .number()
    .positive()
    .default(0.1)
    .describe('β: higher keeps the policy closer to the model of the round before'),
  seed_epochs: z.number().positive().default(3).describe('Passes over the seed'),
  judge: z
    .enum(['self', 'reward_model', 'pairwise'])
    .default('self')
    .describe('Who labels: the policy’s own reward, a reward model, or a language model asked which is better'),
  judge_model: z.string().min(1).optional().describe('Of the two other judges; pairwise, left out: π_init'),
  judge_reference: z
    .enum(['initial', 'previous', 'none'])
    .default('initial')
    .describe('What the own reward is held against: π_init, the policy of the round before, or nothing'),
  length_penalty: z.number().min(0).default(0).describe('a: nats that the own reward loses with each token'),
  refine_alpha: share().default(0.1).describe('α: how much of a doubted label goes to its opposite; 0 is plain DPO'),
  noise_share: share().default(0.1).describe('K: share of the pairs that is doubted'),
  extrapolation: z
    .array(z.number().min(0))
    .min(1)
    .default([0.5, 0.25, 0.125])
    .describe('λ by round, the last one for all that follow; 0 asks the policy itself'),
  noise_window: count().default(50).describe('Recent pairs among which the least confident are doubted'),
  refine_after: share().default(0.2).describe('Share of a round’s steps that are plain DPO'),
  as_released: z
    .array(z.enum(deviations))
    .default([])
    .describe('What to do as the released code does: its threshold, the first of two ties, an end after cut responses'),

  ...updates,
  lr_scheduler_type: updates.lr_scheduler_type
    .removeDefault()
    .default('cosine')
    .describe(description('lr_scheduler_type')),
  warmup_steps: updates.warmup_steps.removeDefault().default(0.1).describe(description('warmup_steps')),
  per_device_train_batch_size: count().default(4).describe(description('per_device_train_batch_size')),
  gradient_accumulation_steps: count().default(8).describe(description('gradient_accumulation_steps')),
  num_train_epochs: z.number().positive().default(1).describe('Passes over the pairs of a round'),
  ...lengths,
  max_length: count().default(2048).describe('Tokens of prompt and response together, in the seed'),
  truncation_mode: lengths.truncation_mode
    .removeDefault()
    .default('keep_end')
    .describe('What becomes of longer pairs of the seed: left out and counted, or cut to their start or end'),
  ...writing,
  ...lora,
  ...hardware,
  ...seeds,
  seed: z.number().int().min(0).default(42).describe('Seed of sampling, of new weights and of dropout'),
  data_seed: z.number().int().min(0).default(42).describe('Seed of the blocks of prompts and of the order of the data'),
});
export type SpaSettings = z.infer<typeof SpaSettings>;

function description(field: keyof typeof updates): string {
  return updates[field].description!;
}

/** `attune train spa`: a model that labels its own preference data. */
export const spaStage: Stage<typeof SpaSettings> = {
  name: 'spa',
  title: 'spread preference annotation: a model labels its own preference data',
  schema: SpaSettings,
  explain: () => [
    'π₀ ← DPO from π_init on the seed;  then in each round i, with prompts that no round before had:',
    'y₁, y₂ ~ π_{i−1}(·|x)',
    'p(y₁ ≻ y₂|x) = σ(β·log π_{i−1}(y₁|x)/π_init(y₁|x) − β·log π_{i−1}(y₂|x)/π_init(y₂|x))      (7), label (8)',
    'm    = β·[log π_θ/π_{i−1}(chosen) − log π_θ/π_{i−1}(rejected)]',
    'h̃    = (1+λ)·h_θ − λ·h_{i−1} at each token,  π̃ = softmax(h̃),  m̃ as m with π̃ for π_θ       (11)',
    'z    = 1 where m̃ is among the lowest K of the recent pairs, else 0                       (9, 12)',
    'loss = −(1−αz)·log σ(m) − αz·log σ(−m) = softplus(−m) + αz·m                             (10)',
    '',
    'Kim, Lee, Shin and Kim 2025, ICLR (arXiv:2406.04412);  DPO: Rafailov et al. 2023 (arXiv:2305.18290)',
    'Ours: pairs whose responses are alike or empty are left out; a response that was cut gets no end token.',
    'The released code differs: as_released replays its threshold, its ties and its end tokens.',
  ],
  conflicts: (settings, changed) => [
    ...commonConflicts({ ...settings, max_steps: -1 }, changed),
    ...dataConflicts(settings, changed),
    ...judgeConflicts(settings, changed),
  ],
};

const onlyForSeed = ['eval_share', 'seed_share', 'seed_epochs', 'max_length', 'truncation_mode', 'moved_boundary'];

function dataConflicts(settings: SpaSettings, changed: ReadonlySet<string>): Conflict[] {
  const conflicts: Conflict[] = [];
  if (settings.data !== undefined) {
    if (settings.initial_model !== undefined) {
      conflicts.push({ setting: 'initial_model', problem: 'has no effect beside data: π_init is the model' });
    }
    if (settings.prompts === undefined && settings.seed_share === 1) {
      const problem = 'is missing: with seed_share 1 no pair is left over to take prompts from';
      conflicts.push({ setting: 'prompts', problem });
    }
    return conflicts;
  }
  for (const setting of onlyForSeed) {
    if (changed.has(setting)) conflicts.push({ setting, problem: 'has no effect without data, the labelled pairs' });
  }
  if (settings.prompts === undefined) {
    conflicts.push({ setting: 'prompts', problem: 'is missing, and so is data: there is nothing to respond to' });
  }
  if (settings.initial_model === undefined && readsInitial(settings)) {
    const problem = 'is missing: without data the judge has no π_init to hold the model against';
    conflicts.push({ setting: 'initial_model', problem });
  }
  return conflicts;
}

const readsInitial = ({ judge, judge_model, judge_reference }: SpaSettings): boolean =>
  judge === 'self' ? judge_reference !== 'none' : judge === 'pairwise' && judge_model === undefined;

function judgeConflicts(settings: SpaSettings, changed: ReadonlySet<string>): Conflict[] {
  const { judge, judge_model, num_generations, data, initial_model } = settings;
  const conflicts: Conflict[] = [];
  const unread = (setting: string, problem: string) => changed.has(setting) && conflicts.push({ setting, problem });
  if (judge === 'self') unread('judge_model', 'has no effect with judge: self');
  else
    for (const setting of ['judge_reference', 'length_penalty']) unread(setting, `has no effect with judge: ${judge}`);
  if (judge === 'reward_model' && judge_model === undefined) {
    conflicts.push({ setting: 'judge_model', problem: 'is missing: which reward model is to judge?' });
  }
  if (judge === 'pairwise' && num_generations !== 2) {
    conflicts.push({
      setting: 'num_generations',
      problem: 'must be 2 for judge: pairwise, which compares two responses',
    });
  }
  if (data === undefined && initial_model !== undefined && !readsInitial(settings)) {
    conflicts.push({ setting: 'initial_model', problem: 'has no effect: this judge does not read it' });
  }
  return conflicts;
}
