import {
  type Assessment,
  type Critic,
  type Experience,
  type ExperienceGroup,
  encodeConversations,
  experience,
  type OpenedModel,
  type Position,
  type PpoMetrics,
  type PpoRun,
  ppo,
  type RewardModel,
  type RlPrompt,
  rollOut,
  type SftTerm,
  type Updating,
} from '@attune/align';
import { mean, seededRandom } from '@attune/preferences';
import { Random } from '@attune/torch';
import type { CommandContext } from '../command.ts';
import { SettingError } from '../errors.ts';
import { refuseForeignTokens } from '../models/foreignTokens.ts';
import { textAfter } from '../models/responses.ts';
import { checkRun } from '../run/RunFolder.ts';
import type { PpoSettings } from '../settings/ppo.ts';
import { leftOut } from './encodeData.ts';
import { type Places, texts } from './records.ts';
import { promptsOf, rolloutOptions, withBaselines } from './rlPrompts.ts';
import { openRoles, type Roles } from './roles.ts';
import { follow, type Outcome, optimizing } from './session.ts';
import { kindOf } from './setup.ts';
import { Windows } from './Windows.ts';

/** Reinforcement learning from a reward model. */
export async function trainPpo(
  context: CommandContext,
  settings: PpoSettings,
  path: string,
  resume: boolean,
): Promise<Outcome> {
  checkRun(path, settings, { resume });
  const kind = kindOf(settings);
  using roles = await openRoles(settings, kind);
  const { policy, critic: criticModel } = roles;
  const all = await promptsOf(context, 'data', settings.data, roles, settings);
  const heldOut = settings.eval_data ? await promptsOf(context, 'eval_data', settings.eval_data, roles, settings) : [];
  refuseLeak(all, heldOut);
  refuseForeignTokens(
    settings.model,
    policy,
    [...all, ...heldOut].map(({ ids }) => ids),
  );
  const sft = await sftTerm(context, roles, settings);
  const prompts = await withBaselines(context, roles, all, { settings, path });
  // Held out, the reference is sampled as the policy will be: like is compared with like, whatever is trained on.
  const judged: PpoSettings = { ...settings, reference_reward: true, reference_decoding: 'sampled', filter_share: 0 };
  const held = await withBaselines(context, roles, heldOut, { settings: judged, path });

  const atOnce = settings.per_device_train_batch_size / settings.num_generations; // prompts
  const windows = new Windows(prompts, { ...settings, per_device_train_batch_size: atOnce });
  const perStep = atOnce * settings.gradient_accumulation_steps;
  const episodesAt = ({ epoch, index }: Position) =>
    (epoch * prompts.length + index * perStep) * settings.num_generations;
  const updating = optimizing(policy.model, settings, windows.total);
  using optimizer = updating.optimizer;
  const critic = criticModel && criticOf(criticModel, settings, windows.total);
  using _ = critic?.optimizer;
  const noise = new Random(settings.seed, kind.device);
  const penalty = { beta: settings.kl_coef };
  const run: Omit<PpoRun, 'windows'> = {
    ...updating,
    policy: policy.model,
    reward: roles.reward,
    reference: roles.reference,
    ...(critic && { critic }),
    ...(sft && { sft }),
    assessment: assessmentOf(settings),
    penalty,
    ...(settings.kl_target && { klTarget: { target: settings.kl_target, horizon: settings.kl_horizon } }),
    rollouts: rolloutOptions(policy, settings),
    cliprange: settings.cliprange,
    epochs: settings.num_ppo_epochs,
    miniBatches: settings.num_mini_batches,
  };
  return await follow(context, {
    path,
    settings,
    resume,
    model: policy.model,
    copyTokenizer: policy.copyTokenizer,
    base: settings.model,
    optimizer,
    noise,
    ...(critic && { critic: { ...critic, noise } }),
    state: penalty,
    windows,
    start: (stepsDone) => ppo({ ...run, rollouts: { ...run.rollouts, signal: context.signal }, windows, stepsDone }),
    metrics: (step) => ({ ...trlMetrics(step), lr: step.learningRate, episode: episodesAt(windows.position) }),
    samples: ({ experience: groups }) => samplesOf(policy, groups.slice(0, shownPrompts)),
    ...(held.length > 0 && { evaluate: () => evaluate(run, held, settings.per_device_train_batch_size) }),
  });
}

/** @throws SettingError where a prompt to evaluate on is one to learn from */
function refuseLeak(all: readonly RlPrompt[], heldOut: readonly RlPrompt[]): void {
  const learned = new Map(all.map(({ ids, id }) => [ids.join(), id]));
  const leaks = heldOut.filter(({ ids }) => learned.has(ids.join()));
  const [first] = leaks;
  if (!first) return;
  throw new SettingError(
    `eval_data: ${leaks.length} of its ${heldOut.length} prompts are in data too, the first as ${first.id} here and ` +
      `${learned.get(first.ids.join())} there. What was trained on says nothing about what was learned: take them out of ` +
      'one of the two (attune data split keeps them apart).',
  );
}

/** Prompts whose responses are written to `samples.jsonl` each time. */
const shownPrompts = 4;

function criticOf(model: RewardModel, settings: PpoSettings, steps: number): Critic & Updating {
  const updating = optimizing(model, { ...settings, learning_rate: settings.critic_learning_rate }, steps);
  return { model, ...updating, warmup: settings.critic_warmup_steps, cliprangeValue: settings.cliprange_value };
}

const assessmentOf = (settings: PpoSettings): Assessment => ({
  estimator: settings.advantage_estimator,
  klEstimator: settings.kl_estimator,
  missingEosPenalty: settings.missing_eos_penalty,
  gamma: settings.gamma,
  lambda: settings.lam,
  whitenRewards: settings.whiten_rewards,
  whitenAdvantages: settings.whiten_advantages,
});

/** The texts of the next-token-prediction term, drawn anew for each micro-batch. */
async function sftTerm(
  context: CommandContext,
  { policy }: Roles,
  settings: PpoSettings,
): Promise<SftTerm | undefined> {
  if (settings.sft_data === undefined) return undefined;
  const places: Places = new WeakMap();
  const read = await texts(context, settings.sft_data, places);
  const { examples, report } = encodeConversations(policy.tokenizer, read, {
    maxLength: policy.model.maxPositions,
    truncation: 'drop',
    movedBoundary: 'split',
    nameOf: (record) => places.get(record),
  });
  const shortened = leftOut('Of the SFT texts', report);
  if (shortened) context.say(shortened);
  if (examples.length === 0) throw new SettingError('sft_data: every text is longer than the model has positions.');
  refuseForeignTokens(
    settings.model,
    policy,
    examples.map(({ ids }) => ids),
  );
  return {
    coef: settings.sft_coef,
    batch(step, n) {
      const random = seededRandom(Math.imul(settings.data_seed + 1, 0x9e3779b1) ^ Math.imul(step, 0x85ebca77) ^ n);
      const count = Math.min(settings.per_device_train_batch_size, examples.length);
      return Array.from({ length: count }, () => examples[Math.floor(random.uniform() * examples.length)]!);
    },
  };
}

/** TRL's names for an iteration's numbers, and our own for what TRL does not measure; without those nobody counted. */
function trlMetrics(step: PpoMetrics): Record<string, number> {
  const named = {
    'objective/scores': step.score,
    'objective/rlhf_reward': step.reward + step.klReward,
    'objective/non_score_reward': step.klReward,
    'objective/kl': step.kl,
    'objective/entropy': step.entropy,
    'objective/reference_reward': step.reward,
    'objective/reward_std': step.rewardDeviation,
    'objective/beta': step.beta,
    'policy/approxkl_avg': step.approxKl,
    'policy/clipfrac_avg': step.clipFraction,
    'loss/policy_avg': step.policyLoss,
    'loss/value_avg': step.valueLoss,
    'loss/sft_avg': step.sftLoss,
    'val/clipfrac_avg': step.valueClipFraction,
    'val/ratio': step.ratio,
    'val/num_eos_tokens': step.ended * step.responses,
    'critic/vf_explained_var': step.explainedVariance,
    'advantages/std': step.advantageDeviation,
    'completions/mean_length': step.length,
    'completions/clipped_ratio': 1 - step.ended,
    grad_norm: step.gradNorm,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => Number.isFinite(value)));
}

/** What was said, and what it was worth. */
const samplesOf = ({ tokenizer }: OpenedModel, groups: readonly ExperienceGroup[]) =>
  groups.map(({ prompt, responses: [first] }) => ({
    prompt: tokenizer.decode(prompt.ids, { skipSpecialTokens: true }),
    response: textAfter(tokenizer, prompt.ids, first!.ids),
    score: first!.score,
    reward: first!.reward,
    kl: first!.kl.reduce((a, b) => a + b, 0),
    finish: first!.finish,
  }));

/** One response to each held-out prompt, always from the same random numbers. */
async function evaluate(run: Omit<PpoRun, 'windows'>, prompts: readonly RlPrompt[], atOnce: number) {
  const sampled = await rollOut(run.policy, prompts, { ...run.rollouts, samples: 1 });
  const groups = await experience(
    { reward: run.reward, reference: run.reference },
    sampled,
    { ...run.assessment, estimator: 'rloo', beta: 0 },
    atOnce,
  );
  const over = (of: (response: Experience) => number) => mean(groups.flatMap(({ responses }) => responses.map(of)));
  return {
    'eval_objective/scores': over(({ score }) => score),
    'eval_objective/reference_reward': over(({ reward }) => reward),
    'eval_objective/kl': over(({ kl }) => kl.reduce((a, b) => a + b, 0)),
    'eval_completions/mean_length': over(({ ids }) => ids.length),
    'eval_completions/clipped_ratio': over(({ finish }) => Number(finish !== 'stop')),
    eval_win_rate: over(({ reward }) => (reward > 0 ? 1 : reward === 0 ? 0.5 : 0)),
    eval_prompts: prompts.length,
  };
}
