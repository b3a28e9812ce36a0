import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  asResponses,
  EncodingError,
  encodePrompt,
  filterByVariance,
  type RlPrompt,
  type RolloutOptions,
  rollOut,
  type SampledGroup,
  scoreVariance,
} from '@attune/align';
import { type Prompt, readPrompts } from '@attune/preferences';
import type { CommandContext } from '../command.ts';
import { SettingError } from '../errors.ts';
import { writeWhole } from '../run/durable.ts';
import type { PpoSettings } from '../settings/ppo.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';
import type { Roles } from './roles.ts';

type Context = Pick<CommandContext, 'say'>;

/** What the reference did with a prompt before training. */
interface Baseline {
  /** RM(x, y_ref), less the penalty for a missing end. */
  readonly score: number;
  /** Variance of the scores of K samples (dividing by K); absent where prompts are not filtered. */
  readonly variance?: number;
}

/**
 * The prompts of the files as tokens. Those that leave no room for a response are left out, and counted.
 *
 * @throws SettingError where none is left
 */
export async function promptsOf(
  context: Context,
  setting: 'data' | 'eval_data',
  files: string | readonly string[],
  { policy }: Roles,
  { response_length }: PpoSettings,
): Promise<RlPrompt[]> {
  const prompts: RlPrompt[] = [];
  let [total, tooLong] = [0, 0];
  for (const file of [files].flat()) {
    const { prompts: read, format, lines, unit } = await readPrompts(file);
    context.say(`${file}: ${read.length} prompts (${format})`);
    total += read.length;
    for (const [i, prompt] of read.entries()) {
      const ids = tokensOf(policy.tokenizer, prompt, `${file}, ${unit} ${lines[i]}`);
      if (ids.length + response_length > policy.model.maxPositions) tooLong++;
      else prompts.push({ id: prompt.id ?? `${file}:${lines[i]}`, ids, referenceScore: 0 });
    }
  }
  const room = policy.model.maxPositions - response_length;
  if (tooLong > 0) {
    context.say(
      `  ! ${tooLong} of ${total} prompts have more than ${room} tokens, which leaves no room for a response: left out`,
    );
  }
  if (prompts.length > 0) return prompts;
  throw new SettingError(
    `${setting}: none of its ${total} prompts has at most ${room} tokens (the model's ${policy.model.maxPositions} positions ` +
      `less response_length ${response_length}). Lower response_length, or give shorter prompts.`,
  );
}

function tokensOf(tokenizer: Parameters<typeof encodePrompt>[0], { prompt }: Prompt, where: string): number[] {
  try {
    return encodePrompt(tokenizer, prompt);
  } catch (error) {
    if (error instanceof EncodingError) throw new EncodingError(`${where}: ${error.message}`);
    throw error;
  }
}

/**
 * Lets the reference respond to every prompt before training: once for the reference reward, K times for the filter,
 * which leaves out the share of prompts whose responses score most alike. What it found is kept beside the runs, under
 * the hash of all that decides it.
 */
export async function withBaselines(
  context: Context,
  roles: Roles,
  prompts: readonly RlPrompt[],
  { settings, path }: { settings: PpoSettings; path: string },
): Promise<RlPrompt[]> {
  const { reference_reward, filter_share } = settings;
  if (prompts.length === 0 || (!reference_reward && filter_share === 0)) return [...prompts];
  const file = join(dirname(path), '.reference', `${hashOf(roles, prompts, settings)}.json`);
  let baselines = remembered(context, file);
  if (!baselines) {
    baselines = await measure(roles, prompts, settings);
    mkdirSync(dirname(file), { recursive: true });
    writeWhole(file, JSON.stringify({ baselines, sha256: digest(baselines) }));
  }
  const kept = filter_share === 0 ? undefined : instructive(context, baselines, filter_share);
  return prompts.flatMap((prompt, i) =>
    kept?.[i] === false ? [] : [{ ...prompt, referenceScore: reference_reward ? baselines[i]!.score : 0 }],
  );
}

/** What an earlier run measured, if the file is as it was written. */
function remembered({ say }: Context, file: string): Baseline[] | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { baselines, sha256 } = JSON.parse(readFileSync(file, 'utf8')) ?? {};
    if (digest(baselines) === sha256) return baselines;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  say(`${file} is damaged: the responses of the reference are measured again.`);
  return undefined;
}

const digest = (baselines: readonly Baseline[]): string =>
  createHash('sha256')
    .update(JSON.stringify(baselines) ?? '')
    .digest('hex');

/** Which prompts have something to teach. @throws SettingError where none has */
function instructive({ say }: Context, baselines: readonly Baseline[], share: number): readonly boolean[] {
  const { kept, epsilon } = filterByVariance(
    baselines.map(({ variance }) => variance!),
    share,
  );
  const out = kept.filter((stays) => !stays).length;
  say(
    `  ${out} of ${kept.length} prompts left out: the scores of their responses vary by less than ${epsilon.toPrecision(3)}`,
  );
  if (out < kept.length) return kept;
  throw new SettingError(
    'filter_share: the responses to every prompt score alike, so that none has anything to teach. ' +
      'Look at the reward model (attune eval rm-accuracy), or set filter_share to 0.',
  );
}

async function measure(roles: Roles, prompts: readonly RlPrompt[], settings: PpoSettings): Promise<Baseline[]> {
  const { reference_reward, reference_decoding, filter_share, filter_samples } = settings;
  const shown = progress(standardError(), { label: 'reference', total: prompts.length, unit: 'prompts' });
  const found: Baseline[] = [];
  const atOnce = Math.max(
    1,
    Math.floor(settings.local_rollout_forward_batch_size / (filter_share > 0 ? filter_samples : 1)),
  );
  for (let start = 0; start < prompts.length; start += atOnce) {
    const some = prompts.slice(start, start + atOnce);
    // Samples of their own: not those of an iteration, nor of an evaluation, nor of each other.
    const respond = (samples: number, temperature: number, seed: number) =>
      scored(roles, some, settings, { samples, temperature, seed: seed + start });
    const own = reference_reward
      ? await respond(1, reference_decoding === 'greedy' ? 0 : 1, ~settings.seed)
      : undefined;
    const many = filter_share > 0 ? await respond(filter_samples, 1, settings.seed) : undefined;
    some.forEach(
      (_, i) => void found.push({ score: own ? own[i]![0]! : 0, ...(many && { variance: scoreVariance(many[i]!) }) }),
    );
    shown.update(found.length);
  }
  shown.end();
  return found;
}

/** The scores of fresh responses of the policy, by prompt. */
async function scored(
  { policy, reward }: Roles,
  prompts: readonly RlPrompt[],
  settings: PpoSettings,
  how: Pick<RolloutOptions, 'samples' | 'temperature' | 'seed'>,
): Promise<number[][]> {
  const groups = await rollOut(policy.model, prompts, { ...rolloutOptions(policy, settings), ...how });
  return groups.map((group) => scoresOf(reward, group, settings));
}

/** The scores of the responses to a prompt, less the penalty for a missing end. */
function scoresOf(reward: Roles['reward'], group: SampledGroup, { missing_eos_penalty }: PpoSettings): number[] {
  return reward(asResponses([group])).map((score, i) =>
    group.responses[i]!.finish === 'length' ? score - missing_eos_penalty : score,
  );
}

/** How the policy is sampled, by the settings. */
export const rolloutOptions = ({ tokenizer }: Roles['policy'], settings: PpoSettings): RolloutOptions => ({
  samples: settings.num_generations,
  maxNewTokens: settings.response_length,
  endIds: tokenizer.eosIds,
  rows: settings.local_rollout_forward_batch_size,
  seed: settings.seed,
});

/** Of the policy, the reward model (by what it says of a probe), the prompts and the settings that decide what is found. */
function hashOf({ policy, reward }: Roles, prompts: readonly RlPrompt[], settings: PpoSettings): string {
  const { response_length, missing_eos_penalty, reference_reward, reference_decoding, filter_samples, seed } = settings;
  const { eosIds } = policy.tokenizer;
  const hash = createHash('sha256');
  for (const [name, parameter] of policy.model.namedParameters()) {
    if (!name.includes('lora_')) hash.update(name).update(parameter.toBytes());
  }
  hash.update(
    JSON.stringify([response_length, missing_eos_penalty, reference_reward, reference_decoding, filter_samples, seed]),
  );
  hash.update(JSON.stringify([settings.filter_share > 0, settings.local_rollout_forward_batch_size, eosIds]));
  hash.update(JSON.stringify(prompts.map(({ ids }) => ids)));
  hash.update(JSON.stringify(reward(prompts.slice(0, 8).map(({ ids }) => ({ prompt: ids, responses: [ids] })))));
  return hash.digest('hex').slice(0, 32);
}
