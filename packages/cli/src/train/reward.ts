import { join } from 'node:path';
import {
  asRewardModel,
  type EncodedPair,
  encodePairs,
  evaluateReward,
  microBatches,
  type PairScore,
  type RewardMetrics,
  type RewardObjective,
  reward,
} from '@attune/align';
import { Random } from '@attune/torch';
import type { CommandContext } from '../command.ts';
import { SettingError } from '../errors.ts';
import { refuseForeignTokens } from '../models/foreignTokens.ts';
import type { ScoredPairLine } from '../models/scoring.ts';
import { writeWhole } from '../run/durable.ts';
import { toJsonl } from '../run/lines.ts';
import { checkRun } from '../run/RunFolder.ts';
import type { RewardSettings } from '../settings/reward.ts';
import { encodeData, tellData } from './encodeData.ts';
import type { Places } from './records.ts';
import { balanced, balanceText, byPrompt, pairWindows, rewardData } from './rewardData.ts';
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
  const data = await rewardData(context, settings, places);

  using opened = await openStart(settings.model, kind);
  const { tokenizer } = opened;
  const model = asRewardModel(opened.model, new Random(settings.seed, kind.device));
  const noise = new Random(settings.seed, kind.device);
  makeTrainable(model, settings, noise);
  model.score.weight.setRequiresGrad();

  const { train, heldOut: held } = encodeData(encodePairs, tokenizer, data, { settings, places });
  const balance = settings.length_balance ? balanced(train.examples, settings.data_seed) : undefined;
  if (balance) context.say(balanceText(balance.report));
  const encoded = balance ? refuseNone({ ...train, examples: balance.examples }) : train;
  const [heldOut, all] = [held.examples, [...encoded.examples, ...held.examples]];
  refuseForeignTokens(
    settings.model,
    opened,
    all.flatMap(({ prompt, chosen, rejected }) => [prompt, chosen, rejected]),
  );
  const length = ({ prompt, chosen, rejected }: EncodedPair) => prompt.length + chosen.length + rejected.length;
  tellData(context, opened, { train: encoded, heldOut: held }, { what: 'pairs', length, settings });

  const objective = objectiveOf(settings);
  const size = settings.per_device_train_batch_size;
  const windows = new Windows(byPrompt(encoded.examples, size * settings.gradient_accumulation_steps), settings);
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
    start(stepsDone) {
      if (balance) writeWhole(join(path, 'balance.json'), `${JSON.stringify(balance.report, null, 2)}\n`);
      return reward({ model, objective, windows: pairWindows(windows, size), ...updating, stepsDone });
    },
    metrics: ({ gradNorm, learningRate, ...step }) => ({
      ...trlMetrics(step),
      grad_norm: gradNorm,
      learning_rate: learningRate,
    }),
    ...(heldOut.length > 0 && {
      evaluate: () => {
        const { scores, ...measured } = evaluateReward({ model, objective }, microBatches(heldOut, size));
        writeWhole(join(path, 'scores.jsonl'), toJsonl(scoreLines(heldOut, scores)));
        const named = Object.entries(trlMetrics(measured));
        return {
          ...Object.fromEntries(named.map(([key, value]) => [`eval_${key}`, value])),
          eval_pairs: heldOut.length,
        };
      },
    }),
  });
}

/** The held-out pairs' scores at the last evaluation, as attune score writes them. */
const scoreLines = (pairs: readonly EncodedPair[], scores: readonly PairScore[]): ScoredPairLine[] =>
  pairs.map(({ id, chosen, rejected }, i) => ({
    id: id ?? String(i + 1),
    ...scores[i]!,
    chosenTokens: chosen.length,
    rejectedTokens: rejected.length,
  }));

/** @throws SettingError where balancing left nothing to train on */
function refuseNone<Data extends { readonly examples: readonly unknown[] }>(data: Data): Data {
  if (data.examples.length > 0) return data;
  throw new SettingError(
    'length_balance: in no bucket of length difference are there pairs of both kinds, the longer response chosen and the ' +
      'shorter, so that none is left. Leave it out, or give more data.',
  );
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
