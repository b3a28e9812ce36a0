import {
  asRewardModel,
  type EncodedPair,
  encodePairs,
  evaluateReward,
  formatPreflight,
  microBatches,
  preflight,
  type RewardMetrics,
  type RewardObjective,
  reward,
} from '@attune/align';
import { Random } from '@attune/torch';
import type { CommandContext } from '../command.ts';
import { refuseForeignTokens } from '../models/foreignTokens.ts';
import { checkRun } from '../run/RunFolder.ts';
import type { RewardSettings } from '../settings/reward.ts';
import { encodeData, leftOut } from './encodeData.ts';
import { withHeldOut } from './heldOut.ts';
import { memorySizes } from './memory.ts';
import { type Places, pairs } from './records.ts';
import { follow, makeTrainable, type Outcome, optimizing } from './session.ts';
import { kindOf, openStart } from './setup.ts';
import { Windows } from './Windows.ts';

/** A reward model: what people chose becomes a number. */
export async function trainReward(
  context: CommandContext,
  settings: RewardSettings,
  path: string,
  resume: boolean,
): Promise<Outcome> {
  checkRun(path, settings, { resume });
  const kind = kindOf(settings);
  const places: Places = new WeakMap();
  const data = await withHeldOut(settings, (files) => pairs(context, files, places));

  using opened = await openStart(settings.model, kind);
  const { tokenizer } = opened;
  const model = asRewardModel(opened.model, new Random(settings.seed, kind.device));
  const noise = new Random(settings.seed, kind.device);
  makeTrainable(model, settings, noise);
  model.score.weight.setRequiresGrad();

  const { train: encoded, heldOut: held } = encodeData(encodePairs, tokenizer, data, { settings, places });
  const [heldOut, all] = [held.examples, [...encoded.examples, ...held.examples]];
  refuseForeignTokens(
    settings.model,
    opened,
    all.flatMap(({ prompt, chosen, rejected }) => [prompt, chosen, rejected]),
  );
  const length = ({ prompt, chosen, rejected }: EncodedPair) => prompt.length + chosen.length + rejected.length;
  const sizes = memorySizes(model, encoded.examples.map(length), settings);
  context.say(formatPreflight(preflight(tokenizer, encoded, { memory: sizes })));
  const shortened = leftOut('Of the pairs to evaluate on', held.report);
  if (shortened) context.say(shortened);

  const objective = objectiveOf(settings);
  const windows = new Windows(encoded.examples, settings);
  const updating = optimizing(model, settings, windows.total);
  using optimizer = updating.optimizer;
  return await follow(context, {
    path,
    settings,
    resume,
    model,
    copyTokenizer: opened.copyTokenizer,
    base: settings.model,
    optimizer,
    noise,
    windows,
    start: (stepsDone) => reward({ model, objective, windows, ...updating, stepsDone }),
    metrics: ({ gradNorm, learningRate, ...step }) => ({
      ...trlMetrics(step),
      grad_norm: gradNorm,
      learning_rate: learningRate,
    }),
    ...(heldOut.length > 0 && {
      evaluate: () => {
        const batches = microBatches(heldOut, settings.per_device_train_batch_size);
        const named = Object.entries(trlMetrics(evaluateReward({ model, objective }, batches)));
        return {
          ...Object.fromEntries(named.map(([key, value]) => [`eval_${key}`, value])),
          eval_pairs: heldOut.length,
        };
      },
    }),
  });
}

/** TRL's names for a step's numbers. */
const trlMetrics = (step: RewardMetrics): Record<string, number> => ({
  loss: step.loss,
  accuracy: step.accuracy,
  margin: step.margin,
  mean_reward: step.meanReward,
  min_reward: step.minReward,
  max_reward: step.maxReward,
});

const objectiveOf = (settings: RewardSettings): RewardObjective => ({
  labelSmoothing: settings.label_smoothing,
  eta: settings.eta,
  centering: settings.center_rewards_coefficient,
});
