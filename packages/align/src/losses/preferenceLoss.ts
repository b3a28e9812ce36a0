import { dims } from '@attune/torch';
import { LossError } from './errors.ts';
import { type LossType, type PreferenceLoss, preferenceLosses } from './registry.ts';
import type { PairLengths, PairLogps, PairwiseLoss } from './types.ts';

/** Losses that are added up. */
export interface PreferenceLossOptions {
  readonly types: readonly LossType[];
  /** One for each type; left out, 1 each. */
  readonly weights?: readonly number[];
}

/**
 * The weighted sum of losses, itself a loss of the common form: Σ wᵢ·lossᵢ. With ['sigmoid', 'bco_pair', 'sft'] and
 * [0.8, 0.2, 1] it is MPO: Wang et al. 2024 (arXiv:2411.10442).
 *
 * @throws LossError for no types, an unknown one, or weights of another number; the loss throws ShapeError for
 *   tensors that are not all [pairs]
 */
export function preferenceLoss({ types, weights = types.map(() => 1) }: PreferenceLossOptions): PairwiseLoss {
  const members = types.map(lossOf);
  if (members.length === 0) throw new LossError(`No loss was given. Name one or more of ${names()}.`);
  if (weights.length !== members.length) {
    throw new LossError(`There are ${weights.length} weights for ${members.length} losses; give one for each.`);
  }
  return (policy, reference, lengths, options) => {
    checkShapes(policy, reference, lengths);
    return members
      .map(({ loss }, i) => loss(policy, reference, lengths, options).mul(weights[i]!))
      .reduce((sum, term) => sum.add(term));
  };
}

/** Whether any of these losses reads the reference's log-probabilities; if not, give them `noReference`. */
export const needsReference = (types: readonly LossType[]): boolean =>
  types.some((type) => lossOf(type).needsReference);

/** Whether any of these losses needs `kl`. */
export const needsKl = (types: readonly LossType[]): boolean => types.some((type) => lossOf(type).needsKl ?? false);

/** Whether any of these losses gives its values in another order than the pairs'. */
export const sortsBatch = (types: readonly LossType[]): boolean =>
  types.some((type) => lossOf(type).sortsBatch ?? false);

function lossOf(type: LossType): PreferenceLoss {
  if (!Object.hasOwn(preferenceLosses, type)) throw new LossError(`There is no loss ${type}. There are ${names()}.`);
  return preferenceLosses[type];
}

const names = (): string => Object.keys(preferenceLosses).join(', ');

/** A [pairs] and a [pairs, 1] would broadcast to [pairs, pairs] without a word. */
function checkShapes(policy: PairLogps, reference: PairLogps, lengths: PairLengths): void {
  const { pairs } = dims(policy.chosen, ['pairs']);
  for (const { chosen, rejected } of [policy, reference, lengths]) {
    dims(chosen, [pairs]);
    dims(rejected, [pairs]);
  }
}
