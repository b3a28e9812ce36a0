import { isRewardModel, type OpenedModel, type RewardModel } from '@attune/align';
import { FileError } from '@attune/torch';

/**
 * Stops at a reward model where a language model is asked for.
 *
 * @param path the model
 */
export function refuseRewardModel(path: string, { model }: Pick<OpenedModel, 'model'>): void {
  if (!isRewardModel(model)) return;
  throw new FileError(
    path,
    'is a reward model: it scores responses and has no words of its own. Give a language model here; attune score ' +
      'takes reward models.',
  );
}

/** The model as a reward model. @throws FileError where it is a language model */
export function rewardModelOf(path: string, { model }: Pick<OpenedModel, 'model'>): RewardModel {
  if (isRewardModel(model)) return model;
  throw new FileError(
    path,
    'is a language model: it has no score head. attune train reward makes a reward model of it; give that one.',
  );
}
