import { type DType, tensor, tidy } from '@attune/torch';
import fc from 'fast-check';
import {
  type LossOptions,
  type LossType,
  type PairLogps,
  type PairwiseLoss,
  preferenceLosses,
} from '../../src/losses/index.ts';

/** A batch of pairs as numbers: log-probabilities in nats, lengths in tokens. */
export interface Batch {
  readonly policyChosen: number[];
  readonly policyRejected: number[];
  readonly referenceChosen: number[];
  readonly referenceRejected: number[];
  readonly chosenTokens: number[];
  readonly rejectedTokens: number[];
}

/** Log-probabilities, or lengths, of pairs. */
export const pairs = (chosen: readonly number[], rejected: readonly number[], dtype: DType = 'float64'): PairLogps => {
  const make = (values: readonly number[]) =>
    dtype === 'bfloat16' ? tensor(values).to(dtype) : tensor(values, { dtype });
  return { chosen: make(chosen), rejected: make(rejected) };
};

export const policyOf = (batch: Batch, dtype?: DType) => pairs(batch.policyChosen, batch.policyRejected, dtype);
export const referenceOf = (batch: Batch, dtype?: DType) =>
  pairs(batch.referenceChosen, batch.referenceRejected, dtype);
export const lengthsOf = (batch: Batch) => pairs(batch.chosenTokens, batch.rejectedTokens, 'int64');

/** The losses of a batch as numbers, one for each pair. */
export function lossesOf<Options>(
  loss: PairwiseLoss<Options>,
  batch: Batch,
  options: Options,
  dtype?: DType,
): number[] {
  return tidy(() => loss(policyOf(batch, dtype), referenceOf(batch, dtype), lengthsOf(batch), options).toArray());
}

/** Losses and the gradients of their sum by the policy's log-probabilities. */
export function withGradients<Options>(loss: PairwiseLoss<Options>, batch: Batch, options: Options, dtype?: DType) {
  return tidy(() => {
    const policy = policyOf(batch, dtype);
    policy.chosen.setRequiresGrad();
    policy.rejected.setRequiresGrad();
    const losses = loss(policy, referenceOf(batch, dtype), lengthsOf(batch), options);
    losses.sum().backward();
    return {
      losses: losses.toArray(),
      chosen: policy.chosen.grad?.toArray() ?? batch.policyChosen.map(() => 0),
      rejected: policy.rejected.grad?.toArray() ?? batch.policyRejected.map(() => 0),
    };
  });
}

/** Options under which every loss has a value. */
export const anyOptions: LossOptions = { beta: 0.3, labelSmoothing: 0.1, kl: 0.7 };

export const lossTypes = Object.keys(preferenceLosses) as LossType[];

/** The responses of both sides and their references the other way round. */
export const swapped = (batch: Batch): Batch => ({
  policyChosen: batch.policyRejected,
  policyRejected: batch.policyChosen,
  referenceChosen: batch.referenceRejected,
  referenceRejected: batch.referenceChosen,
  chosenTokens: batch.rejectedTokens,
  rejectedTokens: batch.chosenTokens,
});

/** Each list of a batch through the same function, e.g. a choice of some pairs. */
export function mapBatch(batch: Batch, change: (values: number[]) => number[]): Batch {
  return Object.fromEntries(Object.entries(batch).map(([name, values]) => [name, change(values)])) as unknown as Batch;
}

/** A batch of one to six pairs, each response within 12 nats of its reference. */
export const anyBatch: fc.Arbitrary<Batch> = fc
  .array(
    fc.record({
      reference: fc.tuple(logp(), logp()),
      moved: fc.tuple(nats(12), nats(12)),
      tokens: fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((rows) => ({
    policyChosen: rows.map(({ reference, moved }) => Math.min(reference[0] + moved[0], -0.01)),
    policyRejected: rows.map(({ reference, moved }) => Math.min(reference[1] + moved[1], -0.01)),
    referenceChosen: rows.map(({ reference }) => reference[0]),
    referenceRejected: rows.map(({ reference }) => reference[1]),
    chosenTokens: rows.map(({ tokens }) => tokens[0]),
    rejectedTokens: rows.map(({ tokens }) => tokens[1]),
  }));

function nats(size: number) {
  return fc.double({ min: -size, max: size, noNaN: true });
}

function logp() {
  return fc.double({ min: -60, max: -0.1, noNaN: true });
}
