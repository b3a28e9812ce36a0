import { test } from 'node:test';
import { tidy } from '@attune/torch';
import {
  hingeLoss,
  implicitRewards,
  ipoLoss,
  type LossOptions,
  oddsRatioLoss,
  type PairwiseLoss,
  preferenceLosses,
  sigmoidLoss,
} from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { noShared, readJson, shared } from '../shared.ts';
import { type Batch, lossesOf, policyOf, referenceOf } from './pairs.ts';

test('sigmoid and hinge give the values that torchtune tests its own for', (t) => {
  const path = shared('reference', 'published.json');
  if (!path) return t.skip(noShared);
  const { dpo_loss: dpo, rso_hinge_loss: hinge } = readJson(path);
  const batch: Batch = {
    policyChosen: dpo.policy_chosen_logprobs,
    policyRejected: dpo.policy_rejected_logprobs,
    referenceChosen: dpo.reference_chosen_logprobs,
    referenceRejected: dpo.reference_rejected_logprobs,
    chosenTokens: [1, 1, 1],
    rejectedTokens: [1, 1, 1],
  };
  assertClose(lossesOf(sigmoidLoss, batch, { beta: dpo.beta }), dpo.expected_losses, { atol: 1e-12 });
  assertClose(lossesOf(hingeLoss, batch, { beta: hinge.gamma }), hinge.expected_losses, { atol: 1e-12 });
});

/** The loss types of the data's README, each with the options it was computed with. */
const types: Record<string, [PairwiseLoss, Partial<LossOptions>]> = {
  sigmoid: [sigmoidLoss, {}],
  'sigmoid_label_smoothing_0.1': [sigmoidLoss, { labelSmoothing: 0.1 }],
  'robust_0.1': [preferenceLosses.robust.loss, { labelSmoothing: 0.1 }],
  hinge: [hingeLoss, {}],
  ipo_mean_logps: [ipoLoss, {}],
  ipo_sum_logps: [
    (policy, reference, lengths, options) => ipoLoss(policy, reference, lengths, { ...options, averaged: false }),
    {},
  ],
  'exo_pair_ls_1e-3': [preferenceLosses.exo_pair.loss, { labelSmoothing: 1e-3 }],
  simpo_beta2_gamma1: [preferenceLosses.simpo.loss, { beta: 2, simpoGamma: 1 }],
  orpo_odds_ratio_term: [(policy, _reference, lengths) => oddsRatioLoss(policy, lengths), {}],
};

interface ModelPair {
  readonly chosen_ids: readonly number[];
  readonly chosen_completion_start: number;
  readonly rejected_ids: readonly number[];
  readonly rejected_completion_start: number;
  readonly policy_chosen_logp: number;
  readonly policy_rejected_logp: number;
  readonly reference_chosen_logp: number;
  readonly reference_rejected_logp: number;
  readonly implicit_reward_chosen: number;
  readonly implicit_reward_rejected: number;
  readonly losses: Record<string, number>;
}

const batchFrom = (rows: readonly ModelPair[]): Batch => ({
  policyChosen: rows.map((pair) => pair.policy_chosen_logp),
  policyRejected: rows.map((pair) => pair.policy_rejected_logp),
  referenceChosen: rows.map((pair) => pair.reference_chosen_logp),
  referenceRejected: rows.map((pair) => pair.reference_rejected_logp),
  chosenTokens: rows.map((pair) => pair.chosen_ids.length - pair.chosen_completion_start),
  rejectedTokens: rows.map((pair) => pair.rejected_ids.length - pair.rejected_completion_start),
});

for (const model of ['stories260K', 'tinystories-656k', 'tiny-random-gpt2']) {
  test(`nine losses on the log-probabilities of ${model} give the values computed by automatic differentiation`, (t) => {
    const path = shared('reference', 'gradients', `${model}.json`);
    if (!path) return t.skip(noShared);
    const { beta, pairs: rows } = readJson(path).dpo as { beta: number; pairs: ModelPair[] };
    const batch = batchFrom(rows);
    // The log-probabilities have ten digits, an error of up to 1e-7 nats; ipo's square is steep.
    const close = { rtol: 1e-7, atol: 1e-8 };
    for (const [name, [loss, options]] of Object.entries(types)) {
      const expected = rows.map(({ losses }) => losses[name]!);
      assertClose(lossesOf(loss, batch, { beta, ...options }), expected, { ...close, what: name });
    }
    tidy(() => {
      const rewards = implicitRewards(policyOf(batch), referenceOf(batch), beta);
      assertClose(
        rewards.chosen.toArray(),
        rows.map((pair) => pair.implicit_reward_chosen),
        close,
      );
      assertClose(
        rewards.rejected.toArray(),
        rows.map((pair) => pair.implicit_reward_rejected),
        close,
      );
    });
  });
}
