import { z } from 'zod';
import { hardware, inputs, lora, optimization, rhythm, seeds } from './fields.ts';
import { type Conflict, commonConflicts, type Stage } from './stage.ts';

const count = () => z.number().int().positive();
const { lora_dropout: _, ...adapters } = lora; // dropping at random would make the policy another than the one that was sampled
const { eval_share: __, ...files } = inputs;

/** The settings of `attune train ppo`, under TRL's names. */
export const PpoSettings = z.strictObject({
  ...files,
  model: z.string().min(1).describe('Model to start from (SFT): also the reference'),
  reward_model: z.string().min(1).describe('Reward model: a folder, or a run of attune train reward'),
  data: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('File of prompts to respond to, or a list of them'),
  eval_data: z.string().min(1).optional().describe('Held-out prompts to respond to when it evaluates'),
  sft_data: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('Texts that the policy is not to forget: the next-token-prediction term'),
  sft_coef: z.number().positive().default(0.1).describe('λ: weight of the next-token-prediction term'),

  advantage_estimator: z
    .enum(['gae', 'rloo', 'grpo', 'dr_grpo'])
    .default('gae')
    .describe('Advantages from a critic (PPO), or from the other responses to the same prompt'),
  num_generations: count().default(1).describe('Responses to each prompt of an iteration'),
  response_length: count().default(256).describe('Tokens a response may have'),
  missing_eos_penalty: z
    .number()
    .min(0)
    .default(0)
    .describe('Taken off the score of a response that was cut off before its end'),
  reference_reward: z
    .boolean()
    .default(true)
    .describe('Subtract the score of the reference’s own response to the prompt: R = RM(x,y) − RM(x,y_ref)'),
  reference_decoding: z
    .enum(['greedy', 'sampled'])
    .default('greedy')
    .describe('How the reference responds: its likeliest tokens, or a sample'),
  filter_samples: z
    .number()
    .int()
    .min(2)
    .default(4)
    .describe('K: responses of the reference by which prompts are filtered'),
  filter_share: z
    .number()
    .min(0)
    .lt(1)
    .default(0.2)
    .describe('Share of prompts left out because their K responses score most alike; 0 keeps all'),
  kl_coef: z.number().min(0).default(0.02).describe('β: weight of the KL penalty in the reward'),
  kl_estimator: z.enum(['k1', 'k2', 'k3']).default('k1').describe('How the KL penalty is estimated at each token'),
  kl_target: z
    .number()
    .positive()
    .optional()
    .describe('KL in nats per response that β is adapted to; left out, β stays as it is'),
  kl_horizon: count().default(10_000).describe('Responses over which β is adapted'),
  gamma: z.number().gt(0).max(1).default(1).describe('γ: discount per token'),
  lam: z.number().min(0).max(1).default(0.95).describe('λ of GAE: 0 trusts the critic, 1 the reward that came'),
  whiten_rewards: z.boolean().default(false).describe('Scale the rewards of an iteration to variance 1'),
  whiten_advantages: z
    .boolean()
    .default(false)
    .describe('Scale the advantages of an iteration to mean 0 and variance 1'),
  cliprange: z.number().positive().default(0.2).describe('How far a token’s probability may move in an update'),
  cliprange_value: z.number().positive().default(0.2).describe('How far the critic’s estimate may move in an update'),
  num_ppo_epochs: count().default(1).describe('Passes over the responses of an iteration'),
  num_mini_batches: count().default(2).describe('Updates in each of these passes'),
  critic_learning_rate: z.number().positive().default(5e-6).describe('Peak learning rate of the critic'),
  critic_warmup_steps: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Iterations at the start in which only the critic learns'),
  local_rollout_forward_batch_size: count().default(64).describe('Responses that are sampled at a time'),
  share_trunk: z
    .boolean()
    .default(false)
    .describe('Policy, reference, critic and reward model as adapters on one trunk, in the memory of one model'),

  ...optimization(1e-6),
  gradient_accumulation_steps: count()
    .default(16)
    .describe('× per_device_train_batch_size responses make an iteration'),
  num_train_epochs: z.number().positive().default(1).describe('Passes over the prompts'),
  ...rhythm,
  logging_steps: count().default(1).describe('Iterations between two lines of metrics.jsonl, with samples beside them'),
  ...adapters,
  ...hardware,
  ...seeds,
});
export type PpoSettings = z.infer<typeof PpoSettings>;

/** `attune train ppo`: reinforcement learning from a reward model. */
export const ppoStage: Stage<typeof PpoSettings> = {
  name: 'ppo',
  title: 'reinforcement learning from a reward model',
  schema: PpoSettings,
  explain: () => [
    'R(x,y) = RM(x,y) − RM(x,y_ref)                      the reference reward',
    'ρ_t    = −β·(log πθ − log π₀) at t,  + R at the last token',
    'A, G   = GAE(ρ, V)',
    'L      = −mean_t min(q·A, clip(q, 1±c)·A) − λ·mean_t log π(SFT data),   q = πθ/π_old',
    'L_V    = ½·mean_t max((V−G)², (clip(V, V_old±c) − G)²)                 the critic',
    '',
    'Schulman et al. 2017 (arXiv:1707.06347); GAE: Schulman et al. 2015 (arXiv:1506.02438)',
    'reference reward, SFT term, prompt filter, no normalisation: Hou et al. 2024 (arXiv:2404.00934)',
    'rloo: Ahmadian et al. 2024 (arXiv:2402.14740);  grpo: Shao et al. 2024 (arXiv:2402.03300);',
    'dr_grpo: Liu et al. 2025 (arXiv:2503.20783). Their KL penalty is in the reward here too.',
    'Not public in the paper, so ours: β, λ, c, GAE’s γ and λ, batch sizes, K, the greedy y_ref.',
  ],
  conflicts: (settings, changed) => [...commonConflicts(settings, changed), ...ppoConflicts(settings, changed)],
};

function ppoConflicts(settings: PpoSettings, changed: ReadonlySet<string>): Conflict[] {
  const conflicts: Conflict[] = [];
  const unread = (names: readonly string[], problem: string) => {
    for (const setting of names) if (changed.has(setting)) conflicts.push({ setting, problem });
  };
  if (settings.sft_data === undefined) unread(['sft_coef'], 'has no effect without sft_data');
  if (!settings.reference_reward) unread(['reference_decoding'], 'has no effect without reference_reward: true');
  if (settings.filter_share === 0) unread(['filter_samples'], 'has no effect with filter_share: 0');
  if (settings.kl_target === undefined) unread(['kl_horizon'], 'has no effect without kl_target');
  if (settings.kl_coef === 0) unread(['kl_estimator', 'kl_target'], 'has no effect with kl_coef: 0');
  if (settings.advantage_estimator !== 'gae') {
    const critics = [
      'gamma',
      'lam',
      'cliprange_value',
      'critic_learning_rate',
      'critic_warmup_steps',
      'whiten_rewards',
    ];
    unread(critics, `has no effect with advantage_estimator: ${settings.advantage_estimator}, which has no critic`);
    if (settings.num_generations < 2) {
      const problem = `must be 2 or more for ${settings.advantage_estimator}, which compares the responses to one prompt`;
      conflicts.push({ setting: 'num_generations', problem });
    }
  }
  if (settings.per_device_train_batch_size % settings.num_generations !== 0) {
    const problem = `must divide per_device_train_batch_size, the ${settings.per_device_train_batch_size} responses that go through at once`;
    conflicts.push({ setting: 'num_generations', problem });
  }
  if (settings.share_trunk && !settings.use_lora) {
    conflicts.push({ setting: 'share_trunk', problem: 'needs use_lora: true; only a frozen trunk can be shared' });
  }
  return conflicts;
}
