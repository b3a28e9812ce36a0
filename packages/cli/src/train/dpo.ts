import {
  type CausalLm,
  type DpoObjective,
  distanceFromReference,
  divergences,
  dpo,
  type EncodedPair,
  encodePairs,
  evaluatePairs,
  microBatches,
  needsKl,
  type PairMetrics,
  type Reference,
  sortsBatch,
} from '@attune/align';
import type { Pair } from '@attune/preferences';
import { Random } from '@attune/torch';
import type { CommandContext } from '../command.ts';
import { RunError, SettingError } from '../errors.ts';
import { refuseForeignTokens } from '../models/foreignTokens.ts';
import { refuseRewardModel } from '../models/heads.ts';
import { checkRun } from '../run/RunFolder.ts';
import type { DpoSettings } from '../settings/dpo.ts';
import { counted, formatNumber } from '../terminal/format.ts';
import { encodeData, tellData } from './encodeData.ts';
import { withHeldOut } from './heldOut.ts';
import { type Places, pairs } from './records.ts';
import { heldReference } from './reference.ts';
import { follow, makeTrainable, type Outcome, optimizing } from './session.ts';
import { kindOf, openStart } from './setup.ts';
import { Windows } from './Windows.ts';

/**
 * Preference training: DPO and its relatives.
 *
 * @param merged whether adapters become a part of the resulting model
 */
export async function trainDpo(
  context: CommandContext,
  settings: DpoSettings,
  path: string,
  resume: boolean,
  { merged = false } = {},
): Promise<Outcome> {
  checkRun(path, settings, { resume });
  const kind = kindOf(settings);
  const places: Places = new WeakMap();
  const data = await withHeldOut(settings, (files) => pairs(context, files, places));
  refuseSortedWeights(settings, [...data.train, ...data.heldOut], places);

  using opened = await openStart(settings.model, kind);
  refuseRewardModel(settings.model, opened);
  const { model, tokenizer } = opened;
  const noise = new Random(settings.seed, kind.device);
  makeTrainable(model, settings, noise);

  const { train: encoded, heldOut: held } = encodeData(encodePairs, tokenizer, data, { settings, places });
  const [heldOut, all] = [held.examples, [...encoded.examples, ...held.examples]];
  refuseForeignTokens(
    settings.model,
    opened,
    all.flatMap(({ prompt, chosen, rejected }) => [prompt, chosen, rejected]),
  );
  const live = needsKl(settings.loss_type) || !settings.precompute_ref_log_probs;
  const length = ({ prompt, chosen, rejected }: EncodedPair) => prompt.length + chosen.length + rejected.length;
  const memory = { ...settings, referenceInMemory: live };
  tellData(context, opened, { train: encoded, heldOut: held }, { what: 'pairs', length, settings: memory });

  using reference = await heldReference(context, opened, all, { settings, path, live });
  if (reference.logps) checkStart(context, model, reference.logps, encoded.examples);
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
    merged,
    start: (stepsDone) =>
      dpo({ policy: model, reference: reference.logps, objective, windows, ...updating, stepsDone }),
    metrics: ({ gradNorm, learningRate, ...step }) => ({
      ...trlMetrics(step),
      grad_norm: gradNorm,
      learning_rate: learningRate,
    }),
    ...(heldOut.length > 0 && {
      evaluate: () => {
        const batches = microBatches(heldOut, settings.per_device_train_batch_size);
        const values = trlMetrics(evaluatePairs({ policy: model, reference: reference.logps, objective }, batches));
        const named = Object.entries(values).map(([key, value]) => [`eval_${key}`, value] as const);
        return { ...Object.fromEntries(named), eval_pairs: heldOut.length };
      },
    }),
  });
}

/** Before the first step policy and reference are one model. */
function checkStart(
  context: CommandContext,
  model: CausalLm,
  reference: Reference,
  examples: readonly EncodedPair[],
): void {
  const some = examples.slice(0, 4);
  const apart = distanceFromReference(model, reference, some);
  context.say(
    `policy = reference before the first step: at most ${formatNumber(apart, 2)} nats apart on ${counted(some.length, 'pair')}`,
  );
  const tolerance = model.head.dtype === 'float32' ? 0.01 : 1; // sums over hundreds of tokens, in bfloat16's 8 bits
  if (apart <= tolerance) return;
  throw new RunError(
    `Policy and reference differ by ${apart} nats before the first step; they should be one model. ` +
      'Remove the .reference folder beside the run and start again.',
  );
}

/** TRL's names for a step's numbers. */
export const trlMetrics = (step: PairMetrics): Record<string, number> => ({
  loss: step.loss,
  'rewards/chosen': step.chosenReward,
  'rewards/rejected': step.rejectedReward,
  'rewards/margins': step.margin,
  'rewards/accuracies': step.accuracy,
  'logps/chosen': step.chosenLogps,
  'logps/rejected': step.rejectedLogps,
});

/** Losses that sort the pairs of a batch have none for a pair to weigh. */
function refuseSortedWeights({ loss_type }: DpoSettings, all: readonly Pair[], places: Places): void {
  const weighed = sortsBatch(loss_type) ? all.find(({ weight }) => weight !== undefined) : undefined;
  if (!weighed) return;
  throw new SettingError(
    `${places.get(weighed)}: "weight" is ${weighed.weight}, but loss_type ${loss_type.join(' + ')} sorts the pairs of a ` +
      'batch, so that no pair has a loss of its own to weigh. Leave "weight" out of the data, or choose another loss.',
  );
}

function objectiveOf(settings: DpoSettings): DpoObjective {
  return {
    types: settings.loss_type,
    weights: settings.loss_weights,
    options: {
      beta: settings.beta,
      labelSmoothing: settings.label_smoothing,
      divergence: divergences[settings.f_divergence_type](settings.f_alpha_divergence_coef),
      discopopTau: settings.discopop_tau,
      simpoGamma: settings.simpo_gamma,
      cpoAlpha: settings.cpo_alpha,
      desirableWeight: settings.desirable_weight,
      undesirableWeight: settings.undesirable_weight,
    },
  };
}
