import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import {
  adaptersOf,
  type Kind,
  loadAdapter,
  type OpenedModel,
  type RewardFunction,
  type RewardModel,
  readJson,
  rewardFrom,
  sharing,
  type TokenReference,
  tokenReference,
} from '@attune/align';
import { FileError } from '@attune/torch';
import { SettingError } from '../errors.ts';
import { refuseOtherTokens } from '../models/foreignTokens.ts';
import { refuseRewardModel, rewardModelOf } from '../models/heads.ts';
import type { PpoSettings } from '../settings/ppo.ts';
import { makeTrainable } from './session.ts';
import { openStart } from './setup.ts';

/** The models of reinforcement learning. Owns them: dispose it. */
export interface Roles extends Disposable {
  readonly policy: OpenedModel;
  readonly reference: TokenReference;
  readonly reward: RewardFunction;
  /** Starts from the reward model. Undefined where no critic is needed. */
  readonly critic: RewardModel | undefined;
}

/**
 * Opens policy, reference, reward model and critic: up to four models, or one trunk with adapters (`share_trunk`). The
 * reference is the policy with its adapters off, where it has any.
 */
export async function openRoles(settings: PpoSettings, kind: Kind): Promise<Roles> {
  using stack = new DisposableStack();
  const policy = stack.use(await openStart(settings.model, kind));
  refuseRewardModel(settings.model, policy);
  const models = settings.share_trunk ? onOneTrunk(settings, policy) : await apart(settings, policy, kind);
  stack.use(models.reward);
  const critic = models.critic && stack.use(models.critic);
  const frozen = settings.use_lora ? policy : stack.use(await openStart(settings.model, kind));
  makeTrainable(policy.model, { ...settings, lora_dropout: 0 });
  const owned = stack.move();
  return {
    policy,
    reference: tokenReference(frozen.model, { adaptersOff: settings.use_lora }),
    reward: rewardFrom(models.reward),
    critic,
    [Symbol.dispose]: () => owned.dispose(),
  };
}

interface Scorers {
  readonly reward: RewardModel;
  readonly critic: RewardModel | undefined;
}

async function apart(settings: PpoSettings, policy: OpenedModel, kind: Kind): Promise<Scorers> {
  const open = async () => {
    const opened = await openStart(settings.reward_model, kind);
    const model = rewardModelOf(settings.reward_model, opened);
    refuseOtherTokens(settings.reward_model, opened, policy);
    return model;
  };
  const reward = await open();
  if (settings.advantage_estimator !== 'gae') return { reward, critic: undefined };
  const critic = await open();
  makeTrainable(critic, { ...settings, lora_dropout: 0 });
  critic.score.weight.setRequiresGrad();
  return { reward, critic };
}

/** The reward model's own adapters, twice: frozen, and to learn from there. */
function onOneTrunk(settings: PpoSettings, { model }: OpenedModel): Scorers {
  const folder = adapterFolder(settings);
  const withAdapters = () => {
    const twin = sharing(model);
    loadAdapter(twin, folder);
    return rewardModelOf(folder, { model: twin });
  };
  const reward = withAdapters();
  for (const parameter of reward.parameters()) parameter.setRequiresGrad(false);
  if (settings.advantage_estimator !== 'gae') return { reward, critic: undefined };
  const critic = withAdapters();
  for (const [, { loraA, loraB }] of adaptersOf(critic)) for (const each of [loraA, loraB]) each.setRequiresGrad();
  critic.score.weight.setRequiresGrad();
  return { reward, critic };
}

/** @throws SettingError where the reward model is no adapter on the policy's own trunk */
function adapterFolder({ model, reward_model: path }: PpoSettings): string {
  const folder = placeOf(path);
  const config = join(folder, 'adapter_config.json');
  const base = existsSync(config) ? readJson(config).base_model_name_or_path : undefined;
  const isSame = typeof base === 'string' && existsSync(base) && placeOf(base) === placeOf(model);
  if (isSame) return folder;
  const found = base === undefined ? 'is a model of its own' : `stands on ${base}`;
  throw new SettingError(
    `share_trunk: the reward model ${path} ${found}, and the policy is ${model}. Train it as an adapter on the same ` +
      'model (attune train reward with use_lora: true), or leave share_trunk out.',
  );
}

/** Where a model or the result of a run lies, by its one true name. */
function placeOf(path: string): string {
  if (!existsSync(path)) throw new FileError(path, 'there is no such file or folder.');
  return realpathSync(existsSync(join(path, 'final')) ? join(path, 'final') : path);
}
